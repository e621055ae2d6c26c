package benchmark

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// Figure is one thing that was measured: what it is, for how many dataflows,
// ours, and the floor beside it.
type Figure struct {
	Work  string
	Size  int     // dataflows; 0 when the work has no size
	Ours  float64 // in Unit
	Floor float64 // 0: there is none
	Unit  Unit
	// Factor times the floor is allowed, or Most as such. Both 0: measured, not bounded.
	Factor, Most float64
}

// Unit is what a figure counts.
type Unit string

// The units.
const (
	Seconds   Unit = "s"
	Megabytes Unit = "MB"
	Power     Unit = "n^"
)

// Best returns the shortest of the times in seconds: what the machine can do
// when nothing else needs it.
func Best(times []time.Duration) float64 { return slices.Min(times).Seconds() }

// Allowed returns the bound of a figure, or false when it has none.
func (f Figure) Allowed() (float64, bool) {
	if f.Most > 0 {
		return f.Most, true
	}
	return f.Factor * f.Floor, f.Factor > 0 && f.Floor > 0
}

// Within reports whether a figure keeps its bound; one without a bound does.
func (f Figure) Within() bool {
	most, bound := f.Allowed()
	return !bound || f.Ours <= most
}

// Growth returns one figure for each work that was measured in several sizes: the
// power of n with which it grows between the two largest.
func Growth(figures []Figure) []Figure {
	var out []Figure
	for i, f := range figures {
		if f.Size == 0 || slices.ContainsFunc(figures[:i], func(g Figure) bool { return g.Work == f.Work }) {
			continue
		}
		var same []Figure
		for _, g := range figures {
			if g.Work == f.Work {
				same = append(same, g)
			}
		}
		slices.SortFunc(same, func(a, b Figure) int { return a.Size - b.Size })
		if len(same) < 2 {
			continue
		}
		small, large := same[len(same)-2], same[len(same)-1]
		exponent := math.Log(large.Ours/small.Ours) / math.Log(float64(large.Size)/float64(small.Size))
		out = append(out, Figure{Work: "growth: " + f.Work, Ours: exponent, Unit: Power, Most: 1.05})
	}
	return out
}

// Print writes figures as a table that reads in a terminal and in Markdown.
func Print(w io.Writer, figures []Figure) error {
	rows := [][]string{{"work", "dataflows", "ours", "floor", "ratio", "allowed", ""}}
	for _, f := range figures {
		row := []string{f.Work, "", f.Unit.print(f.Ours), "", "", "", ""}
		if f.Size > 0 {
			row[1] = fmt.Sprint(f.Size)
		}
		if f.Floor > 0 {
			row[3], row[4] = f.Unit.print(f.Floor), fmt.Sprintf("%.2f", f.Ours/f.Floor)
		}
		if most, bound := f.Allowed(); bound {
			row[5], row[6] = f.Unit.print(most), "ok"
			if !f.Within() {
				row[6] = "over"
			}
		}
		rows = append(rows, row)
	}
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		for i, cell := range row {
			if i == 0 {
				fmt.Fprintf(&b, "| %-*s ", width[i], cell)
				continue
			}
			fmt.Fprintf(&b, "| %*s ", width[i], cell)
		}
		b.WriteString("|\n")
		if n > 0 {
			continue
		}
		for i, n := range width {
			rule := strings.Repeat("-", n+1)
			if i == 0 {
				b.WriteString("| " + rule)
				continue
			}
			b.WriteString("|" + rule + ":")
		}
		b.WriteString("|\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (u Unit) print(v float64) string {
	switch {
	case u == Power:
		return fmt.Sprintf("n^%.2f", v)
	case u == Megabytes:
		return fmt.Sprintf("%.0f MB", v)
	case 0.1 <= v && v < 1:
		return fmt.Sprintf("%.0f ms", v*1000)
	case v < 1:
		return fmt.Sprintf("%.1f ms", v*1000)
	}
	return fmt.Sprintf("%.2f s", v)
}
