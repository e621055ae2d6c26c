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
		Title:       "column that goes nowhere",
		Explanation: "The column is read from the database and no mapping uses it. Leave it out of `columns` to save the transfer, or map it.",
		Example:     with(personDataflow, "  _{TENANT_ID}.shop.points: points\n", ""),
	},
	{
		Code: CaseCollision, Severity: Warning,
		Title:       "names that differ in capital letters only",
		Explanation: "Many databases, and the query service of the platform, do not tell capital from small letters: one of the two shadows the other.",
		Example:     with(filling("person.name.fullName: Points"), "  points: integer\n", "  points: integer\n  Points: string\n"),
	},
	{
		Code: ProfileFrequency, Severity: Warning,
		Title:       "more runs a day than Profile takes",
		Explanation: "Profile takes in at most 90 batches a day for a dataset. A dataflow that runs every 15 minutes makes 96. Run it every 20 minutes, or keep the dataset out of Profile.",
		Example:     with(with(with(personDataflow, "interval: 1}", "interval: 15}"), "frequency: hour", "frequency: minute"), "  dataset: {title: People}", "    profile: true\n  dataset: {title: People, profile: true}"),
	},
	{
		Code: IdentityMissing, Severity: Note,
		Title:       "schema about people without an identity",
		Explanation: "Records of the class `profile` are about people. Without an identity nothing says about whom, and the schema can never take part in Profile.",
		Example:     with(personDataflow, "    identities:\n      shop.number: {namespace: CRMID, primary: true}\n", ""),
	},
	{
		Code: IdentityUnmapped, Severity: Warning,
		Title:       "identity that nothing fills",
		Explanation: "Profile drops a record without its primary identity. Map a column to it; where `identityMap` identifies, to `identityMap.NAMESPACE[0].id`.",
		Example:     with(with(personDataflow, "  _{TENANT_ID}.shop.number: id\n", ""), "  dataset: {title: People}", "    profile: true\n  dataset: {title: People, profile: true}"),
	},
	{
		Code: UnprotectedProduction, Severity: Warning,
		Title:       "dataflow in production without protection",
		Explanation: "A target is one of production when it, or its sandbox, is called `prod` or `production`, or when aepflow.yaml says `production: true`. With `lifecycle: {protect: true}`, in the document, in an overlay or in the defaults of the project, no plan removes or replaces what the dataflow has made.",
		Example:     shop(goodDataflow),
	},
}
