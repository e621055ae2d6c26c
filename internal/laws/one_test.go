package laws

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/curlscript"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// TestApply: an apply leaves nothing to do, however the platform spells what it
// has; planning writes nothing; no secret is seen anywhere.
func TestApply(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		m := newProject(seed + 1_000_000)
		defer func() {
			if t.Failed() {
				t.Log(m.p.text())
			}
		}()
		w := newWorld(t, seed, switches(seed))
		w.secrets = m.p.secrets
		w.noWrites()
		g := compile(t, m.p.files())
		p := w.plan(g, w.options())
		w.wire = nil
		w.checkSilent(g, p)
		w.apply(p)

		w.noWrites()
		w.checkEmpty(g)
		w.checkOwned()
		w.wire = respelt
		w.checkEmpty(g)
		w.wire = nil
		for from := range m.p.secrets { // each secret changes
			m.p.secrets[from] += "-new"
		}
		p = w.refreshed(g, w.options())
		w.checkSilent(g, p)
		w.apply(p)
		w.checkEmpty(g)
		w.checkKept(t)
	})
}

// checkSilent holds that nothing a person or a machine is shown of a plan has a
// secret in it.
func (w *world) checkSilent(g *resource.Graph, p *planner.Plan) {
	w.t.Helper()
	lock := w.lock()
	known := func(r resource.Ref) (string, bool) {
		e, ok := lock.Get(r.To)
		if !ok {
			return "", false
		}
		return e.Output(r.Field)
	}
	for name, show := range map[string]func(io.Writer) error{
		"json": func(b io.Writer) error {
			text, err := planner.Marshal(p)
			_, _ = b.Write(text) // a buffer takes everything
			return err
		},
		"text":     func(b io.Writer) error { return view.Plan(b, p, view.Options{Full: true}) },
		"markdown": func(b io.Writer) error { return view.Markdown(b, p) },
		"html":     func(b io.Writer) error { return view.HTML(b, p) },
		"calls":    func(b io.Writer) error { return view.Calls(b, p, view.Options{}) },
		"curl":     func(b io.Writer) error { return curlscript.Write(b, p, known) },
		"compile":  func(b io.Writer) error { return view.CompileJSON(b, g, p) },
	} {
		var b bytes.Buffer
		if err := show(&b); err != nil {
			w.t.Errorf("%s: %v", name, err)
		}
		w.noSecretIn(name, b.Bytes())
	}
}

// checkKept holds that nothing which is kept has a secret in it.
func (w *world) checkKept(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(w.paths.Lock)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // nothing done, nothing to lock
		t.Fatal(err)
	}
	w.noSecretIn("lockfile", text)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == 0 {
		t.Error("no request has seen a journal")
	}
	w.noSecretIn("journal", w.leak)
	w.noSecretIn("record", w.record.Bytes())
	requests, err := json.Marshal(w.box.Requests())
	if err != nil {
		t.Fatal(err)
	}
	w.noSecretIn("requests", requests)
}

func (w *world) noSecretIn(where string, text []byte) {
	w.t.Helper()
	if i := bytes.Index(text, []byte("canary-")); i >= 0 {
		w.t.Errorf("%s holds a secret: …%s…", where, text[max(0, i-80):min(len(text), i+40)])
	}
}

// TestNoSecretInErrors: a platform that repeats in a refusal what it was sent
// does not get it into an error.
func TestNoSecretInErrors(t *testing.T) {
	const secret = "canary-0123456789"
	w := newWorld(t, 1, emulator.Switches{})
	w.secrets = map[string]string{"env.PW": secret}
	g := compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(`kind: Connection
name: db
connector: postgresql
auth:
  type: Basic Authentication
  params: {server: s, port: 5432, database: d, username: u, password: "${env.PW}"}
`))})
	if err := w.box.Inject(emulator.Fault{Method: "POST", Path: "/connections", Status: 400, Body: json.RawMessage(`{"message":"cannot sign in with ` + secret + `"}`)}); err != nil {
		t.Fatal(err)
	}
	res, err := w.tryApply(w.plan(g, w.options()))
	if err != nil || len(res.Failed) != 1 {
		t.Fatalf("apply: %v, %+v", err, res)
	}
	if text := res.Failed[0].Err.Error(); !strings.Contains(text, "cannot sign in with") {
		t.Errorf("the platform's reason is missing: %s", text)
	}
	w.noSecretIn("error", []byte(res.Failed[0].Err.Error()))
	w.checkKept(t)
}

// respelt carries requests to a platform that spells its answers in its own way:
// numbers and truth values as texts where its own samples do, versions as
// numbers, lists in another order.
func respelt(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	res, err := next.RoundTrip(r)
	if err != nil || r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/data/foundation/") {
		return res, err
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) == nil {
		if text, err = json.Marshal(respell("", v)); err != nil {
			return nil, err
		}
	}
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return res, nil
}

