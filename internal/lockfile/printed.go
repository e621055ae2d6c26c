package lockfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime"
	"sync"

	"github.com/aepflow/aepflow/internal/resource"
)

// What a printed lockfile looks like around its entries. A JSON string holds no
// line break, so these are found by text alone.
var (
	printedOpen  = []byte("\n  \"resources\": {\n")
	printedBreak = []byte("\n    }")
	printedClose = []byte("\n  }\n}\n")
)

// parsePrinted reads a lockfile that stands exactly as Marshal prints it, on all
// cores and several times faster than any JSON: the text is taken apart by its
// lines, and the digests say that nothing else can be in it. False means only
// that the text has to be read the long way, which also knows why.
func parsePrinted(text []byte) (*Lock, bool) {
	open := bytes.Index(text, printedOpen)
	if open < 0 {
		return nil, false
	}
	head, comma := bytes.CutSuffix(text[:open], []byte{','})
	var h header
	if !comma || !strict(append(bytes.Clone(head), '}'), &h) || h.LockVersion != Version {
		return nil, false
	}
	chunks, ok := cutEntries(text[open+len(printedOpen):])
	if !ok {
		return nil, false
	}
	l := &Lock{Lineage: h.Lineage, Serial: h.Serial, Target: h.Target, Secrets: h.Secrets, Entries: make([]Entry, len(chunks))}
	digests := make([]string, len(chunks))
	if !readEntries(chunks, l.Entries, digests) {
		return nil, false
	}
	sum := sha256.New()
	for i, e := range l.Entries {
		if i > 0 && l.Entries[i-1].Address.Compare(e.Address) >= 0 {
			return nil, false
		}
		sum.Write([]byte(e.Address.String() + " " + digests[i] + "\n"))
	}
	return l, shortDigest(sum.Sum(nil)) == h.Digest
}

// strict decodes a JSON value that has nothing behind it and no unknown keys.
func strict(text []byte, into any) bool {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	return dec.Decode(into) == nil && dec.InputOffset() == int64(len(text))
}

func shortDigest(sum []byte) string { return hex.EncodeToString(sum[:16]) }

// cutEntries takes the text behind the opening of the resources apart: one piece
// for each entry, from its key to its closing brace.
func cutEntries(text []byte) ([][]byte, bool) {
	chunks := make([][]byte, 0, len(text)/1024)
	for {
		end := bytes.Index(text, printedBreak)
		if end < 0 {
			return nil, false
		}
		end += len(printedBreak)
		chunks = append(chunks, text[:end])
		text = text[end:]
		switch {
		case bytes.Equal(text, printedClose):
			return chunks, true
		case !bytes.HasPrefix(text, []byte(",\n")):
			return nil, false
		}
		text = text[2:]
	}
}

// readEntries reads each piece into the entry of the same index.
func readEntries(chunks [][]byte, entries []Entry, digests []string) bool {
	workers := min(runtime.GOMAXPROCS(0), len(chunks))
	fine := make([]bool, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			var p printed
			for i := w * len(chunks) / workers; i < (w+1)*len(chunks)/workers; i++ {
				if entries[i], digests[i] = p.entry(chunks[i]); digests[i] == "" {
					return
				}
			}
			fine[w] = true
		})
	}
	wg.Wait()
	for _, ok := range fine {
		if !ok {
			return false
		}
	}
	return true
}

// printed is the reader of one entry, with memory that the next one uses again.
type printed struct {
	compact []byte
	members []printedMember
}

// printedMember is a member of an entry: the places of its key and of its value
// in the compact text.
type printedMember struct{ key, value int }

// entry reads one entry and returns its digest, "" when the text is not what
// Marshal prints or does not fit the digest in it.
func (p *printed) entry(chunk []byte) (Entry, string) {
	name, ok := p.squeeze(chunk)
	if !ok {
		return Entry{}, ""
	}
	address, err := resource.ParseAddress(name)
	if err != nil {
		return Entry{}, ""
	}
	e := Entry{Address: address}
	digest, rank := "", -1
	sum := sha256.New()
	sum.Write([]byte{'{'})
	first := true
	for i, m := range p.members {
		end, after := len(p.compact)-1, byte('}')
		if i+1 < len(p.members) {
			end, after = p.members[i+1].key-1, ','
		}
		if end < m.value || p.compact[end] != after {
			return Entry{}, ""
		}
		key, value := string(p.compact[m.key+1:m.value-2]), p.compact[m.value:end]
		at := memberRank(key)
		if at <= rank || !e.take(key, value, &digest) {
			return Entry{}, ""
		}
		rank = at
		if key == "digest" {
			continue
		}
		if !first {
			sum.Write([]byte{','})
		}
		first = false
		sum.Write(p.compact[m.key:end])
	}
	sum.Write([]byte{'}'})
	if shortDigest(sum.Sum(nil)) != digest {
		return Entry{}, ""
	}
	return e, digest
}

