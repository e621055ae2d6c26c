package core

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// token is what a checked bearer text grants.
type token struct {
	Client  string
	Expires time.Time
}

// NewToken makes a text of the platform's shape: three parts, the middle one
// with the claims that Adobe's own libraries read, times as texts in
// milliseconds. It is signed, so that it holds across restarts without being
// stored.
func (e *Env) NewToken(client string, now time.Time, ttl time.Duration) string {
	head := b64(ToJSON(object{"alg": "HS256", "typ": "JWT"}))
	claims := b64(ToJSON(object{
		"id":         e.NewUUID(),
		"type":       "access_token",
		"client_id":  client,
		"created_at": strconv.FormatInt(now.UnixMilli(), 10),
		"expires_in": strconv.FormatInt(ttl.Milliseconds(), 10),
	}))
	return head + "." + claims + "." + b64(e.signature(head+"."+claims))
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (e *Env) signature(text string) []byte {
	h := hmac.New(sha256.New, e.SignKey)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// CheckToken reads an Authorization header.
func (e *Env) CheckToken(header string, now time.Time) (token, bool) {
	scheme, bearer, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return token{}, false
	}
	if t, seen := e.Tokens.Load(bearer); seen {
		tok := t.(token)
		return tok, now.Before(tok.Expires)
	}
	signed, signature, found := cutLast(bearer, ".")
	if !found {
		return token{}, false
	}
	got, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(got, e.signature(signed)) {
		return token{}, false
	}
	_, payload, _ := strings.Cut(signed, ".")
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return token{}, false
	}
	claims, err := DecodeJSON(raw)
	if err != nil {
		return token{}, false
	}
	made, ok1 := AsInt(At(claims, "created_at"))
	life, ok2 := AsInt(At(claims, "expires_in"))
	if !ok1 || !ok2 {
		return token{}, false
	}
	tok := token{Text(claims, "client_id"), time.UnixMilli(made + life)}
	e.Tokens.Store(bearer, tok)
	return tok, now.Before(tok.Expires)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
