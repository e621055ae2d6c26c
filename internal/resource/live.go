package resource

import "encoding/json"

// Live is the object of one entry as the platform has it.
type Live struct {
	Address Address
	ID      string
	ETag    string // the version in the words of its service
	Body    json.RawMessage
	Missing bool // neither a list nor a read returns it: it was removed, or a label hides it
}
