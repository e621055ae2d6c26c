package decode

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// A long value is cut between characters, and one of the longest shown is whole.
func TestOutOfRangeCutsCharacters(t *testing.T) {
	docs, _ := document.Parse(source.NewFile("a.yaml", []byte("a: 1\n")))
	for _, c := range []struct{ got, want string }{
		{strings.Repeat("é", mostShown), strings.Repeat("é", mostShown)},
		{strings.Repeat("日", mostShown+1), strings.Repeat("日", mostShown-3) + "…"},
	} {
		got := &document.Node{Kind: document.StringKind, Text: c.got}
		d := outOfRange{at: Place{Doc: variantOf(docs[0])}, got: got, want: "less"}.Diagnose()
		if !utf8.ValidString(d.Message) || !strings.Contains(d.Message, "is "+c.want+", expected") {
			t.Errorf("%q is quoted as %q", c.got, d.Message)
		}
	}
}
