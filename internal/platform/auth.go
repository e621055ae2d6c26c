package platform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/aepflow/aepflow/internal/redact"
)

const tokenPath = "/ims/token/v3"

// auth adds the token. When the platform refuses it (SignedOut), it asks for a fresh
// token once and sends the call once more, whatever its method: nothing was done.
type auth struct {
	next   layer
	tokens *tokens
}

func (t auth) send(c *call, req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	tok, err := t.tokens.get(ctx, c.tag, nil)
	if err != nil {
		return nil, c.noToken(err)
	}
	res, err := t.sendWith(tok, c, req)
	if err != nil || c.answerTo(ctx, res, nil) != SignedOut || tok.refused() {
		return res, err
	}
	c.reason = c.refusal(res).Error()
	if tok, err = t.tokens.get(ctx, c.tag, tok); err != nil {
		return nil, c.noToken(err)
	}
	return t.sendWith(tok, c, req)
}

func (t auth) sendWith(tok *token, c *call, req *http.Request) (*http.Response, error) {
	req = rewind(req)
	req.Header.Set("Authorization", "Bearer "+tok.value)
	res, err := t.next.send(c, req)
	if err == nil && res.StatusCode != http.StatusUnauthorized {
		tok.accepted.Store(true)
	}
	return res, err
}

func (c *call) noToken(err error) error {
	return &UnsentError{Method: c.method, URL: c.url(), Err: &signInError{err}}
}

// signInError marks why there is no token. The sign-in had its own retries.
type signInError struct{ err error }

func (e *signInError) Error() string { return "sign in: " + e.err.Error() }
func (e *signInError) Unwrap() error { return e.err }

// token is one access token and how long it is trusted.
type token struct {
	value       string
	from, until time.Time // until is zero when sign-in named no end
	replacement bool      // came after a 401
	accepted    atomic.Bool
}

// fresh leaves a margin of ten minutes, or a tenth of a short life.
func (t *token) fresh(now time.Time) bool {
	margin := min(10*time.Minute, t.until.Sub(t.from)/10)
	return t.until.IsZero() || now.Before(t.until.Add(-margin))
}

// refused reports that the platform takes not even a new token. Asking for more
// would get the client throttled at sign-in and change nothing.
func (t *token) refused() bool { return t.replacement && !t.accepted.Load() }

// tokens hands out the one token that all calls share.
type tokens struct {
	conf   clientcredentials.Config
	layers layer
	cache  *tokenCache
	redact *redact.Redactor
	turn   chan struct{} // held while cur is read or fetched; a channel, so that waiting obeys the context
	cur    *token
}

func newTokens(cfg Config, layers layer) *tokens {
	ims := strings.TrimSuffix(cfg.IMS.String(), "/")
	t := &tokens{
		conf: clientcredentials.Config{
			ClientID:     cfg.ClientID,
			ClientSecret: cfg.ClientSecret,
			TokenURL:     ims + tokenPath,
			AuthStyle:    oauth2.AuthStyleInParams,
		},
		layers: layers,
		redact: cfg.Redactor,
		turn:   make(chan struct{}, 1),
	}
	if len(cfg.Scopes) > 0 { // one "scope": the library would join them with spaces, Adobe expects commas
		t.conf.Scopes = []string{strings.Join(cfg.Scopes, ",")}
	}
	if !cfg.TokenCache.IsZero() {
		t.cache = newTokenCache(ims, cfg)
	}
	return t
}

// get returns a token that is fresh and is not bad, fetching it if need be.
// Callers that come meanwhile wait for the same one. tag is that of the call.
func (t *tokens) get(ctx context.Context, tag string, bad *token) (*token, error) {
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-t.turn }()
	now := time.Now()
	if t.cur == nil && t.cache != nil {
		if t.cur = t.cache.load(); t.cur != nil {
			t.redact.Add(t.cur.value)
		}
	}
	if t.cur != nil && t.cur != bad && t.cur.fresh(now) {
		return t.cur, nil
	}
	tok, err := t.fetch(ctx, tag)
	if err != nil {
		return nil, err
	}
	tok.replacement = bad != nil
	t.cur = tok
	if t.cache != nil {
		t.cache.store(tok) // a cache that cannot be written costs a sign-in next time, no more
	}
	return tok, nil
}

func (t *tokens) fetch(ctx context.Context, tag string) (*token, error) {
	now := time.Now()
	client := &http.Client{
		Transport:     signIn{layers: t.layers, tag: tag, redact: t.redact},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	got, err := t.conf.Token(context.WithValue(ctx, oauth2.HTTPClient, client)) // how the library takes its client
	if err != nil {
		return nil, t.explain(err)
	}
	t.redact.Add(got.AccessToken)
	tok := &token{value: got.AccessToken, from: now, until: got.Expiry}
	if longest := now.Add(24 * time.Hour); tok.until.After(longest) {
		tok.until = longest // older endpoints give milliseconds under the same name
	}
	return tok, nil
}

// signIn sends what the library asks for through the layers of this package.
type signIn struct {
	layers layer
	tag    string
	redact *redact.Redactor
}

func (s signIn) RoundTrip(req *http.Request) (*http.Response, error) {
	c := &call{method: req.Method, path: req.URL.String(), tag: s.tag, deed: read, signIn: true, redact: s.redact}
	return s.layers.send(c, req)
}

// explain turns the library's error into ours, which holds no secret.
func (t *tokens) explain(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		e := parseRefusal(t.redact, refused.Response.StatusCode, refused.Response.Header, refused.Body)
		e.Method, e.URL = http.MethodPost, t.conf.TokenURL
		return e
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err // says method and URL itself
	}
	return fmt.Errorf("POST %s: %w", t.conf.TokenURL, masked(t.redact, err))
}
