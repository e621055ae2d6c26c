package remote_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
)

// Everything is looked at that can exist by itself in a sandbox.
func TestUnmanagedKinds(t *testing.T) {
	want := []resource.Kind{
		resource.Connection, resource.DataType, resource.Class, resource.FieldGroup, resource.Schema, resource.Dataset,
		resource.Source, resource.Target, resource.Mapping, resource.Flow,
	}
	if d := cmp.Diff(want, remote.UnmanagedKinds()); d != "" {
		t.Error(d)
	}
}

// Classes, field groups, and data types are used by what their $id is in; others are orphans.
func TestFindUnmanagedParts(t *testing.T) {
	object := func(id, body string) platform.Object {
		return platform.Object{ID: id, Body: []byte(`{"$id":"` + id + `","title":"` + id + ` title",` + body + `}`)}
	}
	lists := map[resource.Kind][]platform.Object{
		resource.DataType: {
			object("box", `"properties":{"in":{"$ref":"box"}}`), // only in itself
			object("street", `"type":"object"`),
			object("tag", `"type":"object"`),
			object("mine", `"type":"object"`),
		},
		resource.Class: {
			object("trip", `"allOf":[{"$ref":"https://ns.adobe.com/xdm/data/time-series"}],
				"definitions":{"a":{"properties":{"tags":{"type":"array","items":{"$ref":"tag"}}}}}`),
			object("ride", `"allOf":[]`),
		},
		resource.FieldGroup: {
			object("address", `"properties":{"_acme":{"properties":{"street":{"$ref":"street"}}}}`),
			object("broken", `"allOf":7,"properties":{"$ref":{"$ref":3}}`),
		},
		resource.Schema: {object("trips", `"allOf":[{"$ref":"trip"},{"$ref":"address"}]`)},
	}
	found := remote.FindUnmanaged(lists, func(_ resource.Kind, id string) bool { return id == "mine" })
	var got [][]string
	for _, u := range found {
		got = append(got, slices.Concat([]string{string(u.Kind), u.ID, u.What}, u.UsedBy))
	}
	want := [][]string{
		{"datatype", "box", "orphan"},
		{"datatype", "street", "", "address title"},
		{"datatype", "tag", "", "trip title"},
		{"class", "ride", "orphan"},
		{"class", "trip", "", "trips title"},
		{"fieldgroup", "address", "", "trips title"},
		{"fieldgroup", "broken", "orphan"},
		{"schema", "trips", ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Sources and targets that only dataflows of the platform, or only destinations, use are theirs. The state of a dataset
// says nothing.
func TestFindUnmanagedForeign(t *testing.T) {
	object := func(id, body string) platform.Object {
		return platform.Object{ID: id, Body: []byte(`{"name":"` + id + `","state":"enabled"` + body + `}`)}
	}
	flow := func(id, property, source, target string) platform.Object {
		return object(id, `,"sourceConnectionIds":["`+source+`"],"targetConnectionIds":["`+target+`"],
			"inheritedAttributes":{"properties":{`+property+`}}`)
	}
	lists := map[resource.Kind][]platform.Object{
		resource.Dataset: {object("d", "")},
		resource.Source:  {object("s1", ""), object("s2", ""), object("s3", ""), object("s4", "")},
		resource.Target:  {object("t1", ""), object("t2", "")},
		resource.Flow: {
			flow("own", `"isSourceFlow":true`, "s1", "t1"), flow("internal", "", "s2", "t2"),
			flow("internal too", "", "s2", "t1"), flow("out", `"isDestinationFlow":true`, "s3", "t2"),
		},
	}
	var got []string
	for _, u := range remote.FindUnmanaged(lists, func(resource.Kind, string) bool { return false }) {
		got = append(got, u.ID+" "+u.What+" "+u.State)
	}
	want := []string{
		"d  ", "s1  enabled", "s2 internal enabled", "s3 destination enabled", "s4 orphan enabled", "t1  enabled",
		"t2  enabled", "internal internal enabled", "internal too internal enabled", "out destination enabled",
		"own  enabled",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
