package diag_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

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

func TestMarkdownHasEveryCode(t *testing.T) {
	var b bytes.Buffer
	if err := diag.Markdown(&b, func(e diag.Entry) string { return "output of " + string(e.Code) }); err != nil {
		t.Fatal(err)
	}
	for _, e := range diag.Codes() {
		for _, want := range []string{"\n## " + string(e.Code) + "\n", "(#" + string(e.Code) + ")", "output of " + string(e.Code) + "\n"} {
			if strings.Count(b.String(), want) != 1 {
				t.Errorf("%q stands there %d times", want, strings.Count(b.String(), want))
			}
		}
	}
	for i, c := range b.Bytes() {
		if c < ' ' && c != '\n' && c != '\t' {
			t.Fatalf("control character %#x at %d", c, i)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, e := range diag.Codes() {
		var b bytes.Buffer
		if err := diag.Explain(&b, e, "error: what is said"); err != nil {
			t.Fatal(err)
		}
		head := e.Severity.String() + " [" + string(e.Code) + "]: " + e.Title + "\n\n"
		if !strings.HasPrefix(b.String(), head) || !strings.Contains(b.String(), "    error: what is said\n") {
			t.Errorf("%s is explained as\n%s", e.Code, b.String())
		}
		prose, _, _ := strings.Cut(strings.TrimPrefix(b.String(), head), "\n\n")
		for _, line := range strings.Split(prose, "\n") {
			if utf8.RuneCountInString(line) > 80 && strings.Contains(line, " ") {
				t.Errorf("%s: %q is longer than a line", e.Code, line)
			}
		}
	}
}
