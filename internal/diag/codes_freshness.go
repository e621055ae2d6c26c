package diag

// freshnessCodes explains the codes of freshness.
var freshnessCodes = []Entry{
	{
		Code: FreshnessUnused, Severity: Error,
		Title: "freshness of a dataflow that is not repeated",
		Explanation: "`freshness` limits the time since the end of the last successful run. A one-time dataflow, a draft, " +
			"and a stream have no next run. Limits that aepflow.yaml has for all dataflows are not used for them.",
		Example: with(with(with(personDataflow, "frequency: hour, interval: 1", "frequency: once"), "delta: changed\n", ""),
			"mappings:", "freshness: {errorAfter: 6h}\nmappings:"),
	},
	{
		Code: FreshnessOrder, Severity: Error,
		Title:       "freshness that fails before it warns",
		Explanation: "`aepflow status` warns after `warnAfter`, and fails after `errorAfter`, which has to be longer.",
		Example:     with(personDataflow, "mappings:", "freshness: {warnAfter: 6h, errorAfter: 2h}\nmappings:"),
	},
	{
		Code: FreshnessShort, Severity: Warning,
		Title: "freshness shorter than the time between two runs",
		Explanation: "The time is over before the next run begins, so that `aepflow status` would complain between any " +
			"two runs.",
		Example: with(personDataflow, "mappings:", "freshness: {errorAfter: 30m}\nmappings:"),
	},
}
