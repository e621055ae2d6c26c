package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// TestRecipes runs the scripts of the recipes in docs/ci on a Git host and a platform: a pull request with a mistake, a
// corrected one that changes, its merge, one whose apply fails while main moves on, the rest by hand, a push without a
// plan, and two nights.
func TestRecipes(t *testing.T) {
	for name, host := range map[string]ciHost{
		"github-actions.yml": &github{}, "gitlab-ci.yml": &gitlab{}, "azure-pipelines.yml": &azure{},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := readRecipe(t, filepath.Join("..", "..", "docs", "ci", name), host)
			if strings.Count(text, "aepflow-prod") == 0 {
				t.Error("no environment has the credentials for production")
			}
			w := newCIWorld(t, host)
			w.project()
			w.pullRequest()
			w.failedApply()
			w.withoutPlan()
			w.nights()
		})
	}
}

// project is a project with a lock for the team, on main.
func (w *ciWorld) project() {
	copyExample(func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}, "crm", w.clone)
	for _, name := range []string{"customer-history.dataflow.yaml", "emulator.yaml"} {
		if err := os.Remove(filepath.Join(w.clone, name)); err != nil {
			w.t.Fatal(err)
		}
	}
	w.lab.write("aepflow.yaml", strings.ReplaceAll(`targets:
  prod: {platform: 'URL', ims: 'URL', org: 000000000000000000000001@AdobeOrg, sandbox: prod, lock: {git: origin}}
`, "URL", w.lab.url))
	document, _, _ := strings.Cut(w.lab.read("customers.dataflow.yaml"), "\ntests:\n") // pullRequest adds others
	w.lab.write("customers.dataflow.yaml", document+"\n")
	w.lab.write(".gitignore", ".aepflow/\n.env\n")
	w.git(w.clone, "add", "-A")
	w.git(w.clone, "commit", "-qm", "the project")
	w.git(w.clone, "push", "-q", "-u", "origin", "main")
}

// proposed commits the developer's files on a branch, and returns the commit that a pull request would make of it.
func (w *ciWorld) proposed(file, old, now string) string {
	w.t.Helper()
	w.lab.edit(file, old, now)
	w.git(w.clone, "commit", "-qam", "a change")
	sha := w.git(w.clone, "commit-tree", "HEAD^{tree}", "-p", "origin/main", "-p", "HEAD", "-m", "as merged")
	w.git(w.clone, "push", "-q", "-f", "origin", sha+":refs/pull/7/merge")
	return sha
}

// merged squashes the developer's branch into main, and returns the commit.
func (w *ciWorld) merged() string {
	w.t.Helper()
	sha := w.git(w.clone, "commit-tree", "HEAD^{tree}", "-p", "origin/main", "-m", "a change (#7)")
	w.git(w.clone, "push", "-q", "origin", sha+":main")
	return sha
}

// pulled brings the developer's clone to main.
func (w *ciWorld) pulled() {
	w.t.Helper()
	w.git(w.clone, "fetch", "-q", "origin")
	w.git(w.clone, "reset", "-q", "--hard", "origin/main")
}

// annotation is how the last run shows a mistake at its line.
func (w *ciWorld) annotation() string {
	log := w.last.log.String() + string(w.artifacts[w.run]["artifacts"]["gl-code-quality-report.json"])
	for _, start := range []string{"::error file=", "##vso[task.logissue type=error;sourcepath=", `"description": "`} {
		if _, rest, ok := strings.Cut(log, start); ok {
			return rest
		}
	}
	return ""
}

// ends checks how a pipeline ended.
func (w *ciWorld) ends(r *ciRun, code int, says ...string) {
	w.t.Helper()
	log := r.log.String()
	if r.code != code {
		w.t.Fatalf("%s of %s ended with %d, expected %d\n%s", r.job.name, r.e.kind, r.code, code, log)
	}
	for _, text := range says {
		if !strings.Contains(log, text) {
			w.t.Errorf("%s of %s does not say %q:\n%s", r.job.name, r.e.kind, text, log)
		}
	}
	if strings.Contains(log, labSecret) || strings.Contains(log, labPassword) {
		w.t.Errorf("%s of %s prints a secret:\n%s", r.job.name, r.e.kind, log)
	}
}

