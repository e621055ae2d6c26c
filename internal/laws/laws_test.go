package laws

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// seeds is how many projects a law is tried on.
const seeds = 3

// eachSeed runs a law on every seed, several at a time. LAWS_SEED picks one,
// LAWS_SEEDS says how many.
func eachSeed(t *testing.T, law func(t *testing.T, seed uint64)) {
	t.Helper()
	from, n := 0, seeds
	if v, err := strconv.Atoi(os.Getenv("LAWS_SEEDS")); err == nil {
		n = v
	}
	if v, err := strconv.Atoi(os.Getenv("LAWS_SEED")); err == nil {
		from, n = v, 1
	}
	for seed := from; seed < from+n; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			law(t, uint64(seed))
		})
	}
}

// switches are the ways of a platform that leave an apply as it is.
func switches(seed uint64) emulator.Switches {
	return emulator.Switches{
		Secrets:       []string{"omit", "mask", "show"}[seed%3],
		RunsKeepEtag:  seed%2 == 0,
		CheckMappings: seed%5 != 0,
		PageSize:      1 + int(seed%7),
	}
}

// TestApplyThenApply: A, then B, is B, and each apply leaves nothing to do. Half
// of the stories let three days pass in between, so that schedules have
// started, data has come in and etags have moved.
func TestApplyThenApply(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		a, b := newProject(seed), nextVersion(seed)
		defer func() {
			if t.Failed() {
				t.Logf("A:\n%s\nB:\n%s", a.p.text(), b.p.text())
			}
		}()
		graphA, graphB := compile(t, a.p.files()), compile(t, b.p.files())
		r := rand.New(rand.NewPCG(seed, 3))

		both := newWorld(t, seed, switches(seed))
		both.secrets = a.p.secrets
		o := both.options()
		o.OnReplace = []string{"backfill", "continue"}[r.IntN(2)]
		both.apply(both.plan(graphA, o))
		both.checkEmpty(graphA)
		both.checkOwned()

		if r.IntN(2) == 0 {
			both.now = both.now.Add(72 * time.Hour)
			both.checkEmpty(graphA)
		}
		both.secrets = b.p.secrets
		o.At = both.now
		both.unprotect(a.p, graphB, o)
		p := both.plan(graphB, o)
		both.apply(p)
		both.checkEmpty(graphB)
		both.checkOwned()

		alone := newWorld(t, seed+1, switches(seed))
		alone.secrets = b.p.secrets
		alone.apply(alone.plan(graphB, alone.options()))
		open := openOf(both, alone)
		if d := cmp.Diff(alone.state(open), both.state(open)); d != "" {
			t.Errorf("the platform differs (-B alone +A then B):\n%s\nplan from A to B:\n%s", d, sketch(p))
		}

		both.now = both.now.Add(40 * 24 * time.Hour)
		both.checkEmpty(graphB)
	})
}

// checkEmpty holds that nothing is to be done, with a look at the platform and
// without.
func (w *world) checkEmpty(g *resource.Graph) {
	w.t.Helper()
	if p := w.plan(g, w.options()); len(p.Changes) > 0 {
		w.t.Fatalf("not empty after apply:\n%s", sketch(p))
	}
	if p := w.refreshed(g, w.options()); len(p.Changes) > 0 || len(p.Drift) > 0 {
		w.t.Fatalf("not empty after apply and refresh:\n%s", sketch(p))
	}
}

// unprotect does what the guard of a protected resource asks for: it applies the
// documents without their protection. The platform hears nothing of it.
func (w *world) unprotect(before *project, next *resource.Graph, o planner.Options) {
	w.t.Helper()
	protected := false
	for _, c := range w.plan(next, o).Guarded() {
		for _, g := range c.Guards {
			if g.Code != "protected" {
				w.t.Fatalf("refused: %s", g.Message)
			}
			protected = true
		}
	}
	if !protected {
		return
	}
	for _, l := range before.lives() {
		l.protect = false
	}
	secrets := w.secrets
	w.secrets = before.secrets
	p := w.plan(compile(w.t, before.files()), o)
	if n := p.Calls(); n > 0 {
		w.t.Errorf("taking protection away makes %d calls:\n%s", n, sketch(p))
	}
	w.apply(p)
	w.secrets = secrets
}

// lives are the lifecycles of all documents.
func (p *project) lives() []*lifecycle {
	var out []*lifecycle
	for _, d := range p.connections {
		out = append(out, &d.life)
	}
	for _, d := range p.types {
		out = append(out, &d.life)
	}
	for _, d := range p.classes {
		out = append(out, &d.life)
	}
	for _, d := range p.groups {
		out = append(out, &d.life)
	}
	for _, d := range p.namespaces {
		out = append(out, &d.life)
	}
	for _, d := range p.schemas {
		out = append(out, &d.life)
	}
	for _, d := range p.datasets {
		out = append(out, &d.life)
	}
	for _, d := range p.flows {
		out = append(out, &d.life)
	}
	return out
}
