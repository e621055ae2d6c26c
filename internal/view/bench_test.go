package view

import (
	"fmt"
	"io"
	"testing"

	"github.com/aepflow/aepflow/planner"
)

// firstPlans is a first plan of n dataflows, eight resources each.
func firstPlans(n int) *planner.Plan {
	var list []planner.Change
	for i := range n {
		for _, ch := range firstPlan().Changes {
			ch.Address.Name = fmt.Sprintf("%s-%d", ch.Address.Name, i)
			list = append(list, ch)
		}
	}
	return plan(0, 0, list...)
}

// Time per dataflow must not grow with their number.
func BenchmarkViews(b *testing.B) {
	for _, n := range []int{100, 1000} {
		p := firstPlans(n)
		saved, err := planner.Marshal(p)
		if err != nil {
			b.Fatal(err)
		}
		for _, view := range []struct {
			name string
			show func() error
		}{
			{"text", func() error { return Plan(io.Discard, p, Options{}) }},
			{"full", func() error { return Plan(io.Discard, p, Options{Full: true}) }},
			{"json", func() error { return planJSON(io.Discard, p) }},
			{"read", func() error { _, err := planner.Unmarshal(saved); return err }},
			{"markdown", func() error { return Markdown(io.Discard, p) }},
			{"html", func() error { return HTML(io.Discard, p) }},
			{"svg", func() error { return GraphSVG(io.Discard, PictureOfPlan(p)) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", view.name, n), func(b *testing.B) {
				for b.Loop() {
					if err := view.show(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
