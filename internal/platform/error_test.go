package platform

import (
	"encoding/json"
	"github.com/aepflow/aepflow/internal/redact"
	"net/http"
	"strings"
	"testing"
	"unicode"
)

// TestEnvelopes has one case for each form of error that the services, the
// gateway and what stands before it are known to send.
func TestEnvelopes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		header string // the request id in the header
		body   string
		want   string
	}{
		{"gateway", 403, "r1", `{"error_code":"403010","message":"Oauth token is missing."}`,
			"403 403010 Forbidden: Oauth token is missing. (request id r1)"},
		{"gateway-number", 429, "r1", `{"error_code":429050,"message":"Too many requests"}`,
			"429 429050 Too Many Requests: Too many requests (request id r1)"},
		{"flow-current", 404, "", `{"type":"https://ns.adobe.com/aep/errors/FLOW-1439-404","title":"Resource not found","status":404,
			"report":{"detailed-message":"flow id x does not exist","request-id":"r2","id":"x"},"errorMessage":"flow id x","errorDetails":"flow id x"}`,
			"404 FLOW-1439-404 Resource not found: flow id x does not exist (request id r2)"},
		{"flow-start-time", 400, "r1", `{"type":"https://ns.adobe.com/aep/errors/FLOW-1360-400","title":"Invalid request","status":400,"report":{"detailed-message":"start time is in the past"}}`,
			"400 FLOW-1360-400 Invalid request: start time is in the past (request id r1)"},
		{"flow-older", 412, "r1", `{"errorMessage":"etag does not match","errorDetails":"expected \"a\""}`,
			"412 Precondition Failed: etag does not match (request id r1)"},
		{"flow-oldest", 400, "", `{"message":"Please provide a valid spec id"}`,
			"400 Bad Request: Please provide a valid spec id"},
		{"problem", 400, "", `{"type":"/placeholder/type/uri","status":400,"title":"BadRequestError","detail":"A valid content-type must be specified"}`,
			"400 BadRequestError: A valid content-type must be specified"},
		{"registry", 400, "", `{"type":"http://ns.adobe.com/aep/errors/XDM-1521-400","title":"Title not unique","status":400,
			"report":{"registryRequestId":"r3","timestamp":"11-02-2021 07:42:43","detailed-message":"Orders is taken","sub-errors":[]},"detail":"Orders is taken"}`,
			"400 XDM-1521-400 Title not unique: Orders is taken (request id r3)"},
		{"catalog-conflict", 412, "r1", `{"type":"https://ns.adobe.com/problems/412","title":"Precondition failed","status":412,"detail":"version is 1.0.2"}`,
			"412 Precondition failed: version is 1.0.2 (request id r1)"},
		{"activity", 500, "", `{"code":"CONNECTOR-2001-500","message":"Processing failed"}`,
			"500 CONNECTOR-2001-500 Internal Server Error: Processing failed"},
		{"sign-in", 400, "", `{"error":"invalid_scope","error_description":"scope x is unknown"}`,
			"400 invalid_scope Bad Request: scope x is unknown"},
		{"nested", 500, "", `{"error":{"code":"E7","message":"boom"}}`,
			"500 E7 Internal Server Error: boom"},
		{"html", 502, "r1", "<html><head><title>502</title><style>b{}</style></head><body>\n<h1>502 Bad Gateway</h1><hr>nginx</body></html>",
			"502 Bad Gateway: 502 Bad Gateway nginx (request id r1)"},
		{"html-nothing", 502, "", "<html></html>", "502 Bad Gateway: the answer is not JSON"},
		{"empty", 503, "r1", "", "503 Service Unavailable: the answer is empty (request id r1)"},
		{"blank", 503, "", " \n", "503 Service Unavailable: the answer is empty"},
		{"text", 504, "", "upstream\ttimed out\r\n", "504 Gateway Timeout: upstream timed out"},
		{"truncated", 400, "", `{"error_code":"4000`, `400 Bad Request: {"error_code":"4000`},
		{"array", 400, "", `[1]`, "400 Bad Request: [1]"},
		{"null", 400, "", `null`, "400 Bad Request: null"},
		{"wrong-types", 400, "", `{"report":"x","title":{"a":1},"message":null,"code":7,"status":"?"}`, "400 7 Bad Request"},
		{"control", 400, "", "{\"message\":\"a\\u001b[31mb\\nc\"}", "400 Bad Request: a [31mb c"},
		{"unknown-status", 599, "", `{}`, "599"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			if tt.header != "" {
				h.Set("x-request-id", tt.header)
			}
			e := parseRefusal(redact.New(), tt.status, h, []byte(tt.body))
			e.Method, e.URL = "GET", "/x"
			if got := e.Error(); got != "GET /x: "+tt.want {
				t.Errorf("got  %s\nwant GET /x: %s", got, tt.want)
			}
			if string(e.Raw) != tt.body {
				t.Errorf("raw is %q", e.Raw)
			}
		})
	}
}

func TestPredicates(t *testing.T) {
	refused := func(status int, code string) error { return &Error{Status: status, Code: code} }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{refused(404, ""), "notfound"},
		{refused(412, ""), "conflict"},
		{refused(401, "401013"), "auth"},
		{refused(403, "403025"), "auth"},
		{refused(403, "FLOW-2120-403"), ""},
		{&UnsentError{Err: http.ErrHandlerTimeout}, "unsent"},
		{&UnsentError{Err: &signInError{refused(400, "invalid_client")}}, "auth unsent"},
		{&UnsentError{Err: &signInError{refused(429, "")}}, "unsent"},
		{&LostAnswerError{Err: refused(504, "")}, "lost"},
		{&LostAnswerError{Err: &UnsentError{Err: http.ErrHandlerTimeout}}, "lost"},
		{&ReadError{Err: http.ErrHandlerTimeout}, ""},
		{nil, ""},
	} {
		var got []string
		for _, p := range []struct {
			name string
			is   func(error) bool
		}{{"notfound", IsNotFound}, {"conflict", IsConflict}, {"auth", IsAuth}, {"unsent", isUnsent}, {"lost", isLost}} {
			if p.is(tt.err) {
				got = append(got, p.name)
			}
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%T %v is %q, expected %q", tt.err, tt.err, s, tt.want)
		}
	}
}

// Whatever a proxy sends, the error is one printable line and the status stays.
func FuzzParseRefusal(f *testing.F) {
	f.Add(400, `{"title":"a\nb","report":{"detailed-message":["x"]}}`)
	f.Add(502, "<html><script>\x1b[2J</script>\xff")
	f.Add(0, `{"error":"a","error":{"code":1}}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		e := parseRefusal(redact.New(), status, http.Header{}, []byte(body))
		if e.Status != status {
			t.Errorf("status %d became %d", status, e.Status)
		}
		text := e.Error()
		if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%q holds an unprintable character at %d", text, i)
		}
		if n := len([]rune(text)); n > 3*maxText+100 {
			t.Errorf("%d characters", n)
		}
		if json.Valid([]byte(body)) && len(body) <= maxRaw && string(e.Raw) != body {
			t.Errorf("raw is %q", e.Raw)
		}
	})
}
