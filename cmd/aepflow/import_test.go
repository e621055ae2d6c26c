package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/source"
)

// sandboxBox is a platform that holds a seed, and fails the test at the first write while it is closed.
type sandboxBox struct {
	t        *testing.T
	emulator *emulator.Server
	url, org string
	open     bool
}

func (b *sandboxBox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !b.open && r.Method != http.MethodGet && !strings.HasPrefix(r.URL.Path, "/ims/") {
		b.t.Errorf("an import writes: %s %s", r.Method, r.URL)
		http.Error(w, "no writes here", http.StatusInternalServerError)
		return
	}
	b.emulator.ServeHTTP(w, r)
}

func newSandboxBox(t *testing.T, file string) *sandboxBox {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	seedJSON, report := compiler.ToJSON(source.NewFile(file, text))
	if report.HasErrors() {
		t.Fatal(report.Sorted()[0].Message)
	}
	seed, err := emulator.ParseSeed(seedJSON)
	if err != nil {
		t.Fatal(err)
	}
	box, err := emulator.Open(emulator.Options{Seed: seed, Now: func() time.Time { return sandboxNow }})
	if err != nil {
		t.Fatal(err)
	}
	b := &sandboxBox{t: t, emulator: box, org: seed.Org}
	server := httptest.NewServer(b)
	b.url = server.URL
	t.Cleanup(func() {
		server.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	host := strings.TrimPrefix(b.url, "http://")
	client := seed.Clients[0]
	for name, value := range map[string]string{
		"AEPFLOW_ALLOW_HOSTS": host, "IMS_OAUTH_S2S_CLIENT_ID": client.ID, "IMS_OAUTH_S2S_CLIENT_SECRET": client.Secret,
		"AEPFLOW_NOW": sandboxNow.Format(time.RFC3339), "AEPFLOW_TOKEN_CACHE": "off", "CI": "",
	} {
		t.Setenv(name, value)
	}
	return b
}

var sandboxNow = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// project makes a folder with targets for sandboxes of the platform.
func (b *sandboxBox) project(sandboxes ...string) string {
	dir := b.t.TempDir()
	text := "targets:\n"
	for _, sandbox := range sandboxes {
		text += "  " + sandbox + ":\n    org: " + b.org + "\n    sandbox: " + sandbox + "\n    platform: " + b.url +
			"\n    ims: " + b.url + "\n"
	}
	if err := os.WriteFile(filepath.Join(dir, projectFile), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return dir
}

// command runs a command line in this process.
func command(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, said bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &said); code != want {
		t.Fatalf("aepflow %s: exit code %d, not %d\n%s%s", strings.Join(args, " "), code, want, &out, &said)
	}
	return out.String(), said.String()
}

// snapshot returns the files of a folder, without .aepflow.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if e.IsDir() && e.Name() == ".aepflow" {
				return fs.SkipDir
			}
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sandboxSeeds are the seeds of this project, and those in the folder that AEPFLOW_SANDBOXES names.
func sandboxSeeds(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("testdata/sandboxes/*.yaml")
	if err != nil || len(list) == 0 {
		t.Fatal("no seeds: ", err)
	}
	if dir := os.Getenv("AEPFLOW_SANDBOXES"); dir != "" {
		more, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
		if err != nil || len(more) == 0 {
			t.Fatal("no seeds in AEPFLOW_SANDBOXES: ", err)
		}
		list = append(list, more...)
	}
	return list
}

// TestImport imports every seed: the documents pass every check, the refreshed plan is empty, a second import changes
// nothing, nothing is written to the platform, and no secret that the platform returns appears anywhere.
func TestImport(t *testing.T) {
	for _, seed := range sandboxSeeds(t) {
		t.Run(strings.TrimSuffix(filepath.Base(seed), ".yaml"), func(t *testing.T) {
			b := newSandboxBox(t, seed)
			dir := b.project("prod")
			out := importAll(t, dir)
			for _, m := range out.Members {
				if m.Class == "unknown" {
					t.Errorf("member %s of %s is in no table", m.Path, m.Kind)
				}
			}
			command(t, exitOK, "validate", "--strict", "--target", "prod", dir)
			command(t, exitOK, "fmt", "--check", dir)
			plan, _ := command(t, exitOK, "plan", "--refresh", "--detailed-exitcode", "--target", "prod", dir)
			if !strings.Contains(plan, "No changes.") {
				t.Error(plan)
			}
			before := snapshot(t, dir)
			again := importAll(t, dir)
			if again.Summary.Imported != 0 {
				t.Errorf("a second import takes over %d objects", again.Summary.Imported)
			}
			for name, text := range snapshot(t, dir) {
				if text != before[name] {
					t.Errorf("a second import changes %s:\n%s", name, text)
				}
				if strings.Contains(text, "canary") {
					t.Errorf("%s has a secret", name)
				}
			}
			if strings.HasPrefix(seed, "testdata") {
				checkFiles(t, strings.TrimSuffix(seed, ".yaml")+".txtar", before)
			}
			if report := before["import-report.md"]; strings.Contains(report, "## Needs a value per target") {
				file := filepath.Join(dir, projectFile) // with a second target, validate says so too
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				text = append(text, "  dev: {org: "+b.org+", sandbox: dev}\n"...)
				if err := os.WriteFile(file, text, 0o600); err != nil {
					t.Fatal(err)
				}
				said, _ := command(t, exitOK, "validate", "--target", "prod", dir)
				if !strings.Contains(said, "[sandbox-bound-id]") {
					t.Errorf("validate does not say what needs a value per target:\n%s", said)
				}
			}
		})
	}
}

// importAll imports the sandbox prod and returns the result; either exit code is fine.
func importAll(t *testing.T, dir string, more ...string) importJSON {
	t.Helper()
	var out, said bytes.Buffer
	args := append([]string{"import", "--sandbox", "prod", "--out", dir, "-o", "json", "--rate", "0"}, more...)
	code := run(context.Background(), args, strings.NewReader(""), &out, &said)
	if code != exitOK && code != exitPending {
		t.Fatalf("import: exit code %d\n%s%s", code, &out, &said)
	}
	if strings.Contains(out.String()+said.String(), "canary") {
		t.Error("the output of import has a secret")
	}
	var result importJSON
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatal(err, out.String())
	}
	return result
}

