package diag

// The codes of what is allowed and rarely meant.
const (
	UnmappedColumn        Code = "unmapped-column"
	CaseCollision         Code = "case-collision"
	ProfileFrequency      Code = "profile-frequency"
	IdentityMissing       Code = "identity-missing"
	IdentityUnmapped      Code = "identity-unmapped"
	UnprotectedProduction Code = "unprotected-production"
)

// lintCodes explains the codes of what is allowed and rarely meant.
var lintCodes = []Entry{
	{
		Code: UnmappedColumn, Severity: Note,
		Title: "unused column",
		Explanation: "The column is read from the database, but no mapping uses it. Remove it from `columns` to save " +
			"the transfer, or map it.",
		Example: with(personDataflow, "  _{TENANT_ID}.shop.points: points\n", ""),
	},
	{
		Code: CaseCollision, Severity: Warning,
		Title: "names that differ only in case",
		Explanation: "Many databases, and the platform's query service, do not distinguish uppercase and lowercase " +
			"letters: one of the two hides the other.",
		Example: with(filling("person.name.fullName: Points"), "  points: integer\n",
			"  points: integer\n  Points: string\n"),
	},
	{
		Code: ProfileFrequency, Severity: Warning,
		Title: "more runs a day than Profile accepts",
		Explanation: "Profile accepts at most 90 batches a day for a dataset. A dataflow that runs every 15 minutes " +
			"produces 96. Run it every 20 minutes, or keep the dataset out of Profile.",
		Example: with(with(with(personDataflow, "interval: 1}", "interval: 15}"), "frequency: hour",
			"frequency: minute"), "  dataset: {title: People}",
			"    profile: true\n  dataset: {title: People, profile: true}"),
	},
	{
		Code: IdentityMissing, Severity: Note,
		Title: "schema for people without an identity",
		Explanation: "Records of the class `profile` describe people. Without an identity, nothing says whom a " +
			"record " +
			"describes, and the schema can never be enabled for Profile.",
		Example: with(personDataflow, "    identities:\n      shop.number: {namespace: CRMID, primary: true}\n", ""),
	},
	{
		Code: IdentityUnmapped, Severity: Warning,
		Title: "identity that no mapping fills",
		Explanation: "Profile drops a record without its primary identity. Map a column to it; if `identityMap` " +
			"is the " +
			"identity, map to `identityMap.NAMESPACE[0].id`.",
		Example: with(with(personDataflow, "  _{TENANT_ID}.shop.number: id\n", ""), "  dataset: {title: People}",
			"    profile: true\n  dataset: {title: People, profile: true}"),
	},
	{
		Code: UnprotectedProduction, Severity: Warning,
		Title: "unprotected dataflow in production",
		Explanation: "A target counts as production if it, or its sandbox, is called `prod` or `production`, or if " +
			"aepflow.yaml says `production: true`. With `lifecycle: {protect: true}`, in the document, in an " +
			"overlay, or in the project's defaults, no plan removes or replaces what the dataflow created.",
		Example: shop(shopDataflow),
	},
}
