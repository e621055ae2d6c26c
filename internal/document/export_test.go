package document

// CheckLaw is what the YAML test suite checks beside the whole compiler.
var CheckLaw = checkLaw
