package core

import (
	"crypto/sha256"
	"fmt"
	"io"
	"time"
)

// StableUUID derives an id from a name, so that a sandbox keeps its id.
func StableUUID(name string) string {
	h := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	return h[:8] + "-" + h[8:12] + "-5" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}

// Random returns n bytes of the source of ids.
func (e *Env) Random(n int) []byte {
	b := make([]byte, n)
	e.randMu.Lock()
	defer e.randMu.Unlock()
	if _, err := io.ReadFull(e.Rand, b); err != nil {
		panic("emulator: random source: " + err.Error())
	}
	return b
}

// NewHex returns an id of hexadecimal digits.
func (e *Env) NewHex(chars int) string {
	b := e.Random((chars + 1) / 2)
	out := make([]byte, 0, len(b)*2)
	for _, c := range b {
		out = append(out, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
	}
	return string(out[:chars])
}

// NewUUID returns an id in the shape of a UUID of version 4.
func (e *Env) NewUUID() string {
	h := e.NewHex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// NewEtag has the platform's shape: its own quotes, a random head, and the
// second of the write at the end.
func (e *Env) NewEtag(now time.Time) string {
	return fmt.Sprintf("\"%s-0000-0200-0000-%08x0000\"", e.NewHex(8), uint32(now.Unix()))
}

const ulidDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewULID has the shape of batch ids: time first, so that they sort.
func (e *Env) NewULID(ms int64) string {
	out := make([]byte, 26)
	for i := 9; i >= 0; i-- {
		out[i] = ulidDigits[ms&31]
		ms >>= 5
	}
	for i, b := range e.Random(16) {
		out[10+i] = ulidDigits[b&31]
	}
	return string(out)
}