// checkFiles compares the files of a project with an archive, without the lockfile.
func checkFiles(t *testing.T, archive string, files map[string]string) {
	t.Helper()
	a := &txtar.Archive{Comment: []byte("What import makes of the sandbox beside this file.\n")}
	for name, text := range files {
		if name != projectFile && !strings.HasSuffix(name, ".lock") {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
		}
	}
	slices.SortFunc(a.Files, func(x, y txtar.File) int { return strings.Compare(x.Name, y.Name) })
	golden.Check(t, archive, txtar.Format(a))
}

// TestImportThenChange: after an import, a change of one schedule is an update of one field.
func TestImportThenChange(t *testing.T) {
	b := newSandboxBox(t, "testdata/sandboxes/handmade.yaml")
	dir := b.project("prod", "dev")
	importAll(t, dir)
	path := filepath.Join(dir, "dataflows", "members-nightly.dataflow.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "interval: 1\n", "interval: 2\n", 1)
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	var plan struct {
		Changes []struct {
			Address, Action string
			Fields          []struct{ Path string }
		}
	}
	out, _ := command(t, exitOK, "plan", "--refresh", "--target", "prod", "-o", "json", dir)
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		t.Fatal(err)
	}
	if len(plan.Changes) != 1 || plan.Changes[0].Address != "flow.members-nightly" ||
		len(plan.Changes[0].Fields) != 1 || plan.Changes[0].Fields[0].Path != "scheduleParams.interval" {
		t.Errorf("the plan is %+v", plan.Changes)
	}
}

// TestSecretsAfterImport: a plan does not need the secrets of a connection that was taken over; a change of the
// connection does. The first apply with the secret records it without a call, and --resend-secrets sends it.
func TestSecretsAfterImport(t *testing.T) {
	b := newSandboxBox(t, "testdata/sandboxes/handmade.yaml")
	dir := b.project("prod", "dev")
	importAll(t, dir)
	lock := filepath.Join(dir, "dataflow.prod.lock")
	text, err := os.ReadFile(lock)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(`"lock_version": "2.0"`)) || !bytes.Contains(text, []byte(`"hash": "unknown"`)) {
		t.Errorf("the lockfile does not say that a secret is unknown:\n%s", text)
	}
	_, said := command(t, exitUsage, "plan", "--target", "prod", dir, "--resend-secrets", "connection.none")
	if !strings.Contains(said, "no such connection") {
		t.Error(said)
	}
	command(t, exitDocuments, "plan", "--target", "prod", dir, "--resend-secrets", "connection.kundregister-aao")
	path := filepath.Join(dir, "connections", "kundregister-aao.dataflow.yaml")
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(document, []byte("username: aep"), []byte("username: other"), 1)
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	_, said = command(t, exitDocuments, "plan", "--target", "prod", dir)
	if !strings.Contains(said, "KUNDREGISTER_AAO_PASSWORD is not set") {
		t.Error(said)
	}
	if err := os.WriteFile(path, document, 0o600); err != nil {
		t.Fatal(err)
	}

	t.Setenv("KUNDREGISTER_AAO_PASSWORD", "the-real-password")
	t.Setenv("IMS_OAUTH_S2S_CLIENT_ID", "writer")
	t.Setenv("IMS_OAUTH_S2S_CLIENT_SECRET", "writer-secret")
	_, said = command(t, exitOK, "apply", "--target", "prod", dir, "--auto-approve", "--production")
	if !strings.Contains(said, "recorded auth.params.password of connection.kundregister-aao without sending it") {
		t.Error(said)
	}
	if text, err = os.ReadFile(lock); err != nil || bytes.Contains(text, []byte("unknown")) ||
		!bytes.Contains(text, []byte(`"lock_version": "1.0"`)) {
		t.Errorf("the secret is not recorded: %v\n%s", err, text)
	}
	b.open = true
	out, _ := command(t, exitOK, "apply", "--target", "prod", dir, "--auto-approve", "--production",
		"--resend-secrets", "connection.kundregister-aao")
	if !strings.Contains(out, "1 updated") {
		t.Error(out)
	}
}

