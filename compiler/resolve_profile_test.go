package compiler

import (
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

const profileSchema = `---
kind: Schema
name: people
title: People
class: profile
fields: {crm.id: string}
identities: {crm.id: {namespace: CRMID, primary: true}}
profile: true
`

func compileText(text string) (*resource.Graph, []diag.Diagnostic) {
	g, report := Compile([]*source.File{source.NewFile("dataflow.yaml", []byte(text))}, Options{})
	return g, report.Sorted()
}

// TestProfileTags: a tag that the key profile sets is an error, whose repair says
// the same by the key and leaves the rest of the document as it is.
func TestProfileTags(t *testing.T) {
	const head = "kind: Dataset\nname: d\ntitle: D\nschema: people\n"
	for _, tt := range []struct {
		name, text string
		fixed      string // "": no repair
	}{
		{"instead of the key", "tags:\n  unifiedProfile: [\"enabled:true\"]\n  unifiedIdentity: [\"enabled:true\"]\n", "profile: true\n"},
		{"upsert beside the key", "profile: true\ntags: {unifiedProfile: [\"enabled:true\",\"isUpsert:true\"]}\n", "profile: upsert\n"},
		{"with spaces", "tags:\n  unifiedProfile: [\"enabled: true\", \"isUpsert: true\"]\n", "profile: upsert\n"},
		{"in the same words as the key", "profile: upsert\ntags: {unifiedProfile: [\"enabled:true\"]}\n", "profile: upsert\n"},
		{"switched off", "tags: {unifiedProfile: [\"enabled:false\"]}\n", "profile: false\n"},
		{"beside other tags", "tags:\n  team: [crm] # ours\n  unifiedProfile: # theirs\n    - \"enabled:true\"\n  cost: [c1]\nprofile: false\n", "tags:\n  team: [crm] # ours\n  cost: [c1]\nprofile: true\n"},
		{"beside other tags without the key", "tags:\n  unifiedProfile: [\"enabled:true\"]\n  team: [crm]\n", "profile: true\ntags:\n  team: [crm]\n"},
		{"first of a map on one line", "tags: {unifiedProfile: [\"enabled:true\"], team: [crm]}\n", "profile: true\ntags: {team: [crm]}\n"},
		{"last of a map on one line", "tags: {team: [crm], unifiedProfile: [\"enabled:true\"]}\n", "profile: true\ntags: {team: [crm]}\n"},
		{"at the end of the file", "profile: true\ntags:\n  unifiedProfile: [\"enabled:true\"]", "profile: true\n"},
		{"older name", "tags: {profile: [\"enabled:true\"], identity: [\"enabled:true\"]}\n", "profile: true\n"},
		{"only the identity graph", "tags: {unifiedIdentity: [\"enabled:true\"]}\n", ""},
		{"by an alias", "description: &a x\ntags:\n  unifiedProfile: [*a]\nprofile: true\n", "description: &a x\nprofile: true\n"},
		{"of another project's users", "tags: {profile: [gold], identity: [team-a]}\n", "-"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := head + tt.text
			if strings.HasSuffix(text, "\n") {
				text += profileSchema
			} else {
				text = strings.TrimPrefix(profileSchema, "---\n") + "---\n" + text
			}
			f := source.NewFile("dataflow.yaml", []byte(text))
			_, report := Compile([]*source.File{f}, Options{})
			found := slices.DeleteFunc(report.Sorted(), func(d diag.Diagnostic) bool { return d.Code != diag.ProfileTag })
			if tt.fixed == "-" {
				if len(found) > 0 {
					t.Errorf("found %v", found)
				}
				return
			}
			if len(found) != 1 || found[0].Severity != diag.Error {
				t.Fatalf("found %v", found)
			}
			fix := found[0].Fix
			if tt.fixed == "" {
				if fix != nil {
					t.Errorf("repaired by %v", fix)
				}
				return
			}
			if fix == nil {
				t.Fatal("no repair")
			}
			fixed, err := edit.Apply(f.Text, fix.Edits)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Replace(text, tt.text, tt.fixed, 1); string(fixed) != want {
				t.Errorf("repaired to\n%s\nwant\n%s", fixed, want)
			}
			if _, again := compileText(string(fixed)); slices.ContainsFunc(again, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }) {
				t.Errorf("the repair leaves %v", again)
			}
		})
	}
}

// TestProfileValues: what each value of profile becomes on the platform.
func TestProfileValues(t *testing.T) {
	for _, tt := range []struct{ value, tags string }{
		{"true", `{"unifiedIdentity":["enabled:true"],"unifiedProfile":["enabled:true"]}`},
		{"upsert", `{"unifiedIdentity":["enabled:true"],"unifiedProfile":["enabled:true","isUpsert:true"]}`},
		{"false", ""},
		{"yes", "!"}, {"Upsert", "!"}, {`"true"`, "!"}, {"1", "!"}, {"[upsert]", "!"}, {"null", "!"},
	} {
		t.Run(tt.value, func(t *testing.T) {
			g, found := compileText("kind: Dataset\nname: d\ntitle: D\nschema: people\nprofile: " + tt.value + "\n" + profileSchema)
			wrong := slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
			if wrong != (tt.tags == "!") {
				t.Fatalf("found %v", found)
			}
			if wrong {
				return
			}
			r, _ := g.Get(resource.Address{Kind: resource.Dataset, Name: "d"})
			tags, _ := r.Body.Member("tags")
			if got := string(tags.JSON()); got != tt.tags && tags.Kind != resource.NullValue {
				t.Errorf("tags %s, want %s", got, tt.tags)
			}
			waits := slices.ContainsFunc(r.Needs, func(e resource.Edge) bool { return e.To.Kind == resource.Union })
			if waits != (tt.value != "false") {
				t.Errorf("it waits for the Profile tag of its schema: %t", waits)
			}
		})
	}
}
