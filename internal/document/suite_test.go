package document_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// suiteCase is one case of the YAML test suite.
type suiteCase struct {
	ID    string  `json:"id"`
	YAML  string  `json:"yaml"`
	Fails bool    `json:"fails"`
	JSON  *string `json:"json"` // the documents, concatenated
}

// TestYAMLSuite runs the public YAML test suite, whose cases .ci/yaml-suite.mjs
// writes to a file: whatever the text, nothing panics, every position is inside
// of it and no message is the library's own. What is accepted means what the
// suite says; exceptions are listed below.
func TestYAMLSuite(t *testing.T) {
	path := os.Getenv("AEPFLOW_YAML_SUITE")
	if path == "" {
		t.Skip("AEPFLOW_YAML_SUITE names no file of cases (see .ci/yaml-suite.mjs)")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []suiteCase
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 400 {
		t.Fatalf("%d cases: %v", len(cases), err)
	}
	var accepted, refused, same int
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			file := source.NewFile("in.yaml", []byte(c.YAML))
			docs, report := document.Parse(file)
			document.CheckLaw(t, file, docs, report)
			codes := saidByUs(t, report)
			// The whole compiler must live with it too.
			_, whole := compiler.Compile([]*source.File{file}, compiler.Options{})
			saidByUs(t, whole)

			if report.HasErrors() {
				refused++
				ours := slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(forbidden, code) })
				if !c.Fails && !ours && !slices.Contains(refusedWrongly, c.ID) {
					t.Errorf("refused, but the suite accepts it: %v", codes)
				}
				return
			}
			accepted++
			if c.Fails && !slices.Contains(acceptedWrongly, c.ID) {
				t.Error("accepted, but the suite refuses it")
			}
			if c.Fails || c.JSON == nil {
				return
			}
			var got []any
			for _, d := range docs {
				got = append(got, plainValue(t, d.Root))
			}
			if want := jsonStream(t, *c.JSON); !reflect.DeepEqual(got, want) && !slices.Contains(otherValue, c.ID) {
				t.Errorf("means otherwise\n  here:  %v\n  suite: %v", got, want)
				return
			}
			same++
		})
	}
	t.Logf("%d cases: %d accepted, %d of them with the JSON of the suite, %d refused", len(cases), accepted, same, refused)
}

// saidByUs holds that what is said is placed and ours, and returns the codes.
func saidByUs(t *testing.T, r *diag.Report) []string {
	t.Helper()
	var codes []string
	for _, d := range r.Sorted() {
		codes = append(codes, string(d.Code))
		said := d.Message + d.Help
		for _, l := range d.Labels {
			said += l.Text
		}
		for _, raw := range []string{"yaml:", "yaml.v3", "did not find expected", "mapping values are not allowed", "could not find expected", "cannot start any token"} {
			if strings.Contains(said, raw) {
				t.Errorf("the message has %q of the library in it: %s", raw, said)
			}
		}
	}
	return codes
}

// plainValue is what encoding/json makes of the same value.
func plainValue(t *testing.T, n *document.Node) any {
	t.Helper()
	switch n.Kind {
	case document.NullKind:
		return nil
	case document.BoolKind:
		return strings.EqualFold(n.Text, "true")
	case document.IntKind:
		v, err := strconv.ParseInt(strings.TrimPrefix(strings.Replace(n.Text, "0o", "0", 1), "+"), 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		return float64(v)
	case document.FloatKind:
		v, err := strconv.ParseFloat(n.Text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	case document.MapKind:
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key.Text] = plainValue(t, p.Value)
		}
		return out
	case document.ListKind:
		out := []any{}
		for _, item := range n.Items {
			out = append(out, plainValue(t, item))
		}
		return out
	}
	return n.Text
}

func jsonStream(t *testing.T, text string) []any {
	t.Helper()
	var out []any
	for d := json.NewDecoder(bytes.NewReader([]byte(text))); ; {
		var v any
		if err := d.Decode(&v); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
}

// forbidden are the codes of what YAML allows and the file format does not.
var forbidden = []string{"empty-file", "yaml-complex-key", "yaml-missing-key", "yaml-tag", "yaml-directive"}

// Where the library that builds the nodes follows YAML 1.1, or neither.
var (
	refusedWrongly = strings.Fields(`
		2SXE 3UYS 4MUZ-0 4MUZ-1 4MUZ-2 58MP 5MUD 5T43 6BCT 6CA3 7Z25 8XYN 96NN-0 96NN-1 9SA2 A2M4 CFD4 DBG4 DK3J DK95-0 FP8R FRK4
		HM87-0 HWV9 JR7V K3WX M7A3 NJ66 Q5MG QT73 R4YG UT92 VJP3-1 W4TN W5VH WZ62 Y79Y-10`)
	acceptedWrongly = strings.Fields("9C9N 9JBA CVW2 DK95-1 G5U8 HRE5 QB6E S98Z SU5Z X4QW Y79Y-0 Y79Y-3 YJV2")
	// The first three have empty documents, which are passed over.
	otherValue = strings.Fields("6ZKB 9DXL PUW8 652Z HM87-1 L24T-1 S4JQ Y2GN Y79Y-1")
)
