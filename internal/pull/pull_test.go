package pull

import (
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
			before, _ := compiler.Compile([]*source.File{source.NewFile("a.yaml", []byte(pulledText))}, compiler.Options{})
			f := source.NewFile("a.yaml", []byte(c.text))
			graph, report := compiler.Compile([]*source.File{f}, compiler.Options{})
			if report.HasErrors() {
				t.Fatal(report.Sorted())
			}
			address := resource.Address{Kind: resource.Dataset, Name: "people"}
			was, _ := before.Get(address)
			lock := &lockfile.Lock{}
			lock.Put(lockfile.Entry{Address: address, ID: "1", Applied: was.Body.JSON()})
			live := strings.Replace(string(was.Body.JSON()), `"name":"People"`, `"name":"`+c.live+`"`, 1)
			got, err := Pull(Input{
				Files: []*source.File{f}, Graph: graph, Alone: true, Lock: lock, Tenant: "acme", At: time.Unix(0, 0),
				Live: []resource.Live{{Address: address, ID: "1", Body: []byte(live)}},
			})
			if err != nil {
				t.Fatal(err)
			}
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
