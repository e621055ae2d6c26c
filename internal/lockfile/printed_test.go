package lockfile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// big is a lock with enough entries for every core, and every kind of member.
func big() *Lock {
	l := sample()
	for i := range 40 {
		e := l.Entries[i%len(sample().Entries)]
		e.Address.Name = fmt.Sprintf("more-%02d", i)
		e.ID = fmt.Sprintf(`quote " and \ and ünï <&> %d`, i)
		l.Put(e)
	}
	return l
}

func TestPrintedReadsWhatIsPrinted(t *testing.T) {
	for name, l := range map[string]*Lock{"sample": sample(), "big": big()} {
		text := []byte(print(t, l))
		got, ok := parsePrinted(text)
		if !ok {
			t.Fatalf("%s: a printed lockfile is not taken for one", name)
		}
		want, err := parseWhole(text, true)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: read by lines and read as JSON differ (-JSON +lines):\n%s", name, diff)
		}
	}
}

// Every text that differs from the printed one in a byte either reads the same by
// both ways, or is left to the long way, which says what is wrong.
func TestPrintedTakesNothingElse(t *testing.T) {
	text := []byte(print(t, sample()))
	for i := range text {
		for _, c := range []byte{'x', '"', '\n', '}'} {
			if text[i] == c {
				continue
			}
			changed := bytes.Clone(text)
			changed[i] = c
			sameBothWays(t, changed)
		}
		sameBothWays(t, append(bytes.Clone(text[:i]), text[i+1:]...))
	}
	for _, old := range []string{"  ", "\n", ",\n", ": "} {
		sameBothWays(t, []byte(strings.ReplaceAll(string(text), old, "")))
		sameBothWays(t, []byte(strings.Replace(string(text), old, old+old, 1)))
	}
}

func sameBothWays(t *testing.T, text []byte) {
	t.Helper()
	got, ok := parsePrinted(text)
	if !ok {
		return
	}
	want, err := parseWhole(text, true)
	if err != nil {
		t.Errorf("read by lines, refused as JSON: %v\n%s", err, text)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read by lines and read as JSON differ (-JSON +lines):\n%s", diff)
	}
}
