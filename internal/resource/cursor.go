package resource

import (
	"slices"
	"sort"
)

// Cursor finds elements of a list that is sorted by address. It remembers the last
// answer for each kind, so that asking for the addresses of a kind in their order
// takes no search. It is not safe for concurrent use.
type Cursor[T any] struct {
	list    []T
	address func(*T) *Address
	last    []found
}

type found struct {
	kind Kind
	i    int
}

// NewCursor returns a cursor over a list.
func NewCursor[T any](list []T, address func(*T) *Address) *Cursor[T] {
	return &Cursor[T]{list: list, address: address}
}

// Find returns the index of the element at an address, or false.
func (c *Cursor[T]) Find(a Address) (int, bool) {
	k := slices.IndexFunc(c.last, func(f found) bool { return f.kind == a.Kind })
	if k < 0 {
		k = len(c.last)
		c.last = append(c.last, found{kind: a.Kind})
	}
	last := &c.last[k].i
	for i := *last; i < min(*last+2, len(c.list)); i++ {
		if *c.address(&c.list[i]) == a {
			*last = i
			return i, true
		}
	}
	i, ok := search(c.list, c.address, a)
	if ok {
		*last = i
	}
	return i, ok
}

func search[T any](list []T, address func(*T) *Address, a Address) (int, bool) {
	return sort.Find(len(list), func(i int) int { return a.Compare(*address(&list[i])) })
}
