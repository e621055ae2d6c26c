package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/specs"
)

// The list fits a terminal of 80 columns and loses no word of a sign-in method.
func TestConnectorTable(t *testing.T) {
	list := connectorsToList()
	text := connectorTable(list, 80)
	for line := range strings.Lines(text) {
		if output.Width(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("wider than 80 columns: %s", line)
		}
	}
	words := strings.Fields(text)
	for _, c := range list {
		at := slices.Index(words, c.Slug)
		if at < 0 {
			t.Fatalf("no %s", c.Slug)
		}
		signIn := strings.Fields(connectordoc.SignIn(c))
		at += 3 // the name, what it reads, and what it can do
		if words[at-1] == "filter," {
			at++
		}
		if got := words[at : at+len(signIn)]; !slices.Equal(got, signIn) {
			t.Errorf("%s: sign-in is %v, want %v", c.Slug, got, signIn)
		}
	}
	if got := strings.Count(connectorTable(list, 0), "\n"); got != len(list)+1 {
		t.Errorf("%d lines in a pipe, want one for each of %d connectors", got, len(list))
	}
}

// docs/cli.md has each member of the JSON, and the JSON has every connector.
func TestConnectorsContract(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"connectors", "-o", "json"}, nil, &out, &errs); code != exitOK {
		t.Fatal(errs.String())
	}
	page, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	_, contract, ok := strings.Cut(string(page), "## Connectors as JSON\n")
	contract, _, _ = strings.Cut(contract, "\n## ")
	var result any
	if err := json.Unmarshal(out.Bytes(), &result); err != nil || !ok {
		t.Fatal(err, ok)
	}
	members := map[string]bool{}
	collectMembers(result, members)
	for name := range members {
		if !strings.Contains(contract, "`"+name+"`") {
			t.Errorf("docs/cli.md does not document `%s`", name)
		}
	}
	if len(members) < 25 {
		t.Errorf("only %d members: %v", len(members), members)
	}
	summary := result.(map[string]any)["summary"].(map[string]any)
	if summary["connectors"] != float64(len(connectorsToList())) ||
		summary["usable"] != float64(len(specs.SourceSlugs())) {
		t.Errorf("summary %v", summary)
	}
}

func collectMembers(v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, w := range v {
			into[name] = true
			collectMembers(w, into)
		}
	case []any:
		for _, w := range v {
			collectMembers(w, into)
		}
	}
}

// The keys of each connector are keys of the format, and all those of its source.
func TestConnectorKeys(t *testing.T) {
	shared, _, _ := format.Explain("dataflow.database")
	for _, c := range connectorsToList() {
		keys := connectordoc.Keys(c)
		for _, key := range keys {
			if _, _, ok := format.Explain("dataflow." + key); !ok {
				t.Errorf("%s: %s is not a key", c.Slug, key)
			}
		}
		source, _, _ := format.Explain("dataflow." + connectordoc.Source(c))
		for _, k := range source.Keys {
			name := strings.TrimPrefix(k.Path, "dataflow.")
			last := name[strings.LastIndexByte(name, '.')+1:]
			isShared := slices.ContainsFunc(shared.Keys, func(s format.Explanation) bool {
				return strings.HasSuffix(s.Path, "."+last)
			})
			if !isShared && !slices.Contains(keys, name) && connectordoc.Source(c) != "stream" {
				t.Errorf("%s: %s is missing", c.Slug, name)
			}
		}
	}
}
