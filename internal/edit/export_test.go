package edit

// SameDocuments is what formatting promises of its result.
var SameDocuments = sameDocuments
