package view

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/planner"
)

func htmlOf(t *testing.T, p *planner.Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHTML(t *testing.T) {
	check(t, "plan-column-added.html", []byte(htmlOf(t, columnAdded())))
	check(t, "plan-first.html", []byte(htmlOf(t, firstPlan())))
}

var outside = regexp.MustCompile(`(?i)(src|href)\s*=\s*"[^"]*//|@import|url\(|<script`)

// The page of any plan is whole, asks for nothing from outside and runs nothing.
func TestHTMLStandsAlone(t *testing.T) {
	plans := cases()
	plans["many"] = many(60)
	for name, p := range plans {
		page := htmlOf(t, p)
		if found := outside.FindString(page); found != "" {
			t.Errorf("%s: the page asks for %s", name, found)
		}
		for _, tag := range []string{"details", "table", "tr", "td", "ul", "div", "p", "svg"} {
			open := len(regexp.MustCompile(`<`+tag+`[ >]`).FindAllString(page, -1))
			if closed := strings.Count(page, "</"+tag+">"); open != closed {
				t.Errorf("%s: %d <%s> and %d </%s>", name, open, tag, closed, tag)
			}
		}
		if strings.Contains(page, "canary") {
			t.Errorf("%s: the page shows a secret", name)
		}
	}
	if page := htmlOf(t, many(160)); !strings.Contains(page, "too many for a drawing") {
		t.Error("a page of 160 changes draws them all")
	}
}

// Text from documents stays text.
func TestHTMLEscapes(t *testing.T) {
	const evil = `</details><script>alert("1")</script>`
	quoted, err := json.Marshal(evil + " and some more text so that the words are compared inside")
	if err != nil {
		t.Fatal(err)
	}
	p := columnAdded()
	p.Target.Name = evil
	p.Changes[0].Fields[0] = planner.FieldChange{Path: evil, Action: planner.Update, Applied: quoted, Desired: raw(`"x"`)}
	p.Changes[1].Reason = planner.Reason(evil)
	p.Changes[2].Origin.Filename = evil
	p.Changes[2].Address.Name = evil
	if page := htmlOf(t, p); strings.Contains(page, "<script") {
		t.Error("markup goes through")
	}
}

// TestHTMLMarksProduction: a page says that its target is one of production, and only then.
func TestHTMLMarksProduction(t *testing.T) {
	const mark = `<span class="production">production</span>`
	if !strings.Contains(htmlOf(t, removed()), mark) {
		t.Error("a plan for production is not marked")
	}
	if strings.Contains(htmlOf(t, firstPlan()), mark) {
		t.Error("a plan for dev is marked as one for production")
	}
}

// TestHTMLGroups: a page puts changes under the dataflow that they are drawn in, each once, and a box of the style
// sheet filters each action.
func TestHTMLGroups(t *testing.T) {
	p := firstPlan()
	page := htmlOf(t, p)
	if n := strings.Count(page, "<h3>"); n == 0 || n >= len(p.Changes) {
		t.Errorf("%d headings for %d changes", n, len(p.Changes))
	}
	for _, ch := range p.Changes {
		if n := strings.Count(page, "<b>"+ch.Address.String()+"</b>"); n != 1 {
			t.Errorf("%s is on the page %d times", ch.Address, n)
		}
	}
	for a := planner.Move; a <= planner.Delete; a++ {
		if !strings.Contains(planPage, "body:has(#show-"+a.String()+":not(:checked)) .is-"+a.String()) {
			t.Errorf("nothing filters %s", a)
		}
	}
}
