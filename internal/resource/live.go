package resource

import (
	"cmp"
	"encoding/json"
	"strings"
)

// Live is an object of an entry as the platform has it: its own, or one that it replaced.
type Live struct {
	Address Address
	ID      string
	ETag    string // the version in the words of its service
	Body    json.RawMessage
	Deposed bool // an object that a later one replaced and that is still to be removed
	// Newest is the version of a mapping set that no dataflow uses yet; "" if Body is the newest one.
	Newest  string
	Missing bool // neither a list nor a read returns it: it was removed, or a label hides it
}

// Compare orders objects by address, an entry's own first, then by ID.
func (l Live) Compare(m Live) int {
	rank := map[bool]int{true: 1}
	return cmp.Or(l.Address.Compare(m.Address), rank[l.Deposed]-rank[m.Deposed], strings.Compare(l.ID, m.ID))
}
