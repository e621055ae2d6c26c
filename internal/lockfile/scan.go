package lockfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/resource"
)

// LoadFor is Load for who has a graph to compare with: entries that were applied
// as the graph asks for share its bytes, and a lockfile in its printed form is
// never in memory as a whole.
func LoadFor(p Paths, g *resource.Graph) (View, error) {
	// Without a journal, any lockfile that is there now is the whole truth.
	if info, err := p.journal().Info(); err == nil && info.Size() > 0 || err != nil && !files.IsAbsent(err) {
		return Load(p)
	}
	f, err := p.lock().Open()
	if err != nil {
		return Load(p)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > files.MaxLock {
		return Load(p)
	}
	if l, ok := readPrinted(f, g, blockSize); ok {
		return checked(View{Lock: l})
	}
	return Load(p) // which knows why
}

// What a printed lockfile looks like around its entries. A JSON string holds no
// line break, so these are found by text alone.
var (
	printedOpen  = []byte("\n  \"resources\": {\n")
	printedBreak = []byte("\n    },\n")
	printedClose = []byte("\n  }\n}\n")
)

// readPrinted reads a lockfile that stands exactly as Marshal prints it, on all
// cores and several times faster than any JSON: the text is taken apart by its
// lines, and the digests say that nothing else can be in it. False means only
// that the text has to be read the long way, which also knows why.
func readPrinted(r io.Reader, g *resource.Graph, size int) (*Lock, bool) {
	s := &scan{r: r, size: size}
	h, ok := s.header()
	if !ok {
		return nil, false
	}
	var wg bug.Group
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			p := newPrinted(g)
			var buf []byte
			for {
				n, text, fine := s.next(&buf)
				if !fine {
					return
				}
				b, ok := p.block(text)
				s.put(n, b, ok)
			}
		})
	}
	wg.Wait()
	if s.broken || !s.ended {
		return nil, false
	}
	l := &Lock{Lineage: h.Lineage, Serial: h.Serial, Target: h.Target, Secrets: h.Secrets}
	count := 0
	for _, b := range s.blocks {
		count += len(b.entries)
	}
	l.Entries = make([]Entry, 0, count)
	sum := sha256.New()
	var line []byte
	for _, b := range s.blocks {
		for i := range b.entries {
			a := b.entries[i].Address
			if n := len(l.Entries); n > 0 && l.Entries[n-1].Address.Compare(a) >= 0 {
				return nil, false
			}
			line = append(append(append(line[:0], a.Kind...), '.'), a.Name...)
			line = append(hex.AppendEncode(append(line, ' '), b.digests[i][:]), '\n')
			sum.Write(line)
			l.Entries = append(l.Entries, b.entries[i])
		}
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

// scan cuts a printed lockfile into blocks of whole entries, for several readers.
type scan struct {
	mu     sync.Mutex
	r      io.Reader
	size   int    // of what is read at a time
	rest   []byte // read already, and of the next block
	count  int
	ended  bool // the last block was handed out
	broken bool
	blocks []block // by number
}

// block is what a stretch of the text came to.
type block struct {
	entries []Entry
	digests [][16]byte
}

func newBlock(n int) block {
	return block{entries: make([]Entry, 0, n), digests: make([][16]byte, 0, n)}
}

func (b *block) add(e Entry, digest [16]byte) {
	b.entries, b.digests = append(b.entries, e), append(b.digests, digest)
}

// blockSize is how much is read at a time: enough to make the turns of the
// readers rare, too little to be seen in the memory of the process.
const blockSize = 512 << 10

// header reads what stands before the entries.
func (s *scan) header() (h header, ok bool) {
	for open := -1; open < 0; open = bytes.Index(s.rest, printedOpen) {
		had := len(s.rest)
		s.rest = append(s.rest, make([]byte, s.size)...)
		n, err := io.ReadFull(s.r, s.rest[had:])
		s.rest = s.rest[:had+n]
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return h, false
		}
	}
	head, rest, _ := bytes.Cut(s.rest, printedOpen)
	s.rest = rest
	head, comma := bytes.CutSuffix(head, []byte{','})
	return h, comma && strict(append(bytes.Clone(head), '}'), &h) && h.LockVersion == Version
}

// next reads the next block into buf: entries with a comma and a line break
// between them. False when there is none, or something was wrong.
func (s *scan) next(buf *[]byte) (n int, text []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || s.broken {
		return 0, nil, false
	}
	text = append((*buf)[:0], s.rest...)
	for {
		had := len(text)
		text = append(text, make([]byte, s.size)...)
		got, err := io.ReadFull(s.r, text[had:])
		text = text[:had+got]
		*buf = text
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			s.ended = true
			text, ok = bytes.CutSuffix(text, printedClose)
			s.broken = !ok
			break
		}
		if err != nil {
			s.broken = true
			return 0, nil, false
		}
		if cut := bytes.LastIndex(text, printedBreak); cut >= 0 {
			cut += len(printedBreak)
			s.rest = append(s.rest[:0], text[cut:]...)
			text, ok = text[:cut-len(",\n")], true
			break
		}
	}
	s.count++
	return s.count - 1, text, ok
}

// put keeps what a block came to.
func (s *scan) put(n int, b block, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = s.broken || !ok
	for len(s.blocks) <= n {
		s.blocks = append(s.blocks, block{})
	}
	s.blocks[n] = b
}

// block reads the entries of a block.
func (p *printed) block(text []byte) (block, bool) {
	b := newBlock(len(text) / 1500) // as long as most are
	for {
		e, digest, rest, ok := p.entry(text)
		if !ok {
			return block{}, false
		}
		more := len(rest) > 0
		if text, ok = bytes.CutPrefix(rest, []byte(",\n")); more && !ok {
			return block{}, false
		}
		b.add(e, digest)
		if !more {
			return b, true
		}
	}
}
