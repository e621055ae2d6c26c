package diag

// signInCodes explains the codes of sign-in beside auth-type and auth-param.
var signInCodes = []Entry{
	{
		Code: AuthUnchecked, Severity: Note,
		Title: "sign-in that cannot be checked",
		Explanation: "Adobe does not publish every sign-in method of this connector, or not all of its parameters. " +
			"What the document says differs from what is published and may be right: the platform decides. " +
			"`aepflow connectors NAME` prints what is published.",
		Example: `kind: Connection
name: crm
connector: sugarcrm
auth:
  type: Basic Authentication
  params:
    username: reader
    password: ${env.CRM_PASSWORD}
`,
	},
	{
		Code: AuthWithdrawn, Severity: Warning,
		Title: "withdrawn sign-in method",
		Explanation: "Adobe no longer documents this sign-in method. The platform may refuse new connections that " +
			"use it, " +
			"and existing ones may stop working: choose another method.",
		Example: `kind: Connection
name: warehouse
connector: snowflake
auth:
  type: ConnectionString
  params:
    connectionString: ${env.SNOWFLAKE_CONNECTION}
`,
	},
	{
		Code: MisplacedEnv, Severity: Error,
		Title: "environment variable outside the sign-in of a connection",
		Explanation: "`${env.NAME}` is a secret that is read when a call is sent, and only `auth.params` of a " +
			"Connection " +
			"takes secrets: anywhere else, the text itself would be sent. For values that differ between targets, " +
			"write " +
			"`${var.NAME}` and set the variable in aepflow.yaml, with `--var NAME=…`, or as AEPFLOW_VAR_NAME. " +
			"`$${env.NAME}` is the text itself.",
		Example: with(goodDataflow, "table: shop.orders", "table: ${env.TABLE}"),
	},
	{
		Code: ConnectionNotNeeded, Severity: Error,
		Title: "connection for a connector that needs none",
		Explanation: "The Data Landing Zone belongs to the sandbox, and webhook services send their events to an " +
			"address " +
			"that the platform gives them. Neither has a sign-in: remove the Connection document.",
		Example: `kind: Connection
name: landing
connector: data-landing-zone
auth:
  type: SAS
  params:
    sasUri: ${env.SAS_URI}
`,
	},
}
