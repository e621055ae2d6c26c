package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The token service: client credentials as form, query or multipart form, on
// the current path and the older ones that tools still call.
func imsRoutes() []route {
	var rs []route
	for _, v := range []string{"v1", "v2", "v3"} {
		rs = append(rs, route{svc: svcIMS, method: http.MethodPost, pattern: "/token/" + v, run: issueToken})
	}
	return append(rs,
		route{svc: svcIMS, method: http.MethodPost, pattern: "/validate_token/v1", run: validateToken},
		route{svc: svcIMS, method: http.MethodGet, pattern: "/validate_token/v1", run: validateToken},
		route{svc: svcIMS, method: http.MethodPost, pattern: "/invalidate_token/v2", run: invalidateToken},
	)
}

// token is what a checked bearer text stands for.
type token struct {
	client  string
	expires time.Time
}

func imsError(status int, code, description string) *refusal {
	return &refusal{status: status, code: code, body: object{"error": code, "error_description": description}}
}

// imsForm reads the fields wherever they are; the body wins over the query.
func imsForm(c *call) (url.Values, error) {
	form := url.Values{}
	for k, v := range c.query {
		form[k] = v
	}
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if len(c.raw) == 0 {
		return form, nil
	}
	var body url.Values
	switch {
	case err == nil && kind == "multipart/form-data":
		body, err = multipartFields(c.raw, params["boundary"])
	default:
		body, err = url.ParseQuery(string(c.raw))
	}
	if err != nil {
		return nil, imsError(http.StatusBadRequest, "invalid_request", "the form cannot be read")
	}
	for k, v := range body {
		form[k] = v
	}
	return form, nil
}

func issueToken(c *call) (answer, error) {
	form, err := imsForm(c)
	if err != nil {
		return answer{}, err
	}
	if g := form.Get("grant_type"); g != "client_credentials" {
		if g == "" {
			return answer{}, imsError(http.StatusBadRequest, "invalid_request", "grant_type is missing")
		}
		return answer{}, imsError(http.StatusBadRequest, "unsupported_grant_type", "grant_type must be client_credentials")
	}
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if id == "" || secret == "" {
		return answer{}, imsError(http.StatusBadRequest, "invalid_client", "client_id and client_secret are both needed")
	}
	if form.Get("scope") == "" {
		return answer{}, imsError(http.StatusBadRequest, "invalid_scope", "scope is missing")
	}
	if !c.s.signIn(id, secret) {
		return answer{}, imsError(http.StatusBadRequest, "invalid_client", "client_id or client_secret is wrong")
	}
	ttl := c.s.opts.TokenTTL
	return ok(object{
		"access_token": c.s.newToken(id, c.now, ttl),
		"token_type":   "bearer",
		"expires_in":   max(0, int64(ttl/time.Second)-1),
	})
}

// signIn checks credentials against the listed clients; without any listed,
// all pass.
func (s *Server) signIn(id, secret string) bool {
	listed := false
	for _, o := range s.orgs {
		for _, cl := range o.Clients {
			listed = true
			if cl.ID == id && subtle.ConstantTimeCompare([]byte(cl.Secret), []byte(secret)) == 1 {
				return true
			}
		}
	}
	return !listed
}

// newToken makes a text of the platform's shape: three parts, the middle one
// with the claims that Adobe's own libraries read, times as texts in
// milliseconds. It is signed, so that it holds across restarts without being
// stored.
func (s *Server) newToken(client string, now time.Time, ttl time.Duration) string {
	head := b64(toJSON(object{"alg": "HS256", "typ": "JWT"}))
	claims := b64(toJSON(object{
		"id":         s.newUUID(),
		"type":       "access_token",
		"client_id":  client,
		"created_at": strconv.FormatInt(now.UnixMilli(), 10),
		"expires_in": strconv.FormatInt(ttl.Milliseconds(), 10),
	}))
	return head + "." + claims + "." + b64(s.signature(head+"."+claims))
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (s *Server) signature(text string) []byte {
	h := hmac.New(sha256.New, s.signKey)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// checkToken reads an Authorization header.
func (s *Server) checkToken(header string, now time.Time) (token, bool) {
	scheme, bearer, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return token{}, false
	}
	if t, seen := s.tokens.Load(bearer); seen {
		tok := t.(token)
		return tok, now.Before(tok.expires)
	}
	signed, signature, found := cutLast(bearer, ".")
	if !found {
		return token{}, false
	}
	got, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(got, s.signature(signed)) {
		return token{}, false
	}
	_, payload, _ := strings.Cut(signed, ".")
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return token{}, false
	}
	claims, err := decodeJSON(raw)
	if err != nil {
		return token{}, false
	}
	made, ok1 := asInt(at(claims, "created_at"))
	life, ok2 := asInt(at(claims, "expires_in"))
	if !ok1 || !ok2 {
		return token{}, false
	}
	tok := token{text(claims, "client_id"), time.UnixMilli(made + life)}
	s.tokens.Store(bearer, tok)
	return tok, now.Before(tok.expires)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func validateToken(c *call) (answer, error) {
	form, err := imsForm(c)
	if err != nil {
		return answer{}, err
	}
	bearer := form.Get("token")
	if bearer == "" {
		bearer = strings.TrimPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	}
	tok, valid := c.s.checkToken("Bearer "+bearer, c.now)
	if !valid {
		return ok(object{"valid": false, "reason": "bad_token"})
	}
	return ok(object{"valid": true, "token": object{"client_id": tok.client, "type": "access_token"}})
}

// invalidateToken ends a token before its time. The end is remembered by this
// process only: a restart forgets it.
func invalidateToken(c *call) (answer, error) {
	form, err := imsForm(c)
	if err != nil {
		return answer{}, err
	}
	bearer := form.Get("token")
	if tok, valid := c.s.checkToken("Bearer "+bearer, c.now); valid {
		tok.expires = c.now
		c.s.tokens.Store(bearer, tok)
	}
	return answer{status: http.StatusOK}, nil
}
