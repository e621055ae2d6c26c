package platform

import (
	"context"
	"errors"
	"net/http"

	"github.com/aepflow/aepflow/internal/redact"
)

// Outcome is what is known of a call that changes something, once it is over.
type Outcome uint8

// The outcomes. Unknown is the zero value: nothing is taken for granted.
const (
	Unknown Outcome = iota // it may have been carried out: look the object up
	NotDone                // it was never sent, or the platform refused it
	Done                   // the platform says that it was carried out
)

func (o Outcome) String() string { return [...]string{"unknown", "not done", "done"}[o] }

// Resend says whether a call is sent again, and when.
type Resend uint8

// The ways to send a call again.
const (
	Never       Resend = iota
	AtOnce             // by the client, after a back-off or as long as the platform asks for
	AfterLookup        // by the applier, once look-ups up to --lost-after have shown that it was not carried out
)

func (r Resend) String() string {
	return [...]string{"never", "at once", "after the look-up"}[r]
}

// Answer is a kind of answer to one attempt, or of its absence.
type Answer uint8

// The kinds of answers, in the order of Answers, which says what each means.
const (
	NoAnswer Answer = iota
	NotSent
	NotSendable
	Accepted
	Unreadable
	Redirect
	SignedOut
	Throttled
	Refused
	Unexplained
	ServerError
	Unavailable
)

// Row says what is known of a call after an answer, by what the call is. A read changes
// nothing, so there is no outcome to know. A delete may be sent twice: an id is
// never used again, so the second one finds nothing and harms nothing.
type Row struct {
	When string // in words
	Why  string

	Read        Resend  // GET, HEAD, and a POST that changes nothing
	Delete      Outcome // DELETE
	DeleteAgain Resend
	Change      Outcome // POST, PUT, PATCH
	ChangeAgain Resend
}

// Answers is the one table of what is known after a call. Whatever retries,
// looks up or reports a call asks it.
//
// No 5xx is taken for a refusal, whatever its body says: the documented ones
// (FLOW-1103-503, FLOW-2200-500 and their like) do not say that nothing was done,
// and a gateway gives up on calls that its service goes on to carry out.
var Answers = []Row{
	NoAnswer: {
		When: "sent, but the connection was reset, the time ran out, or the answer to it broke off",
		Why:  "the platform may have the call, and may be processing it",
		Read: AtOnce, Delete: Unknown, DeleteAgain: AtOnce, Change: Unknown, ChangeAgain: AfterLookup,
	},
	NotSent: {
		When: "connection refused, host not found, connection closed before the request was written",
		Why:  "the platform never had the call",
		Read: AtOnce, Delete: NotDone, DeleteAgain: AtOnce, Change: NotDone, ChangeAgain: AtOnce,
	},
	NotSendable: {
		When: "no token, a certificate that is not trusted, or interrupted before it was sent",
		Why:  "the platform never had the call, and another attempt would end in the same way",
		Read: Never, Delete: NotDone, DeleteAgain: Never, Change: NotDone, ChangeAgain: Never,
	},
	Accepted: {
		When: "2xx with JSON, or without a body where none is due (204, 205, 202)",
		Why:  "the platform says so; a create whose answer names no usable id is looked up like the next row",
		Read: Never, Delete: Done, DeleteAgain: Never, Change: Done, ChangeAgain: Never,
	},
	Unreadable: {
		When: "2xx with HTML, with broken JSON, with nothing, or cut off",
		Why:  "accepted, but not as what; a create stays open until its object is found",
		Read: AtOnce, Delete: Done, DeleteAgain: Never, Change: Unknown, ChangeAgain: Never,
	},
	Redirect: {
		When: "1xx, 3xx",
		Why:  "redirects are not followed; some servers send one when the work is done",
		Read: Never, Delete: Unknown, DeleteAgain: Never, Change: Unknown, ChangeAgain: Never,
	},
	SignedOut: {
		When: "401 with the platform's error",
		Why:  "refused before the service; sent once more with a fresh token",
		Read: Never, Delete: NotDone, DeleteAgain: Never, Change: NotDone, ChangeAgain: Never,
	},
	Throttled: {
		When: "429 with the platform's error",
		Why:  "refused before the service, to be sent again later",
		Read: AtOnce, Delete: NotDone, DeleteAgain: AtOnce, Change: NotDone, ChangeAgain: AtOnce,
	},
	Refused: {
		When: "any other 4xx with the platform's error, such as 400, 403, 404, 409, 412, 422",
		Why:  "the service looked at the call and refused it",
		Read: Never, Delete: NotDone, DeleteAgain: Never, Change: NotDone, ChangeAgain: Never,
	},
	Unexplained: {
		When: "4xx with HTML, other JSON, nothing, or cut off",
		Why:  "not the platform's error: a proxy on the way may have sent it",
		Read: Never, Delete: Unknown, DeleteAgain: Never, Change: Unknown, ChangeAgain: Never,
	},
	ServerError: {
		When: "500, and any 5xx that is not in the next row",
		Why:  "the service failed, with the object created or not; another attempt mostly fails too",
		Read: AtOnce, Delete: Unknown, DeleteAgain: AtOnce, Change: Unknown, ChangeAgain: Never,
	},
	Unavailable: {
		When: "408, 502, 503, 504",
		Why:  "a gateway that did not wait for the service, which may be processing the call",
		Read: AtOnce, Delete: Unknown, DeleteAgain: AtOnce, Change: Unknown, ChangeAgain: AfterLookup,
	},
}

