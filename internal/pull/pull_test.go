package pull

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

const pulledText = `kind: Dataset
name: people
title: People # as the team calls them
description: 'Everyone'
schema: people
---
kind: Schema
name: people
title: People
class: profile
fieldGroups: [profile-person-details]
`

// TestPull: a value that only the platform changed comes into the document, one that the document changed too does not,
// and one that has the same change on both sides only changes the lockfile.
func TestPull(t *testing.T) {
	for _, c := range []struct {
		name, text, live  string // the pulledText, and what the platform has for the title
		want, skipped     string
		isPulled, changes bool
	}{
		{"nothing", pulledText, "People", "", "", false, false},
		{"platform", pulledText, "Persons", "title: Persons # as the team", "", true, true},
		{"conflict", strings.Replace(pulledText, "title: People #", "title: Folks #", 1), "Persons", "",
			"conflict: changed on the platform and in the documents", false, false},
		{"agreed", strings.Replace(pulledText, "title: People #", "title: Persons #", 1), "Persons", "", "", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := pulled(t, pulledText, c.text, func(live string) string {
				return strings.Replace(live, `"name":"People"`, `"name":"`+c.live+`"`, 1)
			})
			if text := string(got.Texts["a.yaml"]); (text != "") != c.changes || !strings.Contains(text, c.want) {
				t.Errorf("the text is\n%s", text)
			}
			if is := len(got.Pulled) == 1; is != c.isPulled {
				t.Errorf("pulled %+v", got.Pulled)
			} else if is && !strings.Contains(string(got.Pulled[0].Entry.Applied), `"name":"`+c.live+`"`) {
				t.Errorf("the entry has %s", got.Pulled[0].Entry.Applied)
			}
			if is := len(got.Skipped) == 1; is != (c.skipped != "") || is && got.Skipped[0].Reason != c.skipped {
				t.Errorf("skipped %+v", got.Skipped)
			}
		})
	}
}

var dataset = resource.Address{Kind: resource.Dataset, Name: "people"}

