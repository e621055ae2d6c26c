package platform

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/specs"
)

// TestCanary has a platform that repeats every secret wherever it can, and looks
// for them in all that the client gives out.
func TestCanary(t *testing.T) {
	secrets := []string{`pa"ss <&>\ wörd`, "-----BEGIN KEY-----\nMIIabc/+=\n-----END KEY-----\n", "p8e-client-secret", "token-1"}
	leak := strings.Join(secrets, " | ")
	quoted, _ := json.Marshal(leak)
	plainQuoted := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(quoted))
	answers := []http.HandlerFunc{
		answering(400, "application/json", `{"title":"T","message":`+string(quoted)+`,"error_code":`+plainQuoted+`}`),
		answering(403, "application/json", `{"title":`+plainQuoted+`,"report":{"detailed-message":`+string(quoted)+`}}`),
		answering(502, "text/html", "<p>"+leak+"</p><i>"+url.QueryEscape(leak)+"</i>"),
		answering(
			502, "text/html", "<p>"+html.EscapeString(leak)+"</p><b>"+base64.StdEncoding.EncodeToString([]byte(leak))+"</b>",
		),
		answering(200, "text/html", leak),
		answering(302, "application/json", ""),
		answering(200, "application/json", `{"password":`+string(quoted)+`,"other":`+string(quoted)+`}`),
		dropped,
	}
	for i, step := range answers {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			t.Run(fmt.Sprint(i, method), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, step)
					defer w.close()
					var out strings.Builder
					c := w.client(func(cfg *Config) {
						cfg.LogBodies = true
						cfg.Log = func(x Exchange) {
							fmt.Fprintf(&out, "%s %s %s %s %v\n", x.Method, x.URL, x.RequestBody, x.ResponseBody, x.Err)
						}
						cfg.Notify = func(r Retry) { fmt.Fprintf(&out, "%+v\n", r) }
					})
					c.Redactor().Add(secrets[:2]...)
					r := Request{Method: method, Path: specs.FlowService + "/flows?name=" + url.QueryEscape(leak)}
					if method == "POST" {
						r.Body = []byte(`{"auth":{"params":{"password":` + string(quoted) + `}}}`)
					}
					_, err := c.Do(t.Context(), r)
					if err != nil {
						fmt.Fprintf(&out, "%v %+v\n", err, err)
						if e := (*Error)(nil); errors.As(err, &e) {
							fmt.Fprintf(&out, "%s %s %s %s %s\n", e.URL, e.Code, e.Title, e.Detail, e.Raw)
						}
					}
					if !strings.Contains(out.String(), redact.Mask) {
						t.Errorf("nothing was masked in %s", out.String())
					}
					for _, s := range secrets {
						for _, form := range redact.Spellings(s) {
							if strings.Contains(out.String(), form) {
								t.Errorf("%q leaks in %s", form, out.String())
							}
						}
					}
				})
			})
		}
	}
}

func answering(code int, kind, body string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", kind)
		rw.WriteHeader(code)
		rw.Write([]byte(body))
	}
}

// TestMarkupInASecret has a page repeat secrets that look like markup: without their
// tags they would not be found, and the rest of them would be shown.
func TestMarkupInASecret(t *testing.T) {
	for _, secret := range []string{
		"open<y>sesame", "open<!--y-->sesame", "open<style>y</style>sesame", "<open>sesame<y>",
	} {
		r := redact.New()
		r.Add(secret)
		for _, said := range []string{
			secret, html.EscapeString(secret), base64.StdEncoding.EncodeToString([]byte("u:" + secret)),
		} {
			e := parseRefusal(r, 502, http.Header{}, []byte("<html><p>no entry for "+said+"</p></html>"))
			// Of base64 only what is certain is hidden: characters at the ends depend on what is around.
			rest := strings.Replace(strings.TrimPrefix(e.Detail, "no entry for "), redact.Mask, "", 1)
			if !strings.Contains(e.Detail, redact.Mask) || len(rest) > 6 || strings.Contains(rest, "sesame") {
				t.Errorf("%s as %s: the detail is %q", secret, said, e.Detail)
			}
		}
	}
}

// A refusal is masked as a whole before it is cut: a secret at the border does not leave its half, and
// what is escaped in JSON is found in a large one too.
func TestLargeRefusal(t *testing.T) {
	secret := "0123456789abcdef" + strings.Repeat("s", 4<<10)
	r := redact.New()
	r.AddExact(secret)
	page := strings.Repeat(secret+" ", maxMasked/len(secret)+2)
	e := parseRefusal(r, 502, http.Header{}, []byte(page))
	if text := string(e.Raw); strings.Contains(text+e.Detail, "0123456789") || !strings.Contains(text, redact.Mask) {
		t.Errorf("the end of the refusal: %.100q", text[max(0, len(text)-100):])
	}
	body := `{"title":"Invalid","detail":"\u0030` + secret[1:] + `","type":"FLOW-1360-400","rest":"` +
		strings.Repeat("x", maxMasked) + `"}`
	e = parseRefusal(r, 400, http.Header{}, []byte(body))
	if e.Code != "FLOW-1360-400" || e.Detail != redact.Mask || strings.Contains(string(e.Raw), "123456789abc") {
		t.Errorf("%s %.80s", e.Code, e.Detail)
	}
}
