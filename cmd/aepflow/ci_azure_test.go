package main

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

func num(n int) string { return strconv.Itoa(n) }

// azure runs docs/ci/azure-pipelines.yml.
type azure struct {
	Variables []struct{ Name, Value, Group string }
	Stages    []struct {
		Stage, Condition string
		Variables        []struct{ Group string }
		Jobs             []struct {
			Environment string
			Steps       []azureStep
			Strategy    struct {
				RunOnce struct {
					Deploy struct{ Steps []azureStep }
				} `yaml:"runOnce"`
			}
		}
	}
}

type azureStep struct {
	Checkout    string
	Persist     bool   `yaml:"persistCredentials"`
	DisplayName string `yaml:"displayName"`
	Bash        string
	Condition   string
	Publish     string
	Artifact    string
	Task        string
	Inputs      map[string]string
	Env         map[string]string
}

var (
	azureMark    = regexp.MustCompile(`\$\(([A-Za-z_.]+)\)`)
	azureCommand = regexp.MustCompile(`(?m)^##vso\[([a-z.]+)([^\]]*)\](.*)$`)
	azureStages  = map[string]string{ // events
		"in(variables['Build.Reason'], 'PullRequest', 'Manual')": "pull hand",
		"and(eq(variables['Build.SourceBranch'], 'refs/heads/main'), or( " +
			"in(variables['Build.Reason'], 'IndividualCI', 'BatchedCI'), " +
			"and(eq(variables['Build.Reason'], 'Manual'), succeeded('plan'))))": "push hand",
		"eq(variables['Build.Reason'], 'Schedule')": "night",
	}
	azureSteps = map[string]func(r *ciRun) bool{
		"": (*ciRun).ok, "always()": always, "succeededOrFailed()": always, "not(canceled())": always,
		"and(succeeded(), eq(variables['Build.Reason'], 'PullRequest'), " +
			"eq(variables['Build.Repository.Provider'], 'TfsGit'))": ofPull,
		"and(succeeded(), eq(variables['code'], '5'))": refused,
	}
)

func (h *azure) jobs(w *ciWorld, e ciEvent) (out []*ciJob) {
	for _, stage := range h.Stages {
		if !strings.Contains(condition(w.t, stage.Condition, azureStages), e.kind) {
			continue
		}
		j := stage.Jobs[0]
		// The build service may do all of this; without persistCredentials, a push cannot sign in.
		prod := len(stage.Variables) == 1 && stage.Variables[0].Group == "aepflow-prod"
		job := &ciJob{name: stage.Stage, env: map[string]string{}, token: []string{
			"contents:read", "contents:write", "pull-requests:write", "actions:read",
		}, credentials: j.Environment == "aepflow-prod" && prod}
		for _, v := range h.Variables {
			if v.Name != "" {
				job.env[v.Name] = v.Value
			}
		}
		for _, s := range append(j.Steps, j.Strategy.RunOnce.Deploy.Steps...) {
			step := ciStep{name: s.DisplayName, script: s.Bash, env: s.Env, when: condition(w.t, s.Condition, azureSteps)}
			switch {
			case s.Checkout == "self":
				step.does = func(r *ciRun) { r.checkOut("Authorization: bearer "+r.token, s.Persist) }
			case s.Publish != "":
				step.does = func(r *ciRun) { r.upload(s.Artifact, s.Publish) }
			case s.Task == "DownloadPipelineArtifact@2" && s.Inputs["artifactName"] == "journal":
				step.does = func(r *ciRun) { h.download(r, s.Inputs["tags"]) }
			case s.Task == "PublishTestResults@2":
				step.does = func(r *ciRun) { r.upload("tests", s.Inputs["testResultsFiles"]) }
			case s.Bash == "":
				w.t.Fatalf("the test does not know what step %+v does", s)
			}
			job.steps = append(job.steps, step)
		}
		out = append(out, job)
	}
	return out
}

// download restores the journal from the newest run with a tag.
func (h *azure) download(r *ciRun, tag string) {
	r.w.mu.Lock()
	runs := r.w.tags[tag]
	r.w.mu.Unlock()
	if len(runs) == 0 {
		return
	}
	r.w.journal = map[string][]byte{}
	for name, text := range r.w.artifacts[runs[len(runs)-1]]["journal"] {
		r.w.journal[strings.TrimPrefix(name, ".aepflow/")] = text
	}
	r.restore()
}

func (h *azure) environ(r *ciRun) map[string]string {
	reasons := map[string]string{"pull": "PullRequest", "push": "IndividualCI", "hand": "Manual", "night": "Schedule"}
	fork := "False"
	if r.e.fork {
		fork = "True"
	}
	return map[string]string{
		"TF_BUILD": "True", "AGENT_TEMPDIRECTORY": r.temp, "SYSTEM_COLLECTIONURI": r.w.url + "/azure/",
		"SYSTEM_TEAMPROJECT": "shop", "BUILD_REPOSITORY_ID": "r1", "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
		"SYSTEM_PULLREQUEST_ISFORK": fork, "SYSTEM_DEFINITIONID": "3", "BUILD_BUILDID": num(r.w.run),
		"BUILD_REASON": reasons[r.e.kind],
	}
}

func (h *azure) expand(r *ciRun, value string) string {
	return azureMark.ReplaceAllStringFunc(value, func(m string) string {
		name := azureMark.FindStringSubmatch(m)[1]
		if name == "System.AccessToken" {
			return r.token
		}
		if v := r.secret(name); v != "" {
			return v
		}
		return m // as Azure leaves what it does not know
	})
}

func (h *azure) ran(r *ciRun, output string) {
	for _, m := range azureCommand.FindAllStringSubmatch(output, -1) {
		switch m[1] {
		case "task.prependpath":
			r.path = append([]string{m[3]}, r.path...)
		case "task.setvariable":
			_, name, _ := strings.Cut(m[2], "variable=")
			r.outputs[name] = m[3]
		case "build.addbuildtag":
			r.w.mu.Lock()
			r.w.tags[m[3]] = append(r.w.tags[m[3]], r.w.run)
			r.w.mu.Unlock()
		case "task.uploadsummary":
			if filepath.Ext(m[3]) != ".md" {
				r.w.t.Errorf("the summary is %s", m[3])
			}
		case "task.logissue":
		default:
			r.w.t.Errorf("the test does not know ##vso[%s]", m[1])
		}
	}
}
