package platform

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/golden"
)

// TestTableInDocs holds docs/platform.md to Answers; UPDATE=1 writes it.
func TestTableInDocs(t *testing.T) {
	golden.Section(t, "../../docs/platform.md", "| answer |", "\n\n", strings.TrimSuffix(strings.TrimPrefix(table(), "| answer |"), "\n"))
}

// TestAnswersAreSafe holds the table to the law: what may have been carried out is
// sent again at once only where twice does no harm, and what was is never sent again.
func TestAnswersAreSafe(t *testing.T) {
	if len(Answers) != int(Unavailable)+1 {
		t.Errorf("%d rows", len(Answers))
	}
	for _, r := range Answers {
		switch {
		case r.When == "" || r.Why == "":
			t.Errorf("a row without words: %+v", r)
		case r.Change != NotDone && r.ChangeAgain == AtOnce:
			t.Errorf("%s: a change is sent again at once", r.When)
		case r.Change == Done && r.ChangeAgain != Never, r.Delete == Done && r.DeleteAgain != Never:
			t.Errorf("%s: done, and sent again", r.When)
		case r.Change == NotDone && r.ChangeAgain == AfterLookup, r.Read == AfterLookup, r.DeleteAgain == AfterLookup:
			t.Errorf("%s: looked up without a doubt", r.When)
		}
	}
}

func TestOutcomeOf(t *testing.T) {
	if OutcomeOf(nil) != Done || OutcomeOf(errors.New("anything")) != Unknown || Outcome(0) != Unknown {
		t.Error("an error that is not ours says that something is known")
	}
	if AnswerOf(&LostAnswerError{Answer: Unavailable}) != Unavailable || AnswerOf(errors.New("anything")) != NoAnswer {
		t.Error("the wrong row")
	}
}

func TestIsTemporary(t *testing.T) {
	for status, want := range map[int]bool{400: false, 401: false, 403: false, 404: false, 302: false, 408: true, 429: true, 500: true, 503: true} {
		if got := IsTemporary(&Error{Status: status}); got != want {
			t.Errorf("%d: %v", status, got)
		}
	}
	if !IsTemporary(&ReadError{}) || IsTemporary(errors.New("anything")) {
		t.Error("errors without a status")
	}
}

// table prints Answers as Markdown.
func table() string {
	var b strings.Builder
	b.WriteString("| answer | POST, PUT, PATCH: known | sent again | DELETE: known | sent again | reads: sent again | why |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range Answers {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.When, r.Change, r.ChangeAgain, r.Delete, r.DeleteAgain, r.Read, r.Why)
	}
	return b.String()
}
