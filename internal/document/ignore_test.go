package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/source"
)

func TestIgnoreComments(t *testing.T) {
	text := strings.Join([]string{
		"# aepflow:ignore unknown-column it comes next week",
		"",
		"# another comment",
		"name: a",
		"title: b # aepflow:ignore delta-timezone",
		"text: |",
		"  # aepflow:ignore wrong-type inside a text",
		"quoted: 'x # aepflow:ignore wrong-type'",
		"plain: x#aepflow:ignore wrong-type",
		"#aepflow:ignore delta-format",
		"last: 1",
		"# aepflow:ignore",
		"---",
		"# aepflow:ignore invalid-id second document",
		"b: 1",
	}, "\n")
	docs, r := Parse(source.NewFile("in.yaml", []byte(text)))
	if r.Len() > 0 {
		t.Fatal(diagnose("in.yaml", []byte(text)))
	}
	var got []string
	for i, d := range docs {
		for _, ig := range d.Ignores {
			got = append(got, fmt.Sprintf("%d: %s on line %d %q", i, ig.Code, ig.Line, ig.Reason))
		}
	}
	want := []string{
		`0: unknown-column on line 4 "it comes next week"`,
		`0: delta-timezone on line 5 ""`,
		`0: delta-format on line 11 ""`,
		`1: invalid-id on line 15 "second document"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
