package laws

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

const profileDataset = `kind: Schema
name: members
title: Members
class: profile
fields: {crm.id: string}
identities: {crm.id: {namespace: CRMID, primary: true}}
profile: true
---
kind: Dataset
name: members
title: Members
schema: members
`

// datasetWith is the graph of a dataset with a value of profile, "" for none.
func datasetWith(t *testing.T, profile string) *resource.Graph {
	t.Helper()
	if profile != "" {
		profile = "profile: " + profile + "\n"
	}
	return graphOf(t, profileDataset+profile)
}

// feeds is what the platform has of the tags of Profile.
func (w *world) feeds() string {
	tags := w.object("dataset.members")["tags"].(map[string]any)
	return fmt.Sprint(tags["unifiedProfile"], tags["unifiedIdentity"])
}

func callsOf(p *planner.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		for _, k := range c.Calls {
			out = append(out, k.Method+" "+string(k.Body))
		}
	}
	return out
}

const (
	on, off    = `["enabled:true"]`, `["enabled:false"]`
	upsert     = `["enabled:true","isUpsert:true"]`
	switchOff  = `PATCH [{"op":"replace","path":"/tags/unifiedProfile","value":` + off + `},{"op":"replace","path":"/tags/unifiedIdentity","value":` + off + `}]`
	identityOn = `{"op":"replace","path":"/tags/unifiedIdentity","value":` + on + `}`
)

func profilePatch(op, profile string) string {
	return `{"op":"` + op + `","path":"/tags/unifiedProfile","value":` + profile + `}`
}

// TestProfileOfDataset takes a dataset into Profile, to upsert, back, and out
// again. Each step is a change of its own, is made by the calls that Catalog
// documents, and leaves nothing to do.
func TestProfileOfDataset(t *testing.T) {
	w := newWorld(t, 1, emulator.Switches{})
	for _, step := range []struct {
		profile string
		calls   []string // nil: not looked at
		feeds   string
	}{
		{"true", nil, "[enabled:true] [enabled:true]"},
		{"upsert", []string{switchOff, "PATCH [" + profilePatch("replace", upsert) + "," + identityOn + "]"}, "[enabled:true isUpsert:true] [enabled:true]"},
		{"true", []string{switchOff, "PATCH [" + profilePatch("replace", on) + "," + identityOn + "]"}, "[enabled:true] [enabled:true]"},
		{"false", []string{`PATCH [{"op":"replace","path":"/tags/unifiedIdentity","value":` + off + `},` + profilePatch("replace", off) + "]"}, "[enabled:false] [enabled:false]"},
		{"", []string(nil), "[enabled:false] [enabled:false]"},
		{"upsert", []string{`PATCH [{"op":"add","path":"/tags/unifiedIdentity","value":` + on + `},` + profilePatch("add", upsert) + "]"}, "[enabled:true isUpsert:true] [enabled:true]"},
	} {
		g := datasetWith(t, step.profile)
		p := w.plan(g, w.options())
		if calls := callsOf(p); step.calls != nil || step.profile == "" {
			sortFields(calls)
			sortFields(step.calls)
			if d := cmp.Diff(step.calls, calls); d != "" {
				t.Errorf("profile %q: calls (-want +got):\n%s", step.profile, d)
			}
		}
		for _, c := range p.Changes {
			if c.Action == planner.Update && c.Effect != planner.EffectFuture {
				t.Errorf("profile %q: data effect %q", step.profile, c.Effect)
			}
		}
		w.apply(p)
		if got := w.feeds(); got != step.feeds {
			t.Errorf("profile %q: the platform has %s, want %s", step.profile, got, step.feeds)
		}
		w.checkEmpty(g)
	}
}

// sortFields puts the operations of each patch in one order.
func sortFields(calls []string) {
	for i, c := range calls {
		method, body, _ := strings.Cut(c, " [")
		ops := strings.Split(strings.TrimSuffix(body, "]"), "},{")
		for k := range ops {
			ops[k] = strings.Trim(ops[k], "{}")
		}
		slices.Sort(ops)
		calls[i] = method + " " + strings.Join(ops, " ")
	}
}

// TestUpsertCutShort loses the second of the two calls that turn upsert on: the
// next apply completes the change, without a conflict with itself.
func TestUpsertCutShort(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("answer of the first call lost %t", lost), func(t *testing.T) {
			w := newWorld(t, 1, emulator.Switches{})
			w.apply(w.plan(datasetWith(t, "true"), w.options()))
			g := datasetWith(t, "upsert")
			n := 0
			w.wire = func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				if r.Method != http.MethodPatch {
					return next.RoundTrip(r)
				}
				if n++; n == 1 {
					res, err := next.RoundTrip(r)
					if lost && err == nil {
						res.Body.Close()
						return nil, errors.New("connection reset")
					}
					return res, err
				}
				return nil, errors.New("no network")
			}
			if res, err := w.tryApply(w.plan(g, w.options())); err != nil || res.OK() {
				t.Fatalf("the apply was not cut short: %v, %+v", err, res)
			}
			w.wire = nil
			if got := w.feeds(); got != "[enabled:false] [enabled:false]" {
				t.Fatalf("the platform has %s", got)
			}
			for _, p := range []*planner.Plan{w.plan(g, w.options()), w.refreshed(g, w.options())} {
				if p.Calls() != 1 {
					t.Errorf("%d calls to complete it:\n%s", p.Calls(), sketch(p))
				}
			}
			if res, err := w.tryApply(w.plan(g, w.options())); err != nil || !res.OK() {
				t.Fatalf("apply: %v, %+v", err, res)
			}
			if got := w.feeds(); got != "[enabled:true isUpsert:true] [enabled:true]" {
				t.Errorf("the platform has %s", got)
			}
			w.checkEmpty(g)
		})
	}
}

// TestUpsertDrift: somebody turns upsert off; a refreshed plan says so and turns it
// on again. What the platform notes in the tag is none of anybody's doing.
func TestUpsertDrift(t *testing.T) {
	w := newWorld(t, 1, emulator.Switches{})
	g := datasetWith(t, "upsert")
	w.apply(w.plan(g, w.options()))
	set := func(values string) {
		w.do("PATCH", "/data/foundation/catalog/dataSets/"+w.idOf("dataset.members"), `[{"op":"replace","path":"/tags/unifiedProfile","value":`+values+`}]`,
			"Content-Type", "application/json-patch+json")
	}
	set(`["enabled: true","enabledAt:2024-11-05 12:33:59","isUpsert:true"]`)
	w.checkEmpty(g)
	set(on)
	p := w.refreshed(g, w.options())
	if len(p.Drift) != 1 || p.Calls() != 2 {
		t.Fatalf("plan:\n%s", sketch(p))
	}
	w.apply(p)
	if got := w.feeds(); got != "[enabled:true isUpsert:true] [enabled:true]" {
		t.Errorf("the platform has %s", got)
	}
	w.checkEmpty(g)
}
