package lockfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// printed is the reader of entries, with memory that the next one uses again.
type printed struct {
	graph   *resource.Graph // whose bodies are shared, nil for none
	wanted  *resource.Cursor[resource.Resource]
	compact []byte
	members []printedMember
}

func newPrinted(g *resource.Graph) *printed {
	p := &printed{graph: g}
	if g != nil {
		p.wanted = g.Cursor()
	}
	return p
}

func (p *printed) find(a resource.Address) (int, bool) {
	if p.graph == nil {
		return 0, false
	}
	return p.wanted.Find(a)
}

// printedMember is a member of an entry: the places of its key, of its value and
// of its end in the compact text.
type printedMember struct{ key, value, end int }

// entry reads the entry that text begins with and returns what is behind it and
// the digest; false when the text is not what Marshal prints or does not fit the
// digest in it.
func (p *printed) entry(text []byte) (e Entry, digest [16]byte, rest []byte, ok bool) {
	name, rest, ok := p.squeeze(text)
	if !ok || !p.close() {
		return Entry{}, digest, nil, false
	}
	if e.Address, ok = p.address(name); !ok {
		return Entry{}, digest, nil, false
	}
	// All texts before the configuration share one string, and those behind it
	// another: an entry of its own for each would be most of the memory.
	from, body := 0, ""
	rank, said := -1, ""
	sum := sha256.New()
	sum.Write([]byte{'{'})
	first := true
	for i, m := range p.members {
		if body == "" {
			from, body = m.key, p.stretch(i)
		}
		key := string(p.compact[m.key+1 : m.value-2])
		at := memberRank(key)
		if at <= rank {
			return Entry{}, digest, nil, false
		}
		rank = at
		if key == "applied" {
			e.Applied, body = p.applied(e.Address, p.compact[m.value:m.end]), ""
		} else if !e.take(key, body[m.value-from:m.end-from], &said) {
			return Entry{}, digest, nil, false
		}
		if key == "digest" {
			continue
		}
		if !first {
			sum.Write([]byte{','})
		}
		first = false
		sum.Write(p.compact[m.key:m.end])
	}
	sum.Write([]byte{'}'})
	var whole [sha256.Size]byte
	var inHex [2 * len(digest)]byte
	copy(digest[:], sum.Sum(whole[:0]))
	hex.Encode(inHex[:], digest[:])
	return e, digest, rest, string(inHex[:]) == said
}

// close finds the ends of the members, false when they are not parted by commas.
func (p *printed) close() bool {
	for i := range p.members {
		end, after := len(p.compact)-1, byte('}')
		if i+1 < len(p.members) {
			end, after = p.members[i+1].key-1, ','
		}
		if end < p.members[i].value || p.compact[end] != after {
			return false
		}
		p.members[i].end = end
	}
	return true
}

// stretch returns the text of the members from one on up to the configuration,
// or of the configuration's key alone.
func (p *printed) stretch(from int) string {
	to := from
	for to+1 < len(p.members) && !p.isApplied(to) && !p.isApplied(to+1) {
		to++
	}
	end := p.members[to].end
	if p.isApplied(to) {
		end = p.members[to].value
	}
	return string(p.compact[p.members[from].key:end])
}

func (p *printed) isApplied(i int) bool {
	m := p.members[i]
	return string(p.compact[m.key:m.value]) == `"applied":`
}

// address reads an entry's name. A resource of the graph lends its own.
func (p *printed) address(name []byte) (resource.Address, bool) {
	a, err := resource.ParseAddress(string(name))
	if err != nil {
		return resource.Address{}, false
	}
	if i, ok := p.find(a); ok {
		a = p.graph.All()[i].Address
	}
	return a, true
}

// applied returns the bytes of a configuration: those of the graph's body where
// they are the same, a copy otherwise.
func (p *printed) applied(a resource.Address, text []byte) json.RawMessage {
	if i, ok := p.find(a); ok {
		if body := p.graph.All()[i].Body.JSON(); string(body) == string(text) {
			return body
		}
	}
	return bytes.Clone(text)
}

// memberRank is the place of a member in the order of entryJSON, -1 for none.
func memberRank(key string) int {
	for i, k := range [...]string{"id", "etag", "digest", "protect", "moved_from", "applied", "sent", "needs", "secrets", "deposed"} {
		if k == key {
			return i
		}
	}
	return -1
}

