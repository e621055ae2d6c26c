package allow

import "strings"

// family is a set of environment variables that belong to something else than
// the connection of a dataflow.
type family struct {
	owner    string
	prefixes []string
	names    []string
}

// families are the variables that a document may not read as a secret unless
// the person allows them: what people and pipelines have in their environment
// for other tools, and which a stranger's repository would like to have. Names
// are compared without case, since the environment of Windows has none. No page
// that Adobe publishes about a connector uses such a name for its parameters.
var families = []family{
	{owner: "aepflow and Adobe's sign-in", prefixes: []string{"AEPFLOW_", "IMS_"}},
	{owner: "Amazon Web Services", prefixes: []string{"AWS_"}},
	{owner: "Microsoft Azure", prefixes: []string{"AZURE_", "ARM_CLIENT_"},
		names: []string{"ARM_ACCESS_KEY", "ARM_SAS_TOKEN"}},
	{owner: "Google Cloud", prefixes: []string{"GOOGLE_", "GCP_", "GCLOUD_", "CLOUDSDK_"}},
	{
		owner: "another cloud or host",
		prefixes: []string{
			"ALICLOUD_", "CLOUDFLARE_", "DIGITALOCEAN_", "HCLOUD_", "HEROKU_", "LINODE_", "NETLIFY_", "OCI_CLI_",
			"VERCEL_",
		},
		names: []string{"CF_API_KEY", "CF_API_TOKEN", "FLY_ACCESS_TOKEN", "FLY_API_TOKEN"},
	},
	{
		owner:    "source control",
		prefixes: []string{"GITHUB_", "GH_", "GITLAB_", "GITEA_", "BITBUCKET_", "GIT_"},
	},
	{
		owner: "the pipeline that runs the command",
		prefixes: []string{
			"ACTIONS_", "BUILDKITE_", "CI_", "CIRCLE_", "CODEBUILD_", "DRONE_", "JENKINS_", "TEAMCITY_", "TRAVIS_",
		},
		names: []string{"CI", "RUNNER_TOKEN", "SYSTEM_ACCESSTOKEN"},
	},
	{
		owner: "infrastructure tools",
		prefixes: []string{
			"ANSIBLE_", "CONSUL_", "DOCKER_", "HELM_", "KUBE", "NOMAD_", "PULUMI_", "SOPS_", "TF_", "TFE_", "VAULT_",
		},
		names: []string{"OP_CONNECT_TOKEN", "OP_SERVICE_ACCOUNT_TOKEN"},
	},
	{
		owner: "a package registry",
		prefixes: []string{"CARGO_", "GEM_", "NODE_AUTH_", "NPM_", "NUGET_", "PIP_", "POETRY_", "PYPI_", "TWINE_",
			"UV_", "YARN_"},
	},
	{
		owner: "an AI service",
		prefixes: []string{
			"ANTHROPIC_", "CLAUDE_", "COHERE_", "DEEPSEEK_", "GEMINI_", "GROQ_", "HF_", "HUGGINGFACE_", "HUGGING_FACE_",
			"MISTRAL_",
			"OPENAI_", "OPENROUTER_", "REPLICATE_", "XAI_",
		},
	},
	{
		owner: "a developer's service",
		prefixes: []string{
			"CODECOV_", "DATADOG_", "NEW_RELIC_", "SENTRY_", "SLACK_", "SNYK_", "SONAR_", "TELEGRAM_",
		},
		names: []string{"DD_API_KEY", "DD_APP_KEY"},
	},
	{
		owner:    "keys of this machine",
		prefixes: []string{"GNUPG", "GPG_", "KRB5", "SSH_", "SUDO_"},
	},
	{
		owner:    "the operating system",
		prefixes: []string{"DBUS_", "LC_", "LD_", "XDG_"},
		names: []string{
			"ALL_PROXY", "APPDATA", "COMPUTERNAME", "DISPLAY", "EDITOR", "FTP_PROXY", "HOME", "HOSTNAME", "HTTPS_PROXY",
			"HTTP_PROXY", "LANG",
			"LOCALAPPDATA", "LOGNAME", "MAIL", "NO_PROXY", "OLDPWD", "PATH", "PWD", "SHELL", "SYSTEMROOT", "TEMP",
			"TERM", "TMP", "TMPDIR",
			"USER", "USERDOMAIN", "USERNAME", "USERPROFILE", "XAUTHORITY",
		},
	},
}

// OwnerOf returns to whom an environment variable plainly belongs; ok is false
// for a name that a connection may use.
func OwnerOf(name string) (owner string, ok bool) {
	name = strings.ToUpper(name)
	for _, f := range families {
		for _, n := range f.names {
			if name == n {
				return f.owner, true
			}
		}
		for _, prefix := range f.prefixes {
			if strings.HasPrefix(name, prefix) {
				return f.owner, true
			}
		}
	}
	return "", false
}
