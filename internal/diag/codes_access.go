package diag

// The codes of credentials: where they come from and where they may go.
const (
	EnvSyntax        Code = "env-syntax"
	HostNotAllowed   Code = "host-not-allowed"
	SecretNotAllowed Code = "secret-not-allowed"
	ShortSecret      Code = "short-secret"
)

// accessCodes explains them. They depend on more than the documents, so they
// have no example.
var accessCodes = []Entry{
	{
		Code: EnvSyntax, Severity: Error,
		Title: "malformed line in .env",
		Explanation: "A line of `.env` is NAME=value, NAME='value', NAME=\"value\", a comment that starts with #, or " +
			"empty. Nothing in a value is expanded. The line is never printed, because it may contain a secret.",
	},
	{
		Code: HostNotAllowed, Severity: Error,
		Title: "host that is not allowed to receive credentials",
		Explanation: "Credentials go only to Adobe's hosts and to this machine. To allow another host, the " +
			"person who " +
			"runs the command names it in the environment variable AEPFLOW_ALLOW_HOSTS or in the file " +
			"`aepflow/allow` of the user's configuration folder. A repository cannot allow it, and neither can " +
			"its `.env`. The target `local` is always on this machine.",
	},
	{
		Code: SecretNotAllowed, Severity: Error,
		Title: "secret that the project is not allowed to read",
		Explanation: "The documents of a repository decide which secrets a connection receives. They may not name " +
			"environment variables that plainly belong to something else, such as AWS_SECRET_ACCESS_KEY or " +
			"GITHUB_TOKEN, or files outside the project. The person who runs the command can allow single " +
			"ones, variables with AEPFLOW_ALLOW_ENV and files with AEPFLOW_ALLOW_FILES, in the environment or " +
			"in the file `aepflow/allow` of the user's configuration folder.",
	},
	{
		Code: ShortSecret, Severity: Warning,
		Title: "secret too short to be hidden everywhere",
		Explanation: "Secrets are replaced by `(secret)` in everything that the platform answers. A secret of fewer " +
			"than six characters occurs in ordinary words, and hiding those would reveal it, so it is hidden " +
			"only as a parameter of its connection.",
	},
}
