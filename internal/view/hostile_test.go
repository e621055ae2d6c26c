package view

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// evil is what a stranger may put into any name, value or answer.
const evil = "\x1b]0;t\x07\x1b[2J\u009b1m\r\nerror: forged\n::error::forged\n##[error]forged\n| cell |\n" +
	"</script><script>alert(1)</script>\"'`$(id)${x}%s\u202e\u2066\u200b\u2028\ufeff\ufdd3\xff\\"

// poisoned is a copy of a plan with text added to every string that a document, a
// lockfile or the platform may decide.
func poisoned(t testing.TB, p *planner.Plan, text string) *planner.Plan {
	t.Helper()
	copied, err := planner.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	out, err := planner.Unmarshal(copied)
	if err != nil {
		t.Fatal(err)
	}
	poison(reflect.ValueOf(out).Elem(), text)
	return out
}

var fixed = map[reflect.Type]bool{reflect.TypeFor[resource.Kind](): true, reflect.TypeFor[planner.Step](): true}

func poison(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && !fixed[v.Type()] && v.String() != "" {
			v.SetString(v.String() + text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "Method" && name != "FormatVersion" {
				poison(v.Field(i), text)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem(), text)
		}
	case reflect.Slice:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			if len(raw) > 0 {
				v.Set(reflect.ValueOf(json.RawMessage(poisonedJSON(raw, text))))
			}
			return
		}
		for i := range v.Len() {
			poison(v.Index(i), text)
		}
	}
}

func poisonedJSON(raw []byte, text string) []byte {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	out, err := json.Marshal(poisonedValue(v, text))
	if err != nil {
		return raw
	}
	return out
}

func poisonedValue(v any, text string) any {
	switch v := v.(type) {
	case string:
		return v + text
	case []any:
		for i := range v {
			v[i] = poisonedValue(v[i], text)
		}
	case map[string]any:
		out := map[string]any{}
		for k, w := range v {
			out[k+text] = poisonedValue(w, text)
		}
		return out
	}
	return v
}

// hostileViews are the forms of a plan, and the forms of an apply of it.
func hostileViews(p *planner.Plan, text string) map[string]func(io.Writer) error {
	views := everyView(p)
	views["color"] = func(w io.Writer) error {
		terminal := output.New(w)
		terminal.Color(true)
		return errors.Join(Plan(terminal, p, Options{Color: true}), terminal.Close())
	}
	views["drift"] = func(w io.Writer) error { return Drift(w, p, Options{}) }
	views["diff"] = func(w io.Writer) error { return FileDiff(w, "a"+text, "x: 1\n"+text, "x: 2\n"+text, Options{}) }
	cause := errors.New("answer" + text)
	events := aBadDay()
	for i, e := range events {
		switch e := e.(type) {
		case applier.Done:
			e.Address.Name, e.ID = e.Address.Name+text, e.ID+text
			events[i] = e
		case applier.Failed:
			e.Address.Name, e.Err = e.Address.Name+text, cause
			events[i] = e
		case applier.Retried:
			e.Err = cause
			events[i] = e
		case applier.Started:
			e.Address.Name += text
			events[i] = e
		}
	}
	result := badResult()
	for i := range result.Failed {
		result.Failed[i].Err, result.Failed[i].URL = cause, result.Failed[i].URL+text
		result.Failed[i].Origin.Filename += text
	}
	views["events"] = func(w io.Writer) error {
		stream := NewEvents(w, p, nil)
		for _, e := range events {
			stream.Notify(e)
		}
		return stream.Finish(result, 0)
	}
	views["progress"] = func(w io.Writer) error {
		lines := newProgress(w, p, Options{}, nil)
		for _, e := range events {
			lines.Notify(e)
		}
		_, err := io.WriteString(w, lines.current()+"\n")
		return err
	}
	views["summary"] = func(w io.Writer) error {
		return Summary(w, p, result, Closing{Verb: "apply", GoOn: "aepflow apply " + text}, Options{})
	}
	return views
}

// linesCounted are the forms whose lines are ours alone: data adds none. A body that is
// shown in full has a line for each of its members either way.
var linesCounted = []string{"quiet", "dot", "mermaid", "svg", "tree", "events", "progress", "calls", "json", "summary", "drift"}

func shownAs(t testing.TB, name string, show func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := show(&b); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return b.String()
}

