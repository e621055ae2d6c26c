package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"

	"github.com/aepflow/aepflow/planner"
)

func md(t *testing.T, p *planner.Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := Markdown(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	for _, name := range []string{"first", "schedule", "column-added", "delete", "drift", "empty", "many"} {
		check(t, "plan-"+name+".md", []byte(md(t, cases()[name])))
	}
}

// rendered is what a real renderer makes of Markdown.
type rendered struct {
	html   string
	tables int
	rows   int
	fences int
	broken []string
}

func renderMarkdown(t *testing.T, source string) rendered {
	t.Helper()
	g := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	var b bytes.Buffer
	if err := g.Convert([]byte(source), &b); err != nil {
		t.Fatal(err)
	}
	r := rendered{html: b.String()}
	doc := g.Parser().Parse(text.NewReader([]byte(source)))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *east.Table:
			r.tables++
		case *east.TableRow:
			r.rows++
			if n.ChildCount() != n.Parent().FirstChild().ChildCount() {
				r.broken = append(r.broken, fmt.Sprintf("a row of %d cells", n.ChildCount()))
			}
		case *ast.FencedCodeBlock:
			r.fences++
		case *ast.Paragraph:
			if lines := string(n.Lines().Value([]byte(source))); strings.HasPrefix(lines, "|") {
				r.broken = append(r.broken, "a paragraph with a bar: "+lines)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"details", "summary", "table"} {
		if open, closed := strings.Count(r.html, "<"+tag+">"), strings.Count(r.html, "</"+tag+">"); open != closed {
			r.broken = append(r.broken, fmt.Sprintf("%d <%s> and %d </%s>", open, tag, closed, tag))
		}
	}
	return r
}

// different is a plan of n updates of which no two are alike.
func different(n int) *planner.Plan {
	p := many(n)
	for i := range p.Changes {
		if f := p.Changes[i].Fields; len(f) == 1 && f[0].Path == "scheduleParams.interval" {
			p.Changes[i].Fields = []planner.FieldChange{{
				Path: "description", Action: planner.Update,
				Applied: raw(fmt.Sprintf(`"table %d | every hour"`, i)), Desired: raw(fmt.Sprintf(`"table %d | every day"`, i)),
			}}
		}
	}
	return p
}

// Whatever the plan, the comment stays under the limit, its tables are whole, it
// begins with the marker and says what it leaves out.
func TestMarkdownLimit(t *testing.T) {
	for _, n := range []int{100, 250, 400, 2000} {
		p := different(n)
		source := md(t, p)
		if len(source) > markdownLimit {
			t.Errorf("%d changes: %d bytes", n, len(source))
		}
		if len(source) < markdownLimit*8/10 && n >= 400 {
			t.Errorf("%d changes: only %d bytes of %d are used", n, len(source), markdownLimit)
		}
		r := renderMarkdown(t, source)
		if len(r.broken) > 0 {
			t.Errorf("%d changes: broken: %v", n, r.broken[:min(3, len(r.broken))])
		}
		if !strings.HasPrefix(source, "<!-- aepflow plan: dev -->\n") {
			t.Errorf("%d changes: no marker", n)
		}
		dropped := r.fences < n-1 // one change has nothing to fold
		if says := strings.Contains(source, "Left out to fit"); says != dropped {
			t.Errorf("%d changes: dropped %t, says so %t", n, dropped, says)
		}
		// The harshest rows are there however long the plan is.
		for _, want := range []string{"### ± Replaced (3)", "`source.customers`", fmt.Sprintf("%d to update, 3 to replace", n-3), "Apply refuses this plan"} {
			if !strings.Contains(source, want) {
				t.Errorf("%d changes: no %q", n, want)
			}
		}
	}
}

// A limit so small that nothing but the head fits still gives whole tables.
func TestMarkdownSmallLimits(t *testing.T) {
	p := different(60)
	for limit := 1500; limit < 12000; limit += 613 {
		source := markdown(p, limit)
		if len(source) > limit {
			t.Errorf("limit %d: %d bytes", limit, len(source))
		}
		if r := renderMarkdown(t, source); len(r.broken) > 0 {
			t.Errorf("limit %d: broken: %v", limit, r.broken)
		}
	}
}

// Text from documents stays text.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"plain", "a|b", "`tick`", "``", "<script>alert(1)</script>", "*bold* _it_ [x](y)", "a\nb\r\n| c |", "```\nfence", "</details>", "-->", "\\|", "\x1b[31m", "~~~", "&lt;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := columnAdded()
		quoted, err := json.Marshal(s)
		if err != nil {
			t.Skip()
		}
		p.Changes[0].Fields[0] = planner.FieldChange{Path: s, Action: planner.Update, Applied: quoted, Desired: raw(`"x"`)}
		p.Changes[1].Reason = planner.Reason(s)
		p.Changes[2].Origin.Filename = s
		p.Target.Name = s
		p.Diagnostics = []planner.Diagnostic{{Severity: "warning", Code: "c", Message: s}}
		r := renderMarkdown(t, md(t, p))
		if len(r.broken) > 0 || r.tables != 2 || r.rows != 4 || r.fences != 3 {
			t.Errorf("%q: %d tables, %d rows, %d fences, broken %v", s, r.tables, r.rows, r.fences, r.broken)
		}
		if strings.Contains(r.html, "<script") {
			t.Errorf("%q: markup goes through", s)
		}
	})
}
