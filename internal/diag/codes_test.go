package diag_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
)

func TestCodesAreComplete(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	last := diag.Code("")
	for _, e := range diag.Codes() {
		switch {
		case !name.MatchString(string(e.Code)):
			t.Errorf("%q is not in kebab case", e.Code)
		case e.Code == last:
			t.Errorf("%s is explained twice", e.Code)
		case e.Title == "" || e.Explanation == "":
			t.Errorf("%s is not explained", e.Code)
		case strings.HasSuffix(e.Title, "."):
			t.Errorf("the title of %s ends with a full stop", e.Code)
		}
		last = e.Code
		if got, ok := diag.Lookup(e.Code); !ok || got.Title != e.Title {
			t.Errorf("%s cannot be looked up", e.Code)
		}
	}
	if _, ok := diag.Lookup("no-such-code"); ok {
		t.Error("found a code that does not exist")
	}
}
