package lockfile

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// TestAppendRecord holds the records that are printed by hand to the encoder's
// bytes, with members present and absent in every combination that chance finds.
func TestAppendRecord(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 1))
	texts := []string{"", "", "plain", `a "quoted" one`, "back\\slash", "línea\n", "\u2028", "<&>", "\x7f", "\xff"}
	text := func() string { return texts[rnd.IntN(len(texts))] }
	some := func() bool { return rnd.IntN(2) == 0 }
	address := func() resource.Address {
		return resource.Address{Kind: []resource.Kind{resource.Flow, resource.Dataset}[rnd.IntN(2)], Name: "n" + text()}
	}
	entry := func() *EntryText {
		e := Entry{Address: address(), ID: text(), ETag: text(), Protect: some()}
		if some() {
			e.MovedFrom = address()
		}
		if some() {
			e.Applied = json.RawMessage(`{"a":[1,"<x>"],"b":null}`)
		}
		for range rnd.IntN(3) {
			e.Sent = append(e.Sent, Sent{Path: text(), Value: json.RawMessage(`17`)})
			e.Needs = append(e.Needs, Need{Edge: resource.Edge{To: address(), Via: text()}, Field: text(), ID: text()})
			e.Secrets = append(e.Secrets, SecretHash{Path: text(), Hash: text()})
			e.Deposed = append(e.Deposed, Deposed{ID: text(), ETag: text(), Kind: resource.Flow, StepsLeft: []string{"disable", "delete"}[rnd.IntN(2):]})
		}
		return &EntryText{e}
	}
	for range 2_000 {
		in := Intent{N: rnd.IntN(9), Call: rnd.IntN(3), Address: address(), Step: text(), Method: text(), URL: text(), Object: text()}
		in.Accepted = some()
		if some() {
			in.Since = time.Unix(int64(rnd.IntN(1<<31)), int64(rnd.IntN(3)*1e8)).UTC()
		}
		if some() {
			in.Entry = entry()
		}
		if some() {
			in.Leaves, in.Replaces = []string{"delete", text()}, text()
		}
		for _, r := range []Record{
			{Intent: &in}, {Outcome: &Outcome{N: rnd.IntN(3), Void: some(), ID: text(), ETag: text(), Accepted: some()}}, {Edit: &Edit{Put: entry()}},
		} {
			if got, want := string(appendRecord(nil, r)), string(mustEncode(r)); got != want {
				t.Fatalf("got  %s\nwant %s", got, want)
			}
		}
	}
}

// BenchmarkAppendIntent is what a call costs in the journal.
func BenchmarkAppendIntent(b *testing.B) {
	in := create("flow.customers", `{"name":"customers","sourceConnectionIds":["${source.customers.id}"],"scheduleParams":{"startTime":"${time.start}"}}`)
	b.ReportAllocs()
	for b.Loop() {
		appendRecord(nil, Record{Intent: &in})
	}
}
