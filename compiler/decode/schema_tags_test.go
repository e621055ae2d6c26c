package decode

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSchemaTagsDocumented: docs/schema-tags.md has a row for every tag and word that the readers of package
// schemas know, no others, and all that the package uses.
func TestSchemaTagsDocumented(t *testing.T) {
	page := filesText(t, "../../docs/schema-tags.md")
	tagRows, wordRows, ok := strings.Cut(page, "\n## Words of")
	if !ok {
		t.Fatal("no section about the words of `jsonschema`")
	}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)` \\|")
	readers := filesText(t, "decode.go", "../../schemas/gen/generate.go")
	words := slices.Collect(maps.Keys(limits))
	words = append(words, "default", "example") // of the generated pages and schemas only
	limitTags := strings.Join(matches(regexp.MustCompile(`jsonschema:("[^"]*")`), fieldTags(t)), "\n")
	for name, c := range map[string]struct{ documented, known, used []string }{
		"tags": {matches(row, tagRows), matches(regexp.MustCompile(`[tT]ag\.Get\("(\w+)"\)`), readers),
			matches(regexp.MustCompile("[`\" ](\\w+):\""), fieldTags(t))},
		"words of jsonschema": {matches(row, wordRows), words,
			matches(regexp.MustCompile(`[",](\w+)=`), limitTags)},
	} {
		slices.Sort(c.known)
		if d := cmp.Diff(slices.Compact(c.known), c.documented); d != "" {
			t.Errorf("%s (-known +documented):\n%s", name, d)
		}
		for _, u := range c.used {
			if !slices.Contains(c.documented, u) {
				t.Errorf("%s: %s is used and not documented", name, u)
			}
		}
	}
}

// fieldTags returns the tags of all fields of package schemas.
func fieldTags(t *testing.T) string {
	t.Helper()
	sources, err := filepath.Glob("../../schemas/*.go")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(matches(regexp.MustCompile("(?m)^\\t\\w+ .*(`[^`]+`)$"), filesText(t, sources...)), "\n")
}

func filesText(t *testing.T, paths ...string) string {
	t.Helper()
	var b strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

// matches returns the different texts of the first group of an expression, sorted.
func matches(e *regexp.Regexp, text string) []string {
	var out []string
	for _, m := range e.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}
