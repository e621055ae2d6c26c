package laws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// checkKeys holds that no object of a body has a key twice. Every graph, plan, and
// request of these tests goes through it.
func checkKeys(t testing.TB, what string, body []byte) {
	t.Helper()
	if key := duplicateKey(body); key != "" {
		t.Errorf("%s has a duplicate key %s:\n%s", what, key, body)
	}
}

// duplicateKey reads JSON token by token: a decoder into a map would hide a key
// that is there twice.
func duplicateKey(body []byte) string {
	dec := json.NewDecoder(bytes.NewReader(body))
	var open []map[string]bool // nil for a list
	key := true
	for {
		tok, err := dec.Token()
		if err != nil {
			return ""
		}
		switch tok := tok.(type) {
		case json.Delim:
			switch tok {
			case '{':
				open, key = append(open, map[string]bool{}), true
				continue
			case '[':
				open = append(open, nil)
				continue
			}
			open = open[:len(open)-1]
		case string:
			if len(open) > 0 && open[len(open)-1] != nil && key {
				if open[len(open)-1][tok] {
					return tok
				}
				open[len(open)-1][tok], key = true, false
				continue
			}
		}
		key = true // the next string of an object is one
	}
}

func TestDuplicateKeyIsSeen(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1,"a":2}`:               "a",
		`{"a":{"b":[{"c":1,"c":1}]}}`: "c",
		`[{"a":1},{"a":1}]`:           "",
		`{"a":"a","b":"a"}`:           "",
		`{"a":["a","a"],"b":{"a":1}}`: "",
		`{"a":{},"b":[],"a":null}`:    "a",
	} {
		if got := duplicateKey([]byte(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestNoDuplicateKeys: neither the bodies nor the calls of a first plan of the
// examples and of many generated projects have one. The other laws look at what
// they compile, plan, and send.
func TestNoDuplicateKeys(t *testing.T) {
	check := func(what string, files []*source.File) {
		g, report := compiler.Compile(files, compiler.Options{})
		if g == nil || len(g.All()) == 0 {
			t.Fatalf("%s makes nothing: %v", what, report.Sorted())
		}
		p, _ := planner.Diff(nil, g, planner.Options{At: epoch, OnReplace: "backfill"})
		for _, r := range g.All() {
			checkKeys(t, what+" "+r.Address.String(), r.Body.JSON())
		}
		for _, c := range p.Changes {
			for _, k := range c.Calls {
				checkKeys(t, fmt.Sprintf("%s call %d of %s", what, k.N, c.Address), k.Body)
			}
		}
	}
	for seed := range uint64(40) {
		check(fmt.Sprint("project ", seed), newProject(seed).p.files())
	}
	paths, err := filepath.Glob("../../examples/*/*dataflow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string][]*source.File{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(path))
		examples[name] = append(examples[name], source.NewFile(filepath.Base(path), text))
	}
	if len(examples) < 2 {
		t.Fatalf("%d examples", len(examples))
	}
	for name, files := range examples {
		check(name, files)
	}
}
