package lockfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
)

// standard prints as the standard library does without HTML escapes: the bytes of every
// lockfile and journal that exists.
func standard(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// MarshalJSON is what the standard library calls.
func (t EntryText) MarshalJSON() ([]byte, error) { return encode(t), nil }

// The digests of committed lockfiles depend on the bytes of an entry.
func TestEntryBytes(t *testing.T) {
	entries := []Entry{
		{Address: addr("flow.a")},
		{Address: addr("flow.b"), ID: "1", ETag: `"quoted"`, Protect: true, Applied: json.RawMessage(`{}`)},
		{Address: addr("flow.b2"), ID: "1", Protect: true, MovedFrom: addr("flow.old"), Applied: json.RawMessage(`{}`)},
		{Address: addr("flow.b3"), MovedFrom: addr("flow.older")},
		{
			Address: addr("flow.c"), ID: "é", Applied: json.RawMessage(`{"a":[],"b":[1,{"c":"x: {y}, [z]\""}],"d":{},"e":[[],{}]}`),
			Sent:    []Sent{{Path: "p", Value: json.RawMessage(`17`)}, {Path: "q", Value: json.RawMessage(`"text"`)}},
			Needs:   []Need{{Edge: resource.Edge{To: addr("schema.z"), Via: "b"}, ID: "2"}, {Edge: resource.Edge{To: addr("schema.z"), Via: "a"}, Field: "version"}},
			Secrets: []SecretHash{{Path: "s", Hash: "$argon2id$…"}},
			Deposed: []Deposed{{ID: "0", Kind: resource.Flow, StepsLeft: []string{"delete"}}, {ID: "00", ETag: "e", Kind: resource.Flow}},
		},
	}
	for _, e := range entries {
		j := e.plain()
		if got, want := string(encode(j)), standard(t, j); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", e.Address, got, want)
		}
		j.Digest = e.digest()
		var indented bytes.Buffer
		if err := json.Indent(&indented, []byte(standard(t, j)), "    ", "  "); err != nil {
			t.Fatal(err)
		}
		want := "\n    \"" + e.Address.String() + "\": " + indented.String()
		if got := string(e.print(j, true)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", e.Address, got, want)
		}
	}
}

// Records with members present and absent in every combination that chance finds.
func TestRecordBytes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 1))
	texts := []string{"", "", "plain", `a "quoted" one`, "back\\slash", "línea\n", "\u2028", "<&>", "\x7f"}
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
			{Intent: &in},
			{Outcome: &Outcome{N: rnd.IntN(3), Aborted: some(), ID: text(), ETag: text(), Accepted: some()}},
			{Edit: &Edit{Put: entry()}},
		} {
			if got, want := string(encode(r)), standard(t, r); got != want {
				t.Fatalf("got  %s\nwant %s", got, want)
			}
		}
	}
}

// TestPrintAndRead: a lock of any length reads back as it was.
func TestPrintAndRead(t *testing.T) {
	for _, n := range []int{0, 1, 2, 5_000} {
		l := &Lock{Lineage: "l", Serial: 1, Target: dev}
		for i := range n {
			l.Entries = append(l.Entries, Entry{
				Address: resource.Address{Kind: resource.Flow, Name: fmt.Sprintf("f%06d", i)}, ID: fmt.Sprint(i), Applied: json.RawMessage(`{"name":"x"}`),
			})
		}
		text, err := l.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(text)
		if err != nil || len(got.Entries) != n {
			t.Fatalf("%d entries: read %v, %v", n, got, err)
		}
		again, err := got.Marshal()
		if err != nil || !bytes.Equal(text, again) {
			t.Errorf("%d entries: printed again it differs, %v", n, err)
		}
		if !json.Valid(text) {
			t.Errorf("%d entries: no valid JSON", n)
		}
	}
}

// BenchmarkMarshal prints a lockfile of 1,000 dataflows.
func BenchmarkMarshal(b *testing.B) {
	l := &Lock{Lineage: "l", Serial: 1, Target: dev}
	body := json.RawMessage(`{"name":"x","params":{"columns":[` + string(bytes.Repeat([]byte(`{"name":"column","type":"string"},`), 30)) + `{}]}}`)
	for i := range 6_000 {
		l.Entries = append(l.Entries, Entry{
			Address: resource.Address{Kind: resource.Flow, Name: fmt.Sprintf("f%06d", i)}, ID: fmt.Sprint(i), ETag: "e", Applied: body,
			Needs: []Need{{Edge: resource.Edge{To: addr("schema.z"), Via: "schemaRef.id"}, ID: "https://ns.adobe.com/acme/schemas/1"}},
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		text, err := l.Marshal()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(text)))
	}
}

// BenchmarkEncodeIntent is what a call costs in the journal.
func BenchmarkEncodeIntent(b *testing.B) {
	in := create("flow.customers", `{"name":"customers","sourceConnectionIds":["${source.customers.id}"],"scheduleParams":{"startTime":"${time.start}"}}`)
	b.ReportAllocs()
	for b.Loop() {
		encode(Record{Intent: &in})
	}
}

// halfOf is a graph that asks for half of the entries as they were applied.
func halfOf(t *testing.T, l *Lock) *resource.Graph {
	t.Helper()
	var list []resource.Resource
	for i, e := range l.Entries {
		if len(e.Applied) == 0 {
			continue // only what was deposed is left of it
		}
		v, err := resource.Parse(e.Applied)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 1 {
			v = resource.String("something else")
		}
		list = append(list, resource.Resource{Address: e.Address, Body: resource.NewBody(v)})
	}
	return resource.NewGraph(list)
}

// A graph changes nothing about what is read but whose memory it is.
func TestLoadForSharesBodies(t *testing.T) {
	lock := sample()
	g := halfOf(t, lock)
	p := PathsIn(t.TempDir(), "dev")
	if err := os.WriteFile(p.Lock, []byte(print(t, lock)), 0o644); err != nil {
		t.Fatal(err)
	}
	want, err := Load(p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := LoadFor(p, g)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with a graph and without it (-without +with):\n%s", diff)
	}
	shared := 0
	for _, e := range got.Lock.Entries {
		if r, _ := g.Get(e.Address); len(e.Applied) > 0 && &r.Body.JSON()[0] == &e.Applied[0] {
			shared++
		}
	}
	if shared == 0 {
		t.Error("no entry shares the bytes of its resource")
	}
	// Another layout reads the same.
	if err := os.WriteFile(p.Lock, append([]byte(" "), print(t, lock)...), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err = LoadFor(p, g); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in another layout (-printed +other):\n%s", diff)
	}
}
