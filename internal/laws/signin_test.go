package laws

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
)

// signIn is one sign-in method of a connector on one cloud.
type signIn struct {
	connector specs.Connector
	method    specs.Auth
	cloud     string
	turn      int // how many methods of the connector on this cloud come before it
}

// signIns are the methods of every connector whose methods are all published.
func signIns() []signIn {
	var out []signIn
	for _, c := range specs.Connectors() {
		if !c.AuthComplete || c.ID == "" {
			continue
		}
		turns := map[string]int{}
		for _, a := range c.Auth {
			clouds := []string{a.Cloud}
			if a.Cloud == "" {
				clouds = []string{"azure", "aws"}
			}
			for _, cloud := range clouds {
				out = append(out, signIn{c, a, cloud, turns[cloud]})
				turns[cloud]++
			}
		}
	}
	return out
}

func (s signIn) String() string {
	return fmt.Sprintf("%s/%s/%s/%d", s.connector.Slug, s.method.Name, s.cloud, s.turn)
}

// TestSignInMethods: the documents of every sign-in method validate, plan, and
// apply on the embedded platform, and leave nothing to do.
func TestSignInMethods(t *testing.T) {
	groups := map[string][]signIn{} // documents of one project, so that each connector occurs once
	for _, s := range signIns() {
		group := fmt.Sprintf("%s-%d", s.cloud, s.turn)
		groups[group] = append(groups[group], s)
	}
	total := 0
	for group, list := range groups {
		total += len(list)
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			var files []*source.File
			w := newWorld(t, 1, emulator.Switches{Cloud: list[0].cloud})
			w.secrets = map[string]string{}
			for _, s := range list {
				text := connectordoc.Connection(s.connector, s.method)
				if flow := connectordoc.Dataflow(s.connector); flow != "" {
					text += "---\n" + flow
				}
				for _, p := range s.method.Params {
					w.secrets["env."+connectordoc.EnvName(s.connector.Slug+"-"+p.Name)] = "canary-" + p.Name
				}
				files = append(files, source.NewFile(s.connector.Slug+".dataflow.yaml", []byte(text)))
			}
			g := compile(t, files)
			w.apply(w.plan(g, w.options()))
			w.checkEmpty(g)
			lock, objects := w.lock(), w.objects()
			for _, s := range list {
				e, _ := lock.Get(resource.Address{Kind: resource.Connection, Name: s.connector.Slug})
				if auth := dig(plainJSON(t, objects[e.ID].Body), "auth.specName"); auth != s.method.Name {
					t.Errorf("%s signs in by %v", s, auth)
				}
			}
		})
	}
	if total < 80 {
		t.Errorf("only %d sign-in methods", total)
	}
}

// TestConnectorPages: each page has a dataflow where a dataflow can read the connector,
// and its document validates without an error or a warning but that of its connector.
func TestConnectorPages(t *testing.T) {
	pages := connectordoc.Pages()
	flows := 0
	for _, c := range specs.Connectors() {
		page, ok := pages[c.Slug+".md"]
		if !ok {
			continue
		}
		_, text, documented := strings.Cut(page, "```yaml\n")
		text, _, _ = strings.Cut(text, "```")
		if reads := connectordoc.Source(c); reads != "" {
			flows++
			if strings.Contains(text, "\nschedule:\n") == (reads == "stream") || !strings.Contains(text, "\nmappings:\n") {
				t.Errorf("%s: no dataflow", c.Slug)
			}
		}
		if !documented {
			continue
		}
		_, report := compiler.Compile([]*source.File{source.NewFile("dataflow.yaml", []byte(text))}, compiler.Options{})
		for _, d := range report.Sorted() {
			if d.Severity != diag.Note && d.Code != diag.DeprecatedConnector {
				t.Errorf("%s: %s: %s", c.Slug, d.Code, d.Message)
			}
		}
	}
	if flows < 55 {
		t.Errorf("only %d dataflows", flows)
	}
}

// TestWrongSignIn: a wrong name of a method or parameter is reported with the
// right one, as an error.
func TestWrongSignIn(t *testing.T) {
	for _, s := range signIns() {
		t.Run(s.String(), func(t *testing.T) {
			text := connectordoc.Connection(s.connector, s.method)
			wrong := strings.Replace(text, "type: "+s.method.Name, "type: "+misspelt(s.method.Name), 1)
			checkNearest(t, wrong, diag.AuthType, s.method.Name)
			for _, p := range s.method.Params {
				if p.Required {
					wrong := strings.Replace(text, "    "+p.Name+":", "    "+misspelt(p.Name)+":", 1)
					checkNearest(t, wrong, diag.AuthParam, p.Name)
				}
			}
		})
	}
}

// misspelt leaves out the third letter of a name.
func misspelt(name string) string { return name[:2] + name[3:] }

func checkNearest(t *testing.T, text string, code diag.Code, want string) {
	t.Helper()
	_, report := compiler.Compile([]*source.File{source.NewFile("dataflow.yaml", []byte(text))}, compiler.Options{})
	found := slices.DeleteFunc(report.Sorted(), func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	if len(found) != 1 || found[0].Code != code || !strings.Contains(found[0].Help, "`"+want+"`") {
		t.Errorf("want one %s that names %s, got %v for\n%s", code, want, found, text)
	}
}
