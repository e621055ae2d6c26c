package diag

// shop puts a document into a project with targets for test and production.
func shop(document string) string {
	return "# target: prod\n-- aepflow.yaml --\ntargets:\n  dev: {org: 0123456789ABCDEF01234567@AdobeOrg, sandbox: " +
		"dev, vars: {db: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}}\n  prod: {org: 0123456789ABCDEF01234567@AdobeOrg, " +
		"sandbox: prod, vars: {db: 0b8faa30-3c3c-4f3b-9a06-0e6a0a8a4a53}}\n-- dataflow.yaml --\n" + document
}

// shopDataflow is goodDataflow for several targets: without IDs that only one of them has.
var shopDataflow = with(with(with(goodDataflow, "6990abad-977d-41b9-a85d-17ea8cf1c0e4", "${var.db}"),
	"https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168",
	"{title: Orders, class: profile}"), "6019e0e7c5dcf718db5ebc71", "{title: Orders}")

const protected = "lifecycle: {protect: true}\n"

// projectCodes explains the codes of targets, overlays, variables and levels.
var projectCodes = []Entry{
	{
		Code: OverlayKey, Severity: Error,
		Title: "key that cannot differ by target",
		Explanation: "A document's kind and name identify it, so they are the same for every target, and so are the " +
			"keys that say which targets it is for. The defaults of aepflow.yaml cannot contain these keys " +
			"either.",
		Example: shop(shopDataflow + protected + "targets:\n  prod:\n    name: orders-prod\n"),
	},
	{
		Code: OnlyAndExcept, Severity: Warning,
		Title: "both only and except",
		Explanation: "`only` lists the targets that a document is for, `except` those that it is not for. Use one of " +
			"the two.",
		Example: shop(shopDataflow + protected + "only: [prod]\nexcept: [dev]\n"),
	},
	{
		Code: UnknownTarget, Severity: Warning,
		Title: "unknown target",
		Explanation: "The targets of a project are those of aepflow.yaml, and `local`. An overlay for any other " +
			"target " +
			"is never used.",
		Example: shop(shopDataflow + protected + "targets:\n  pord: {title: Orders of the shop}\n"),
	},
	{
		Code: DuplicateTarget, Severity: Error,
		Title: "two targets for one sandbox",
		Explanation: "Each target has its own lockfile. If two targets have the same platform, organization, and " +
			"sandbox, an apply to the second one does not know what the first one created, and creates " +
			"everything again: schemas are rejected because their titles are taken, and dataflows read the " +
			"same data twice.",
		Example: "-- aepflow.yaml --\ntargets:\n  dev: {org: 0123456789ABCDEF01234567@AdobeOrg, sandbox: dev}\n  " +
			"test: {org: 0123456789ABCDEF01234567@AdobeOrg, sandbox: dev, platform: " +
			"'https://PLATFORM.adobe.io/'}\n-- dataflow.yaml --\n" + goodConnection,
	},
	{
		Code: UnknownVariable, Severity: Error,
		Title: "undefined variable",
		Explanation: "`${var.NAME}` is looked up in --var, in the environment as AEPFLOW_VAR_NAME, in the `vars` " +
			"of the " +
			"target, and in the `vars` of the project. Write `$${` for a literal `${`, as Data Prep uses " +
			"around column names.",
		Example: with(goodDataflow, "table: shop.orders", "table: ${var.shop}.orders"),
	},
	{
		Code: UnknownCode, Severity: Warning,
		Title: "unknown diagnostic code",
		Explanation: "A comment `# aepflow:ignore CODE reason`, or `lint` in aepflow.yaml, names a code that " +
			"does not " +
			"exist. It has no effect.",
		Example: with(goodDataflow, "  amount: double",
			"  # aepflow:ignore unmaped-column it comes next week\n  amount: double"),
	},
	{
		Code: FixedLevel, Severity: Warning,
		Title: "error that cannot be silenced",
		Explanation: "Warnings and notes can be silenced or set to another level. An error means that the platform " +
			"would reject the document.",
		Example: "-- aepflow.yaml --\nlint: {delta-missing: off}\n-- dataflow.yaml --\n" + goodDataflow,
	},
	{
		Code: UnusedIgnore, Severity: Note,
		Title:       "ignore comment without effect",
		Explanation: "The line that the comment applies to no longer has this diagnostic.",
		Example: with(goodDataflow, "  id: string",
			"  # aepflow:ignore unmapped-column it comes next week\n  id: string"),
	},
}
