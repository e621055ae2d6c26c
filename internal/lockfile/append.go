package lockfile

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/resource"
)

// Records are printed by hand: an apply prints two for each call, and the
// encoder's way through reflection, which checks and copies every body twice,
// costs more than sending the call to a platform in the same process. A test
// holds the two to the same bytes.

// appendRecord appends the JSON of a record.
func appendRecord(b []byte, r Record) []byte {
	switch {
	case r.Intent != nil:
		return append(appendIntent(append(b, `{"intent":`...), r.Intent), '}')
	case r.Outcome != nil:
		return append(appendOutcome(append(b, `{"outcome":`...), r.Outcome), '}')
	}
	return append(b, mustEncode(r)...) // a few of each journal
}

func appendIntent(b []byte, in *Intent) []byte {
	b = strconv.AppendInt(append(b, `{"n":`...), int64(in.N), 10)
	if in.Call != 0 {
		b = strconv.AppendInt(append(b, `,"call":`...), int64(in.Call), 10)
	}
	b = appendAddress(append(b, `,"address":`...), in.Address)
	b = appendText(append(b, `,"step":`...), in.Step)
	b = appendText(append(b, `,"method":`...), in.Method)
	b = appendText(append(b, `,"url":`...), in.URL)
	b = appendMember(b, `,"object":`, in.Object)
	if !in.Since.IsZero() {
		b = append(in.Since.AppendFormat(append(b, `,"since":"`...), time.RFC3339Nano), '"')
	}
	if in.Entry != nil {
		b = appendEntry(append(b, `,"entry":`...), in.Entry.Entry)
	}
	if len(in.Leaves) > 0 {
		b = appendTexts(append(b, `,"leaves":`...), in.Leaves)
	}
	b = appendMember(b, `,"replaces":`, in.Replaces)
	return append(b, '}')
}

func appendOutcome(b []byte, out *Outcome) []byte {
	b = strconv.AppendInt(append(b, `{"n":`...), int64(out.N), 10)
	if out.Void {
		b = append(b, `,"void":true`...)
	}
	b = appendMember(b, `,"id":`, out.ID)
	b = appendMember(b, `,"etag":`, out.ETag)
	return append(b, '}')
}

// appendEntry appends an entry with its address and without a digest, as an
// EntryText prints itself.
func appendEntry(b []byte, e Entry) []byte {
	j := e.plain()
	b = appendAddress(append(b, `{"address":`...), e.Address)
	b = appendMember(b, `,"id":`, j.ID)
	b = appendMember(b, `,"etag":`, j.ETag)
	if j.Protect {
		b = append(b, `,"protect":true`...)
	}
	if len(j.Applied) > 0 {
		b = append(append(b, `,"applied":`...), j.Applied...)
	}
	for i, s := range j.Sent {
		b = appendText(append(b, pick(i == 0, `,"sent":[{"path":`, `,{"path":`)...), s.Path)
		b = append(append(append(b, `,"value":`...), s.Value...), '}')
	}
	b = closeList(b, len(j.Sent))
	for i, n := range j.Needs {
		b = appendAddress(append(b, pick(i == 0, `,"needs":[{"address":`, `,{"address":`)...), n.Address)
		b = appendText(append(b, `,"via":`...), n.Via)
		b = appendMember(b, `,"field":`, n.Field)
		b = append(appendMember(b, `,"id":`, n.ID), '}')
	}
	b = closeList(b, len(j.Needs))
	for i, s := range j.Secrets {
		b = appendText(append(b, pick(i == 0, `,"secrets":[{"path":`, `,{"path":`)...), s.Path)
		b = append(appendText(append(b, `,"hash":`...), s.Hash), '}')
	}
	b = closeList(b, len(j.Secrets))
	for i, d := range j.Deposed {
		b = appendText(append(b, pick(i == 0, `,"deposed":[{"id":`, `,{"id":`)...), d.ID)
		b = appendMember(b, `,"etag":`, d.ETag)
		b = appendText(append(b, `,"kind":`...), string(d.Kind))
		b = append(appendTexts(append(b, `,"steps_left":`...), d.StepsLeft), '}')
	}
	return append(closeList(b, len(j.Deposed)), '}')
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

func closeList(b []byte, n int) []byte {
	if n == 0 {
		return b
	}
	return append(b, ']')
}

func appendTexts(b []byte, list []string) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, s)
	}
	return append(b, ']')
}

func appendAddress(b []byte, a resource.Address) []byte { return appendText(b, a.String()) }

// appendMember appends a member unless its value is empty.
func appendMember(b []byte, key, s string) []byte {
	if s == "" {
		return b
	}
	return appendText(append(b, key...), s)
}

// appendText appends a JSON string.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf || c == 0x7f {
			text, err := encode(s)
			if err != nil {
				panic("lockfile: " + err.Error()) // a string always encodes
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
