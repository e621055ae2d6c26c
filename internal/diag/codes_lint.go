package diag

// The codes of what is allowed and rarely meant.
const (
	UnmappedColumn Code = "unmapped-column"
	CaseCollision  Code = "case-collision"
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
}
