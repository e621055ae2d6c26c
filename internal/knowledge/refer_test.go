package knowledge

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
)

// Each source is there once, with all that read it. The platform shows nothing of encrypted files.
func TestSourcesOf(t *testing.T) {
	var list []resource.Resource
	add := func(kind resource.Kind, name, text string) {
		v, err := resource.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, resource.Resource{Address: resource.Address{Kind: kind, Name: name}, Body: resource.NewBody(v)})
	}
	for name, params := range map[string]string{
		"table": `"tableName":"t"`, "file": `"path":"/f/a.csv","type":"file","recursive":false`,
		"flat": `"path":"/f/","type":"folder","recursive":false`, "deep": `"path":"/f/","type":"folder","recursive":true`,
		"secret": `"path":"/s/","type":"folder"`, "stream": `"stream":"s"`,
	} {
		add(resource.Source, name, `{"baseConnectionId":"c","connectionSpec":{"id":"x"},"params":{`+params+`}}`)
		last := "Copy"
		if name == "secret" {
			last = "Encryption"
		}
		add(resource.Flow, name, `{"transformations":[{"name":"Mapping"},{"name":"`+last+`"}]}`)
	}
	refs, err := ReferencesOf(resource.NewGraph(list))
	want := []SourceRef{
		{
			Via: "c", Spec: "x", Data: "/f/", IsFile: true, IsFolder: true, IsRecursive: true,
			Dataflows: []string{"deep", "flat"},
		},
		{Via: "c", Spec: "x", Data: "/f/a.csv", IsFile: true, Dataflows: []string{"file"}},
		{Via: "c", Spec: "x", Data: "t", Dataflows: []string{"table"}},
	}
	if d := cmp.Diff(want, refs.Sources); err != nil || d != "" {
		t.Error(err, d)
	}
}
