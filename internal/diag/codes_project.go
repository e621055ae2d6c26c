package diag

// shop puts a document into a project with targets for test and production.
func shop(document string) string {
	return "# target: prod\n-- aepflow.yaml --\ntargets:\n  dev: {org: 0123456789ABCDEF01234567@AdobeOrg, sandbox: dev}\n  prod: {org: 0123456789ABCDEF01234567@AdobeOrg, sandbox: prod}\n-- dataflow.yaml --\n" + document
}

const protected = "lifecycle: {protect: true}\n"

// projectCodes explains the codes of targets, overlays, variables and levels.
var projectCodes = []Entry{
	{
		Code: OverlayKey, Severity: Error,
		Title:       "key that cannot differ by target",
		Explanation: "What makes a document that document, its kind and name, is the same for every target, and so is what says for which targets it is. The defaults of aepflow.yaml cannot have these keys either.",
		Example:     shop(goodDataflow + protected + "targets:\n  prod:\n    name: orders-prod\n"),
	},
	{
		Code: OnlyAndExcept, Severity: Warning,
		Title:       "both only and except",
		Explanation: "`only` names the targets that a document is for, `except` those that it is not for. One of the two says everything.",
		Example:     shop(goodDataflow + protected + "only: [prod]\nexcept: [dev]\n"),
	},
	{
		Code: UnknownTarget, Severity: Warning,
		Title:       "target that does not exist",
		Explanation: "The targets of a project are those of aepflow.yaml, and `local`. An overlay for another one is never used.",
		Example:     shop(goodDataflow + protected + "targets:\n  pord: {title: Orders of the shop}\n"),
	},
	{
		Code: DuplicateTarget, Severity: Error,
		Title:       "two targets for one sandbox",
		Explanation: "Each target has a lockfile of its own. Where two targets have the same platform, organization, and sandbox, an apply to the second one knows nothing of what the first one created, and creates everything again: schemas are refused because their titles are taken, and dataflows read the same data twice.",
		Example:     "-- aepflow.yaml --\ntargets:\n  dev: {org: 0123456789ABCDEF01234567@AdobeOrg, sandbox: dev}\n  test: {org: 0123456789ABCDEF01234567@AdobeOrg, sandbox: dev, platform: 'https://PLATFORM.adobe.io/'}\n-- dataflow.yaml --\n" + goodDataflow,
	},
	{
		Code: UnknownVariable, Severity: Error,
		Title:       "variable without a value",
		Explanation: "`${var.NAME}` is looked for in --var, in the environment as AEPFLOW_VAR_NAME, in the `vars` of the target and in those of the project. Write `$${` where the text shall have a `${` of its own, as Data Prep does around names of columns.",
		Example:     with(goodDataflow, "table: shop.orders", "table: ${var.shop}.orders"),
	},
	{
		Code: UnknownCode, Severity: Warning,
		Title:       "code that no diagnostic has",
		Explanation: "A comment `# aepflow:ignore CODE reason`, or `lint` in aepflow.yaml, names a code that does not exist. It has no effect.",
		Example:     with(goodDataflow, "  amount: double", "  # aepflow:ignore unmaped-column it comes next week\n  amount: double"),
	},
	{
		Code: FixedLevel, Severity: Warning,
		Title:       "error that shall be silent",
		Explanation: "Warnings and notes can be silenced or given another level. An error means that the platform would refuse the document.",
		Example:     "-- aepflow.yaml --\nlint: {delta-missing: off}\n-- dataflow.yaml --\n" + goodDataflow,
	},
	{
		Code: UnusedIgnore, Severity: Note,
		Title:       "comment that silences nothing",
		Explanation: "The line that the comment is for has no such diagnostic any more.",
		Example:     with(goodDataflow, "  id: string", "  # aepflow:ignore unmapped-column it comes next week\n  id: string"),
	},
}
