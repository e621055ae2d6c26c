package remote_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
)

// named is a platform with some objects of a name in each of the Flow Service's lists.
type named struct {
	objects map[string]string // by last part of the path: items

	mu    sync.Mutex
	calls []string
}

func (n *named) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	at, _ := url.Parse(r.Path)
	list := at.Path[strings.LastIndexByte(at.Path, '/')+1:]
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls = append(n.calls, strings.TrimSuffix(list+" "+at.Query().Get("property"), " "))
	return platform.Response{Status: 200, Body: []byte(`{"items":[` + n.objects[list] + `]}`)}, nil
}

func wanted(kind resource.Kind, name, body string) *resource.Resource {
	return &resource.Resource{
		Address: resource.Address{Kind: kind, Name: name},
		Body:    resource.NewBody(must(resource.Parse([]byte(body)))),
	}
}

// dataflow is a new dataflow that uses a connection, with its parts.
func dataflow(name, connection string) []*resource.Resource {
	return []*resource.Resource{
		wanted(resource.Source, name, `{"name":"`+name+`","baseConnectionId":"`+connection+`","params":{"tableName":"t"}}`),
		wanted(resource.Target, name, `{"name":"`+name+`","params":{"dataSetId":"d"}}`),
		wanted(resource.Flow, name, `{"name":"`+name+`","sourceConnectionIds":["${source.`+name+`.id}"],`+
			`"targetConnectionIds":["${target.`+name+`.id}"]}`),
	}
}

// TestNamesakesCost: a call for each new dataflow that uses an existing connection, up to ten; then the whole list.
// What refers to a new connection is not looked for.
func TestNamesakesCost(t *testing.T) {
	lock := &lockfile.Lock{Entries: []lockfile.Entry{
		{Address: resource.Address{Kind: resource.Connection, Name: "old"}, ID: "c"},
	}}
	for name, c := range map[string]struct {
		flows      int
		connection string
		want       []string
	}{
		"one":              {1, "${connection.old.id}", []string{"sourceConnections name==f0"}},
		"a new connection": {3, "${connection.new.id}", []string{"connections name==new"}},
		"eleven":           {11, "${connection.old.id}", []string{"sourceConnections"}},
	} {
		p := &named{}
		var all []*resource.Resource
		if strings.Contains(c.connection, "new") {
			all = append(all, wanted(resource.Connection, "new", `{"name":"new","connectionSpec":{"id":"x"}}`))
		}
		for i := range c.flows {
			all = append(all, dataflow(fmt.Sprintf("f%d", i), c.connection)...)
		}
		found, err := namesakes(p, lock).Find(t.Context(), all)
		slices.Sort(p.calls)
		if err != nil || len(found) != 0 || !slices.Equal(p.calls, c.want) {
			t.Errorf("%s: %v, %v, calls %q", name, found, err, p.calls)
		}
	}
	p := &named{}
	var all []*resource.Resource
	for i := range 10 {
		all = append(all, dataflow(fmt.Sprintf("f%d", i), "${connection.old.id}")...)
	}
	if _, err := namesakes(p, lock).Find(t.Context(), all); err != nil || len(p.calls) != 10 {
		t.Errorf("ten: %v, calls %q", err, p.calls)
	}
}

func namesakes(p platform.Doer, lock *lockfile.Lock) *remote.Namesakes {
	return &remote.Namesakes{
		Inventory: remote.NewInventory(p, remote.Options{Limit: 4}), Lock: lock,
		Tenant: func(context.Context) (string, error) { return tenant, nil },
	}
}

// TestNamesakes: the parts of a dataflow are found after its source; an object that an entry owns is left out, and
// one that differs in what identifies it is marked.
func TestNamesakes(t *testing.T) {
	p := &named{objects: map[string]string{
		"sourceConnections": `{"id":"s1","name":"f","baseConnectionId":"c","params":{"tableName":"t"}},` +
			`{"id":"s2","name":"f","baseConnectionId":"c","params":{"tableName":"other"}},` +
			`{"id":"owned","name":"f","baseConnectionId":"c","params":{"tableName":"t"}}`,
		"targetConnections": `{"id":"t1","name":"f","params":{"dataSetId":"d"}}`,
		"flows": `{"id":"f1","name":"f","sourceConnectionIds":["s1"],"targetConnectionIds":["t1"]},` +
			`{"id":"f2","name":"f","sourceConnectionIds":["s2"],"targetConnectionIds":["t1"]}`,
	}}
	lock := &lockfile.Lock{Entries: []lockfile.Entry{
		{Address: resource.Address{Kind: resource.Connection, Name: "old"}, ID: "c"},
		{Address: resource.Address{Kind: resource.Source, Name: "mine"}, ID: "owned"},
	}}
	found, err := namesakes(p, lock).Find(t.Context(), dataflow("f", "${connection.old.id}"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range found {
		got = append(got, fmt.Sprintf("%s=%s %v", n.Address, n.ID, n.Apart))
	}
	want := []string{
		"flow.f=f1 []", "flow.f=f2 [sourceConnectionIds[0]]",
		"source.f=s1 []", "source.f=s2 [params.tableName]", "target.f=t1 []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