// TestImportSome: an import of one dataflow takes what it uses, a later one adds the rest and keeps the names. A dry
// run writes nothing.
func TestImportSome(t *testing.T) {
	b := newSandboxBox(t, "testdata/sandboxes/handmade.yaml")
	dir := b.project("prod", "dev")
	first := snapshot(t, dir)
	importAll(t, dir, "--dry-run")
	if got := snapshot(t, dir); len(got) != len(first) {
		t.Errorf("a dry run writes %d files", len(got)-len(first))
	}
	// Each name must be that of a dataflow: with a misspelled one, nothing is imported.
	_, said := command(t, exitUsage, "import", "--sandbox", "prod", "--out", dir, "Shares*", "Members nigtly")
	if !strings.Contains(said, "no dataflow of sandbox prod has the ID or title Members nigtly") ||
		!strings.Contains(said, "did you mean `Members nightly`?") || len(snapshot(t, dir)) != len(first) {
		t.Error(said)
	}
	_, said = command(t, exitUsage, "import", "--sandbox", "prod", "--out", dir, "Nothing like this")
	if !strings.Contains(said, "is matched as a whole") || strings.Contains(said, "did you mean") {
		t.Error(said)
	}
	if got := importAll(t, dir, "*nightly").Summary; got.Documents != 5 {
		t.Errorf("an import of one dataflow makes %d documents", got.Documents)
	}
	before := snapshot(t, dir)
	rest := importAll(t, dir, "--skip", "Shares*")
	if rest.Summary.Documents != 1 || rest.Summary.LeftAlone != 1 {
		t.Errorf("the rest: %+v", rest.Summary)
	}
	after := snapshot(t, dir)
	for name, text := range before {
		if !strings.HasSuffix(name, ".lock") && after[name] != text {
			t.Errorf("%s has changed", name)
		}
	}
	// The mapping set belongs to the dataflow that was imported first.
	if text := after["dataflows/members-03-12-2024-11-02-am.dataflow.yaml"]; !strings.Contains(text, "mappingSet: {id:") {
		t.Error(text)
	}
	command(t, exitOK, "plan", "--refresh", "--detailed-exitcode", "--target", "prod", dir)
}

// TestPromotion: what was imported from one sandbox makes the same objects in another one, which is empty.
func TestPromotion(t *testing.T) {
	b := newSandboxBox(t, "testdata/sandboxes/handmade.yaml")
	dir := b.project("prod", "dev")
	importAll(t, dir, "*nightly")
	t.Setenv("KUNDREGISTER_AAO_PASSWORD", "the-real-password")
	t.Setenv("IMS_OAUTH_S2S_CLIENT_ID", "writer")
	t.Setenv("IMS_OAUTH_S2S_CLIENT_SECRET", "writer-secret")
	b.open = true
	command(t, exitOK, "apply", "--target", "dev", dir, "--auto-approve")
	command(t, exitOK, "plan", "--refresh", "--detailed-exitcode", "--target", "dev", dir)
	bodies := func(target string) map[string]any {
		text, err := os.ReadFile(filepath.Join(dir, "dataflow."+target+".lock"))
		if err != nil {
			t.Fatal(err)
		}
		var lock struct {
			Resources map[string]struct{ Applied any }
		}
		if err := json.Unmarshal(text, &lock); err != nil {
			t.Fatal(err)
		}
		out := map[string]any{}
		for address, e := range lock.Resources {
			out[address] = e.Applied
		}
		return out
	}
	if d := cmp.Diff(bodies("prod"), bodies("dev")); d != "" {
		t.Errorf("the sandboxes differ (-prod +dev):\n%s", d)
	}
}

