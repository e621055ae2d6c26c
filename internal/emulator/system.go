package emulator

// profileFlowSpec stands for the specification of internal flows, whose id is
// not published.
var profileFlowSpec = stableUUID("data lake to profile store")

func isInternal(o object) bool { return text(o, "flowSpec", "id") == profileFlowSpec }

// system is who makes what no user makes.
const system = "system"
