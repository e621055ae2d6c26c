package core

// ProfileFlowSpec stands for the specification of internal flows, whose id is
// not published.
var ProfileFlowSpec = StableUUID("data lake to profile store")

func IsInternal(o object) bool { return Text(o, "flowSpec", "id") == ProfileFlowSpec }

// System is who makes what no user makes.
const System = "system"
