package lockfile

import (
	"bytes"
	"crypto/sha256"
	"runtime"
	"strings"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/resource"
)

// printBlock is how many entries are printed at a time, on one core.
const printBlock = 512

// Marshal prints the canonical form: sorted by address, one key a line, with
// digests that tell a wrong merge.
func (l *Lock) Marshal() ([]byte, error) {
	pieces, err := l.print()
	return bytes.Join(pieces, nil), err
}

// pieces are a printed lockfile: its header up to the first entry, and entries.
type pieces [][]byte

// digest is that of the whole text.
func (p pieces) digest() string {
	sum := sha256.New()
	for _, text := range p {
		sum.Write(text)
	}
	return shortDigest(sum.Sum(nil))
}

// digestButSerial is equal for two that differ in their serials only. The empty
// text is "".
func (p pieces) digestButSerial() string {
	if len(p) == 0 {
		return ""
	}
	before, after, _ := bytes.Cut(p[0], []byte("\n  \"serial\": "))
	return append(pieces{before, bytes.TrimLeft(after, "0123456789")}, p[1:]...).digest()
}

// print prints the canonical form. Entries are printed by hand, on all cores, and
// never put together: a lockfile of a large project has a hundred megabytes, and
// the way through the encoder made five copies of it.
func (l *Lock) print() (pieces, error) {
	blocks := make([]printedBlock, (len(l.Entries)+printBlock-1)/printBlock)
	next := make(chan int, len(blocks))
	var wg bug.Group
	for range min(runtime.GOMAXPROCS(0), len(blocks)) {
		wg.Go(func() {
			for i := range next {
				from := i * printBlock
				blocks[i] = printEntries(l.Entries[from:min(from+printBlock, len(l.Entries))], from == 0)
			}
		})
	}
	for i := range blocks {
		next <- i
	}
	close(next)
	wg.Wait()

	var digests strings.Builder
	for _, b := range blocks {
		digests.WriteString(b.digests)
	}
	head, err := encode(header{
		LockVersion: Version, Lineage: l.Lineage, Serial: l.Serial,
		Digest: resource.Digest([]byte(digests.String())), Secrets: l.Secrets, Target: l.Target,
	})
	if err != nil {
		return nil, err
	}
	// The header's own map stays empty so that the entries keep their order.
	head, ok := bytes.CutSuffix(head, []byte(`"resources":null}`))
	if !ok {
		panic("lockfile: the resources are not the last member of the header")
	}
	head = bytes.TrimRight(appendIndented(nil, head, 0), "\n ")
	if len(blocks) == 0 {
		return pieces{append(head, "\n  \"resources\": {}\n}\n"...)}, nil
	}
	out := make(pieces, 0, len(blocks)+2)
	out = append(out, append(head, printedOpen...))
	for _, b := range blocks {
		out = append(out, b.text)
	}
	return append(out, printedClose), nil
}

// printedBlock is some entries as they stand in the lockfile, and their lines of
// the text whose digest the header has.
type printedBlock struct {
	text    []byte
	digests string
}

func printEntries(entries []Entry, first bool) printedBlock {
	var out printedBlock
	var digests []byte
	var compact []byte
	size := 0
	for _, e := range entries {
		size += 2*len(e.Applied) + 120*len(e.Needs) + 200
	}
	out.text = make([]byte, 0, size)
	for i, e := range entries {
		var digest string
		compact, digest = e.appendCompact(compact[:0])
		digests = append(append(append(append(digests, e.Address.String()...), ' '), digest...), '\n')
		if i > 0 || !first {
			out.text = append(out.text, ",\n"...)
		}
		out.text = appendText(append(out.text, "    "...), e.Address.String())
		out.text = appendIndented(append(out.text, ": "...), compact, 2)
	}
	out.digests = string(digests)
	return out
}

// appendCompact appends the entry as compact JSON with its digest in it, which is
// that of the same without.
func (e Entry) appendCompact(b []byte) ([]byte, string) {
	begin := len(b)
	b = appendMembers(append(b, '{'), e, "")
	b = append(b, '}')
	digest := resource.Digest(b[begin:])
	b = appendMembers(append(b[:begin], '{'), e, digest)
	return append(b, '}'), digest
}

// appendIndented appends compact JSON with a member or an element on each line, at a
// depth, as the encoder indents it.
func appendIndented(out, compact []byte, depth int) []byte {
	line := func() {
		out = append(out, '\n')
		for range depth {
			out = append(out, "  "...)
		}
	}
	for i := 0; i < len(compact); {
		switch c := compact[i]; c {
		case '"':
			end := stringEnd(compact[i:])
			out = append(out, compact[i:i+end]...)
			i += end
			continue
		case '{', '[':
			out = append(out, c)
			if i+1 < len(compact) && (compact[i+1] == '}' || compact[i+1] == ']') {
				out = append(out, compact[i+1])
				i += 2
				continue
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			out = append(out, c)
		case ',':
			out = append(out, c)
			line()
		case ':':
			out = append(out, ": "...)
		default:
			out = append(out, c)
		}
		i++
	}
	return out
}

// encode returns the entry as compact JSON with its digest in it.
func (e Entry) encode() (compact []byte, digest string) { return e.appendCompact(nil) }
