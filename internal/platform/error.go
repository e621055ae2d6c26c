package platform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/redact"
)

// Error is what the platform refused, whichever of its services said so and in
// whichever form. Its fields hold no secret that the Redactor knows.
type Error struct {
	Method    string
	URL       string // path and query; with host for sign-in
	Status    int
	Code      string // FLOW-1439-404, XDM-1521-400, 401013, invalid_client; "" when none was given
	Title     string // of the kind of error; the status text when none was given
	Detail    string // of this one
	RequestID string
	Raw       []byte // the body, masked, at most 64 KiB

	unexplained bool // the body is in none of the forms in which the platform's services send errors
}

// Error reads like
//
//	POST /data/foundation/flowservice/flows: 400 FLOW-1360-400 Invalid request: start is in the past (request id 5d4f)
func (e *Error) Error() string { return e.Method + " " + e.URL + ": " + e.Reason() }

// Reason is the error without the call, for where it is said what was asked.
func (e *Error) Reason() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(e.Status))
	if e.Code != "" {
		b.WriteString(" " + e.Code)
	}
	if e.Title != "" {
		b.WriteString(" " + e.Title)
	}
	if e.Detail != "" && e.Detail != e.Title {
		b.WriteString(": " + e.Detail)
	}
	b.WriteString(withID(e.RequestID))
	return b.String()
}

// UnsentError says that the call did nothing: it never reached the platform, or
// was put off by it (429, 401) and then given up. Repeating it is safe.
type UnsentError struct {
	Method, URL string
	Err         error
}

func (e *UnsentError) Error() string {
	return fmt.Sprintf("%s %s: not sent: %v", e.Method, e.URL, e.Err)
}
func (e *UnsentError) Unwrap() error { return e.Err }

// LostAnswerError says that the outcome of a call that changes something is
// Unknown: no whole answer came, or one like 504. Err then is the *Error. The object
// has to be looked up before anything else.
type LostAnswerError struct {
	Method, URL string
	Answer      Answer    // its row in Answers
	RequestID   string    // when an answer had begun
	Sent        time.Time // when it went out; zero when that is not known
	Err         error
}

func (e *LostAnswerError) Error() string {
	if ref := (*Error)(nil); errors.As(e.Err, &ref) {
		return fmt.Sprintf("%v: it may have been done", e.Err)
	}
	return fmt.Sprintf("%s %s: answer lost, it may have been done: %v%s", e.Method, e.URL, e.Err, withID(e.RequestID))
}
func (e *LostAnswerError) Unwrap() error { return e.Err }

// ReadError says that a call that changes nothing got no whole answer.
type ReadError struct {
	Method, URL string
	RequestID   string
	Err         error
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("%s %s: no answer: %v%s", e.Method, e.URL, e.Err, withID(e.RequestID))
}
func (e *ReadError) Unwrap() error { return e.Err }

// IsNotFound reports a 404 of the platform's own. For a flow it can also mean "hidden
// from this client". The 404 of a proxy says nothing of an object.
func IsNotFound(err error) bool { return isRefusal(err, http.StatusNotFound) }

// IsConflict reports a 412: the object is not in the version that was named.
func IsConflict(err error) bool {
	var e *Error
	isLabels := errors.As(err, &e) && e.Code == "PES-409" // of the Dataset Service
	return isLabels || isRefusal(err, http.StatusPreconditionFailed)
}

// IsInvalid reports a 400: the platform does not take the call, such as a filter.
func IsInvalid(err error) bool { return isRefusal(err, http.StatusBadRequest) }

func isRefusal(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status && !e.unexplained
}

// IsTitleTaken reports a create that was refused because another object has its title.
func IsTitleTaken(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == "XDM-1521-400"
}

// IsTemporary reports a read without an answer, or with one that says to try later.
func IsTemporary(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		answer := answerOfStatus(e.Status, true)
		return answer == Throttled || answer == Unavailable || answer == ServerError
	}
	return errors.As(err, new(*ReadError))
}

// IsAuth reports credentials that sign-in or the gateway did not take. A lack of
// permission for one object is not among them.
func IsAuth(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	if errors.As(err, new(*signInError)) {
		return e.Status/100 == 4 && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
	}
	switch e.Code {
	case "403000", "403003", "403010", "403025": // key missing, key unknown, token missing, key without entitlement
		return true
	}
	return e.Status == http.StatusUnauthorized
}

// refused returns the error for an answer other than 2xx: the refusal itself, or a
// LostAnswerError around it where the call may have been carried out all the same.
func (c *call) refused(ctx context.Context, res *http.Response, e *Error) error {
	answer := c.answerTo(ctx, res, nil)
	if c.deed == read || answer.outcome(c.deed) != Unknown {
		return e
	}
	return &LostAnswerError{Method: e.Method, URL: e.URL, Answer: answer, RequestID: e.RequestID, Sent: c.sent, Err: e}
}

func withID(id string) string {
	if id == "" {
		return ""
	}
	return " (request id " + id + ")"
}

// masked returns err with its text masked; it still unwraps to err.
func masked(r *redact.Redactor, err error) error {
	was := err.Error()
	if text := r.Text(was); text != was {
		return &maskedError{text, err}
	}
	return err
}

type maskedError struct {
	text string
	err  error
}

func (e *maskedError) Error() string { return e.text }
func (e *maskedError) Unwrap() error { return e.err }

// showPath is how errors and logs print where a request went. The path is our own
// text: only the query is searched for secrets.
func showPath(r *redact.Redactor, path string) string {
	path, query, ok := strings.Cut(path, "?")
	if !ok {
		return path
	}
	return path + "?" + r.Query(query)
}
