package catalog

import (
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/specs"
)

// Rows of a dataset of events expire after a period, which a client sets with a deep
// merge: a create does not take it.

var rowExpiration = []string{"extensions", "adobe_lakeHouse", "rowExpiration"}

// hasEvents reports whether the rows of a schema have a time.
func hasEvents(schema object) bool {
	return slices.Contains(core.Texts(schema, "meta:extends"), registry.BehaviorSeries) ||
		core.Text(schema, "meta:class") == registry.ClassEvent || core.Text(schema, "meta:behaviorType") == "time-series"
}

// checkExpiration refuses a period that rows cannot expire after.
func checkExpiration(o, schema object) error {
	v := core.At(o, rowExpiration...)
	if v == nil {
		return nil
	}
	text := core.Text(v, "ttlValue")
	period, ok := specs.ParsePeriod(text)
	shortest := specs.ShortestExpiration
	switch {
	case !ok:
		return badDataset("rowExpiration.ttlValue is %q, expected an ISO 8601 period such as P30D", text)
	case !period.IsAtLeast(shortest) && shortest.IsAtLeast(period), !specs.LongestExpiration.IsAtLeast(period):
		return badDataset("rowExpiration.ttlValue is %s, expected P30D to P10Y", text)
	case !hasEvents(schema):
		return badDataset("rowExpiration needs a schema that extends %s", registry.BehaviorSeries)
	}
	return nil
}

// noteExpiration adds who set the period and when.
func noteExpiration(c *core.Call, before, after object) {
	row, isObject := core.At(after, rowExpiration...).(object)
	if !isObject || core.Same(row["ttlValue"], core.At(before, append(rowExpiration, "ttlValue")...)) {
		return
	}
	row["valueStatus"], row["setBy"], row["updated"] = "custom", "user", c.Millis()
}
