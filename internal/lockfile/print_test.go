package lockfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/aepflow/aepflow/internal/resource"
)

// TestPrintAsTheEncoderDoes holds what is printed by hand to the encoder's bytes:
// the digests of lockfiles that are committed stand on them.
func TestPrintAsTheEncoderDoes(t *testing.T) {
	entries := []Entry{
		{Address: addr("flow.a")},
		{Address: addr("flow.b"), ID: "1", ETag: `"quoted"`, Protect: true, Applied: json.RawMessage(`{}`)},
		{Address: addr("flow.b2"), ID: "1", Protect: true, MovedFrom: addr("flow.old"), Applied: json.RawMessage(`{}`)},
		{Address: addr("flow.b3"), MovedFrom: addr("flow.older")},
		{
			Address: addr("flow.c"), ID: "é", Applied: json.RawMessage("{ \"a\" : [ ] , \"b\":[1,{\"c\":\"x: {y}, [z]\\\"\"}],\n\"d\":{}, \"e\":[[],{}] }"),
			Sent:    []Sent{{Path: "p", Value: json.RawMessage(`17`)}, {Path: "q", Value: json.RawMessage(`"text"`)}},
			Needs:   []Need{{Edge: resource.Edge{To: addr("schema.z"), Via: "b"}, ID: "2"}, {Edge: resource.Edge{To: addr("schema.z"), Via: "a"}, Field: "version"}},
			Secrets: []SecretHash{{Path: "s", Hash: "$argon2id$…"}},
			Deposed: []Deposed{{ID: "0", Kind: resource.Flow, StepsLeft: []string{"delete"}}, {ID: "00", ETag: "e", Kind: resource.Flow}},
		},
	}
	for _, e := range entries {
		j := e.plain()
		plain, err := encode(j)
		if err != nil {
			t.Fatal(err)
		}
		j.Digest = resource.Digest(plain)
		want, err := encode(j)
		if err != nil {
			t.Fatal(err)
		}
		got, digest := e.encode()
		if string(got) != string(want) || digest != j.Digest {
			t.Errorf("%s\ngot  %s\nwant %s", e.Address, got, want)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, want, "    ", "  "); err != nil {
			t.Fatal(err)
		}
		if got := appendIndented(nil, want, 2); string(got) != indented.String() {
			t.Errorf("%s\ngot  %s\nwant %s", e.Address, got, indented.String())
		}
	}
}

// TestPrintInBlocks: a lock of several blocks reads back as one.
func TestPrintInBlocks(t *testing.T) {
	for _, n := range []int{0, 1, printBlock - 1, printBlock, 2*printBlock + 1} {
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
