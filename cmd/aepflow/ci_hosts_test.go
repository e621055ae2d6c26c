package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// readRecipe decodes a recipe.
func readRecipe(t testing.TB, path string, into any) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// condition finds what a condition of a recipe means.
func condition[T any](t testing.TB, text string, known map[string]T) T {
	t.Helper()
	found, ok := known[strings.Join(strings.Fields(text), " ")]
	if !ok {
		t.Fatalf("a recipe has the condition %q, which the test does not know", text)
	}
	return found
}

// What conditions of steps mean.
func always(*ciRun) bool    { return true }
func ofPull(r *ciRun) bool  { return r.ok() && r.e.kind == "pull" && !r.e.fork }
func refused(r *ciRun) bool { return r.ok() && r.outputs["code"] == "5" }

// secrets are what a host knows: those to read, and in jobs with the environment those to write.
func (r *ciRun) secret(name string) string {
	known := map[string]string{"AEPFLOW_READ_CLIENT_ID": "reader", "AEPFLOW_READ_CLIENT_SECRET": labSecret}
	if r.e.fork {
		return ""
	}
	if r.job.credentials {
		known["AEPFLOW_CLIENT_ID"], known["AEPFLOW_CLIENT_SECRET"] = "writer", labSecret
		known["CRM_DB_PASSWORD"] = labPassword
	}
	return known[name]
}

// github runs docs/ci/github-actions.yml.
type github struct {
	Env  map[string]string
	Jobs map[string]githubJob
}

type githubJob struct {
	If          string
	Environment string
	Permissions map[string]string
	Env         map[string]string
	Steps       []struct {
		ID, Name, If, Uses, Run string
		With, Env               map[string]string
	}
}

var (
	githubMark = regexp.MustCompile(`\$\{\{(.*?)\}\}`)
	githubJobs = map[string]string{ // events
		"github.event_name == 'pull_request' || github.event_name == 'workflow_dispatch'": "pull hand",
		"!cancelled() && (github.event_name == 'push' || (github.event_name == 'workflow_dispatch' && " +
			"needs.plan.result == 'success'))": "push hand",
		"github.event_name == 'schedule'": "night",
	}
	githubSteps = map[string]func(r *ciRun) bool{
		"": (*ciRun).ok, "always()": always, "!cancelled()": always,
		"github.event_name == 'pull_request' && " +
			"github.event.pull_request.head.repo.full_name == github.repository": ofPull,
		"steps.plan.outputs.code == '5'": refused,
	}
)

func (h *github) jobs(w *ciWorld, e ciEvent) (out []*ciJob) {
	for _, name := range []string{"plan", "apply", "nightly"} {
		j := h.Jobs[name]
		if !strings.Contains(condition(w.t, j.If, githubJobs), e.kind) {
			continue
		}
		job := &ciJob{name: name, env: map[string]string{}, credentials: j.Environment == "aepflow-prod"}
		for name, value := range h.Env {
			job.env[name] = value
		}
		for name, value := range j.Env {
			job.env[name] = value
		}
		for scope, access := range j.Permissions {
			job.token = append(job.token, scope+":"+access)
			if access == "write" {
				job.token = append(job.token, scope+":read")
			}
		}
		for _, s := range j.Steps {
			step := ciStep{name: s.Name, script: s.Run, env: s.Env, when: condition(w.t, s.If, githubSteps)}
			if githubMark.MatchString(s.Run) {
				w.t.Errorf("step %s has an expression in its script: pass it in env", s.Name)
			}
			action, _, _ := strings.Cut(s.Uses, "@")
			switch action {
			case "":
			case "actions/checkout":
				step.does = func(r *ciRun) {
					r.checkOut("Authorization: bearer "+r.token, s.With["persist-credentials"] != "false")
				}
			case "actions/upload-artifact":
				step.does = func(r *ciRun) { r.upload(h.expand(r, s.With["name"]), strings.Fields(s.With["path"])...) }
			case "actions/cache/restore":
				step.does = (*ciRun).restore
			case "actions/cache/save":
				step.does = (*ciRun).save
			default:
				w.t.Fatalf("the test does not know what %s does", action)
			}
			job.steps = append(job.steps, step)
		}
		out = append(out, job)
	}
	return out
}

func (h *github) environ(r *ciRun) map[string]string {
	return map[string]string{
		"CI": "true", "GITHUB_SERVER_URL": r.w.url, "GITHUB_API_URL": r.w.url + "/github", "GITHUB_REPOSITORY": "team/shop",
		"GITHUB_RUN_ID": num(r.w.run), "GITHUB_EVENT_NAME": map[string]string{
			"pull": "pull_request", "push": "push", "hand": "workflow_dispatch", "night": "schedule",
		}[r.e.kind],
		"RUNNER_TEMP": r.temp, "GITHUB_PATH": r.temp + "/path", "GITHUB_OUTPUT": r.temp + "/output",
		"GITHUB_STEP_SUMMARY": r.temp + "/summary",
	}
}

