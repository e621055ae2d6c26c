package resource

import (
	"fmt"
	"regexp"
	"strings"
)

// Step is one step of a Path: a member's name, an index, or the key of a list
// element (the value of the member that identifies it).
type Step struct {
	Name  string
	Index int
	Sort  StepSort
}

// StepSort says what a Step is.
type StepSort uint8

// The sorts of steps.
const (
	FieldStep StepSort = iota
	IndexStep
	KeyStep
)

// Path names a place in a body, printed `scheduleParams.interval`,
// `mappings['person.name.fullName'].source` or `sourceConnectionIds[0]`.
type Path []Step

// Field returns p with a member's name added.
func (p Path) Field(name string) Path { return p.add(Step{Name: name}) }

// Index returns p with a list index added.
func (p Path) Index(i int) Path { return p.add(Step{Index: i, Sort: IndexStep}) }

// Key returns p with the key of a list element added.
func (p Path) Key(key string) Path { return p.add(Step{Name: key, Sort: KeyStep}) }

func (p Path) add(s Step) Path { return append(p[:len(p):len(p)], s) }

var simpleName = regexp.MustCompile(`^[A-Za-z_$@][A-Za-z0-9_$@:-]*$`)

func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.Sort == IndexStep:
			fmt.Fprintf(&b, "[%d]", s.Index)
		case s.Sort == KeyStep && simpleName.MatchString(s.Name):
			fmt.Fprintf(&b, "[%s]", s.Name)
		case s.Sort == KeyStep || !simpleName.MatchString(s.Name):
			fmt.Fprintf(&b, "['%s']", strings.ReplaceAll(s.Name, "'", `\'`))
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Name)
		}
	}
	return b.String()
}