// squeeze takes the white space out of the lines of the entry that text begins
// with and notes its members. The answer is the entry's name and what is behind
// its closing brace. Lines that are not indented by their depth, or hold more
// than one value, are not printed ones.
func (p *printed) squeeze(text []byte) (name, rest []byte, ok bool) {
	line, rest, _ := bytes.Cut(text, []byte{'\n'})
	name, ok = cutAround(line, "    \"", "\": {")
	if !ok {
		return nil, nil, false
	}
	p.compact, p.members = append(p.compact[:0], '{'), p.members[:0]
	const members = 3 // the depth of an entry's members
	for depth := members; ; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
		}
		line := rest[:end]
		indent := 0
		for indent < len(line) && line[indent] == ' ' {
			indent++
		}
		if line = line[indent:]; len(line) == 0 {
			return nil, nil, false
		}
		if line[0] == '}' || line[0] == ']' {
			depth--
		}
		if indent != 2*depth {
			return nil, nil, false
		}
		if depth < members {
			p.compact = append(p.compact, '}')
			return name, rest[indent+1:], line[0] == '}' && len(p.members) > 0
		}
		rest = rest[min(end+1, len(rest)):]
		if line[0] == '"' {
			end := stringEnd(line)
			if end < 0 {
				return nil, nil, false
			}
			value, keyed := bytes.CutPrefix(line[end:], []byte(": "))
			if keyed {
				begin := len(p.compact)
				p.compact = append(append(p.compact, line[:end]...), ':')
				if depth == members {
					p.members = append(p.members, printedMember{key: begin, value: len(p.compact)})
				}
				line = value
			}
			if depth == members && !keyed {
				return nil, nil, false
			}
		}
		if !isOneValue(line) {
			return nil, nil, false
		}
		if last := line[len(line)-1]; last == '{' || last == '[' {
			depth++
		}
		p.compact = append(p.compact, line...)
	}
}

// isOneValue reports whether a line's value is a text, a number or a word, or
// opens or closes a list or an object; a comma may follow.
func isOneValue(line []byte) bool {
	line = bytes.TrimSuffix(line, []byte{','})
	if len(line) == 0 {
		return false
	}
	switch line[0] {
	case '"':
		return stringEnd(line) == len(line)
	case '{', '[', '}', ']':
		return len(line) == 1 || string(line) == "{}" || string(line) == "[]"
	}
	return !bytes.ContainsAny(line, "\"{}[],: ")
}

// stringEnd returns the offset behind the JSON string that text begins with.
func stringEnd[T string | []byte](text T) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

func cutAround(text []byte, before, after string) ([]byte, bool) {
	text, ok := bytes.CutPrefix(text, []byte(before))
	if !ok {
		return nil, false
	}
	return bytes.CutSuffix(text, []byte(after))
}

// take sets the field of a member to its compact value.
func (e *Entry) take(key, value string, digest *string) (ok bool) {
	switch key {
	case "id":
		e.ID, ok = unquote(value)
	case "etag":
		e.ETag, ok = unquote(value)
	case "digest":
		*digest, ok = unquote(value)
	case "protect":
		e.Protect, ok = true, value == "true"
	case "moved_from":
		var name string
		if name, ok = unquote(value); ok {
			var err error
			e.MovedFrom, err = resource.ParseAddress(name)
			ok = err == nil
		}
	case "sent":
		ok = strict([]byte(value), &e.Sent)
	case "needs":
		e.Needs, ok = printedNeeds(value)
	case "secrets":
		ok = strict([]byte(value), &e.Secrets)
	case "deposed":
		ok = strict([]byte(value), &e.Deposed)
	}
	return ok
}

// unquote returns the text of a JSON string.
func unquote(token string) (string, bool) {
	if len(token) < 2 || token[0] != '"' || stringEnd(token) != len(token) {
		return "", false
	}
	if inner := token[1 : len(token)-1]; strings.IndexByte(inner, '\\') < 0 {
		return inner, true
	}
	var s string
	return s, json.Unmarshal([]byte(token), &s) == nil
}

// printedNeeds reads the list of needs: objects of texts, in the order of Need.
func printedNeeds(text string) ([]Need, bool) {
	needs := make([]Need, 0, strings.Count(text, `"address":`))
	text, ok := strings.CutPrefix(text, "[")
	member := func(key string) string {
		rest, has := strings.CutPrefix(text, key)
		if !has {
			return ""
		}
		end := -1
		if len(rest) > 0 && rest[0] == '"' {
			end = stringEnd(rest)
		}
		if end < 0 {
			ok = false
			return ""
		}
		s, _ := unquote(rest[:end])
		text = rest[end:]
		return s
	}
	for ok {
		address := member(`{"address":`)
		n := Need{Edge: resource.Edge{Via: member(`,"via":`)}, Field: member(`,"field":`), ID: member(`,"id":`)}
		a, err := resource.ParseAddress(address)
		if err != nil {
			return nil, false
		}
		n.To = a
		needs = append(needs, n)
		switch {
		case text == "}]":
			return needs, ok
		case !strings.HasPrefix(text, "},"):
			return nil, false
		}
		text = text[2:]
	}
	return nil, false
}
