package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tutorialAnswers are the ids that the tutorial's platform gave, by the
// references to them in our bodies.
var tutorialAnswers = strings.NewReplacer(
	"${source.mytable.id}", "b7581b59-c603-4df1-a689-d23d7ac440f3",
	"${target.mytable.id}", "320f119a-5ac1-4ab1-88ea-eb19e674ea2e",
	"${mapping.mytable.id}", "0b090130b58b4819afc78b6dc98b484d",
	"${mapping.mytable.version}", "0",
)

// TestTutorialBodies compares the four requests of examples/tutorial with those
// of Adobe's tutorial, field by field. They differ in what docs/platform.md
// lists with a reason, and in nothing else.
func TestTutorialBodies(t *testing.T) {
	var out, said bytes.Buffer
	if code := run(context.Background(), []string{"compile", "../../examples/tutorial", "-o", "json"}, strings.NewReader(""), &out, &said); code != 0 {
		t.Fatalf("compile: exit code %d\n%s", code, &said)
	}
	var compiled struct {
		Calls []struct {
			Method, URL string
			Body        json.RawMessage
		}
	}
	if err := json.Unmarshal(out.Bytes(), &compiled); err != nil {
		t.Fatal(err)
	}
	var found []string
	var requests []string
	for _, c := range compiled.Calls {
		name := c.URL[strings.LastIndexByte(c.URL, '/')+1:]
		requests = append(requests, c.Method+" "+name)
		sample, err := os.ReadFile(filepath.Join("testdata", "tutorial", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		theirs, ours := fields(t, sample), fields(t, []byte(tutorialAnswers.Replace(string(c.Body))))
		for _, f := range slices.Sorted(maps.Keys(theirs)) {
			if !ours[f] {
				found = append(found, name+" tutorial "+f)
			}
		}
		for _, f := range slices.Sorted(maps.Keys(ours)) {
			if !theirs[f] {
				found = append(found, name+" aepflow "+f)
			}
		}
	}
	want := []string{"POST sourceConnections", "POST targetConnections", "POST mappingSets", "POST flows"}
	if d := cmp.Diff(want, requests); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
	listed := differencesIn(t, "../../docs/platform.md")
	slices.Sort(found)
	slices.Sort(listed)
	if d := cmp.Diff(listed, found); d != "" {
		t.Errorf("differences to the tutorial (-docs/platform.md +found):\n%s", d)
	}
}

var indexed = regexp.MustCompile(`^mappings\[\d+\]`)

// fields are the leaves of a body as `path: value`. Members of lists that have a
// name are addressed by it; what is the same field of every mapping is one.
func fields(t *testing.T, body []byte) map[string]bool {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	values := map[string]map[string]bool{} // of every mapping
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				walk(strings.TrimPrefix(path+"."+k, "."), e)
			}
			return
		case []any:
			for i, e := range v {
				index := fmt.Sprint(i)
				if m, ok := e.(map[string]any); ok && m["name"] != nil {
					index = m["name"].(string)
				}
				walk(path+"["+index+"]", e)
			}
			return
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if at := indexed.FindString(path); at != "" {
			all := "mappings[*]" + strings.TrimPrefix(path, at)
			if values[all] == nil {
				values[all] = map[string]bool{}
			}
			values[all][string(text)] = true
			return
		}
		out[path+": "+string(text)] = true
	}
	walk("", v)
	for path, texts := range values {
		if len(texts) == 1 {
			path += ": " + slices.Collect(maps.Keys(texts))[0]
		}
		out[path] = true
	}
	return out
}

// differencesIn reads the table of deliberate differences: request, what the
// tutorial sends, what aepflow sends, why.
func differencesIn(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "| request | the tutorial sends | aepflow sends | why |\n| --- | --- | --- | --- |\n")
	if !ok {
		t.Fatalf("%s has no table of differences", path)
	}
	var out []string
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 4 {
			break
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[3] == "" {
			t.Errorf("%s: no reason: %s", path, line)
		}
		for i, who := range []string{"tutorial", "aepflow"} {
			if f := strings.Trim(cells[1+i], "`"); f != "nothing" {
				out = append(out, cells[0]+" "+who+" "+f)
			}
		}
	}
	return out
}
