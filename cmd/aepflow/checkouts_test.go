package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
)

// TestTwoCheckouts applies the same documents from two checkouts at once: a first
// plan, and a replacement. Without a lock that both share, neither can know of the
// other, so objects may be made twice: docs/security.md says so, and -v shows how
// often. What holds all the same: neither apply crashes, and every object on the
// platform is in the lockfile of one of them, so none is lost.
//
// TWO_CHECKOUTS=20 repeats both that often.
func TestTwoCheckouts(t *testing.T) {
	t.Parallel()
	rounds := envInt("TWO_CHECKOUTS", 1)
	for _, c := range []struct {
		name   string
		before string // version that both have applied
		docs   string
	}{
		{"first plan", "", "a"},
		{"replacement", "a", "b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]int{}
			for range rounds {
				seen[twoCheckouts(t, c.before, c.docs)]++
			}
			for _, what := range slices.Sorted(maps.Keys(seen)) {
				t.Logf("%d×: %s", seen[what], what)
			}
		})
	}
}

// twoCheckouts returns how both ended, what was made twice, and what each said.
func twoCheckouts(t *testing.T, before, docs string) string {
	t.Helper()
	first := newLab(t, emulator.Options{}, crashed{})
	if before != "" {
		first.docs(before)
		first.mustRun(applyArgs()...)
	}
	second := &lab{t: t, dir: t.TempDir(), box: first.box, url: first.url, now: first.now, ready: first.ready}
	copyTree(t, first.dir, second.dir)
	first.open()
	var wg sync.WaitGroup
	ends := make([]ran, 2)
	for i, l := range []*lab{first, second} {
		l.docs(docs)
		wg.Go(func() { ends[i] = l.begin(applyArgs()...).end() })
	}
	wg.Wait()
	owned := map[string]bool{}
	for i, l := range []*lab{first, second} {
		code, fine := ends[i].code, []int{exitOK, exitWorld, exitPartial, exitRefused}
		if !slices.Contains(fine, code) || strings.Contains(ends[i].stderr, "goroutine ") {
			t.Errorf("checkout %d: %s", i+1, ends[i])
		}
		state, err := lockfile.Load(l.paths())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range state.Lock.Entries {
			owned[e.ID] = true
			for _, d := range e.Deposed {
				owned[d.ID] = true
			}
		}
	}
	count := map[string]int{}
	for _, o := range first.box.Objects() {
		if o.Sandbox != "dev" || o.System || o.Kind == "mappingVersions" || slices.Contains(ownKinds, o.Kind) {
			continue
		}
		if !owned[o.ID] {
			t.Errorf("%s %s is on the platform and in neither lockfile", o.Kind, o.ID)
		}
		count[o.Kind]++
	}
	alone := newLab(t, emulator.Options{}, crashed{})
	alone.docs(docs)
	alone.mustRun(applyArgs()...)
	for _, o := range alone.box.Objects() {
		if o.Sandbox == "dev" && !o.System && o.Kind != "mappingVersions" && !slices.Contains(ownKinds, o.Kind) {
			count[o.Kind]--
		}
	}
	var twice []string
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		if n := count[kind]; n != 0 {
			twice = append(twice, fmt.Sprintf("%s %+d", kind, n))
		}
	}
	codes := []int{ends[0].code, ends[1].code}
	slices.Sort(codes)
	for i := range ends {
		t.Logf("checkout %d ended with %d: %s", i+1, ends[i].code, lastLine(ends[i].stdout+ends[i].stderr))
	}
	return fmt.Sprintf("exit codes %v; beyond one apply alone: %s", codes, strings.Join(twice, ", "))
}

// lastLine is what a command says last.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
