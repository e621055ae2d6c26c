package lockfile

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/resource"
)

// OwnerError says that a lock holds one object twice. Whichever entry goes first
// would remove the object of the other one.
type OwnerError struct {
	Kind          resource.Kind
	ID            string
	First, Second resource.Address // equal when one entry holds it as its own and as a replaced one
}

func (e *OwnerError) Error() string {
	at := fmt.Sprintf("at two addresses, %s and %s", e.First, e.Second)
	if e.First == e.Second {
		at = fmt.Sprintf("twice at %s", e.First)
	}
	return fmt.Sprintf("the lockfile has the %s %s %s", resource.SpecOf(e.Kind).Noun, e.ID, at)
}

// Owners returns the address of every object of the lock, replaced ones included.
// A tag has the id of the object that it is on, which is its owner. The error is
// an *OwnerError.
func (l *Lock) Owners() (map[resource.ObjectKey]resource.Address, error) {
	owners := make(map[resource.ObjectKey]resource.Address, len(l.Entries))
	var first error
	own := func(k resource.Kind, id string, at resource.Address) {
		if spec := resource.SpecOf(k); id == "" || spec.Tag || spec.SharedBy != "" {
			return
		}
		key := resource.KeyOfObject(k, id)
		if other, taken := owners[key]; taken {
			if first == nil {
				first = &OwnerError{Kind: k, ID: id, First: other, Second: at}
			}
			return
		}
		owners[key] = at
	}
	for i := range l.Entries {
		e := &l.Entries[i]
		own(e.Address.Kind, e.ID, e.Address)
		for _, d := range e.Deposed {
			own(d.Kind, d.ID, e.Address)
		}
	}
	return owners, first
}

// checked returns a view whose objects have one owner each.
func checked(v View) (View, error) {
	if _, err := v.Lock.Owners(); err != nil {
		return View{}, err
	}
	return v, nil
}
