package platform

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// tokenCache keeps tokens in one file between runs, because sign-in throttles
// those who ask for many. It is readable by its owner only, holds tokens and no
// client secret, and is never needed: whatever is wrong with it, a new token is
// fetched.
type tokenCache struct {
	path   string
	key    string
	secret string
}

type tokenEntry struct {
	// Key is a digest of whose token it is and who may see it: where it is signed in
	// and sent, by which client, for which organization and scopes.
	Key   string    `json:"key"`
	Token string    `json:"token"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Check ties the token to the client secret it was given for, keyed by the
	// token: a wrong secret does not pass because the right one did yesterday.
	Check string `json:"check"`
}

func newTokenCache(path, ims string, cfg Config) *tokenCache {
	scopes := slices.Sorted(slices.Values(cfg.Scopes))
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q", ims+tokenPath, cfg.Platform, cfg.ClientID, cfg.Org, scopes))
	return &tokenCache{path: path, key: hex.EncodeToString(sum[:16]), secret: cfg.ClientSecret}
}

// load returns the stored token, nil when there is none that may be used.
func (c *tokenCache) load() *token {
	for _, e := range c.read() {
		if e.Key == c.key && e.Token != "" && hmac.Equal([]byte(e.Check), []byte(c.check(e.Token))) {
			return &token{value: e.Token, from: e.From, until: e.Until}
		}
	}
	return nil
}

// store puts the token in the file, in place of an older one with the same key
// and of all that have run out. A token without an end is not kept.
func (c *tokenCache) store(t *token) error {
	if t.until.IsZero() {
		return nil
	}
	now := time.Now()
	entries := slices.DeleteFunc(c.read(), func(e tokenEntry) bool { return e.Key == c.key || !now.Before(e.Until) })
	entries = append(entries, tokenEntry{c.key, t.value, t.from.UTC(), t.until.UTC(), c.check(t.value)})
	text, err := json.MarshalIndent(entries, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(c.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	sweepTokens(dir, now)
	f, err := os.CreateTemp(dir, ".token-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // no longer there after the rename
	if _, err = f.Write(text); err == nil {
		err = f.Close()
	} else {
		f.Close()
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), c.path)
}

// sweepTokens removes what a process that was killed has left of its file.
func sweepTokens(dir string, now time.Time) {
	left, _ := filepath.Glob(filepath.Join(dir, ".token-*")) // the pattern is good
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && now.Sub(info.ModTime()) > time.Minute {
			_ = os.Remove(path)
		}
	}
}

// read returns the entries, none from a file that others could have written or
// read: what stands there may be somebody else's token.
func (c *tokenCache) read() []tokenEntry {
	info, err := os.Lstat(c.path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return nil
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil
	}
	text, err := os.ReadFile(c.path)
	if err != nil {
		return nil
	}
	var entries []tokenEntry
	if json.Unmarshal(text, &entries) != nil {
		return nil
	}
	return entries
}

func (c *tokenCache) check(token string) string {
	h := hmac.New(sha256.New, []byte(token))
	h.Write([]byte(c.secret))
	return hex.EncodeToString(h.Sum(nil))
}
