package platform

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/files"
)

// tokenCache keeps tokens in one file between runs, because sign-in throttles
// those who ask for many. It is readable by its owner only, holds tokens and no
// client secret, and is never needed: whatever is wrong with it, a new token is
// fetched.
type tokenCache struct {
	file   files.File
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

func newTokenCache(ims string, cfg Config) *tokenCache {
	scopes := slices.Sorted(slices.Values(cfg.Scopes))
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q", ims+tokenPath, cfg.Platform, cfg.ClientID, cfg.Org, scopes))
	return &tokenCache{file: cfg.TokenCache, key: hex.EncodeToString(sum[:16]), secret: cfg.ClientSecret}
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
	if err := c.file.MakeFolder(); err != nil {
		return err
	}
	c.file.Sweep()
	if c.read() == nil {
		_ = c.file.Remove() // its permissions may be too wide for the new token
	}
	return c.file.Write(0o600, text)
}

// read returns the entries, none from a file that others could have written or
// read: it may be the token of another client.
func (c *tokenCache) read() []tokenEntry {
	info, err := c.file.Info()
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil
	}
	text, err := c.file.Read(files.MaxSecret)
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