// TestImportAfterCrash: an import that was killed after any of its files, or before it wrote the lockfile, is completed
// by the next one, which writes nothing twice. A file that somebody changed since is kept beside the new document.
func TestImportAfterCrash(t *testing.T) {
	b := newSandboxBox(t, "testdata/sandboxes/handmade.yaml")
	whole := b.project("prod", "dev")
	var shown, said bytes.Buffer
	run(t.Context(), []string{"import", "--sandbox", "prod", "--out", whole, "--rate", "0", "--dry-run"},
		strings.NewReader(""), &shown, &said)
	importAll(t, whole)
	want := snapshot(t, whole)
	var order []string // in which the files are written
	for line := range strings.Lines(shown.String()) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "# "); ok && want[name] != "" {
			order = append(order, name)
		}
	}
	order = append(order, ".gitignore", ".env.example", "import-report.md")
	if len(order) < 8 {
		t.Fatalf("the order of the files is not known: %v\n%s", order, &said)
	}
	resources := func(files map[string]string) string {
		_, out, _ := strings.Cut(files["dataflow.prod.lock"], `"resources"`)
		return out
	}
	crashed := func(files []string) string {
		dir := b.project("prod", "dev")
		for _, name := range files {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(want[name]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	for n := range len(order) + 1 {
		dir := crashed(order[:n])
		importAll(t, dir)
		got := snapshot(t, dir)
		if d := cmp.Diff(resources(want), resources(got)); d != "" {
			t.Errorf("after %d files the lockfile has other entries (-want +got):\n%s", n, d)
		}
		for _, files := range []map[string]string{want, got} {
			files["dataflow.prod.lock"] = ""
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("after %d files the project differs (-want +got):\n%s", n, d)
		}
		want = snapshot(t, whole)
	}

	dir := crashed(order)
	path := filepath.Join(dir, "dataflows", "members-nightly.dataflow.yaml")
	changed := strings.Replace(want["dataflows/members-nightly.dataflow.yaml"], "interval: 1\n", "interval: 2\n", 1)
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	importAll(t, dir)
	got := snapshot(t, dir)
	second := got["dataflows/members-nightly-2.dataflow.yaml"]
	if got["dataflows/members-nightly.dataflow.yaml"] != changed || second == "" {
		t.Error("a changed file is overwritten, or taken for the import's own")
	}
}

// TestImportGone: an import reports an object of the lockfile that the platform does not have any more, and keeps its
// entry and its document.
func TestImportGone(t *testing.T) {
	b := newSandboxBox(t, "testdata/sandboxes/handmade.yaml")
	dir := b.project("prod", "dev")
	importAll(t, dir)
	t.Setenv("IMS_OAUTH_S2S_CLIENT_ID", "writer")
	t.Setenv("IMS_OAUTH_S2S_CLIENT_SECRET", "writer-secret")
	b.open = true
	const id = "44444444-0000-4000-8000-000000000002"
	request := func(method, path string) {
		req := httptest.NewRequest(method, "/data/foundation/flowservice/flows/"+path, nil)
		answer := httptest.NewRecorder()
		req.Header.Set("Authorization", "Bearer "+tokenOf(t, b))
		req.Header.Set("x-api-key", "writer")
		req.Header.Set("x-gw-ims-org-id", b.org)
		req.Header.Set("x-sandbox-name", "prod")
		b.emulator.ServeHTTP(answer, req)
		if answer.Code >= 300 {
			t.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
		}
	}
	request(http.MethodDelete, id)
	before := snapshot(t, dir)
	var out, said bytes.Buffer
	args := []string{"import", "--sandbox", "prod", "--out", dir, "-o", "json", "--rate", "0"}
	if code := run(t.Context(), args, strings.NewReader(""), &out, &said); code != exitPending {
		t.Fatalf("exit code %d\n%s%s", code, &out, &said)
	}
	var result importJSON
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	n := slices.IndexFunc(result.Objects, func(o importedObject) bool { return o.Status == "gone" })
	if result.Summary.Gone != 1 || n < 0 || result.Objects[n].ID != id ||
		result.Objects[n].Address.String() != "flow.members-nightly" {
		t.Errorf("gone: %d, %+v", result.Summary.Gone, result.Objects)
	}
	for name, text := range before {
		if after := snapshot(t, dir)[name]; after != text {
			t.Errorf("%s changes", name)
		}
	}
}

// tokenOf signs in as the client of the environment.
func tokenOf(t *testing.T, b *sandboxBox) string {
	t.Helper()
	form := strings.NewReader("grant_type=client_credentials&scope=openid&client_id=writer&client_secret=writer-secret")
	req := httptest.NewRequest(http.MethodPost, "/ims/token/v3", form)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	b.emulator.ServeHTTP(answer, req)
	var token struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &token); err != nil || token.Token == "" {
		t.Fatal(err, answer.Body)
	}
	return token.Token
}