// pulled pulls the dataset of a text that was applied with another one, and that the platform changed.
func pulled(t *testing.T, applied, text string, change func(live string) string) Result {
	t.Helper()
	was := compiled(t, applied)
	f := source.NewFile("a.yaml", []byte(text))
	graph, report := compiler.Compile([]*source.File{f}, compiler.Options{})
	if report.HasErrors() {
		t.Fatal(report.Sorted())
	}
	lock := &lockfile.Lock{}
	lock.Put(lockfile.Entry{Address: dataset, ID: "1", Applied: was.Body.JSON()})
	got, err := Pull(Input{
		Files: []*source.File{f}, Graph: graph, Alone: true, Lock: lock, Tenant: "acme", At: time.Unix(0, 0),
		Live: []resource.Live{{Address: dataset, ID: "1", Body: []byte(change(string(was.Body.JSON())))}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// compiled is the dataset of a text.
func compiled(t *testing.T, text string) resource.Resource {
	t.Helper()
	graph, report := compiler.Compile([]*source.File{source.NewFile("a.yaml", []byte(text))}, compiler.Options{})
	if report.HasErrors() {
		t.Fatalf("%v\n%s", report.Sorted(), text)
	}
	r, _ := graph.Get(dataset)
	return r
}

// TestPullHostileTexts: whatever the platform has as a title, a description, or a tag, the document says it and nothing
// else, and keeps its comments.
func TestPullHostileTexts(t *testing.T) {
	applied := strings.Replace(pulledText, "schema: people", "tags: {team: [a]} # theirs\nschema: people", 1)
	for _, text := range []string{
		"x: y", "# none", "- a", "null", "17", "~", "<<", "*a", "&a", "!t", "%d", "{a}", "[a]", "a, b", "a] # b", "'", `"`,
		"a\nkind: Schema\n---\nb: c", "\t", "\x1b[2J\x00", "\u202egnp", "日本 é", "${env.HOME} ${var.x} $${y}", " padded ",
		"...", strings.Repeat("long ", 2000),
	} {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		got := pulled(t, applied, applied, func(live string) string {
			q := string(quoted)
			return strings.NewReplacer(`"People"`, q, `"Everyone"`, q, `"a"`, q).Replace(live)
		})
		out := string(got.Texts["a.yaml"])
		if len(got.Skipped) > 0 || !strings.Contains(out, " # as the team calls them\n") ||
			!strings.Contains(out, " # theirs\n") {
			t.Errorf("%.80q: skipped %+v\n%.400s", text, got.Skipped, out)
			continue
		}
		body, err := compiled(t, out).Body.Value()
		if err != nil {
			t.Fatal(err)
		}
		name, _ := body.Get("name")
		description, _ := body.Get("description")
		tags, _ := body.Get("tags")
		team, _ := tags.Get("team")
		if name.Text != text || description.Text != text || len(team.Items) != 1 || team.Items[0].Text != text {
			t.Errorf("%.80q: title %.80q, description %.80q, tags %.80q", text, name.Text, description.Text, tags.JSON())
		}
	}
}

// TestPullChooses: what is pulled is what the arguments name and the platform has.
func TestPullChooses(t *testing.T) {
	f := source.NewFile("a.yaml", []byte(pulledText))
	graph, _ := compiler.Compile([]*source.File{f}, compiler.Options{})
	was, _ := graph.Get(dataset)
	applied := was.Body.JSON()
	live := resource.Live{Address: dataset, ID: "1",
		Body: []byte(strings.Replace(string(applied), "People", "Persons", 1))}
	deposed, gone, odd, other := live, live, live, live
	deposed.Deposed, gone.Missing, gone.Body, odd.Body = true, true, nil, []byte("[1]")
	other.Address.Name = "other"
	schema := resource.Address{Kind: resource.Schema, Name: "people"}
	for _, c := range []struct {
		name    string
		only    []resource.Address
		live    resource.Live
		pulled  int
		skipped string
	}{
		{"everything", nil, live, 1, ""},
		{"by its address", []resource.Address{dataset}, live, 1, ""},
		{"another one", []resource.Address{schema}, live, 0, ""},
		{"one that a replacement left", nil, deposed, 0, ""},
		{"one that no document describes", nil, other, 0, ""},
		{"gone", nil, gone, 0, "it is gone, or hidden by a label"},
		{"not an object", nil, odd, 0, "the platform's answer is no such object"},
	} {
		lock := &lockfile.Lock{}
		lock.Put(lockfile.Entry{Address: dataset, ID: "1", Applied: applied})
		got, err := Pull(Input{Files: []*source.File{f}, Graph: graph, Alone: true, Lock: lock, Only: c.only, Tenant: "acme",
			At: time.Unix(0, 0), Live: []resource.Live{c.live}})
		if err != nil {
			t.Fatal(err)
		}
		reason := ""
		if len(got.Skipped) > 0 {
			reason = got.Skipped[0].Reason
		}
		if len(got.Pulled) != c.pulled || reason != c.skipped || len(got.Texts) != c.pulled {
			t.Errorf("%s: pulled %d, skipped %q, %d texts", c.name, len(got.Pulled), reason, len(got.Texts))
		}
	}
}

// TestPullOfNoObject: a schema for which the platform answers a list is left alone.
func TestPullOfNoObject(t *testing.T) {
	f := source.NewFile("a.yaml", []byte(pulledText))
	graph, _ := compiler.Compile([]*source.File{f}, compiler.Options{})
	schema := resource.Address{Kind: resource.Schema, Name: "people"}
	was, _ := graph.Get(schema)
	lock := &lockfile.Lock{}
	lock.Put(lockfile.Entry{Address: schema, ID: "1", Applied: was.Body.JSON()})
	got, err := Pull(Input{Files: []*source.File{f}, Graph: graph, Alone: true, Lock: lock, Tenant: "acme",
		At: time.Unix(0, 0), Live: []resource.Live{{Address: schema, ID: "1", Body: []byte("[1]")}}})
	if err != nil || len(got.Texts) > 0 || len(got.Skipped) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
