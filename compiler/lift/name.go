package lift

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// maxName is how long the name of a document may be.
const maxName = 63

// slug makes the name of a document of a title: ASCII letters, digits, and dashes. It is ""
// when the title has none.
func slug(title string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(title) {
		r = unicode.ToLower(r)
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := b.String()
	return strings.Trim(name[:min(len(name), maxName)], "-")
}

// devices are names that Windows takes for devices, whatever follows the dot.
func isDevice(name string) bool {
	switch name {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt")) && name[3] > '0'
}

// names gives documents names, none twice in a kind.
type names struct {
	x    *index
	used map[string]bool // kind and name
}

// of names the document of an object. Of two with one slug, the second gets a number.
func (n *names) of(kind string, o *Object) string {
	base := slug(o.title())
	if base == "" || isDevice(base) {
		id := slug(lastPart(o.ID))
		base = strings.Trim(strings.Join([]string{strings.ToLower(kind), id[:min(len(id), 8)]}, "-"), "-")
	}
	name, space := base, kind
	if kind == schemas.KindFieldGroup {
		space = schemas.KindSchema // the own fields of a schema are a field group of its name
	}
	for i := 2; n.used[space+" "+name] || n.x.Taken(kind, name) || isWellKnown(kind, name); i++ {
		suffix := fmt.Sprintf("-%d", i)
		name = strings.TrimRight(base[:min(len(base), maxName-len(suffix))], "-") + suffix
	}
	n.used[space+" "+name] = true
	return name
}

// isWellKnown reports whether a name means a field group, a class, or a data type of Adobe's.
func isWellKnown(kind, name string) bool {
	known := false
	switch kind {
	case schemas.KindFieldGroup:
		_, known = xdm.FieldGroupByName(name, xdm.Class{})
	case schemas.KindClass:
		_, known = xdm.ClassByName(name)
	case schemas.KindDataType:
		_, known = xdm.DataTypeByName(name)
	}
	return known
}
