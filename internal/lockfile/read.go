package lockfile

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
)

// The ways in which a lockfile can be unusable. Callers branch with errors.Is.
var (
	ErrConflict = errors.New("the lockfile holds the conflict markers of a Git merge")
	ErrDigest   = errors.New("the lockfile was changed or merged by hand: its digest does not fit its content")
	ErrNewer    = errors.New("the lockfile was written by a newer aepflow")
	ErrSyntax   = errors.New("the lockfile is not what aepflow writes")
)

// LoadFor is Load for who has a graph to compare with: entries that were applied
// as the graph asks for share its bytes, and the text of the lockfile is never in
// memory as a whole.
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
	l, err := (&reader{graph: g, verified: true}).read(f)
	if err != nil {
		return Load(p) // which has the whole text to say why
	}
	return checked(View{Lock: l})
}

// Parse reads a lockfile strictly. Errors wrap ErrConflict, ErrDigest, ErrNewer
// or ErrSyntax.
func Parse(text []byte) (*Lock, error) { return parseLock(text, true) }

// parseLock reads a lockfile; verified says whether its digests must fit.
func parseLock(text []byte, verified bool) (*Lock, error) {
	l, err := (&reader{verified: verified}).read(bytes.NewReader(text))
	switch {
	case err == nil:
		return l, nil
	case hasConflictMarkers(text):
		return nil, ErrConflict
	case errors.Is(err, ErrDigest):
		return nil, err
	}
	if v := versionOf(text); v != "" && !isMajorOf(Version, v) && !sameMajor(v) || isNewerMinor(v) {
		return nil, fmt.Errorf("%w (lock_version %s, this one reads %s)", ErrNewer, v, Version)
	}
	if !errors.Is(err, ErrSyntax) {
		err = fmt.Errorf("%w: %s", ErrSyntax, resource.JSONFault(err))
	}
	return nil, err
}

// versionOf reads the version of a lock whose other fields are not known here.
func versionOf(text []byte) string {
	var v struct {
		LockVersion string `json:"lock_version"`
	}
	if json.UnmarshalRead(bytes.NewReader(text), &v, jsontext.AllowInvalidUTF8(true)) != nil {
		return ""
	}
	return v.LockVersion
}

// reader reads a lockfile as a stream: under its lock it cuts batches of entries from
// the text, which all cores decode.
type reader struct {
	graph    *resource.Graph // whose bodies entries share; nil for none
	verified bool            // the digests must fit

	mu      sync.Mutex
	dec     *jsontext.Decoder
	header  header
	state   readState
	batches [][]readEntry
	err     error // the first
}

// readState says what a reader expects next.
type readState uint8

const (
	beforeMembers readState = iota
	inMembers
	inResources
	atEnd
)

// readEntry is an entry with its digest.
type readEntry struct {
	Entry
	sum string
}

// batch is some entries of a lockfile as text.
type batch struct {
	number int
	names  []string
	text   []byte
	ends   []int // of each entry in text
}

// batchSize is about how many bytes of entries are decoded at a time.
const batchSize = 256 << 10

func (r *reader) read(in io.Reader) (*Lock, error) {
	// Duplicate addresses are found below, by the digest.
	r.dec = jsontext.NewDecoder(in, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	parallel.Cores(runtime.GOMAXPROCS(0), func(func() (int, bool)) {
		var b batch
		for r.next(&b) {
			list, err := r.decode(&b)
			r.put(b.number, list, err)
		}
	})
	h := r.header
	switch {
	case r.err != nil:
		return nil, r.err
	case h.LockVersion == "":
		return nil, fmt.Errorf("%w: it has no lock_version", ErrSyntax)
	case !sameMajor(h.LockVersion) && !isMajorOf(Version, h.LockVersion):
		return nil, ErrSyntax // the caller says which version it has
	}
	l := &Lock{Lineage: h.Lineage, Serial: h.Serial, Target: h.Target, Secrets: h.Secrets}
	sum := sha256.New()
	count := 0
	for _, b := range r.batches {
		count += len(b)
	}
	if count > 0 {
		l.Entries = make([]Entry, 0, count)
	}
	for _, b := range r.batches {
		for _, e := range b {
			sum.Write(digestLine(e.Address, e.sum))
			l.Entries = append(l.Entries, e.Entry)
		}
	}
	byAddress := func(a, b Entry) int { return a.Address.Compare(b.Address) }
	if !slices.IsSortedFunc(l.Entries, byAddress) {
		slices.SortStableFunc(l.Entries, byAddress)
		sum.Reset()
		for _, e := range l.Entries {
			sum.Write(digestLine(e.Address, e.digest()))
		}
	}
	for i := 1; i < len(l.Entries); i++ {
		if a := l.Entries[i].Address; a == l.Entries[i-1].Address {
			return nil, fmt.Errorf("%w (%s)", ErrDigest, a)
		}
	}
	if r.verified && shortDigest(sum) != h.Digest {
		return nil, ErrDigest
	}
	return l, nil
}

// next cuts the next batch, false when there is none.
func (r *reader) next(b *batch) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	b.names, b.text, b.ends = b.names[:0], b.text[:0], b.ends[:0]
	for r.err == nil && r.state != atEnd && len(b.text) < batchSize {
		r.err = r.step(b)
	}
	b.number = len(r.batches)
	r.batches = append(r.batches, nil)
	return r.err == nil && len(b.names) > 0
}

