package lockfile

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/aepflow/aepflow/internal/resource"
)

// Cost is what a hash takes to make. It is part of each hash, so that old hashes
// stay readable when that of new ones changes.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

// HashCost is that of new hashes: 19 MiB, about 30 ms. Only tests change it.
var HashCost = Cost{Memory: 19 * 1024, Passes: 2, Lanes: 1}

const (
	argonSize = 32 // bytes of hash
	saltSize  = 16 // bytes of salt
)

// UnknownSecret is in the place of the hash of a secret that was not sent from here: its connection was
// taken over with it. It matches nothing, and is not a change either.
const UnknownSecret = "unknown"

// HashSecret returns a salted slow hash of a secret. Every call gives another
// salt, so two equal secrets do not show as equal.
func HashSecret(secret string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails: it ends the program instead
	return formatHash(secret, salt, HashCost)
}

func formatHash(secret string, salt []byte, c Cost) string {
	sum := argon2.IDKey([]byte(secret), salt, c.Passes, c.Memory, c.Lanes, argonSize)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, c.Memory, c.Passes, c.Lanes, enc.EncodeToString(salt), enc.EncodeToString(sum))
}

// SecretMatches reports whether hash was made from secret. A hash that cannot
// be read matches nothing: the secret then shows as changed, which is safe.
func SecretMatches(hash, secret string) bool {
	var version int
	var c Cost
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Lanes); err != nil {
		return false
	}
	if c.Memory > 1<<20 || c.Passes == 0 || c.Passes > 16 || c.Lanes == 0 {
		return false // a forged hash must not cost a gigabyte or an hour
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(formatHash(secret, salt, c)), []byte(hash)) == 1
}

// SecretValue is one secret in use: its place and its text.
type SecretValue struct {
	Address resource.Address
	Path    string
	Value   string
}

// SecretText returns the text whose hash is Lock.Secrets: every secret in use, in
// order of address and path. Each part has its length before it, so that no two
// sets of secrets give the same text. "" when there are none.
func SecretText(values []SecretValue) string {
	sorted := slices.SortedFunc(slices.Values(values), func(a, b SecretValue) int {
		return cmp.Or(a.Address.Compare(b.Address), cmp.Compare(a.Path, b.Path))
	})
	var b strings.Builder
	for _, v := range sorted {
		for _, part := range []string{v.Address.String(), v.Path, v.Value} {
			fmt.Fprintf(&b, "%d:%s", len(part), part)
		}
	}
	return b.String()
}
