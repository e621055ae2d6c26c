package core

// ProfileFlowSpec represents the specification of internal flows, whose id is
// not published.
var ProfileFlowSpec = StableUUID("data lake to profile store")

// IsInternal reports whether a flow is one that the platform made.
func IsInternal(o object) bool { return Text(o, "flowSpec", "id") == ProfileFlowSpec }

// System is who makes what no user makes.
const System = "system"
