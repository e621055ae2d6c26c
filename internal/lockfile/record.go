package lockfile

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/aepflow/aepflow/internal/resource"
)

// recorded reads records, those of earlier releases included.
var recorded = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// Record is one entry of the journal; exactly one member is set.
type Record struct {
	Header    *Header    `json:"header,omitzero"`
	Intent    *Intent    `json:"intent,omitzero"`
	Outcome   *Outcome   `json:"outcome,omitzero"`
	Edit      *Edit      `json:"edit,omitzero"`
	Commit    *Commit    `json:"commit,omitzero"`
	Heartbeat *Heartbeat `json:"alive,omitzero"`
}

// Header is the first record: which lockfile the journal goes on from.
type Header struct {
	Version string `json:"journal_version"`
	Lineage string `json:"lineage"`
	Serial  uint64 `json:"serial"` // of the lockfile as it was; 0 when there was none
	Target  Target `json:"target"`
}

// Intent says that a call is about to be sent. It holds all that is needed to
// find out later whether it was done, and what the lockfile says if it was.
type Intent struct {
	N       int              `json:"n"` // counts through the journal
	Call    int              `json:"call,omitzero"`
	Address resource.Address `json:"address"`
	Step    string           `json:"step"` // create, update, enable, disable, retire, delete
	Method  string           `json:"method"`
	URL     string           `json:"url"`
	Object  string           `json:"object,omitzero"`  // id of what it changes; "" for a create
	Since   time.Time        `json:"since,omitzero"`   // what it makes is not older than this, by the server's clock
	Entry   *EntryText       `json:"entry,omitzero"`   // the entry when it is done, without what the answer gives
	Leaves  []string         `json:"leaves,omitempty"` // create: steps that remain for the object it takes the place of
	// Replaces is the id of that object.
	Replaces string `json:"replaces,omitzero"`
	// Accepted: the platform took the call and its answer named no usable id. It was
	// carried out, so it is never given up for not done.
	Accepted bool `json:"accepted,omitzero"`
}

// Heartbeat says when, by the server's clock, the process that writes the journal was
// at work: it sent nothing that came much later than its last one.
type Heartbeat struct {
	At time.Time `json:"at"`
}

// Outcome says what is known of an intent. Aborted: it was not carried out. Accepted:
// it was, but the object is not known yet; the intent stays open.
type Outcome struct {
	N        int    `json:"n"`
	Aborted  bool   `json:"void,omitzero"`
	ID       string `json:"id,omitzero"`
	ETag     string `json:"etag,omitzero"`
	Accepted bool   `json:"accepted,omitzero"`
}

// Edit changes the lock without a call.
type Edit struct {
	Put    *EntryText       `json:"put,omitzero"`
	Forget resource.Address `json:"forget,omitzero"`
	Move   *Move            `json:"move,omitzero"`   // of earlier releases, and of one entry
	Moves  []Move           `json:"moves,omitempty"` // all at once
	Tenant string           `json:"tenant,omitzero"`
	ETag   *ETag            `json:"etag,omitzero"`
}

// Move renames an entry and every reference to it.
type Move struct {
	From resource.Address `json:"from"`
	To   resource.Address `json:"to"`
}

// ETag is a version of an object that was read after the call that made it.
type ETag struct {
	Address resource.Address `json:"address"`
	ID      string           `json:"id"`
	ETag    string           `json:"etag"`
}

// Commit says that the lockfile with this serial and digest holds everything
// before it. It distinguishes a journal that remained after its lockfile's
// rename from one that was never folded in.
type Commit struct {
	Serial uint64 `json:"serial"`
	Digest string `json:"digest"` // of the lockfile's bytes
}

// EntryText is an Entry in the journal: the lockfile's own form and its address.
type EntryText struct{ Entry }

// MarshalJSONTo prints the address beside the lockfile's form of the entry.
func (t EntryText) MarshalJSONTo(e *jsontext.Encoder) error {
	return json.MarshalEncode(e, struct {
		Address resource.Address `json:"address"`
		entryJSON
	}{t.Address, t.Entry.plain()})
}

// UnmarshalJSON reads what MarshalJSONTo printed.
func (t *EntryText) UnmarshalJSON(text []byte) error {
	var j struct {
		Address resource.Address `json:"address"`
		entryJSON
	}
	if err := json.Unmarshal(text, &j, recorded); err != nil {
		return err
	}
	t.Entry = j.entry(j.Address)
	return nil
}

// A line of the journal is one group of records that were made durable
// together: `LENGTH CRC JSON`, both numbers as eight hex digits. A crash can
// tear the last line only, because a line is synced before the next is written;
// and nothing was sent because of a torn line, since it was never reported durable.
// So a torn line is dropped, while a broken line before others is damage.

const frameHead = 18 // bytes before the JSON

func unframe(line []byte) ([]Record, bool) {
	if len(line) < frameHead || line[8] != ' ' || line[17] != ' ' {
		return nil, false
	}
	size, err1 := strconv.ParseUint(string(line[:8]), 16, 32)
	sum, err2 := strconv.ParseUint(string(line[9:17]), 16, 32)
	text := line[frameHead:]
	if err1 != nil || err2 != nil || uint64(len(text)) != size || crc32.ChecksumIEEE(text) != uint32(sum) {
		return nil, false
	}
	var recs []Record
	if json.Unmarshal(text, &recs, recorded) != nil {
		return nil, false
	}
	return recs, true
}

// unframeAll reads a journal. whole is how many bytes hold complete lines;
// the rest was torn by a crash.
func unframeAll(text []byte) (recs []Record, whole int, err error) {
	for whole < len(text) {
		end := bytes.IndexByte(text[whole:], '\n')
		if end < 0 {
			break
		}
		more, ok := unframe(text[whole : whole+end])
		if !ok {
			if hasWholeLine(text[whole+end+1:]) {
				return nil, 0, fmt.Errorf("%w: the line at byte %d is broken and others follow it", ErrDamaged, whole)
			}
			break
		}
		recs = append(recs, more...)
		whole += end + 1
	}
	if whole == 0 && !isTornHead(text) {
		return nil, 0, fmt.Errorf("%w: its first line is not one that aepflow has written", ErrDamaged)
	}
	return recs, whole, nil
}

// firstLine is how every journal begins, a hex digit where there is an x.
const firstLine = `xxxxxxxx xxxxxxxx [{"header":`

// isTornHead reports whether a text without a whole line can be the beginning of a
// journal that a crash has torn: what we would have written, up to some byte, and
// zeros where the file has grown and nothing was written. Any other text is not
// ours to overwrite.
func isTornHead(text []byte) bool {
	text = bytes.TrimRight(text, "\x00")
	for i := range min(len(text), len(firstLine)) {
		c := text[i]
		hex := '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
		if firstLine[i] == 'x' && !hex || firstLine[i] != 'x' && c != firstLine[i] {
			return false
		}
	}
	return true
}

func hasWholeLine(text []byte) bool {
	for line := range bytes.Lines(text) {
		if _, ok := unframe(bytes.TrimSuffix(line, []byte{'\n'})); ok {
			return true
		}
	}
	return false
}
