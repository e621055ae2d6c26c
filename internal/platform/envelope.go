package platform

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"unicode"

	"github.com/aepflow/aepflow/internal/redact"
)

const (
	maxRaw    = 64 << 10
	maxMasked = 1 << 20 // of a refusal that is not JSON, before it is cut to maxRaw
	maxText   = 1000    // characters of a detail
)

// refusal reads the answer to a call as an Error.
func (c *call) refusal(res *http.Response) *Error {
	e := parseRefusal(c.redact, res.StatusCode, res.Header, response(res).Body)
	e.Method, e.URL = c.method, c.url()
	return e
}

// parseRefusal reads every form of error that the services and the proxies
// before them are known to send:
//
//	gateway                {error_code, message}
//	Flow Service           {type, title, status, report{detailed-message, request-id}, errorMessage, errorDetails}
//	Flow Service, older    {errorMessage, errorDetails}
//	Flow Service, oldest   {message}
//	generic problem        {type, title, status, detail}
//	Schema Registry        the same with report{registryRequestId, detailed-message}
//	activities             {code, message}
//	sign-in                {error, error_description}
//	proxies                HTML, text or nothing
//
// The status is the answer's: codes and bodies have been seen to disagree with it.
//
// The body is masked before anything is taken out of it: one without its tags, or a
// part of a secret, would not be found.
func parseRefusal(r *redact.Redactor, status int, h http.Header, body []byte) *Error {
	body = r.BodyUpTo(body, maxMasked)
	e := &Error{Status: status, RequestID: requestID(h), Raw: body[:min(len(body), maxRaw)]}
	var m members
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		e.unexplained = true
		e.Detail = "the answer is empty"
	case json.Unmarshal(body, &m) == nil && m != nil:
		e.read(m)
		e.unexplained = e.Code+e.Title+e.Detail == ""
	default:
		e.unexplained = true
		e.Detail = plain(body)
	}
	if loc := h.Get("Location"); status/100 == 3 && loc != "" {
		e.Detail = "redirected to " + r.Text(loc)
	}
	e.Code, e.Title, e.Detail = tidy(e.Code), tidy(e.Title), tidy(e.Detail)
	e.RequestID = r.Text(tidy(e.RequestID))
	if e.Title == "" {
		e.Title = http.StatusText(status)
	}
	return e
}

// members is a JSON object of which nothing is sure, not even the types.
type members map[string]json.RawMessage

func (m members) text(keys ...string) string {
	for _, k := range keys {
		raw := m[k]
		var s string
		switch {
		case len(raw) == 0:
		case raw[0] == '-', '0' <= raw[0] && raw[0] <= '9':
			return string(raw)
		case json.Unmarshal(raw, &s) == nil && s != "":
			return s
		}
	}
	return ""
}

func (m members) object(key string) members {
	var o members
	_ = json.Unmarshal(m[key], &o) // a value of another type has no members
	return o
}

var codeShape = regexp.MustCompile(`[A-Z][A-Z_]*-[0-9]+(-[0-9]{3})?$`)

func (e *Error) read(m members) {
	report, inner := m.object("report"), m.object("error")
	e.Title = m.text("title")
	e.Code = or(codeShape.FindString(m.text("type")), m.text("error_code", "errorCode", "code", "error"))
	e.Code = or(e.Code, inner.text("code"))
	e.Detail = or(report.text("detailed-message"),
		m.text("detail", "errorMessage", "errorDetails", "message", "error_description"))
	e.Detail = or(e.Detail, inner.text("message", "detail"))
	if id := or(report.text("request-id", "registryRequestId"), m.text("requestId", "request_id")); e.RequestID == "" {
		e.RequestID = id
	}
}

var (
	hidden = regexp.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)>|<!--.*?-->`)
	tag    = regexp.MustCompile(`(?s)<[^>]*>`)
)

// plain takes the words out of a page that a proxy made for people.
func plain(body []byte) string {
	s := string(body[:min(len(body), maxRaw)])
	if strings.Contains(s, "<") {
		s = tag.ReplaceAllString(hidden.ReplaceAllString(s, " "), " ")
	}
	if s = tidy(s); s == "" {
		return "the answer is not JSON"
	}
	return s
}

// tidy puts a foreign text on one line, without what could move a cursor.
func tidy(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if runes := []rune(s); len(runes) > maxText {
		s = string(runes[:maxText]) + "…"
	}
	return s
}