func respell(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			switch k {
			case "scheduleParams", "options":
				v[k] = asTexts(e)
			case "mappingVersion":
				n, _ := strconv.ParseInt(e.(string), 10, 64)
				v[k] = n
			case "xdm:isPrimary", "xdm:sourceVersion", "enableErrorDiagnostics":
				v[k] = asTexts(e)
			default:
				v[k] = respell(k, e)
			}
		}
	case []any:
		for i := range v {
			v[i] = respell("", v[i])
		}
		if slices.Contains([]string{"columns", "mappings", "transformations", "allOf", "meta:intendedToExtend", "items"}, name) {
			slices.Reverse(v)
		}
	}
	return v
}

func asTexts(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = asTexts(e)
		}
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	}
	return v
}

// TestExamples: the laws of an apply hold for every example.
func TestExamples(t *testing.T) {
	entries, err := os.ReadDir("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dir := filepath.Join("../../examples", e.Name())
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			o := emulator.Options{}
			if text, err := os.ReadFile(filepath.Join(dir, "emulator.yaml")); err == nil {
				seed, report := compiler.ToJSON(source.NewFile("emulator.yaml", text))
				if report.HasErrors() {
					t.Fatal(report.Sorted()[0].Message)
				}
				if o.Seed, err = emulator.ParseSeed(seed); err != nil {
					t.Fatal(err)
				}
			}
			var files []*source.File
			err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
				if err == nil && (strings.HasSuffix(path, ".dataflow.yaml") || e.Name() == "dataflow.yaml") {
					var text []byte
					text, err = os.ReadFile(path)
					files = append(files, source.NewFile(path, text))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			w := newWorldOf(t, 1, o)
			g := compile(t, files)
			w.secrets = map[string]string{}
			for _, r := range g.All() {
				v, err := r.Body.Value()
				if err != nil {
					t.Fatal(err)
				}
				v.Walk(func(_ resource.Path, leaf resource.Value) {
					if leaf.Kind == resource.SecretValue {
						w.secrets[leaf.Text] = "canary-" + leaf.Text
					}
				})
			}
			p := w.plan(g, w.options())
			w.checkSilent(g, p)
			w.apply(p)
			w.checkEmpty(g)
			w.wire = respelt
			w.checkEmpty(g)
			w.checkKept(t)
		})
	}
}

// TestSameBytes: the same documents give the same graph, plan and lockfile, on
// one core and on several, with one worker and four, files in any order. It
// sets the number of cores, so it does not run beside others.
func TestSameBytes(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(cores)
	for seed := range uint64(2) {
		var first []string
		for _, n := range []int{1, 4} {
			runtime.GOMAXPROCS(n)
			a, b := newProject(seed), nextVersion(seed)
			w := newWorld(t, seed, emulator.Switches{})
			w.workers = n
			var got []string
			for _, p := range []*project{a.p, b.p} {
				for _, l := range p.lives() {
					l.protect = false
				}
				w.secrets = p.secrets
				files := p.files()
				rand.New(rand.NewPCG(seed, uint64(n))).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
				g := compile(t, files)
				var graph strings.Builder
				for _, r := range g.All() {
					fmt.Fprintln(&graph, r.Address, r.Needs)
				}
				plan := w.plan(g, w.options())
				text, err := planner.Marshal(plan)
				if err != nil {
					t.Fatal(err)
				}
				w.apply(plan)
				lock, err := os.ReadFile(w.paths.Lock)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, graph.String(), w.anonymous(text), w.anonymous(lock))
			}
			if first == nil {
				first = got
				continue
			}
			for i := range got {
				if got[i] != first[i] {
					t.Errorf("seed %d: output %d differs on %d cores:\n%s\n----\n%s", seed, i, n, first[i], got[i])
				}
			}
		}
	}
}

// drawn is what is made up anew with every apply.
var drawn = regexp.MustCompile(`"(lineage|digest|etag|if_match|secrets|hash)": "(?:[^"\\]|\\.)*"`)

// anonymous is a text with addresses in the place of ids.
func (w *world) anonymous(text []byte) string {
	out := string(text)
	lock := w.lock()
	for _, e := range lock.Entries {
		if w.ids == nil {
			w.ids = map[string]string{}
		}
		if w.ids[e.ID] == "" {
			w.ids[e.ID] = e.Address.String()
		}
	}
	for id, a := range w.ids {
		out = strings.NewReplacer(id, "<"+a+">", resource.EscapeID(id), "<"+a+">").Replace(out)
	}
	return drawn.ReplaceAllString(out, `"$1": "…"`)
}
