package emulator

import (
	"fmt"
	"maps"
	"slices"
)

// registryStats says whose registry this is and what is in it; clients read the
// tenant from it.
func registryStats(c *call) (answer, error) {
	counts := object{"unions": len(c.sp.unionClasses())}
	var all []object
	usage := []any{}
	for _, k := range []kind{kindSchema, kindFieldGroup, kindDataType, kindClass} {
		t := c.sp.table(k)
		counts[kindSegment(k)] = len(t.order)
		for _, r := range t.order[max(0, len(t.order)-10):] {
			all = append(all, r.object())
		}
	}
	byClass := c.sp.table(kindSchema).index[1]
	for _, class := range slices.Sorted(maps.Keys(byClass)) {
		schemas := byClass[class]
		l := []any{}
		for _, r := range schemas[:min(len(schemas), 100)] {
			l = append(l, object{"$id": r.id, "title": r.keys[0][0]})
		}
		title := text(c.sp.findResource(class), "title")
		usage = append(usage, object{"$id": class, "title": title, "numberOfSchemas": len(schemas), "schemas": l})
	}
	recent := func(at string) []any {
		key := "repo:createdDate"
		if at == "meta:updated" {
			key = "repo:lastModifiedDate"
		}
		slices.SortFunc(all, func(a, b object) int {
			x, _ := asInt(at2(a, key))
			y, _ := asInt(at2(b, key))
			return int(min(max(y-x, -1), 1))
		})
		l := []any{}
		for _, o := range all[:min(len(all), 10)] {
			l = append(l, object{
				"title": o["title"], "$id": o["$id"], "meta:altId": o["meta:altId"], "description": text(o, "description"),
				"meta:resourceType": o["meta:resourceType"], at: fmt.Sprint(at2(o, key)), "version": o["version"],
			})
		}
		return l
	}
	return ok(object{
		"imsOrg": c.sp.org.ID, "tenantId": c.sp.org.Tenant, "counts": counts, "classUsage": usage,
		"recentlyCreatedResources": recent("meta:created"), "recentlyUpdatedResources": recent("meta:updated"),
	})
}
