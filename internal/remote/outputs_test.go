package remote

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// answers is a platform that has the objects at some paths.
type answers map[string]string

func (a answers) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	body, ok := a[r.Path]
	if !ok {
		return platform.Response{}, &platform.Error{Status: 404}
	}
	return platform.Response{Status: 200, Body: []byte(body)}, nil
}

func entryAt(address, id, applied string, needs ...lockfile.Need) lockfile.Entry {
	a, err := resource.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	return lockfile.Entry{Address: a, ID: id, Applied: json.RawMessage(applied), Needs: needs}
}

func needOf(address, via, id string) lockfile.Need {
	a, err := resource.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	return lockfile.Need{Edge: resource.Edge{To: a, Via: via}, ID: id}
}

// TestOutputs: HTTP API has the address at its connection, a webhook at its flow, and
// nothing else has outputs.
func TestOutputs(t *testing.T) {
	const (
		httpAPI = `"connectionSpec":{"id":"bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"}`
		shopify = `"connectionSpec":{"id":"e77fd9d2-22a8-11ed-861d-0242ac120002"}`
		kinesis = `"connectionSpec":{"id":"86043421-563b-46ec-8e6c-e23184711bf6"}`
		flows   = "/data/foundation/flowservice/"
	)
	of := func(source string) lockfile.Need { return needOf(source, "sourceConnectionIds[0]", "x") }
	lock := &lockfile.Lock{}
	for _, e := range []lockfile.Entry{
		entryAt("connection.inlet", "c", "{"+httpAPI+"}"),
		entryAt("source.http", "s1", `{"baseConnectionId":"${connection.inlet.id}",`+httpAPI+"}",
			needOf("connection.inlet", "baseConnectionId", "c")),
		entryAt("source.plain", "s2", `{"baseConnectionId":"c",`+httpAPI+"}"),
		entryAt("source.hook", "s3", "{"+shopify+"}"), entryAt("source.kinesis", "s4", "{"+kinesis+"}"),
		entryAt("flow.http", "f1", "{}", of("source.http")), entryAt("flow.plain", "f2", "{}", of("source.plain")),
		entryAt("flow.hook", "f3", "{}", of("source.hook")), entryAt("flow.kinesis", "f4", "{}", of("source.kinesis")),
		entryAt("dataset.d", "d", "{}"),
	} {
		lock.Put(e)
	}
	live := answers{
		flows + "connections/c": `{"items":[{"id":"c","etag":"1","auth":{"params":{"inletUrl":"https://in.example/a"}}}]}`,
		flows + "flows/f3":      `{"items":[{"id":"f3","etag":"1","options":{"inletUrl":"https://in.example/b?x=1"}}]}`,
	}
	for _, e := range lock.Entries {
		want := map[string]Outputs{
			"connection.inlet": {InletURL: "https://in.example/a"},
			"flow.http":        {InletURL: "https://in.example/a", FlowID: "f1"},
			"flow.plain":       {InletURL: "https://in.example/a", FlowID: "f2"},
			"flow.hook":        {InletURL: "https://in.example/b?x=1"},
		}[e.Address.String()]
		got, err := OutputsOf(t.Context(), live, lock, e)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", e.Address, got, err, want)
		}
	}
	e, _ := lock.Get(entryAt("flow.hook", "", "").Address)
	if _, err := OutputsOf(t.Context(), answers{}, lock, e); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Errorf("a flow that is gone: %v", err)
	}
}

// TestInletOfTheEnemy: no text of the platform is an address unless people and scripts can use it.
func TestInletOfTheEnemy(t *testing.T) {
	long := "https://in.example/" + strings.Repeat("a", maxInlet-len("https://in.example/"))
	for _, good := range []string{"https://dcs.adobedc.net/collection/0a1b", "https://in.example:8443/a?b=c&d=%20", long} {
		if err := checkInlet(good); err != nil {
			t.Errorf("%.40s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "http://in.example/a", "https://", "https:///a", "//in.example/a", "javascript:alert(1)",
		"https://user:pass@in.example/a", "https://in.example/a#b", "https://in.example/a b", "https://in.example/\x1b[2J",
		"https://in.example/\n", "https://in.example/\u202e", "https://in.example/$(id)", "https://in.example/`id`",
		"https://in.example/';id;'", "https://in.exämple/a", long + "a",
	} {
		if err := checkInlet(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, body := range []string{`{"items":[{"id":"f","etag":"1","options":{"inletUrl":7}}]}`,
		`{"items":[{"id":"f","etag":"1","options":[]}]}`, `{"items":[{"id":"f","etag":"1"}]}`} {
		live := answers{"/data/foundation/flowservice/flows/f": body}
		if got, err := inletOf(t.Context(), live, resource.Flow, "f"); err == nil || got != (Outputs{}) {
			t.Errorf("%s: %+v", body, got)
		}
	}
}
