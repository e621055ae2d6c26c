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
	next   http.RoundTripper
	tokens *tokens
	redact *redact.Redactor
}

func (t auth) RoundTrip(req *http.Request) (*http.Response, error) {
	tok, err := t.tokens.get(req.Context(), nil)
	if err != nil {
		return nil, t.noToken(req, err)
	}
	res, err := t.send(req, tok)
	if err != nil || answerTo(req, res, nil) != SignedOut || tok.refused() {
		return res, err
	}
	info := callOf(req.Context())
	info.reason = refusal(t.redact, req, res).Error()
	if tok, err = t.tokens.get(req.Context(), tok); err != nil {
		return nil, t.noToken(req, err)
	}
	return t.send(req, tok)
}

func (t auth) send(req *http.Request, tok *token) (*http.Response, error) {
	req = rewind(req)
	req.Header.Set("Authorization", "Bearer "+tok.value)
	res, err := t.next.RoundTrip(req)
	if err == nil && res.StatusCode != http.StatusUnauthorized {
		tok.accepted.Store(true)
	}
	return res, err
}

func (t auth) noToken(req *http.Request, err error) error {
	return &UnsentError{Method: req.Method, URL: showURL(t.redact, req), Err: &signInError{err}}
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
	client *http.Client
	cache  *tokenCache
	redact *redact.Redactor
	turn   chan struct{} // held while cur is read or fetched; a channel, so that waiting obeys the context
	cur    *token
}

func newTokens(cfg Config, rt http.RoundTripper) *tokens {
	ims := strings.TrimSuffix(cfg.IMS.String(), "/")
	t := &tokens{
		conf: clientcredentials.Config{
			ClientID:     cfg.ClientID,
			ClientSecret: cfg.ClientSecret,
			TokenURL:     ims + tokenPath,
			AuthStyle:    oauth2.AuthStyleInParams,
		},
		client: &http.Client{
			Transport:     rt,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		redact: cfg.Redactor,
		turn:   make(chan struct{}, 1),
	}
	if len(cfg.Scopes) > 0 { // one "scope": the library would join with blanks, Adobe wants commas
		t.conf.Scopes = []string{strings.Join(cfg.Scopes, ",")}
	}
	if !cfg.TokenCache.IsZero() {
		t.cache = newTokenCache(ims, cfg)
	}
	return t
}

// get returns a token that is fresh and is not bad, fetching it if need be.
// Callers that come meanwhile wait for the same one.
func (t *tokens) get(ctx context.Context, bad *token) (*token, error) {
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
	tok, err := t.fetch(ctx)
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

func (t *tokens) fetch(ctx context.Context) (*token, error) {
	ctx = withCall(ctx, &call{tag: callOf(ctx).tag, repeatable: true, signIn: true})
	now := time.Now()
	got, err := t.conf.Token(context.WithValue(ctx, oauth2.HTTPClient, t.client))
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
