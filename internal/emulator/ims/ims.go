package ims

import (
	"crypto/subtle"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Routes are the calls of the token service: client credentials as form, query
// or multipart form, on the current path and the older ones that tools still
// call.
func Routes() []core.Route {
	r := core.RoutesOf(core.IMSService)
	return []core.Route{
		r(http.MethodPost, "/token/v1", core.NoSpace, core.With(imsForm, issueToken)),
		r(http.MethodPost, "/token/v2", core.NoSpace, core.With(imsForm, issueToken)),
		r(http.MethodPost, "/token/v3", core.NoSpace, core.With(imsForm, issueToken)),
		r(http.MethodPost, "/validate_token/v1", core.NoSpace, core.With(imsForm, validateToken)),
		r(http.MethodGet, "/validate_token/v1", core.NoSpace, core.With(imsForm, validateToken)),
		r(http.MethodPost, "/invalidate_token/v2", core.NoSpace, core.With(imsForm, invalidateToken)),
	}
}

// imsForm reads the fields wherever they are; the body wins over the query.
func imsForm(c *core.Call) (url.Values, error) {
	form := url.Values{}
	for k, v := range c.Query {
		form[k] = v
	}
	kind, params, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if len(c.Raw) == 0 {
		return form, nil
	}
	var body url.Values
	switch {
	case err == nil && kind == "multipart/form-data":
		body, err = multipartFields(c.Raw, params["boundary"])
	default:
		body, err = url.ParseQuery(string(c.Raw))
	}
	if err != nil {
		return nil, core.IMSError(http.StatusBadRequest, "invalid_request", "the form cannot be read")
	}
	for k, v := range body {
		form[k] = v
	}
	return form, nil
}

func issueToken(c *core.Call, form url.Values) (core.Answer, error) {
	if g := form.Get("grant_type"); g != "client_credentials" {
		if g == "" {
			return core.Answer{}, core.IMSError(http.StatusBadRequest, "invalid_request", "grant_type is missing")
		}
		return core.Answer{}, core.IMSError(http.StatusBadRequest, "unsupported_grant_type",
			"grant_type must be client_credentials")
	}
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if id == "" || secret == "" {
		return core.Answer{}, core.IMSError(http.StatusBadRequest, "invalid_client",
			"client_id and client_secret are both needed")
	}
	if form.Get("scope") == "" {
		return core.Answer{}, core.IMSError(http.StatusBadRequest, "invalid_scope", "scope is missing")
	}
	if !signIn(c.Env, id, secret) {
		return core.Answer{}, core.IMSError(http.StatusBadRequest, "invalid_client", "client_id or client_secret is wrong")
	}
	ttl := c.Env.TokenTTL
	return core.OK(object{
		"access_token": c.Env.NewToken(id, c.Now, ttl),
		"token_type":   "bearer",
		"expires_in":   max(0, int64(ttl/time.Second)-1),
	})
}

// signIn checks credentials against the listed clients; without any listed,
// all pass.
func signIn(e *core.Env, id, secret string) bool {
	listed := false
	for _, o := range e.Orgs {
		for _, cl := range o.Clients {
			listed = true
			if cl.ID == id && subtle.ConstantTimeCompare([]byte(cl.Secret), []byte(secret)) == 1 {
				return true
			}
		}
	}
	return !listed
}

func validateToken(c *core.Call, form url.Values) (core.Answer, error) {
	bearer := form.Get("token")
	if bearer == "" {
		bearer = strings.TrimPrefix(c.Request.Header.Get("Authorization"), "Bearer ")
	}
	tok, valid := c.Env.CheckToken("Bearer "+bearer, c.Now)
	if !valid {
		return core.OK(object{"valid": false, "reason": "bad_token"})
	}
	return core.OK(object{"valid": true, "token": object{"client_id": tok.Client, "type": "access_token"}})
}

// invalidateToken ends a token before its time. The end is remembered by this
// process only: a restart forgets it.
func invalidateToken(c *core.Call, form url.Values) (core.Answer, error) {
	bearer := form.Get("token")
	if tok, valid := c.Env.CheckToken("Bearer "+bearer, c.Now); valid {
		tok.Expires = c.Now
		c.Env.Tokens.Store(bearer, tok)
	}
	return core.Answer{Status: http.StatusOK}, nil
}
