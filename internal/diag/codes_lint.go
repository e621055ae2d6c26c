package diag

// The codes of what is allowed and rarely meant.
const (
	UnmappedColumn Code = "unmapped-column"
	CaseCollision  Code = "case-collision"
)
