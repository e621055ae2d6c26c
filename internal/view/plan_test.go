package view

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/planner"
)

// check compares with testdata/NAME.golden.
func check(t *testing.T, name string, got []byte) {
	t.Helper()
	golden.Check(t, filepath.Join("testdata", name+".golden"), got)
}

// cases are all plans by the name of their hazard.
func cases() map[string]*planner.Plan {
	return map[string]*planner.Plan{
		"first": firstPlan(), "schedule": scheduleChange(), "column-added": columnAdded(),
		"expression": expressionChanged(), "secret": secretChanged(), "delete": removed(),
		"rename": renamed(), "drift": drifted(), "empty": empty(), "many": many(500), "many-new": firstPlans(6), "texts": longTexts(),
	}
}

func render(t *testing.T, p *planner.Plan, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Plan(&b, p, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPlan(t *testing.T) {
	for name, p := range cases() {
		t.Run(name, func(t *testing.T) {
			check(t, "plan-"+name, []byte(render(t, p, Options{})))
		})
	}
	check(t, "plan-column-added-color", []byte(onTerminal(t, render(t, columnAdded(), Options{Color: true}))))
	check(t, "plan-expression-color", []byte(onTerminal(t, render(t, expressionChanged(), Options{Color: true, Width: 80}))))
	check(t, "plan-schedule-full", []byte(render(t, scheduleChange(), Options{Full: true})))
	check(t, "plan-delete-quiet", []byte(render(t, removed(), Options{Quiet: true})))
}

// Color adds codes and nothing else, but for the carets in its place.
func TestPlanColorIsOnlyPaint(t *testing.T) {
	for name, p := range cases() {
		painted := render(t, p, Options{Color: true})
		if !strings.Contains(onTerminal(t, painted), "\x1b[") {
			t.Errorf("%s: no color", name)
		}
		if got, want := strings.Map(withoutMarks, painted), withoutCarets(render(t, p, Options{})); got != want {
			t.Errorf("%s: text with color differs:\n%s", name, cmp.Diff(want, got))
		}
	}
}

// onTerminal is what a terminal gets of a text.
func onTerminal(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := output.New(&b)
	w.Color(true)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withoutMarks drops the marks of colors from a text.
func withoutMarks(r rune) rune {
	if 0xFDD0 <= r && r <= 0xFDEF {
		return -1
	}
	return r
}

func withoutCarets(s string) string {
	var out []string
	for _, l := range strings.SplitAfter(s, "\n") {
		if strings.Trim(l, " ^\n") != "" || !strings.Contains(l, "^") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "")
}

// Text from documents cannot steer the terminal.
func TestPlanShowsControlCharacters(t *testing.T) {
	p := scheduleChange()
	p.Changes[0].Fields[0].Path = "name\x1b[2J"
	p.Changes[0].Fields[0].Applied = raw(`"a\u001b]0;owned\u0007"`)
	p.Changes[0].Fields[0].Desired = raw(`"b\u202Egpj"`)
	got := render(t, p, Options{})
	for _, c := range []string{"\x1b", "\x07", "\u202e"} {
		if strings.Contains(got, c) {
			t.Errorf("%q reaches the terminal:\n%s", c, got)
		}
	}
	if !strings.Contains(got, `name<U+001B>[2J`) {
		t.Errorf("the path is not shown escaped:\n%s", got)
	}
}

// What no flag allows says what to do about it: a change that cannot be is undone, an object that is hidden is not.
func TestRefusalsWithoutFlag(t *testing.T) {
	for code, want := range map[string]string{
		"state":       "no flag allows it; undo the change to NAME",
		"hidden":      "no flag allows it; the platform does not show NAME: use a client with its labels",
		"named-by-id": "no flag allows it; the refusal says what to do about NAME",
	} {
		p := longTexts()
		p.Changes[0].Guards = []planner.Guard{{Code: code, Message: "why"}, {Code: code, Message: "also why"}}
		got := strings.Join(strings.Fields(render(t, p, Options{})), " ")
		if want := strings.ReplaceAll(want, "NAME", "flow.customers"); strings.Count(got, want) != 1 {
			t.Errorf("text of %s: %s", code, got)
		}
		var b bytes.Buffer
		if err := Markdown(&b, p); err != nil {
			t.Fatal(err)
		}
		if want := strings.ReplaceAll(want, "NAME", "`flow.customers`"); strings.Count(b.String(), want) != 1 {
			t.Errorf("Markdown of %s: %s", code, &b)
		}
		_, todo, _ := strings.Cut(strings.ReplaceAll(want, "NAME", "flow.customers"), "; ")
		if page := htmlOf(t, p); strings.Count(page, "<li>"+todo) != 1 {
			t.Errorf("page of %s: %s", code, page)
		}
	}
}
