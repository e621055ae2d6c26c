package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/specs"
)

// TestLifecycleImport: a document takes over each object that it makes, those of which there are several included:
// descriptors, by their addresses, the Profile tag, and the labels of a dataset. Nothing is sent, and the entries are
// as they were.
func TestLifecycleImport(t *testing.T) {
	b := newSandboxBox(t, "testdata/sandboxes/handmade.yaml")
	b.open = true
	for name, value := range map[string]string{
		"DB_PASSWORD": "canary-pw", "IMS_OAUTH_S2S_CLIENT_ID": "writer", "IMS_OAUTH_S2S_CLIENT_SECRET": "writer-secret",
		"AEPFLOW_TARGET": "dev",
	} {
		t.Setenv(name, value)
	}
	dir := b.project("dev")
	t.Chdir(dir)
	ids := func() map[string]string {
		text, err := os.ReadFile(filepath.Join(dir, "dataflow.dev.lock"))
		if err != nil {
			t.Fatal(err)
		}
		var lock struct {
			Resources map[string]struct{ ID string }
		}
		if err := json.Unmarshal(text, &lock); err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for address, e := range lock.Resources {
			out[address] = e.ID
		}
		return out
	}
	write := func(text string) {
		if err := os.WriteFile("all.dataflow.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	project := strings.Replace(pullProject, "fieldLabels:", "profile: true\nreferenceIdentities: {crm.tier: ECID}\n"+
		"deprecated: [person.name.lastName]\nfieldLabels:", 1)
	write(project)
	command(t, exitOK, "apply", "--auto-approve", "--rate", "0")
	before := ids()
	var schema, dataset strings.Builder
	words := []string{"state", "rm"}
	for _, address := range slices.Sorted(maps.Keys(before)) {
		id := before[address]
		kind, _, _ := strings.Cut(address, ".")
		line := "    " + address + ": " + id + "\n"
		switch kind {
		case "schema", "fieldgroup", "union":
			schema.WriteString("    " + kind + ": " + strings.Replace(id, "/birch/", "/"+specs.TenantPlaceholder+"/", 1) + "\n")
		case "descriptor", "reference", "display", "deprecated", "label":
			schema.WriteString(line)
		case "dataset", "datasetlabels":
			dataset.WriteString("    " + kind + ": " + id + "\n")
		default:
			continue
		}
		words = append(words, address)
	}
	if len(words) != 2+12 {
		t.Fatalf("the schema and the dataset make %d objects: %v", len(words)-2, words)
	}
	with := func(text, before, imports string) string {
		return strings.Replace(text, before, before+"lifecycle:\n  import:\n"+imports, 1)
	}
	command(t, exitOK, words...)
	write(with(with(project, "kind: Schema\n", schema.String()), "kind: Dataset\n", dataset.String()))
	b.open = false
	out, _ := command(t, exitOK, "apply", "--auto-approve", "--rate", "0", "--refresh")
	if !strings.Contains(out, "12 adopted") {
		t.Error(out)
	}
	if d := cmp.Diff(before, ids()); d != "" {
		t.Errorf("the entries differ (-before +after):\n%s", d)
	}
	plan, _ := command(t, exitOK, "plan", "--refresh")
	if !strings.Contains(plan, "No changes") {
		t.Error(plan)
	}
}