func (h *github) expand(r *ciRun, value string) string {
	known := map[string]string{
		"github.token": r.token, "github.event.pull_request.number": "7", "github.run_id": num(r.w.run),
		"github.run_attempt": "1", "steps.plan.outputs.tree": r.outputs["tree"],
	}
	for _, name := range []string{
		"AEPFLOW_READ_CLIENT_ID", "AEPFLOW_READ_CLIENT_SECRET", "AEPFLOW_CLIENT_ID", "AEPFLOW_CLIENT_SECRET",
		"CRM_DB_PASSWORD",
	} {
		known["secrets."+name] = r.secret(name)
	}
	return replaced(r.w.t, githubMark, value, known)
}

func (h *github) ran(r *ciRun, _ string) {
	paths, _ := os.ReadFile(r.temp + "/path")
	r.path = strings.Fields(string(paths))
	outputs, _ := os.ReadFile(r.temp + "/output")
	for line := range strings.Lines(string(outputs)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		r.outputs[name] = value
	}
}

// gitlab runs docs/ci/gitlab-ci.yml.
type gitlab struct {
	Hidden  gitlabJob `yaml:".aepflow"`
	Plan    gitlabJob
	Apply   gitlabJob
	Nightly gitlabJob
}

type gitlabJob struct {
	Rules        []struct{ If, When string }
	Environment  string
	Variables    map[string]string
	BeforeScript []string `yaml:"before_script"`
	Script       []string
	AfterScript  []string `yaml:"after_script"`
	Cache        struct{ Paths []string }
	Artifacts    struct {
		When    string
		Paths   []string
		Reports map[string]string
	}
}

var (
	gitlabMark  = regexp.MustCompile(`^\$(\w+)$`)
	gitlabRules = map[string]string{
		`$CI_PIPELINE_SOURCE == "merge_request_event"`:                                    "pull",
		`$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "web"`:         "hand",
		`$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "push"`:        "push",
		`$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "web", manual`: "hand",
		`$CI_PIPELINE_SOURCE == "schedule"`:                                               "night",
	}
)

func (h *gitlab) jobs(w *ciWorld, e ciEvent) (out []*ciJob) {
	for i, j := range []gitlabJob{h.Plan, h.Apply, h.Nightly} {
		runs := false
		for _, rule := range j.Rules {
			text := rule.If
			if rule.When != "" {
				text += ", " + rule.When
			}
			runs = runs || strings.Contains(condition(w.t, text, gitlabRules), e.kind)
		}
		if !runs {
			continue
		}
		job := &ciJob{name: []string{"plan", "apply", "nightly"}[i], env: map[string]string{},
			token: []string{"contents:read", "packages"}, credentials: j.Environment == "aepflow-prod"}
		for _, variables := range []map[string]string{h.Hidden.Variables, j.Variables} {
			for name, value := range variables {
				job.env[name] = value
			}
		}
		cached := len(j.Cache.Paths) > 0
		job.steps = []ciStep{
			{name: "checkout", does: func(r *ciRun) {
				r.checkOut("Authorization: bearer "+r.token, false)
				if cached {
					r.restore()
				}
			}},
			{name: "script", script: strings.Join(slices.Concat(h.Hidden.BeforeScript, j.Script), "\n")},
			{name: "after_script", script: strings.Join(j.AfterScript, "\n"), when: always},
			{name: "artifacts", when: always, does: func(r *ciRun) {
				if cached {
					r.save()
				}
				paths := j.Artifacts.Paths
				for _, p := range j.Artifacts.Reports {
					paths = append(paths, p)
				}
				if r.ok() || j.Artifacts.When == "always" {
					r.upload("artifacts", paths...)
				}
			}},
		}
		out = append(out, job)
	}
	return out
}

func (h *gitlab) environ(r *ciRun) map[string]string {
	env := map[string]string{
		"CI": "true", "CI_API_V4_URL": r.w.url + "/gitlab", "CI_PROJECT_ID": "5", "CI_JOB_TOKEN": r.token,
		"CI_DEFAULT_BRANCH": "main", "CI_SERVER_URL": r.w.url, "CI_PROJECT_PATH": "git/shop",
		"GITLAB_COMMENT_TOKEN": r.w.grant("api"),
	}
	if r.e.kind == "pull" {
		env["CI_MERGE_REQUEST_IID"] = "7"
	}
	if r.job.credentials { // GITLAB_PUSH_TOKEN is protected
		env["GITLAB_PUSH_TOKEN"] = r.w.grant("contents:read", "contents:write")
	}
	if r.e.fork { // the pipeline is the fork's, and so are its packages
		env["GITLAB_COMMENT_TOKEN"], env["CI_PROJECT_ID"] = "", "6"
	}
	for _, name := range []string{"AEPFLOW_READ_CLIENT_ID", "AEPFLOW_READ_CLIENT_SECRET", "CRM_DB_PASSWORD"} {
		env[name] = r.secret(name)
	}
	return env
}

func (h *gitlab) expand(r *ciRun, value string) string {
	if m := gitlabMark.FindStringSubmatch(value); m != nil {
		return r.secret(m[1])
	}
	return value
}

func (h *gitlab) ran(*ciRun, string) {}
