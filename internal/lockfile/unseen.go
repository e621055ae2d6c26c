package lockfile

import (
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// ShownWithin is the time within which the platform shows a new object to every read.
const ShownWithin = 5 * time.Minute

// Unseen says why a read may not find an object that exists. The zero value says that it would.
type Unseen struct {
	Labels []string // that the object has: a client without them does not see it
	New    bool     // it was created less than ShownWithin ago
}

// IsZero reports whether there is no such reason.
func (u Unseen) IsZero() bool { return len(u.Labels) == 0 && !u.New }

// Unseen says why a read at a time may not find an object of an entry: its own, or one that it replaced.
func (l *Lock) Unseen(o resource.Live, at time.Time) (u Unseen) {
	a := o.Address
	e, ok := l.Get(a)
	if !ok {
		return u
	}
	u.New = !o.Deposed && !e.Created.IsZero() && at.Sub(e.Created) < ShownWithin
	if spec := resource.SpecOf(a.Kind); spec.Hides != "" {
		u.Labels = labelsIn(e, spec.Hides)
		return u
	}
	for _, kind := range resource.Kinds() {
		if spec := resource.SpecOf(kind); spec.Of != "" && spec.Hides != "" {
			u.Labels = l.labelsOf(a, spec)
		}
	}
	return u
}

// labelsOf are the labels that an entry of a kind has for an object.
func (l *Lock) labelsOf(a resource.Address, spec *resource.Spec) []string {
	i, _ := l.find(resource.Address{Kind: spec.Kind})
	for ; i < len(l.Entries) && l.Entries[i].Address.Kind == spec.Kind; i++ {
		for _, n := range l.Entries[i].Needs {
			switch {
			case n.Via != spec.Of:
			case n.To == a:
				return labelsIn(l.Entries[i], spec.Hides)
			case n.To.Kind != a.Kind:
				return nil // they belong to another kind of object
			}
		}
	}
	return nil
}

func labelsIn(e Entry, member string) (out []string) {
	body, err := resource.Parse(e.Applied)
	if err != nil {
		return nil
	}
	list, _ := body.Get(member)
	for _, l := range list.Items {
		out = append(out, l.Text)
	}
	return out
}
