package planner_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// shop is a dataflow with these lines at its end; another table replaces it.
func shop(table string, lines ...string) string {
	return `name: orders
title: Orders
database: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}
table: ` + table + `
columns: {id: string, changed: date-time}
target:
  schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
  dataset: 6019e0e7c5dcf718db5ebc71
mappings: {_id: id}
` + strings.Join(lines, "\n") + "\n"
}

// TestReplacedFlowStarts holds what the new flow of a replacement is sent, what
// that does to the data, and when it is refused. The flow starts on 1 February.
func TestReplacedFlowStarts(t *testing.T) {
	const (
		hourly = "delta: changed\nschedule: {frequency: hour, interval: 1, startTime: 2027-02-01T00:00:00Z}"
		future = "delta: changed\nschedule: {frequency: hour, interval: 1, startTime: 2027-02-01T00:00:00Z, backfill: false}"
		once   = "schedule: {frequency: once, startTime: 2027-02-01T00:00:00Z}"

		kept  = "start 2027-02-01T00:00:00Z backfill true"
		anew  = "start open backfill true"
		cut   = "start open backfill false"
		whole = "start open"
	)
	start := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
	before, after := start.Add(-72*time.Hour), start.Add(72*time.Hour)
	sent := func(path, value string) lockfile.Sent {
		return lockfile.Sent{Path: "scheduleParams." + path, Value: json.RawMessage(value)}
	}
	cases := []struct {
		name     string
		was, is  string // schedule and state before and after; is "" for the same
		at       time.Time
		document string // lifecycle.onReplace
		flag     string
		sent     []lockfile.Sent
		want     string
		effect   planner.Effect
		guards   string
	}{
		{name: "not started, continue", was: hourly, at: before, document: "continue", want: kept,
			effect: planner.EffectNone},
		{name: "not started, backfill", was: hourly, at: before, document: "backfill", want: kept,
			effect: planner.EffectNone},
		{name: "not started, no word", was: hourly, at: before, want: kept, effect: planner.EffectNone},
		{name: "not started, flag", was: hourly, at: before, flag: "continue", want: kept, effect: planner.EffectNone},
		{name: "not started, without backfill", was: future, at: before, flag: "continue",
			want: "start 2027-02-01T00:00:00Z backfill false", effect: planner.EffectNone},
		{name: "not started, now in the past", was: hourly, is: strings.ReplaceAll(hourly, "2027-02", "2027-01"), at: before,
			flag: "continue", want: anew, effect: planner.EffectNone},
		{name: "a second more than the margin", was: hourly, at: start.Add(-planner.Margin - time.Second),
			flag: "continue", want: kept, effect: planner.EffectNone},
		{name: "the margin", was: hourly, at: start.Add(-planner.Margin), flag: "continue", want: cut,
			effect: planner.EffectGap},
		{name: "starts now", was: hourly, at: start, flag: "continue", want: cut, effect: planner.EffectGap},
		{name: "started, continue", was: hourly, at: after, document: "continue", flag: "backfill", want: cut,
			effect: planner.EffectGap},
		{name: "started, backfill", was: hourly, at: after, document: "backfill", want: anew,
			effect: planner.EffectReingests},
		{name: "started, no word", was: hourly, at: after, want: anew, effect: planner.EffectReingests,
			guards: "on-replace --on-replace=backfill|continue"},
		{name: "started without backfill, backfill", was: future, at: after, flag: "backfill", want: cut,
			effect: planner.EffectGap},
		{name: "started, disabled", was: hourly + "\nstate: disabled", at: after, flag: "continue", want: cut,
			effect: planner.EffectGap},
		{name: "not started, disabled", was: hourly + "\nstate: disabled", at: before, flag: "continue", want: kept,
			effect: planner.EffectNone},
		{name: "back to a draft", was: hourly, is: hourly + "\nstate: draft", at: after, flag: "continue", want: cut,
			effect: planner.EffectGap, guards: "state "},
		{name: "once, not started", was: once, at: before, flag: "continue", want: "start 2027-02-01T00:00:00Z",
			effect: planner.EffectNone},
		{name: "once, finished, document", was: once, at: after, document: "continue", flag: "backfill",
			want: whole, effect: planner.EffectReingests, guards: "on-replace "},
		{name: "once, finished, flag", was: once, at: after, flag: "continue", want: whole, effect: planner.EffectReingests,
			guards: "on-replace --on-replace=backfill"},
		{name: "once, finished, backfill", was: once, at: after, document: "backfill", want: whole,
			effect: planner.EffectReingests},
		{name: "once, then hourly", was: once, is: hourly, at: after, flag: "continue", want: cut, effect: planner.EffectGap},
		{name: "hourly, then once", was: hourly, is: once, at: after, flag: "continue", want: whole,
			effect: planner.EffectReingests,
			guards: "on-replace --on-replace=backfill"},
		{name: "hourly, then once, not started", was: hourly, is: once, at: before,
			want: "start 2027-02-01T00:00:00Z", effect: planner.EffectNone},
		{name: "open start, a moment ago", was: "delta: changed\nschedule: {frequency: hour, interval: 1}", at: start,
			flag: "continue",
			sent: []lockfile.Sent{sent("startTime", "1801440061")}, want: cut, effect: planner.EffectGap},
		{name: "a cut-over that is unfinished", was: hourly, at: start, flag: "continue",
			sent: []lockfile.Sent{sent("startTime", "1801440061"), sent("backfill", "false")}, want: cut,
			effect: planner.EffectGap},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.is == "" {
				c.is = c.was
			}
			if c.document != "" {
				c.is += "\nlifecycle: {onReplace: " + c.document + "}"
			}
			lock := applied(t, compile(t, shop("shop.orders", c.was)))
			flow := resource.Address{Kind: resource.Flow, Name: "orders"}
			e, _ := lock.Get(flow)
			e.Sent = c.sent
			lock.Put(e)
			p, _ := planner.Diff(lock, compile(t, shop("shop.orders_v2", c.is)), planner.Options{At: c.at, OnReplace: c.flag})
			i := slices.IndexFunc(p.Changes, func(ch planner.Change) bool { return ch.Address == flow })
			if i < 0 || p.Changes[i].Action != planner.Replace {
				t.Fatalf("the flow is not replaced:\n%s", script(p))
			}
			ch := p.Changes[i]
			if ch.Effect != c.effect {
				t.Errorf("effect %q, want %q", ch.Effect, c.effect)
			}
			var guards []string
			for _, g := range ch.Guards {
				guards = append(guards, g.Code+" "+g.Flag)
			}
			if got := strings.Join(guards, ","); got != c.guards {
				t.Errorf("guards %q, want %q", got, c.guards)
			}
			if got := scheduleSent(t, ch.Calls[0].Body); got != c.want {
				t.Errorf("sent %s, want %s", got, c.want)
			}
			if got := startShown(ch.Start); got != c.want {
				t.Errorf("shown %s, want %s", got, c.want)
			}
		})
	}
}

func scheduleSent(t *testing.T, body []byte) string {
	t.Helper()
	var b struct {
		ScheduleParams struct {
			StartTime any
			Backfill  *bool
		}
	}
	if err := json.Unmarshal(body, &b); err != nil {
		t.Fatal(err)
	}
	start := "open"
	if epoch, ok := b.ScheduleParams.StartTime.(float64); ok {
		start = time.Unix(int64(epoch), 0).UTC().Format(time.RFC3339)
	}
	return startText(start, b.ScheduleParams.Backfill)
}

func startShown(s *planner.Start) string {
	if s == nil {
		return "nothing"
	}
	start := "open"
	if s.Time != nil {
		start = s.Time.Format(time.RFC3339)
	}
	return startText(start, s.Backfill)
}

func startText(start string, backfill *bool) string {
	if backfill == nil {
		return "start " + start
	}
	return fmt.Sprintf("start %s backfill %t", start, *backfill)
}
