package emulator

import (
	"crypto/subtle"
	"mime"
	"net/http"
	"net/url"
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
	if !c.env.signIn(id, secret) {
		return answer{}, imsError(http.StatusBadRequest, "invalid_client", "client_id or client_secret is wrong")
	}
	ttl := c.env.tokenTTL
	return ok(object{
		"access_token": c.env.newToken(id, c.now, ttl),
		"token_type":   "bearer",
		"expires_in":   max(0, int64(ttl/time.Second)-1),
	})
}

// signIn checks credentials against the listed clients; without any listed,
// all pass.
func (e *env) signIn(id, secret string) bool {
	listed := false
	for _, o := range e.orgs {
		for _, cl := range o.Clients {
			listed = true
			if cl.ID == id && subtle.ConstantTimeCompare([]byte(cl.Secret), []byte(secret)) == 1 {
				return true
			}
		}
	}
	return !listed
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
	tok, valid := c.env.checkToken("Bearer "+bearer, c.now)
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
	if tok, valid := c.env.checkToken("Bearer "+bearer, c.now); valid {
		tok.expires = c.now
		c.env.tokens.Store(bearer, tok)
	}
	return answer{status: http.StatusOK}, nil
}