// planOf finds the saved plan of a run among its artifacts.
func (w *ciWorld) planOf(run int) (plan struct {
	Refreshed bool
	Options   struct{ SecretsUnchecked bool }
}) {
	w.t.Helper()
	for _, files := range w.artifacts[run] {
		for name, text := range files {
			if filepath.Base(name) == "plan.json" {
				if err := json.Unmarshal(text, &plan); err != nil {
					w.t.Fatal(err)
				}
				for _, other := range []string{"plan.html", "plan.md"} {
					if len(files[filepath.Join(filepath.Dir(name), other)]) == 0 {
						w.t.Errorf("no %s beside %s", other, name)
					}
				}
				return plan
			}
		}
	}
	w.t.Fatalf("run %d kept no plan", run)
	return plan
}

// lastCommit is what main has: author, message, and files of the last commit.
func (w *ciWorld) lastCommit() string {
	w.t.Helper()
	return strings.Join(strings.Fields(w.git(w.bare, "log", "-1", "--format=%an: %s", "--name-only", "main")), " ")
}

const lockCommit = "aepflow: Lockfile of prod [skip ci] dataflow.prod.lock"

func (w *ciWorld) pullRequest() {
	w.comment(0, "mallory", "<!-- aepflow plan: prod -->\nforged")
	if _, ok := w.host.(*azure); ok {
		w.comments = nil // the build service cannot be told from others
	}
	others := len(w.comments)
	sha := w.proposed("customers.dataflow.yaml", "interval: 1", "interval: one")
	w.ends(w.start(ciEvent{kind: "pull", sha: sha}, nil), exitDocuments)
	if said := w.annotation(); !strings.Contains(said, "customers.dataflow.yaml") || !strings.Contains(said, "interval") {
		w.t.Errorf("the mistake is not shown at its line: %s", said)
	}
	fixed := strings.ReplaceAll(w.lab.read("customers.dataflow.yaml"), "interval: one", "interval: 2")
	w.lab.write("customers.dataflow.yaml", fixed+`
tests:
  - name: a name in full
    given: {first_name: ' Ann', last_name: Lee}
    expect: {person.name.firstName: Bob}
`)
	sha = w.proposed("customers.dataflow.yaml", "interval: 2", "interval: 3")
	w.ends(w.start(ciEvent{kind: "pull", sha: sha}, nil), exitTests)
	sha = w.proposed("customers.dataflow.yaml", "firstName: Bob", "firstName: Ann")
	w.ends(w.start(ciEvent{kind: "pull", sha: sha}, nil), 0)
	if p := w.planOf(w.run); !p.Refreshed {
		w.t.Error("the plan of a pull request was made without the platform")
	}
	if len(w.comments) != others+1 || !strings.Contains(w.comments[others].Body, "11 to create") {
		w.t.Fatalf("%d comments, the last one:\n%s", len(w.comments), w.comments[len(w.comments)-1].Body)
	}
	first := w.comments[others].Body
	sha = w.proposed("customers.dataflow.yaml", "interval: 3", "interval: 4")
	w.ends(w.start(ciEvent{kind: "pull", sha: sha}, nil), 0)
	if len(w.comments) != others+1 || w.comments[others].Body == first || len(first) > 65535 {
		w.t.Errorf("%d comments", len(w.comments))
	}
	if others > 0 && w.comments[0].Body != "<!-- aepflow plan: prod -->\nforged" {
		w.t.Error("somebody else's comment was changed")
	}
	if n := w.lab.writes(); n > 0 {
		w.t.Errorf("pull requests made %d calls that write", n)
	}

	// A fork has no secrets, and its plan is not one to apply.
	w.ends(w.start(ciEvent{kind: "pull", sha: sha, fork: true}, nil), 0)
	if p := w.planOf(w.run); p.Refreshed {
		w.t.Error("the plan of a fork was made with the platform")
	}
	if _, ok := w.host.(*github); ok {
		w.reasons[w.run] = "fork"
	}

	w.ends(w.start(ciEvent{kind: "push", sha: w.merged()}, nil), 0, "live objects read", "11 created")
	if got := w.lastCommit(); got != lockCommit {
		w.t.Errorf("the last commit of main is %q", got)
	}
	if s := w.git(w.bare, "log", "-1", "--format=%s", "refs/aepflow/lock/prod"); !strings.Contains(s, "free, released") {
		w.t.Errorf("the lock for the team is %q", s)
	}
	w.pulled()
	cmd := w.lab.command("catalog", "--target", "prod")
	cmd.Env = append(cmd.Env, "IMS_OAUTH_S2S_CLIENT_ID=reader")
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("catalog: %v\n%s", err, out)
	}
	w.git(w.clone, "add", "dataflow.prod.catalog.json")
	w.git(w.clone, "commit", "-qm", "the catalog")
}

