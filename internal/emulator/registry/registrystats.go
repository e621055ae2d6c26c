package registry

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// registryStats says whose registry this is and what is in it; clients read the
// tenant from it.
func registryStats(c *core.Call) (core.Answer, error) {
	counts := object{"unions": len(unionClasses(c.Space))}
	var all []object
	usage := []any{}
	for _, k := range []core.Kind{core.KindSchema, core.KindFieldGroup, core.KindDataType, core.KindClass} {
		t := c.Space.Table(k)
		counts[kindSegment(k)] = len(t.Order)
		for _, r := range t.Order[max(0, len(t.Order)-10):] {
			all = append(all, r.Object())
		}
	}
	byClass := c.Space.Table(core.KindSchema).Index[1]
	for _, class := range slices.Sorted(maps.Keys(byClass)) {
		schemas := byClass[class]
		l := []any{}
		for _, r := range schemas[:min(len(schemas), 100)] {
			l = append(l, object{"$id": r.ID, "title": r.Keys[0][0]})
		}
		title := core.Text(FindResource(c.Space, class), "title")
		usage = append(usage, object{"$id": class, "title": title, "numberOfSchemas": len(schemas), "schemas": l})
	}
	recent := func(at string) []any {
		key := "repo:createdDate"
		if at == "meta:updated" {
			key = "repo:lastModifiedDate"
		}
		slices.SortFunc(all, func(a, b object) int {
			x, _ := core.AsInt(at2(a, key))
			y, _ := core.AsInt(at2(b, key))
			return int(min(max(y-x, -1), 1))
		})
		l := []any{}
		for _, o := range all[:min(len(all), 10)] {
			l = append(l, object{
				"title": o["title"], "$id": o["$id"], "meta:altId": o["meta:altId"], "description": core.Text(o, "description"),
				"meta:resourceType": o["meta:resourceType"], at: fmt.Sprint(at2(o, key)), "version": o["version"],
			})
		}
		return l
	}
	return core.OK(object{
		"imsOrg": c.Space.Org.ID, "tenantId": c.Space.Org.Tenant, "counts": counts, "classUsage": usage,
		"recentlyCreatedResources": recent("meta:created"), "recentlyUpdatedResources": recent("meta:updated"),
	})
}
