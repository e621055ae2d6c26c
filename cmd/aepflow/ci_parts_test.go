package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/aepflow/aepflow/internal/golden"
)

// TestAction runs the steps of action.yml as a workflow does that uses it: it installs the archive of its runner, takes
// none with another checksum, and shows mistakes at their lines.
func TestAction(t *testing.T) {
	t.Parallel()
	var action struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Steps []struct {
				Name, Shell, If, Run string
				Env                  map[string]string
			}
		}
	}
	readRecipe(t, "../../action.yml", &action)
	w := newCIWorld(t, &github{})
	w.project()
	run := func(edit string, inputs map[string]string) *ciRun {
		t.Helper()
		for name, input := range action.Inputs {
			if _, ok := inputs[name]; !ok {
				inputs[name] = input.Default
			}
		}
		env := map[string]string{"RUNNER_OS": "Linux", "RUNNER_ARCH": "X64"}
		job := &ciJob{name: "setup", env: env, token: []string{"contents:read"}}
		checkOut := func(r *ciRun) { r.checkOut("Authorization: bearer "+r.token, false) }
		job.steps = []ciStep{{name: "checkout", does: checkOut}}
		for _, s := range action.Runs.Steps {
			if s.Shell != "bash" || githubMark.MatchString(s.Run) {
				t.Errorf("step %s: expected shell bash, and expressions in env alone", s.Name)
			}
			step := ciStep{name: s.Name, script: s.Run, env: map[string]string{}}
			if s.If != "" && inputs[strings.TrimSuffix(strings.TrimPrefix(s.If, "inputs."), " != ''")] == "" {
				continue
			}
			for name, value := range s.Env {
				input := strings.TrimPrefix(strings.TrimSpace(githubMark.FindStringSubmatch(value)[1]), "inputs.")
				if _, ok := action.Inputs[input]; !ok {
					t.Errorf("no input %s", input)
				}
				step.env[name] = inputs[input]
			}
			job.steps = append(job.steps, step)
		}
		job.steps = append(job.steps, ciStep{name: "use", script: "aepflow version"})
		w.lab.edit("customers.dataflow.yaml", "interval: 1", edit)
		defer w.git(w.clone, "checkout", "-q", "origin/main", ".")
		return w.runJob(job, ciEvent{kind: "pull", sha: w.proposed("crm-db.dataflow.yaml", "port: 5432", "port: 5433")}, nil)
	}
	good := map[string]string{"version": "0.1.0", "sha256": w.releaseSum(), "releases": w.url + "/releases"}
	w.ends(run("interval: 2", good), 0, "aepflow.tar.gz: OK", "aepflow ")
	good["validate"] = "."
	w.ends(run("interval: x", good), exitDocuments, "::error file=customers.dataflow.yaml,line=")
	w.ends(run("interval: 2", map[string]string{
		"version": "0.1.0", "sha256": strings.Repeat("0", 64), "releases": w.url + "/releases",
	}), 1, "FAILED")
}