// deed is what a call does, as far as the table distinguishes calls.
type deed uint8

const (
	read deed = iota
	remove
	change
)

func deedOf(r Request) deed {
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead || r.Repeatable:
		return read
	case r.Method == http.MethodDelete:
		return remove
	}
	return change
}

// outcome is what an answer says of a call that changes something.
func (a Answer) outcome(d deed) Outcome {
	if d == remove {
		return Answers[a].Delete
	}
	return Answers[a].Change
}

func (a Answer) resend(d deed) Resend {
	r := Answers[a]
	return [...]Resend{read: r.Read, remove: r.DeleteAgain, change: r.ChangeAgain}[d]
}

// answerTo finds the kind of answer to one attempt: of its response, else of its error.
func (c *call) answerTo(ctx context.Context, res *http.Response, err error) Answer {
	if err == nil {
		explained := c.deed == read || res.StatusCode/100 != 4 ||
			!parseRefusal(redact.New(), res.StatusCode, res.Header, response(res).Body).unexplained
		return answerOfStatus(res.StatusCode, explained)
	}
	var lost *LostAnswerError
	var broken *ReadError
	switch {
	case errors.As(err, &lost):
		return lost.Answer
	case errors.As(err, &broken):
		return NoAnswer
	case errors.As(err, new(*UnsentError)) && !isFinal(ctx, err):
		return NotSent
	}
	return NotSendable
}

// answerOfStatus finds the kind of an answer that arrived whole. explained says that
// its body is an error in one of the platform's forms, which only matters for a
// refused change.
func answerOfStatus(status int, explained bool) Answer {
	switch {
	case status/100 == 2:
		return Accepted
	case status/100 < 4:
		return Redirect
	case status == http.StatusRequestTimeout, status == http.StatusBadGateway,
		status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return Unavailable
	case status/100 != 4:
		return ServerError
	case !explained:
		return Unexplained
	case status == http.StatusUnauthorized:
		return SignedOut
	case status == http.StatusTooManyRequests:
		return Throttled
	}
	return Refused
}

// OutcomeOf returns what is known of a call from the error that Do returned for it:
// Unknown for one that is not this package's. A read without an answer did nothing.
func OutcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return Done
	case errors.As(err, new(*LostAnswerError)):
		return Unknown
	case errors.As(err, new(*UnsentError)), errors.As(err, new(*Error)), errors.As(err, new(*ReadError)):
		return NotDone
	}
	return Unknown
}

// AnswerOf returns the kind of answer that left the outcome of a change Unknown.
func AnswerOf(err error) Answer {
	var lost *LostAnswerError
	if errors.As(err, &lost) {
		return lost.Answer
	}
	return NoAnswer
}

// isFinal reports whether a call that was not sent will not go out later either.
func isFinal(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.As(err, new(*signInError)) || isUntrusted(err)
}
