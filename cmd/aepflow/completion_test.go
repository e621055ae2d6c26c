package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// proposed asks as zsh does. The last word is the one at the cursor.
func proposed(t testing.TB, line ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	args := append([]string{askCompletion, "zsh", strconv.Itoa(len(line) - 1)}, line...)
	if code := run(context.Background(), args, strings.NewReader(""), &out, &said); code != exitOK || said.Len() > 0 {
		t.Fatalf("%q: exit code %d\n%s", line, code, said.String())
	}
	var words []string
	for text := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(strings.TrimSuffix(text, "\n"), "\t")
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// completionProject is a project with a lockfile, and with names that nothing may propose.
func completionProject(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"aepflow.yaml": "project: shop\ntargets:\n" +
			"  dev: {org: A@AdobeOrg, sandbox: dev}\n  '$(id)': {org: A@AdobeOrg, sandbox: x}\n",
		"dataflow.yaml": "name: customers # the CRM's\n\n---\nkind: Connection\nname: 'crm'\n---\n" +
			"kind: Schema\nname: person\n---\nkind: \"\\e[2J\"\nname: odd\n",
		"a/b/orders.dataflow.yaml": "name: orders\r\nkind: Dataflow\r\n",
		"bad.dataflow.yaml": "name: $(touch x)\n---\nname: \"a\\e[31m\"\n---\nname: a;b\n---\nname: `id`\n---\n" +
			"name: \x1b]0;t\x07\n---\nname: -rf\n---\n  name: inner\n---\nname:\n---\nname: ../up\n---\ncolumns: [\n",
		"node_modules/x/dataflow.yaml": "name: not-ours\n",
		".hidden/dataflow.yaml":        "name: not-seen\n",
		"other/aepflow.yaml":           "project: other\n",
		"other/dataflow.yaml":          "name: not-here\n",
		"plan.json":                    "{}",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lock := &lockfile.Lock{Lineage: "x", Serial: 1}
	for _, a := range []string{
		"flow.customers", "schema.customers", "descriptor.customers-id", "flow.gone", "flow.`id`", "flow.a\u202eb",
	} {
		address, err := resource.ParseAddress(a)
		if err != nil {
			t.Fatal(err)
		}
		lock.Put(lockfile.Entry{Address: address, ID: "flow.inner", Applied: []byte(`{"name":"flow.inside"}`)})
	}
	text, err := lock.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dataflow.dev.lock"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	dir := completionProject(t)
	for _, c := range []struct {
		line []string
		want string
	}{
		{[]string{"val"}, ":words validate"},
		{[]string{"state", ""}, ":words list show mv rm repair"},
		{[]string{"plan", "-C", dir, "--target", ""}, ":words dev local"},
		{[]string{"plan", dir, "--target=d"}, ":words --target=dev"},
		{[]string{"plan", dir, "--target-resource", "flow."}, ":words flow.customers flow.orders"},
		{[]string{"plan", dir, "--target", "dev", "--exclude", "flow."}, ":words flow.customers flow.gone flow.orders"},
		{[]string{"apply", "-C", dir, "plan.json", "--overwrite", "co"}, ":words connection.crm"},
		{[]string{"apply", "-C", dir, "--overwrite", "schema."}, ":words schema.person"},
		{[]string{"state", "rm", "-p", dir, "--target", "dev", ""},
			":words descriptor.customers-id flow.customers flow.gone schema.customers"},
		{[]string{"state", "rm", "-p", dir, "--target", "dev", "flow.customers", "flow.g"}, ":words flow.gone"},
		{[]string{"state", "show", "-C", dir, ""}, ":words"},
		{[]string{"state", "show", "-C", dir, "--target", "../x", ""}, ":words"},
		{[]string{"status", "-C", dir, ""}, ":words customers orders"},
		{[]string{"runs", "-C", dir, "--failed", "o"}, ":words orders"},
		{[]string{"preview", "-C", dir, ""}, ":words customers orders"},
		{[]string{"preview", "customers", "--rows", ""}, ":files"},
		{[]string{"test", "-C", dir, "c"}, ":words customers"},
		{[]string{"explain", "delta-m"}, ":words delta-missing"},
		{[]string{"explain", "dataflow.schedule.int"}, ":words dataflow.schedule.interval"},
		{[]string{"explain", "dataf"}, ":words dataflow"},
		{[]string{"connectors", "postg"}, ":words postgresql"},
		{[]string{"graph", "-o", ""}, ":words dot json mermaid svg text"},
		{[]string{"validate", "--output=s"}, ":words --output=sarif"},
		{[]string{"plan", "--on-replace", ""}, ":words backfill continue"},
		{[]string{"plan", ""}, ":folders"},
		{[]string{"apply", ""}, ":files"},
		{[]string{"plan", "--out", ""}, ":files"},
		{[]string{"completion", ""}, ":words bash zsh fish powershell"},
		{[]string{"plan", "-C", dir + "/none", "--target", ""}, ":words local"},
		{[]string{"plan", "-C", dir + "/plan.json", "--target-resource", ""}, ":words"},
	} {
		if d := cmp.Diff(c.want, proposed(t, c.line...)); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.line, d)
		}
	}
	safe := regexp.MustCompile(`^:words( [a-z]+\.[a-z0-9-]+)+$`)
	if all := proposed(t, "plan", dir, "--target", "dev", "--target-resource", ""); !safe.MatchString(all) {
		t.Errorf("proposed: %q", all)
	}
	var out, said bytes.Buffer
	for _, args := range [][]string{{}, {"zsh"}, {"zsh", "3"}} {
		code := run(t.Context(), append([]string{askCompletion}, args...), nil, &out, &said)
		if code != exitUsage || out.Len()+said.Len() > 0 {
			t.Errorf("%q: exit code %d, %s%s", args, code, out.String(), said.String())
		}
	}
}
