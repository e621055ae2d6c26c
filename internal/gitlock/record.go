package gitlock

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
)

// State is whether somebody holds a lock.
type State string

// The states of a lock.
const (
	Held State = "held"
	Free State = "free"
)

// version is that of the record. A reader refuses a newer major version.
const version = "1.0"

// Record is what a commit of the lock's ref says.
type Record struct {
	Version string    `json:"version"`
	State   State     `json:"state"`
	Holder  string    `json:"holder"`        // lockfile.Holder.Name of who wrote the record
	Run     string    `json:"run,omitempty"` // page of the pipeline's run
	Since   time.Time `json:"since"`         // of the state, by the writer's clock
	// The lockfile as of the last release.
	Lineage string `json:"lineage,omitempty"`
	Serial  uint64 `json:"serial"`
	Digest  string `json:"lock_digest,omitempty"`
	Nonce   string `json:"nonce"` // makes each commit another one
}

// lockfile returns which lockfile the record knows.
func (r Record) lockfile() lockfile.Base {
	return lockfile.Base{Lineage: r.Lineage, Serial: r.Serial, Digest: r.Digest}
}

// with returns a record of another state, with a nonce of its own.
func (r Record) with(state State, by Owner) Record {
	r.Version, r.State, r.Holder, r.Run = version, state, by.Holder.Name(), by.Run
	r.Since, r.Nonce = by.Holder.Since.UTC().Truncate(time.Second), rand.Text()
	return r
}

// message is the commit message: a line for people, the page of the run, and the record.
func (r Record) message(ref string) string {
	text, err := json.Marshal(r)
	if err != nil {
		panic("gitlock: " + err.Error()) // plain data always encodes
	}
	what := fmt.Sprintf("%s: held by %s", ref, r.Holder)
	if r.State == Free {
		what = fmt.Sprintf("%s: free, released by %s", ref, r.Holder)
	}
	if r.Run != "" {
		what += "\n\nRun: " + strings.Join(strings.Fields(r.Run), " ")
	}
	return what + "\n\n" + string(text) + "\n"
}

// errForeign says that a commit is none of a lock.
var errForeign = errors.New("it is not a lock that aepflow has written")

// isHolder reports whether a text can be the name of a holder, which people pass to unlock: 1 to 255 visible ASCII
// characters. A regular expression of that length takes 2.8 ms to compile, at every start of the program.
func isHolder(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}

// parseCommit reads the text of a commit, which anybody with access to the Git server may have written.
func parseCommit(text string) (Record, error) {
	_, message, _ := strings.Cut(text, "\n\n")
	var r Record
	for line := range strings.Lines(message) {
		if !strings.HasPrefix(line, "{") {
			continue
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return Record{}, errForeign
		}
		break
	}
	major, _, _ := strings.Cut(r.Version, ".")
	switch {
	case r.Version == "" || r.State == "" || !isHolder(r.Holder):
		return Record{}, errForeign
	case major != "1":
		return Record{}, fmt.Errorf("it has version %q; install a later version of aepflow", r.Version)
	case r.State != Held && r.State != Free:
		return Record{}, errForeign
	}
	return r, nil
}