// memberRank is the place of a member in the order of entryJSON, -1 for none.
func memberRank(key string) int {
	for i, k := range [...]string{"id", "etag", "digest", "protect", "applied", "sent", "needs", "secrets", "deposed"} {
		if k == key {
			return i
		}
	}
	return -1
}

// squeeze takes the white space out of an entry's lines and notes its members.
// The answer is the entry's name. Lines that are not indented by their depth, or
// hold more than one value, are not printed ones.
func (p *printed) squeeze(chunk []byte) (name string, ok bool) {
	line, rest, more := bytes.Cut(chunk, []byte{'\n'})
	name, ok = cutAround(line, "    \"", "\": {")
	if !ok {
		return "", false
	}
	p.compact, p.members = append(p.compact[:0], '{'), p.members[:0]
	const members = 3 // the depth of an entry's members
	for depth := members; more; {
		line, rest, more = bytes.Cut(rest, []byte{'\n'})
		indent := 0
		for indent < len(line) && line[indent] == ' ' {
			indent++
		}
		if line = line[indent:]; len(line) == 0 {
			return "", false
		}
		if line[0] == '}' || line[0] == ']' {
			depth--
		}
		if indent != 2*depth || depth < members && more {
			return "", false
		}
		if line[0] == '"' {
			end := stringEnd(line)
			if end < 0 {
				return "", false
			}
			value, keyed := bytes.CutPrefix(line[end:], []byte(": "))
			if keyed {
				begin := len(p.compact)
				p.compact = append(append(p.compact, line[:end]...), ':')
				if depth == members {
					p.members = append(p.members, printedMember{begin, len(p.compact)})
				}
				line = value
			}
			if depth == members && !keyed {
				return "", false
			}
		}
		if !isOneValue(line) {
			return "", false
		}
		if last := line[len(line)-1]; last == '{' || last == '[' {
			depth++
		}
		p.compact = append(p.compact, line...)
	}
	return name, len(p.members) > 0
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
func stringEnd(text []byte) int {
	for i := 1; ; i++ {
		n := bytes.IndexByte(text[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		escapes := 0
		for text[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

func cutAround(text []byte, before, after string) (string, bool) {
	s, ok := bytes.CutPrefix(text, []byte(before))
	if !ok {
		return "", false
	}
	s, ok = bytes.CutSuffix(s, []byte(after))
	return string(s), ok
}

// take sets the field of a member to its compact value.
func (e *Entry) take(key string, value []byte, digest *string) (ok bool) {
	switch key {
	case "id":
		e.ID, ok = unquote(value)
	case "etag":
		e.ETag, ok = unquote(value)
	case "digest":
		*digest, ok = unquote(value)
	case "protect":
		e.Protect, ok = true, string(value) == "true"
	case "applied":
		e.Applied, ok = bytes.Clone(value), true
	case "sent":
		ok = strict(value, &e.Sent)
	case "needs":
		e.Needs, ok = printedNeeds(value)
	case "secrets":
		ok = strict(value, &e.Secrets)
	case "deposed":
		ok = strict(value, &e.Deposed)
	}
	return ok
}

// unquote returns the text of a JSON string.
func unquote(token []byte) (string, bool) {
	if len(token) < 2 || token[0] != '"' || stringEnd(token) != len(token) {
		return "", false
	}
	if inner := token[1 : len(token)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	var s string
	return s, json.Unmarshal(token, &s) == nil
}

// printedNeeds reads the list of needs: objects of texts, in the order of Need.
func printedNeeds(text []byte) ([]Need, bool) {
	needs := make([]Need, 0, bytes.Count(text, []byte(`"address":`)))
	text, ok := bytes.CutPrefix(text, []byte{'['})
	member := func(key string) string {
		rest, has := bytes.CutPrefix(text, []byte(key))
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
		n := Need{Via: member(`,"via":`), Field: member(`,"field":`), ID: member(`,"id":`)}
		if a, err := resource.ParseAddress(address); err != nil {
			return nil, false
		} else {
			n.Address = a
		}
		needs = append(needs, n)
		switch {
		case string(text) == "}]":
			return needs, ok
		case !bytes.HasPrefix(text, []byte("},")):
			return nil, false
		}
		text = text[2:]
	}
	return nil, false
}