// checkHostile holds every form of a plan to the law of printed text.
func checkHostile(t testing.TB, p *planner.Plan, text string) {
	t.Helper()
	const harmless = "harmless"
	plain := hostileViews(poisoned(t, p, harmless), harmless)
	noMarkup := strings.Map(func(r rune) rune {
		if strings.ContainsRune("<>&\"'", r) {
			return 'x'
		}
		return r
	}, text)
	for name, show := range hostileViews(poisoned(t, p, text), text) {
		got := shownAs(t, name, show)
		seen := got
		if name == "color" {
			seen = sequences.ReplaceAllString(got, "")
		}
		if fault := output.Fault(seen); fault != "" {
			t.Errorf("%s of %q: %s", name, text, fault)
		}
		if output.StartsCommand(written(t, got)) {
			t.Errorf("%s of %q starts a workflow command", name, text)
		}
		switch name {
		case "json":
			if !json.Valid([]byte(got)) {
				t.Errorf("%q makes JSON invalid", text)
			}
		case "events":
			for line := range strings.Lines(got) {
				if !json.Valid([]byte(line)) {
					t.Errorf("%q makes an event invalid: %s", text, line)
				}
			}
		case "svg":
			checkXML(t, got)
		case "html":
			got, want := tagsOf(got), tagsOf(shownAs(t, name, everyView(poisoned(t, p, noMarkup))[name]))
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%q becomes markup: %d tags, want %d", text, len(got), len(want))
			}
		}
		for _, counted := range linesCounted {
			if name == counted {
				if got, want := strings.Count(got, "\n"), strings.Count(shownAs(t, name, plain[name]), "\n"); got != want {
					t.Errorf("%s of %q has %d lines, want %d", name, text, got, want)
				}
			}
		}
	}
}

// written is what a stream gets of a text.
func written(t testing.TB, text string) string {
	return shownAs(t, "stream", func(to io.Writer) error {
		w := output.New(to)
		_, err := io.WriteString(w, text)
		return errors.Join(err, w.Close())
	})
}

var sequences = regexp.MustCompile(`\x1b\[[0-9;]*m`)

var tag = regexp.MustCompile(`</?[a-zA-Z!][a-zA-Z]*`)

// tagsOf is the markup of a page but for what depends on how much a text changed.
func tagsOf(page string) []string {
	var out []string
	for _, t := range tag.FindAllString(page, -1) {
		if t != "<mark" && t != "</mark" {
			out = append(out, t)
		}
	}
	return out
}

func checkXML(t testing.TB, text string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := dec.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("not XML: %v", err)
			return
		}
	}
}

func TestHostilePlans(t *testing.T) {
	for name, p := range cases() {
		if len(p.Changes) > 40 {
			continue
		}
		t.Run(name, func(t *testing.T) { checkHostile(t, p, evil) })
	}
}

func FuzzHostile(f *testing.F) {
	for _, text := range []string{evil, "\n", "::error::x", "##[group]", "\u202e", "\x1b[31m", "\xff", "<b>", "|", "`", "-->", "'\"", "\ufdd3", "$$${x}"} {
		f.Add(text)
	}
	p := columnAdded()
	f.Fuzz(func(t *testing.T, text string) { checkHostile(t, p, text) })
}

// The page allows its own styles and nothing else, by their digests.
func TestHTMLPolicy(t *testing.T) {
	page := htmlOf(t, columnAdded())
	meta := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`).FindStringSubmatch(page)
	if meta == nil {
		t.Fatal("no policy")
	}
	policy := html.UnescapeString(meta[1])
	for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %s", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Index(page, "<meta http-equiv") > strings.Index(page, "<style") {
		t.Errorf("policy %q is weak or late", policy)
	}
	styles := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(page, -1)
	if len(styles) != 2 {
		t.Fatalf("%d styles, want those of the page and of its drawing", len(styles))
	}
	for _, s := range styles {
		sum := sha256.Sum256([]byte(s[1]))
		if digest := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(policy, "'sha256-"+digest+"'") {
			t.Errorf("the policy forbids a style of the page: %.60s…", s[1])
		}
	}
	if found := regexp.MustCompile(`(?i)\s(style|on[a-z]+)\s*=\s*"`).FindString(page); found != "" {
		t.Errorf("the page has an attribute that the policy forbids: %s", found)
	}
}
