package view

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/planner"
)

// everyView shows a plan in every form.
func everyView(p *planner.Plan) map[string]func(io.Writer) error {
	pic := PictureOfPlan(p)
	return map[string]func(io.Writer) error{
		"text":     func(w io.Writer) error { return Plan(w, p, Options{}) },
		"full":     func(w io.Writer) error { return Plan(w, p, Options{Full: true, Width: 60}) },
		"quiet":    func(w io.Writer) error { return Plan(w, p, Options{Quiet: true}) },
		"json":     func(w io.Writer) error { return planJSON(w, p) },
		"calls":    func(w io.Writer) error { return Calls(w, p, Options{}) },
		"markdown": func(w io.Writer) error { return Markdown(w, p) },
		"html":     func(w io.Writer) error { return HTML(w, p) },
		"tree":     func(w io.Writer) error { return GraphText(w, pic, Options{}) },
		"dot":      func(w io.Writer) error { return GraphDOT(w, pic) },
		"mermaid":  func(w io.Writer) error { return GraphMermaid(w, pic) },
		"svg":      func(w io.Writer) error { return GraphSVG(w, pic) },
	}
}

// planJSON writes a plan as JSON.
func planJSON(w io.Writer, p *planner.Plan) error {
	text, err := planner.Marshal(p)
	_, writeErr := w.Write(text)
	return errors.Join(err, writeErr)
}

// A plan that can be read can be shown in every form, whoever wrote it, and no
// form holds a character that is not printed.
func FuzzReadPlan(f *testing.F) {
	for _, p := range cases() {
		if len(p.Changes) > 40 {
			continue
		}
		text, err := planner.Marshal(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := planner.Unmarshal(text)
		if err != nil {
			return
		}
		for name, show := range everyView(p) {
			var b bytes.Buffer
			if err := show(&b); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if fault := output.Fault(b.String()); fault != "" {
				t.Errorf("%s: %s", name, fault)
			}
		}
	})
}

// The same plan gives the same bytes, in every form.
func TestViewsAreStable(t *testing.T) {
	for name, p := range map[string]*planner.Plan{"first": firstPlan(), "column-added": columnAdded(), "many": many(60)} {
		first := map[string]string{}
		for range 2 {
			for form, show := range everyView(p) {
				var b bytes.Buffer
				if err := show(&b); err != nil {
					t.Fatalf("%s as %s: %v", name, form, err)
				}
				if was, ok := first[form]; ok && was != b.String() {
					t.Errorf("%s as %s differs from one time to the next", name, form)
				}
				first[form] = b.String()
			}
		}
	}
}

// No form of a plan holds what a secret field holds.
func TestNoFormShowsASecret(t *testing.T) {
	p := secretChanged()
	secret := &p.Changes[0].Fields[0]
	secret.Applied, secret.Desired, secret.Live = raw(`"canary-applied"`), raw(`"canary-desired"`), raw(`"canary-live"`)
	p.Drift = []planner.Change{p.Changes[0]}
	for form, show := range everyView(p) {
		var b bytes.Buffer
		if err := show(&b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "canary") {
			t.Errorf("%s shows a secret:\n%s", form, b.String())
		}
	}
}
