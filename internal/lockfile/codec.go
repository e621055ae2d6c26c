package lockfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
)

// The codec of lockfile and journal. A lockfile is one JSON object:
//
//	{"lock_version", "lineage", "serial", "digest", "secrets", "target", "resources": {ADDRESS: entry, …}}
//
// with one key on each line and entries sorted by address. The digest of an entry is
// that of its compact form without the digest; the digest of the lockfile is that of
// the lines `ADDRESS DIGEST`.

// header holds the members of a lockfile before its resources.
type header struct {
	LockVersion string `json:"lock_version"`
	Lineage     string `json:"lineage"`
	Serial      uint64 `json:"serial"`
	Digest      string `json:"digest"`
	Secrets     string `json:"secrets,omitzero"`
	Target      Target `json:"target"`
}

// entryJSON is an entry without its address.
type entryJSON struct {
	ID        string           `json:"id,omitzero"`
	ETag      string           `json:"etag,omitzero"`
	Created   time.Time        `json:"created,omitzero"`
	Digest    string           `json:"digest,omitzero"`
	Protect   bool             `json:"protect,omitzero"`
	MovedFrom resource.Address `json:"moved_from,omitzero"`
	Applied   jsontext.Value   `json:"applied,omitzero"`
	Sent      []Sent           `json:"sent,omitempty"`
	Needs     []Need           `json:"needs,omitempty"`
	Secrets   []SecretHash     `json:"secrets,omitempty"`
	Deposed   []Deposed        `json:"deposed,omitempty"`
}

// plain returns the entry's form without a digest. Lists are put in order in a
// copy: others may be reading the entry.
func (e Entry) plain() entryJSON {
	needs := e.Needs
	if !slices.IsSortedFunc(needs, compareNeeds) {
		needs = slices.SortedStableFunc(slices.Values(needs), compareNeeds)
	}
	return entryJSON{
		ID: e.ID, ETag: e.ETag, Created: e.Created, Protect: e.Protect, MovedFrom: e.MovedFrom,
		Applied: jsontext.Value(e.Applied),
		Sent:    e.Sent, Needs: needs, Secrets: e.Secrets, Deposed: e.Deposed,
	}
}

func (j entryJSON) entry(a resource.Address) Entry {
	return Entry{
		Address: a, ID: j.ID, ETag: j.ETag, Created: j.Created, Protect: j.Protect, MovedFrom: j.MovedFrom,
		Applied: []byte(j.Applied),
		Sent:    j.Sent, Needs: j.Needs, Secrets: j.Secrets, Deposed: j.Deposed,
	}
}

// printing makes the encoder print the bytes of lockfiles that exist: their digests
// depend on them.
var printing = json.JoinOptions(
	jsontext.EscapeForJS(true), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true),
	jsontext.PreserveRawStrings(true), json.FormatNilSliceAsNull(true),
)

// reading refuses unknown keys.
var reading = json.JoinOptions(jsontext.AllowInvalidUTF8(true), json.RejectUnknownMembers(true))

// encode prints plain data, which always encodes, as compact JSON.
func encode(v any) []byte {
	text, err := json.Marshal(v, printing)
	if err != nil {
		panic("lockfile: " + err.Error())
	}
	return text
}

// digest returns the digest of an entry.
func (e Entry) digest() string { return resource.Digest(encode(e.plain())) }

// digestLine is what the digest of a lockfile covers of an entry.
func digestLine(a resource.Address, digest string) []byte {
	return []byte(a.String() + " " + digest + "\n")
}

// Marshal prints the canonical form.
func (l *Lock) Marshal() ([]byte, error) { return bytes.Join(l.print(), nil), nil }

// pieces are a printed lockfile: its header up to the first entry, and entries.
type pieces [][]byte

// digest is that of the whole text.
func (p pieces) digest() string {
	sum := sha256.New()
	for _, text := range p {
		sum.Write(text)
	}
	return shortDigest(sum)
}

// shortDigest returns the first 128 bits of a hash in hex.
func shortDigest(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)[:16]) }

// digestButSerial is equal for two that differ in their serials only. The empty
// text is "".
func (p pieces) digestButSerial() string {
	if len(p) == 0 {
		return ""
	}
	before, after, _ := bytes.Cut(p[0], []byte("\n  \"serial\": "))
	return append(pieces{before, bytes.TrimLeft(after, "0123456789")}, p[1:]...).digest()
}

// print prints the canonical form in pieces, on all cores. They are never joined
// when a lockfile is written: that of 10,000 dataflows has 97 MB.
func (l *Lock) print() pieces {
	entries := make(pieces, len(l.Entries))
	sums := make([]string, len(l.Entries))
	parallel.Each(len(l.Entries), func(i int) {
		e := &l.Entries[i]
		j := e.plain()
		j.Digest = e.digest()
		sums[i], entries[i] = j.Digest, e.print(j, i == 0)
	})
	sum := sha256.New()
	for i, e := range l.Entries {
		sum.Write(digestLine(e.Address, sums[i]))
	}
	h := header{
		LockVersion: l.version(), Lineage: l.Lineage, Serial: l.Serial, Digest: shortDigest(sum),
		Secrets: l.Secrets, Target: l.Target,
	}
	head, err := json.Marshal(h, printing, jsontext.WithIndent("  "))
	if err != nil {
		panic("lockfile: " + err.Error())
	}
	head = append(bytes.TrimSuffix(head, []byte("\n}")), ",\n  \"resources\": {"...)
	if len(entries) == 0 {
		return pieces{append(head, "}\n}\n"...)}
	}
	return append(append(pieces{head}, entries...), []byte("\n  }\n}\n"))
}

// print prints an entry with its address, after the line break or the comma that
// comes before it.
func (e *Entry) print(j entryJSON, first bool) []byte {
	b := bytes.NewBuffer(make([]byte, 0, 2*len(e.Applied)+120*len(e.Needs)+300))
	if !first {
		b.WriteByte(',')
	}
	b.WriteString("\n    ")
	b.Write(encode(e.Address))
	b.WriteString(": ")
	err := json.MarshalWrite(b, j, printing, jsontext.WithIndentPrefix("    "), jsontext.WithIndent("  "))
	if err != nil {
		panic("lockfile: " + err.Error())
	}
	return b.Bytes()
}
