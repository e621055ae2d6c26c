package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ciEvent starts a pipeline: a pull request, a push to main, a person, or the clock.
type ciEvent struct {
	kind string // "pull", "push", "hand", "night"
	sha  string // to check out
	fork bool   // a pull request of somebody who may not write
}

// ciJob is a job of a recipe, as its host would run it.
type ciJob struct {
	name        string
	env         map[string]string
	token       []string // what the token of the job permits
	credentials bool     // the secrets for production
	steps       []ciStep
}

// ciStep is a step: what the host's own actions and tasks do, or a script.
type ciStep struct {
	name, script string
	env          map[string]string
	does         func(r *ciRun)
	when         func(r *ciRun) bool // nil: unless a step before has failed
}

// ciRun is a job that runs.
type ciRun struct {
	w       *ciWorld
	e       ciEvent
	job     *ciJob
	dir     string // the checkout
	temp    string
	token   string
	path    []string          // in front of PATH
	outputs map[string]string // of steps
	log     bytes.Buffer
	code    int // of the first step that failed
}

func (r *ciRun) ok() bool { return r.code == 0 }

// start runs the jobs of a recipe that an event starts, one after the other, and ends with the first failure. before
// is called ahead of each step.
func (w *ciWorld) start(e ciEvent, before func(step string)) *ciRun {
	w.t.Helper()
	w.run++
	w.reasons[w.run] = e.kind
	var last *ciRun
	defer func() { w.last = last }()
	for _, job := range w.host.jobs(w, e) {
		last = w.runJob(job, e, before)
		if !last.ok() {
			break
		}
	}
	if last == nil {
		w.t.Fatalf("%s: no job runs", e.kind)
	}
	return last
}

func (w *ciWorld) runJob(job *ciJob, e ciEvent, before func(step string)) *ciRun {
	w.t.Helper()
	r := &ciRun{w: w, e: e, job: job, dir: filepath.Join(w.t.TempDir(), "work"), temp: w.t.TempDir(),
		token: w.grant(job.token...), outputs: map[string]string{}}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		w.t.Fatal(err)
	}
	for _, s := range job.steps {
		runs := r.ok()
		if s.when != nil {
			runs = s.when(r)
		}
		if !runs {
			continue
		}
		if before != nil {
			before(s.name)
		}
		if s.does != nil {
			s.does(r)
			continue
		}
		if code := r.shell(s); code != 0 && r.ok() {
			r.code = code
		}
	}
	return r
}

// shell runs a script as the hosts do, with nothing of this process's environment but the clock.
func (r *ciRun) shell(s ciStep) int {
	r.w.t.Helper()
	file := filepath.Join(r.temp, "script.sh")
	if err := os.WriteFile(file, []byte(s.script), 0o644); err != nil {
		r.w.t.Fatal(err)
	}
	env := map[string]string{
		"PATH": strings.Join(append(slices.Clone(r.path), r.w.path), ":"), "HOME": r.w.home, "TMPDIR": r.temp,
		"AEPFLOW_NOW": pinned, "GIT_CONFIG_NOSYSTEM": "1",
	}
	maps.Copy(env, r.w.host.environ(r))
	maps.Copy(env, r.job.env)
	maps.Copy(env, s.env)
	if env["AEPFLOW_RELEASES"] != "" { // what a team sets
		env["AEPFLOW_RELEASES"], env["AEPFLOW_SHA256"] = r.w.url+"/releases", r.w.releaseSum()
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", file)
	cmd.Dir = r.dir
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+r.w.host.expand(r, value))
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		r.w.t.Fatal(err)
	}
	r.log.WriteString("== " + s.name + "\n" + out.String())
	r.w.host.ran(r, out.String())
	return cmd.ProcessState.ExitCode()
}

// checkOut is a shallow clone of the commit of the event, without a branch, as most hosts make it. header lets git sign
// in, and stays in the clone if it is to be kept.
func (r *ciRun) checkOut(header string, keep bool) {
	t := r.w.t
	t.Helper()
	url := r.w.url + "/git/shop.git"
	setting := "http." + url + ".extraheader"
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"remote", "add", "origin", url},
		{"-c", setting + "=" + header, "fetch", "-q", "--depth=1", "origin", r.e.sha},
		{"checkout", "-q", "--detach", "FETCH_HEAD"},
	} {
		r.w.git(r.dir, args...)
	}
	if keep {
		r.w.git(r.dir, "config", setting, header)
	}
}

// upload keeps files of the checkout as an artifact of the run.
func (r *ciRun) upload(name string, patterns ...string) {
	r.w.t.Helper()
	files := map[string][]byte{}
	for _, p := range patterns {
		found, _ := filepath.Glob(filepath.Join(r.dir, p))
		for _, path := range found {
			for file, text := range readTree(r.w.t, path) {
				rel, _ := filepath.Rel(r.dir, filepath.Join(path, file))
				files[rel] = text
			}
		}
	}
	if len(files) > 0 {
		r.w.keep(r.w.run, name, files)
	}
}

// readTree reads a file, or the files of a folder.
func readTree(t testing.TB, root string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		text, err := os.ReadFile(path)
		files[rel] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// restore and save are the cache of .aepflow, which only runs of main have.
func (r *ciRun) restore() {
	for name, text := range r.w.journal {
		path := filepath.Join(r.dir, ".aepflow", name)
		_ = os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			r.w.t.Fatal(err)
		}
	}
}

func (r *ciRun) save() {
	if _, err := os.Stat(filepath.Join(r.dir, ".aepflow")); err == nil {
		r.w.journal = readTree(r.w.t, filepath.Join(r.dir, ".aepflow"))
	}
}

// replaced fills in expressions between two marks, by a table that has all that a recipe may use.
func replaced(t testing.TB, mark *regexp.Regexp, value string, known map[string]string) string {
	t.Helper()
	return mark.ReplaceAllStringFunc(value, func(m string) string {
		name := strings.TrimSpace(mark.FindStringSubmatch(m)[1])
		v, ok := known[name]
		if !ok {
			t.Errorf("a recipe uses %s, which the test does not know", m)
		}
		return v
	})
}