func (w *ciWorld) failedApply() {
	w.lab.edit("customers.dataflow.yaml", "  _{TENANT_ID}.crm.loyaltyPoints: loyalty_points\n", "")
	refused := w.proposed("customers.dataflow.yaml", "      crm.loyaltyPoints: integer\n", "")
	w.ends(w.start(ciEvent{kind: "pull", sha: refused}, nil), exitRefused, "apply would refuse this plan")
	if body := w.comments[len(w.comments)-1].Body; !strings.Contains(body, "[!CAUTION]") {
		w.t.Errorf("the comment does not say that apply would refuse:\n%s", body)
	}
	w.git(w.clone, "reset", "-q", "--hard", "HEAD~1")
	w.lab.edit("crm-db.dataflow.yaml", "port: 5432", "port: 5433")
	sha := w.proposed("customers.dataflow.yaml", "interval: 4", "interval: 6")
	w.ends(w.start(ciEvent{kind: "pull", sha: sha}, nil), 0)
	var broken atomic.Bool
	broken.Store(true)
	w.lab.intercept(func(out http.ResponseWriter, r *http.Request, next http.Handler) {
		if broken.Load() && r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/flows/") {
			http.Error(out, `{"message":"no"}`, http.StatusForbidden)
			return
		}
		next.ServeHTTP(out, r)
	})
	moved := false
	r := w.start(ciEvent{kind: "push", sha: w.merged()}, func(step string) {
		if !moved && (step == "Commit the lockfile" || step == "script") { // main moves on
			moved = true
			main := w.git(w.bare, "rev-parse", "main")
			other := w.git(w.clone, "commit-tree", main+"^{tree}", "-p", main, "-m", "other work")
			w.git(w.clone, "push", "-q", "origin", other+":main")
		}
	})
	w.ends(r, exitPartial)
	if got := w.lastCommit(); got != lockCommit {
		w.t.Errorf("after a failed apply, the last commit of main is %q", got)
	}
	if s := w.git(w.bare, "log", "--format=%s", "-3", "main"); !strings.Contains(s, "other work") {
		w.t.Errorf("the other work is lost:\n%s", s)
	}
	w.pulled()
	broken.Store(false)
	w.ends(w.start(ciEvent{kind: "hand", sha: w.git(w.clone, "rev-parse", "HEAD")}, nil), 0, "updated")
	if got := w.lastCommit(); got != lockCommit {
		w.t.Errorf("after the rest, the last commit of main is %q", got)
	}
	w.pulled()
}

// withoutPlan pushes to main what no pull request has shown.
func (w *ciWorld) withoutPlan() {
	before := w.lab.writes()
	w.lab.edit("customers.dataflow.yaml", "interval: 6", "interval: 12")
	w.git(w.clone, "commit", "-qam", "straight to main")
	w.git(w.clone, "push", "-q", "origin", "HEAD:main")
	w.ends(w.start(ciEvent{kind: "push", sha: w.git(w.clone, "rev-parse", "HEAD")}, nil), exitStale, "by hand")
	if n := w.lab.writes(); n != before {
		w.t.Errorf("a push without a plan made %d calls", n-before)
	}
}

func (w *ciWorld) nights() {
	night := ciEvent{kind: "night", sha: w.git(w.clone, "rev-parse", "HEAD")}
	w.ends(w.start(night, nil), 0)
	for _, o := range w.lab.box.Objects() {
		if o.Kind == "flows" && !o.System {
			w.lab.byHand("flows", o.ID, `[{"op":"replace","path":"/description","value":"changed in the user interface"}]`)
		}
	}
	w.lab.intercept(func(out http.ResponseWriter, r *http.Request, next http.Handler) { // the table has lost a column
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		maps.Copy(out.Header(), answer.Header())
		out.Header().Del("Content-Length")
		out.WriteHeader(answer.Code)
		text := answer.Body.String()
		if strings.Contains(r.URL.Path, "/explore") {
			text = strings.ReplaceAll(text, `"email"`, `"mail"`)
		}
		_, _ = io.WriteString(out, text)
	})
	w.ends(w.start(night, nil), exitPending, "changed in the user interface", "personalEmail.address")
	page := slices.ContainsFunc([]string{"aepflow-status", "status", "artifacts"}, func(name string) bool {
		return len(w.artifacts[w.run][name]["status.html"]) > 0
	})
	if !page {
		w.t.Error("no status page was kept")
	}
}