// TestGitLabComponent: the component is the recipe, with inputs for what a team sets. UPDATE=1 writes it.
func TestGitLabComponent(t *testing.T) {
	text, err := os.ReadFile("../../docs/ci/gitlab-ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, body, ok := strings.Cut(string(text), "\n.aepflow:\n")
	if !ok {
		t.Fatal("the recipe has no job for others to extend")
	}
	body = strings.NewReplacer(
		"extends: .aepflow\n", "extends: .aepflow-$[[ inputs.target ]]\n",
		"  AEPFLOW_TARGET: prod\n", "  AEPFLOW_TARGET: $[[ inputs.target ]]\n",
		`AEPFLOW_VERSION: "0.1.0"`, "AEPFLOW_VERSION: $[[ inputs.version ]]",
		`AEPFLOW_SHA256: "" # of aepflow_0.1.0_linux_amd64.tar.gz, from checksums.txt of the release`,
		"AEPFLOW_SHA256: $[[ inputs.sha256 ]]",
		"https://github.com/aepflow/aepflow/releases/download", "$[[ inputs.releases ]]",
		"\nplan:\n", "\naepflow-plan-$[[ inputs.target ]]:\n", "\napply:\n", "\naepflow-apply-$[[ inputs.target ]]:\n",
		"\nnightly:\n", "\naepflow-nightly-$[[ inputs.target ]]:\n",
		"stage: plan", "stage: test", "stage: apply", "stage: deploy", "stage: nightly", "stage: test",
		"aepflow-apply #", "aepflow-apply-$[[ inputs.target ]] #", "aepflow-prod #", "aepflow-$[[ inputs.target ]] #",
		"key: aepflow\n", "key: aepflow-$[[ inputs.target ]]\n",
	).Replace(body)
	head := `# Written by a test from docs/ci/gitlab-ci.yml; docs/ci/README.md says what to set.
spec:
  inputs:
    target:
      description: A target of aepflow.yaml.
      default: prod
    version:
      description: A release, such as 0.1.0.
    sha256:
      description: The checksum of aepflow_VERSION_linux_amd64.tar.gz, from checksums.txt of the release.
    releases:
      description: Where the archives are, for a mirror.
      default: https://github.com/aepflow/aepflow/releases/download
---
.aepflow-$[[ inputs.target ]]:
`
	golden.Check(t, "../../docs/ci/gitlab-component.yml", []byte(head+body))
	inputs := regexp.MustCompile(`\$\[\[ inputs\.(\w+) \]\]`)
	used := map[string]bool{}
	for _, m := range inputs.FindAllStringSubmatch(body, -1) {
		used[m[1]] = true
	}
	if len(used) != 4 || strings.Contains(body, "0.1.0") {
		t.Errorf("the component uses the inputs %v", used)
	}
}

// TestPreCommitHooks: each hook gets the files that it is for, and does what it says.
func TestPreCommitHooks(t *testing.T) {
	type hookOf struct {
		ID, Entry, Files, Language string
		Pass                       *bool `yaml:"pass_filenames"`
	}
	var hooks []hookOf
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &hooks)
	}
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]int{
		"dataflow.yaml": 2, "flows/orders.dataflow.yaml": 2, "aepflow.yaml": 1, "a/aepflow.yaml": 1,
		"orders.yaml": 0, "mydataflow.yaml": 0, "dataflow.yaml.bak": 0, "emulator.yaml": 0, "dataflow.prod.lock": 0,
	} {
		n := 0
		for _, h := range hooks {
			if regexp.MustCompile(h.Files).MatchString(file) {
				n++
			}
		}
		if n != want {
			t.Errorf("%s is for %d hooks, want %d", file, n, want)
		}
	}
	dir := t.TempDir()
	copyExample(func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}, "crm", dir)
	file := filepath.Join(dir, "customers.dataflow.yaml")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	hook := func(id, text string) (int, string) {
		t.Helper()
		at := slices.IndexFunc(hooks, func(h hookOf) bool { return h.ID == id })
		if at < 0 || hooks[at].Language != "golang" {
			t.Fatalf("no hook %s in Go", id)
		}
		args := strings.Fields(hooks[at].Entry)
		if hooks[at].Pass == nil {
			args = append(args, "customers.dataflow.yaml", "crm-db.dataflow.yaml")
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), string(out)
	}
	if code, out := hook("aepflow-validate", string(good)); code != 0 {
		t.Errorf("validate: exit code %d\n%s", code, out)
	}
	wrong := strings.Replace(string(good), "interval: 1", "interval: x", 1)
	if code, out := hook("aepflow-validate", wrong); code != exitDocuments {
		t.Errorf("validate of a mistake: exit code %d\n%s", code, out)
	}
	spaced := strings.Replace(string(good), "name: customers", "name:   customers", 1)
	if code, out := hook("aepflow-fmt", spaced); code != 0 {
		t.Errorf("fmt: exit code %d\n%s", code, out)
	}
	if now, _ := os.ReadFile(file); string(now) != string(good) {
		t.Error("fmt did not format the file")
	}
}
