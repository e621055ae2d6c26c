package platform

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// TestTableInDocs holds docs/platform.md to Answers; UPDATE=1 writes it.
func TestTableInDocs(t *testing.T) {
	const path = "../../docs/platform.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), "| answer |")
	if !ok {
		t.Fatalf("%s has no table of answers", path)
	}
	_, tail, _ := strings.Cut(rest, "\n\n")
	want := head + Table() + "\n" + tail
	if want == string(text) {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Fatalf("%s does not have the table of answers as it is; UPDATE=1 go test ./internal/platform writes it", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
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
