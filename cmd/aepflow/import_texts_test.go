package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
)

// oddText is what people may write into a title and a description: none of it has a meaning there.
const oddText = ` {TENANT_ID} {{TENANT_ID}} {{{TENANT_ID}} {TENANT_ID}} _birch {birch} ` +
	`https://ns.adobe.com/birch/schemas/1 ${TENANT_ID} $${{TENANT_ID}} ${var.x}`

// withOddTexts adds odd text to the names, titles, and descriptions of all objects of a seed and of their fields.
func withOddTexts(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	seedJSON, report := compiler.ToJSON(source.NewFile(file, text))
	var seed map[string]any
	if err := json.Unmarshal(seedJSON, &seed); err != nil || report.HasErrors() {
		t.Fatal(err)
	}
	add := func(o map[string]any, keys ...string) {
		for _, key := range keys {
			if s, ok := o[key].(string); ok {
				o[key] = s + specs.EscapeTenant(oddText) // as seeds write text, too
			}
		}
	}
	var fields func(any)
	fields = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			add(v, "title", "description")
			for key, below := range v {
				if key != "meta:enum" {
					fields(below)
				}
			}
		case []any:
			for _, below := range v {
				fields(below)
			}
		}
	}
	for _, kind := range []string{
		"connections", "sourceConnections", "targetConnections", "flows", "mappingSets", "datasets",
	} {
		list, _ := seed[kind].([]any)
		for _, o := range list {
			add(o.(map[string]any), "name", "description")
		}
	}
	for _, kind := range []string{"schemas", "fieldGroups", "classes", "dataTypes"} {
		fields(seed[kind])
	}
	out, err := json.Marshal(seed)
	if err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(t.TempDir(), "odd.yaml")
	if err := os.WriteFile(odd, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return odd
}

// textsOf are the names, titles, and descriptions of the objects of a sandbox.
func textsOf(t *testing.T, b *sandboxBox, sandbox string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	var collect func(any)
	collect = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, below := range v {
				if s, ok := below.(string); ok && (key == "name" || key == "title" || key == "description") {
					out[s] = true
				}
				collect(below)
			}
		case []any:
			for _, below := range v {
				collect(below)
			}
		}
	}
	for path, accept := range map[string]string{
		"flowservice/connections": "", "flowservice/sourceConnections": "", "flowservice/targetConnections": "",
		"flowservice/flows": "", "conversion/mappingSets?start=0&limit=100": "", "catalog/dataSets?limit=100": "",
		"schemaregistry/tenant/schemas":     "application/vnd.adobe.xed+json",
		"schemaregistry/tenant/fieldgroups": "application/vnd.adobe.xed+json",
		"schemaregistry/tenant/datatypes":   "application/vnd.adobe.xed+json",
	} {
		req := httptest.NewRequest(http.MethodGet, "/data/foundation/"+path, nil)
		for name, value := range map[string]string{
			"Authorization": "Bearer " + tokenOf(t, b), "x-api-key": "writer", "x-gw-ims-org-id": b.org,
			"x-sandbox-name": sandbox, "Accept": accept,
		} {
			req.Header.Set(name, value)
		}
		answer := httptest.NewRecorder()
		b.emulator.ServeHTTP(answer, req)
		var list any
		if err := json.Unmarshal(answer.Body.Bytes(), &list); err != nil || answer.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, answer.Code, answer.Body)
		}
		collect(list)
	}
	return out
}

// TestImportOddTexts: texts that look like placeholders come through an import as they are: the plan is empty, and the
// documents make objects with the same texts in another sandbox.
func TestImportOddTexts(t *testing.T) {
	b := newSandboxBox(t, withOddTexts(t, "testdata/sandboxes/handmade.yaml"))
	dir := b.project("prod", "dev")
	importAll(t, dir, "Members nightly*")
	plan, _ := command(t, exitOK, "plan", "--refresh", "--detailed-exitcode", "--target", "prod", dir)
	if !strings.Contains(plan, "No changes.") {
		t.Error(plan)
	}
	t.Setenv("IMS_OAUTH_S2S_CLIENT_ID", "writer")
	t.Setenv("IMS_OAUTH_S2S_CLIENT_SECRET", "writer-secret")
	env, err := os.ReadFile(filepath.Join(dir, ".env.example"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(env)) {
		if name, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			t.Setenv(name, "the-real-password")
		}
	}
	b.open = true
	command(t, exitOK, "apply", "--target", "dev", dir, "--auto-approve")
	command(t, exitOK, "plan", "--refresh", "--detailed-exitcode", "--target", "dev", dir)
	prod, dev := textsOf(t, b, "prod"), textsOf(t, b, "dev")
	odd := 0
	for text := range dev {
		if !prod[text] {
			t.Errorf("the other sandbox has the text %q", text)
		}
		if strings.HasSuffix(text, oddText) {
			odd++
		}
	}
	if odd < 15 {
		t.Errorf("%d odd texts came through", odd)
	}
}