// step reads one member of the lockfile or one entry.
func (r *reader) step(b *batch) error {
	switch r.state {
	case beforeMembers:
		r.state = inMembers
		return r.expect('{')
	case inResources:
		if r.dec.PeekKind() == '}' {
			r.state = inMembers
			return r.expect('}')
		}
		name, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		b.names = append(b.names, name.String())
		value, err := r.dec.ReadValue()
		b.text = append(b.text, value...)
		b.ends = append(b.ends, len(b.text))
		return err
	}
	if r.dec.PeekKind() == '}' {
		r.state = atEnd
		if err := r.expect('}'); err != nil {
			return err
		}
		if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: more than one value", ErrSyntax)
		}
		return nil
	}
	return r.member()
}

// member reads a member of the lockfile, or the beginning of its resources.
func (r *reader) member() error {
	token, err := r.dec.ReadToken()
	if err != nil {
		return err
	}
	h := &r.header
	into, known := map[string]any{
		"lock_version": &h.LockVersion, "lineage": &h.Lineage, "serial": &h.Serial, "digest": &h.Digest,
		"secrets": &h.Secrets, "target": &h.Target, "resources": nil,
	}[token.String()]
	switch {
	case !known:
		return fmt.Errorf("%w: unknown key %q", ErrSyntax, token.String())
	case into != nil:
		return json.UnmarshalDecode(r.dec, into, json.RejectUnknownMembers(true))
	case r.dec.PeekKind() == 'n':
		return r.dec.SkipValue()
	}
	r.state = inResources
	return r.expect('{')
}

// expect reads a brace.
func (r *reader) expect(kind jsontext.Kind) error {
	token, err := r.dec.ReadToken()
	if err == nil && token.Kind() != kind {
		err = fmt.Errorf("%w: expected %s at byte %d", ErrSyntax, kind, r.dec.InputOffset())
	}
	return err
}

// put keeps the entries of a batch.
func (r *reader) put(number int, list []readEntry, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batches[number] = list
	r.err = cmp.Or(r.err, err)
}

// decode decodes the entries of a batch.
func (r *reader) decode(b *batch) ([]readEntry, error) {
	out := make([]readEntry, len(b.names))
	from := 0
	for i, end := range b.ends {
		a, err := resource.ParseAddress(b.names[i])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
		}
		if out[i], err = r.entry(a, b.text[from:end:end]); err != nil {
			return nil, err
		}
		from = end
	}
	return out, nil
}

// entry decodes an entry, whose text it changes.
func (r *reader) entry(a resource.Address, text jsontext.Value) (readEntry, error) {
	_ = text.Compact() // it was read as a value
	var j entryJSON
	if err := json.Unmarshal(text, &j, reading); err != nil {
		return readEntry{}, fmt.Errorf("%w: %s: %s", ErrSyntax, a, resource.JSONFault(err))
	}
	if r.graph != nil {
		if asked, ok := r.graph.Get(a); ok {
			a = asked.Address
			if body := asked.Body.JSON(); bytes.Equal(body, j.Applied) {
				j.Applied = jsontext.Value(body)
			}
		}
	}
	e := readEntry{Entry: j.entry(a)}
	// The text without its digest is the one that was printed, unless people edited it.
	said := `"digest":"` + j.Digest + `"`
	plain := bytes.Replace(bytes.Replace(text, []byte(said+","), nil, 1), []byte(","+said), nil, 1)
	if e.sum = resource.Digest(plain); e.sum != j.Digest {
		e.sum = e.digest()
	}
	if r.verified && e.sum != j.Digest {
		return readEntry{}, fmt.Errorf("%w (%s)", ErrDigest, a)
	}
	return e, nil
}

func hasConflictMarkers(text []byte) bool {
	for _, marker := range []string{"<<<<<<< ", ">>>>>>> "} {
		if bytes.HasPrefix(text, []byte(marker)) || bytes.Contains(text, []byte("\n"+marker)) {
			return true
		}
	}
	return false
}

// sameMajor reports whether a journal, or a lockfile without unknown secrets, has a version that is read here.
func sameMajor(v string) bool { return isMajorOf(plainVersion, v) }

// isNewerMinor reports whether a version has members that are not known here.
func isNewerMinor(v string) bool {
	_, minor, _ := strings.Cut(v, ".")
	_, ours, _ := strings.Cut(Version, ".")
	return len(minor) > len(ours) || len(minor) == len(ours) && minor > ours
}

func isMajorOf(version, v string) bool {
	ours, _, _ := strings.Cut(version, ".")
	theirs, _, _ := strings.Cut(v, ".")
	return ours == theirs
}
