package redact

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"
)

func TestBody(t *testing.T) {
	r := New()
	r.Add("hunter2", "hunter2-long", "data", "", "1234567", `{"type": "service_account", "private_key": "key-of-the-file"}`)
	for _, tt := range []struct{ in, want string }{
		{`{"a":"hunter2","b":"hunter2-long","c":"abab"}`, `{"a":"(secret)","b":"(secret)","c":"abab"}`},
		{`{"auth":{"params":{"userName":"u","password":"x\"y","clientSecret": "s"}}}`, `{"auth":{"params":{"userName":"u","password":"(secret)","clientSecret": "(secret)"}}}`},
		{`{"access_token":"t","expires_in":1}`, `{"access_token":"(secret)","expires_in":1}`},
		{`{"connectionString":"Server=x;Pwd=y`, `{"connectionString":"(secret)"`},
		{`client_id=c&client_secret=s%26x&grant_type=client_credentials`, `client_id=c&client_secret=(secret)&grant_type=client_credentials`},
		{`{"message":"token is missing: none","path":"/auth/params"}`, `{"message":"token is missing: none","path":"/auth/params"}`},
		{`{"SASUri":"https://x?sig=y","containerName":"c"}`, `{"SASUri":"(secret)","containerName":"c"}`},
		{`{"accountKey":7}`, `{"accountKey":7}`},
		{`{"auth":{"specName":"Account Key","params":{"accountKey":7,"port":7,"pwd":null}}}`, `{"auth":{"specName":"Account Key","params":{"accountKey":"(secret)","port":7,"pwd":null}}}`},
		{`[ {"op":"replace", "path":"/auth/params/password", "value":"x"} ]`, `[ {"op":"replace", "path":"/auth/params/password", "value":"(secret)"} ]`},
		{`[{"value":1.50,"path":"/auth","op":"add"},{"value":"x","path":"/name"}]`, `[{"value":"(secret)","path":"/auth","op":"add"},{"value":"x","path":"/name"}]`},
		{`[{"path":"/auth/params","value":{"user":"u","key":"x"}}]`, `[{"path":"/auth/params","value":{"user":"u","key":"(secret)"}}]`},
		{"{ \"n\" : 1e+09 ,\n \"s\":\"\\u0041\\/\", \"s\" : [ true, null , {} , [] ] }\n", "{ \"n\" : 1e+09 ,\n \"s\":\"\\u0041\\/\", \"s\" : [ true, null , {} , [] ] }\n"},
		{`"\u0068unter2"`, `"(secret)"`},
		{`{"\u0068unter2":1}`, `{"(secret)":1}`},
		{`{"tokens":["a","b"]}`, `{"tokens":["(secret)","(secret)"]}`},
		{`{"n":1234567,"of":{"private":"k"}}`, `{"n":"(secret)","of":{"private":"k"}}`},
		{`{"file":{"private_key":"key-of-the-file","id":1}}`, `{"file":{"private_key":"(secret)","id":1}}`},
		{`{"said":"key-of-the-file"}`, `{"said":"(secret)"}`},
		{`"data"`, `"data"`}, // too short to be searched for
		{"", ""},
	} {
		if got := string(r.Body([]byte(tt.in))); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

// nasty are secrets that change on the way in every escaping there is.
var nasty = []string{
	`p"ss`, `back\slash"quote`, "two\nlines-of-it", `a<y>b&c'd`, "wörd/å+ %41", `{"json": "in json"}`, "tab\tand space ", "-----BEGIN KEY-----\nMIIabcdefghijkl/+=\n-----END KEY-----\n",
}

// TestEveryEscapeIsFound puts each secret into foreign text in each way, and alone
// and between other text.
func TestEveryEscapeIsFound(t *testing.T) {
	inJSON := func(s string) string { text, _ := json.Marshal(s); return string(text) }
	unicode := func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			b.WriteString(`\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]))
		}
		return b.String()
	}
	for _, secret := range nasty {
		r := New()
		r.Add(secret)
		if IsShort(secret) {
			continue
		}
		for _, around := range [][2]string{{"", ""}, {"it was ", "."}, {"ab", "xy"}, {"a", "z"}} {
			text := around[0] + secret + around[1]
			for name, body := range map[string]string{
				"text": text, "HTML": "<p>" + html.EscapeString(text) + "</p>", "tags": "<p>" + text + "</p>", "query": "https://x/?q=" + url.QueryEscape(text),
				"path": "https://x/" + url.PathEscape(text), "JSON": `{"detail":` + inJSON(text) + `}`, "JSON in text": "cannot read " + inJSON(text) + " of the body",
				"JSON in JSON": `{"detail":` + inJSON(`{"request":`+inJSON(text)+`}`) + `}`, "JSON in JSON in JSON": inJSON(inJSON(inJSON(text))),
				"base64":       base64.StdEncoding.EncodeToString([]byte(text)) + " was sent",
				"base64url":    `{"jwt":"x.` + base64.RawURLEncoding.EncodeToString([]byte(text)) + `"}`,
				"HTML in JSON": `{"detail":` + inJSON("<b>"+html.EscapeString(text)+"</b>") + `}`,
			} {
				got := string(r.Body([]byte(body)))
				if !strings.Contains(got, Mask) {
					t.Errorf("%s of %q: nothing is masked in %s", name, text, got)
				}
				for _, form := range Spellings(secret) {
					if len(form) >= shortest && strings.Contains(got, form) {
						t.Errorf("%s of %q: %q is left in %s", name, text, form, got)
					}
				}
			}
			if isASCII(text) {
				if got := string(r.Body([]byte(`{"x":"` + unicode(text) + `"}`))); !strings.Contains(got, Mask) {
					t.Errorf("escapes of %q: nothing is masked in %s", text, got)
				}
			}
		}
	}
}

func isASCII(s string) bool { return strings.IndexFunc(s, func(c rune) bool { return c > 126 }) < 0 }

func TestShortSecrets(t *testing.T) {
	r := New()
	r.Add("12345", "123456")
	if got := r.Text("12345 123456"); got != "12345 "+Mask || !IsShort("12345") || IsShort("123456") {
		t.Errorf("got %q", got)
	}
}

func TestQuery(t *testing.T) {
	r := New()
	r.Add("created", "a secret&b")
	const in = "orderBy=-created&property=name%3D%3D%22a%20secret%26b%22&limit=5&x=created"
	if got, want := r.Query(in), `orderBy=-created&property=name=="(secret)"&limit=5&x=(secret)`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzBody: a body stays JSON, says the same but for masks, and masks once.
func FuzzBody(f *testing.F) {
	for _, s := range []string{`{"a":"hunter2"}`, `[{"value":"x","path":"/auth/a"}]`, `"{\"a\":\"\\u0068unter2\"}"`, `{"auth":{"key":[1,{"b":null}]}}`, "a=b&token=c", "<p>"} {
		f.Add(s)
	}
	r := New()
	r.Add("hunter2")
	f.Fuzz(func(t *testing.T, text string) {
		got := r.Body([]byte(text))
		if json.Valid([]byte(text)) != json.Valid(got) && json.Valid([]byte(text)) {
			t.Fatalf("%q becomes %q", text, got)
		}
		if strings.Contains(string(got), "hunter2") {
			t.Fatalf("%q: the secret is left in %q", text, got)
		}
		if again := r.Body(got); json.Valid([]byte(text)) && string(again) != string(got) {
			t.Fatalf("%q is masked twice: %q, %q", text, got, again)
		}
	})
}

// A cut never shows a part of a known value, also of one that another one overlaps.
func TestBodyUpTo(t *testing.T) {
	r := New()
	r.AddExact("a-long-secret", "secret-b-other")
	text := "before a-long-secret-b-other after"
	for n := range len(text) + 2 {
		got := string(r.BodyUpTo([]byte(text), n))
		want := text[:min(n, len("before "))]
		if end := len("before a-long-secret-b-other"); n >= end {
			want += Mask + "-b-other" + text[end:min(n, len(text))]
		}
		if got != want {
			t.Errorf("%d bytes: %q, want %q", n, got, want)
		}
	}
	whole := `{"message":"` + strings.Repeat("x", 100) + `\u0061-long-secret"}`
	if got := string(r.BodyUpTo([]byte(whole), 20)); !strings.Contains(got, Mask) || !json.Valid([]byte(got)) {
		t.Errorf("JSON is not masked as a whole: %s", got)
	}
}
