package planner_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

var now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// compile returns the graph of a document; documents of these tests are right.
func compile(t testing.TB, text string) *resource.Graph {
	t.Helper()
	g, report := compiler.Compile([]*source.File{source.NewFile("dataflow.yaml", []byte(text))}, compiler.Options{})
	if report.HasErrors() {
		var b bytes.Buffer
		_ = diag.Text(&b, report, diag.TextOptions{})
		t.Fatal(b.String())
	}
	return g
}

// applied returns the lock that an apply of the graph leaves: ids made of the
// addresses, references resolved to them.
func applied(t testing.TB, g *resource.Graph) *lockfile.Lock {
	t.Helper()
	l := &lockfile.Lock{Lineage: "test", Serial: 1, Target: lockfile.Target{Org: "o", Sandbox: "s"}}
	for _, r := range g.All() {
		v, err := r.Body.Value()
		if err != nil {
			t.Fatal(err)
		}
		e := lockfile.Entry{Address: r.Address, ID: idOf(r.Address), ETag: "0", Applied: r.Body.JSON(), Protect: r.Protect}
		v.Walk(func(at resource.Path, w resource.Value) {
			if w.Kind != resource.RefValue {
				return
			}
			n := lockfile.Need{Edge: resource.Edge{To: w.Ref.To, Via: at.String()}, ID: idOf(w.Ref.To)}
			if w.Ref.Field == "version" {
				n.Field, n.ID = "version", "0"
			}
			e.Needs = append(e.Needs, n)
		})
		for _, edge := range r.Needs {
			if !slices.ContainsFunc(e.Needs, func(n lockfile.Need) bool { return n.Via == edge.Via }) {
				e.Needs = append(e.Needs, lockfile.Need{Edge: edge})
			}
		}
		l.Put(e)
	}
	return l
}

func idOf(a resource.Address) string { return string(a.Kind) + "-id-" + a.Name }

// script prints a plan as these tests compare it: changes, fields, guards, calls.
func script(p *planner.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s: %s; data: %s\n", c.Action, c.Address, c.Reason, c.Effect)
		if c.Action == planner.Import {
			fmt.Fprintf(&b, "    id %s\n", c.ID)
		}
		for _, f := range c.Fields {
			old, desired := string(f.Applied), string(f.Desired)
			if f.Unknown {
				desired = "(known after apply)"
			}
			fmt.Fprintf(&b, "    %s %s: %s -> %s%s\n", f.Action, f.Path, orDash(old), orDash(desired), threeSides(f))
		}
		for _, g := range c.Guards {
			fmt.Fprintf(&b, "    guard %s %s\n", g.Code, g.Flag)
		}
	}
	type call struct {
		planner.Call
		of resource.Address
	}
	var calls []call
	for _, c := range p.Changes {
		for _, k := range c.Calls {
			calls = append(calls, call{k, c.Address})
		}
	}
	slices.SortFunc(calls, func(a, b call) int { return a.N - b.N })
	for _, k := range calls {
		fmt.Fprintf(&b, "%d %s %s %s %s after %v", k.N, k.of, k.Step, k.Method, k.URL, k.After)
		if k.Step == planner.StepUpdate {
			fmt.Fprintf(&b, "\n    %s", k.Body)
		}
		b.WriteByte('\n')
	}
	for _, d := range p.Diagnostics {
		if d.Severity == "note" {
			fmt.Fprintf(&b, "note [%s]: %s\n  %s\n", d.Code, d.Message, d.Help)
		}
	}
	for _, c := range p.Drift {
		fmt.Fprintf(&b, "drift %s: %s\n", c.Address, c.Reason)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "    %s: %s -> %s%s\n", f.Path, orDash(string(f.Applied)), orDash(string(f.Live)), threeSides(f))
		}
	}
	if len(p.Changes) == 0 {
		b.WriteString("nothing\n")
	}
	if !p.Complete {
		b.WriteString("not complete\n")
	}
	return b.String()
}

// threeSides is what a refresh adds to a field.
func threeSides(f planner.FieldChange) string {
	switch {
	case f.Class == "":
		return ""
	case f.Live == nil:
		return " (" + f.Class + ")"
	}
	return " (" + f.Class + ", live " + orDash(string(f.Live)) + ")"
}

func orDash(s string) string {
	switch {
	case s == "":
		return "-"
	case len(s) > 90:
		return s[:87] + "..."
	}
	return s
}

// TestDiff runs every case of testdata/diff and its subfolders: what was applied
// (before.yaml), what is asked for (after.yaml), and the plan that this is (want).
// Lines of the comment set options, as in `at 2027-…` or `on-replace continue`;
// `unchanged` means that after.yaml is before.yaml.
// Two more files change what before.yaml gives, one thing a line:
//
//	lock   ADDRESS sent PATH JSON      the platform was sent this in the place of what is documented
//	       ADDRESS id ID               the object has this ID
//	       ADDRESS etag ETAG           it has this version; what refers to it was sent another one
//	       ADDRESS deposed ID          this object is left over from a replacement
//	       ADDRESS gone                nothing was applied
//	live   ADDRESS MEMBER/MEMBER JSON  a refresh finds this, and all else as it was sent
//	       ADDRESS missing [ID]        it does not find the object, or the replaced one with this ID
//	       ADDRESS object JSON         it finds this object
func TestDiff(t *testing.T) {
	test := func(t *testing.T, a *txtar.Archive) {
		c := readCase(t, a)
		p, report := planner.Diff(c.lock, c.after, c.options)
		got := script(p)
		for _, d := range report.Sorted() {
			got += fmt.Sprintf("%s [%s] at %d: %s\n", d.Severity, d.Code, d.Primary().Pos().Line, d.Message)
		}
		golden.Set(a, "want", got)
		checkOrder(t, p)
	}
	golden.Cases(t, "testdata/diff/*.txtar", test)
	golden.Cases(t, "testdata/diff/*/*.txtar", test)
}

// checkOrder holds the law that every call comes after what it needs.
func checkOrder(t *testing.T, p *planner.Plan) {
	t.Helper()
	makes := map[string]int{}
	for _, c := range p.Changes {
		for _, k := range c.Calls {
			if k.Step == planner.StepCreate {
				makes[k.Gives] = k.N
			}
			for _, n := range k.After {
				if n >= k.N {
					t.Errorf("call %d waits for %d", k.N, n)
				}
			}
		}
	}
	for _, c := range p.Changes {
		for _, k := range c.Calls {
			for ref, n := range makes {
				if ref != k.Gives && bytes.Contains(append(k.Body, k.URL...), []byte(ref)) && !slices.Contains(k.After,
					n) && n >= k.N {
					t.Errorf("call %d uses %s, which call %d makes", k.N, ref, n)
				}
			}
		}
	}
}

// TestDiffOfItsOwnLockIsEmpty is the first law of the planner.
func TestDiffOfItsOwnLockIsEmpty(t *testing.T) {
	files, _ := filepath.Glob("testdata/diff/*.txtar")
	for _, path := range files {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if filepath.Ext(f.Name) != ".yaml" {
				continue
			}
			g := compile(t, string(f.Data))
			p, _ := planner.Diff(applied(t, g), g, planner.Options{At: now})
			if !p.IsEmpty() || len(p.Changes) > 0 || p.Summary.NoOp != len(g.All()) {
				t.Errorf("%s %s:\n%s", path, f.Name, script(p))
			}
		}
	}
}
