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
	b = appendMember(b, "object", in.Object)
	if !in.Since.IsZero() {
		b = append(in.Since.AppendFormat(append(b, `,"since":"`...), time.RFC3339Nano), '"')
	}
	if in.Entry != nil {
		b = appendEntry(append(b, `,"entry":`...), in.Entry.Entry)
	}
	if len(in.Leaves) > 0 {
		b = appendTexts(append(b, `,"leaves":`...), in.Leaves)
	}
	b = appendMember(b, "replaces", in.Replaces)
	if in.Accepted {
		b = append(b, `,"accepted":true`...)
	}
	return append(b, '}')
}

func appendOutcome(b []byte, out *Outcome) []byte {
	b = strconv.AppendInt(append(b, `{"n":`...), int64(out.N), 10)
	if out.Void {
		b = append(b, `,"void":true`...)
	}
	b = appendMember(b, "id", out.ID)
	b = appendMember(b, "etag", out.ETag)
	if out.Accepted {
		b = append(b, `,"accepted":true`...)
	}
	return append(b, '}')
}

// appendEntry appends an entry with its address and without a digest, as an
// EntryText prints itself.
func appendEntry(b []byte, e Entry) []byte {
	b = appendAddress(append(b, `{"address":`...), e.Address)
	return append(appendMembers(b, e, ""), '}')
}

// appendMembers appends the members of an entry, with a digest unless it is "".
func appendMembers(b []byte, e Entry, digest string) []byte {
	j := e.plain()
	b = appendMember(b, "id", j.ID)
	b = appendMember(b, "etag", j.ETag)
	b = appendMember(b, "digest", digest)
	if j.Protect {
		b = append(appendKey(b, "protect"), "true"...)
	}
	if !j.MovedFrom.IsZero() {
		b = appendAddress(appendKey(b, "moved_from"), j.MovedFrom)
	}
	if len(j.Applied) > 0 {
		b = appendJSON(appendKey(b, "applied"), j.Applied)
	}
	if len(j.Sent) > 0 {
		b = append(appendKey(b, "sent"), '[')
		for _, s := range j.Sent {
			b = appendText(append(appendComma(b), `{"path":`...), s.Path)
			b = append(appendJSON(append(b, `,"value":`...), s.Value), '}')
		}
		b = append(b, ']')
	}
	if len(j.Needs) > 0 {
		b = append(appendKey(b, "needs"), '[')
		for _, n := range j.Needs {
			b = appendAddress(append(appendComma(b), `{"address":`...), n.To)
			b = appendText(append(b, `,"via":`...), n.Via)
			b = appendMember(b, "field", n.Field)
			b = append(appendMember(b, "id", n.ID), '}')
		}
		b = append(b, ']')
	}
	if len(j.Secrets) > 0 {
		b = append(appendKey(b, "secrets"), '[')
		for _, s := range j.Secrets {
			b = appendText(append(appendComma(b), `{"path":`...), s.Path)
			b = append(appendText(append(b, `,"hash":`...), s.Hash), '}')
		}
		b = append(b, ']')
	}
	if len(j.Deposed) > 0 {
		b = append(appendKey(b, "deposed"), '[')
		for _, d := range j.Deposed {
			b = appendText(append(appendComma(b), `{"id":`...), d.ID)
			b = appendMember(b, "etag", d.ETag)
			b = appendText(append(b, `,"kind":`...), string(d.Kind))
			b = append(appendTexts(append(b, `,"steps_left":`...), d.StepsLeft), '}')
		}
		b = append(b, ']')
	}
	return b
}

// appendJSON appends a JSON value without the white space between its parts.
func appendJSON(b, raw []byte) []byte {
	for i := 0; i < len(raw); {
		switch c := raw[i]; c {
		case '"':
			end := stringEnd(raw[i:])
			b = append(b, raw[i:i+end]...)
			i += end
			continue
		case ' ', '\t', '\r', '\n':
		default:
			b = append(b, c)
		}
		i++
	}
	return b
}

// appendComma separates elements and members: nothing stands before the first.
func appendComma(b []byte) []byte {
	if last := b[len(b)-1]; last == '{' || last == '[' {
		return b
	}
	return append(b, ',')
}

func appendKey(b []byte, key string) []byte {
	return append(append(append(appendComma(b), '"'), key...), `":`...)
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
	return appendText(appendKey(b, key), s)
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
