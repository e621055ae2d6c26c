package emulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

func hasUnionTag(o object) bool { return slices.Contains(texts(o, "meta:immutableTags"), "union") }

const titleUnion = "Union descriptor validation error"

// checkUnion: a schema can be enabled for Profile when it has an identity, and
// when none of its fields contradicts the other schemas of the union.
func (c *call) checkUnion(o object) error {
	for _, tag := range texts(o, "meta:immutableTags") {
		if tag != "union" {
			return xdmError(1527, http.StatusBadRequest, titleUnion, "tag %q is not known; use union", tag)
		}
	}
	id := text(o, "$id")
	fields := c.sp.fieldsOf(o)
	_, hasMap := fields["identityMap"]
	if !hasMap && !slices.ContainsFunc(c.sp.table(kindDescriptor).by("xdm:sourceSchema", id), func(r *record) bool {
		d := r.object()
		return text(d, "@type") == "xdm:descriptorIdentity" && d["xdm:isPrimary"] == true
	}) {
		return xdmError(1528, http.StatusBadRequest, titleUnion, "schema %s has neither identityMap nor a primary identity descriptor", id)
	}
	for _, r := range c.sp.unionSchemas(text(o, "meta:class")) {
		if r.id == id {
			continue
		}
		other := c.sp.fieldsOf(r.object())
		for _, path := range slices.Sorted(maps.Keys(fields)) {
			if f, has := other[path]; has && f.xdm != fields[path].xdm {
				return xdmError(1413, http.StatusBadRequest, "Merge Schema Error", "field %s is %s here and %s in schema %s of the same union", path, fields[path].xdm, f.xdm, r.id)
			}
		}
	}
	return nil
}

func (sp *space) unionSchemas(class string) []*record {
	var out []*record
	for _, r := range sp.table(kindSchema).by("meta:class", class) {
		if hasUnionTag(r.object()) {
			out = append(out, r)
		}
	}
	return out
}

// unionClasses lists the classes with at least one schema in the union.
func (sp *space) unionClasses() []string {
	var out []string
	for _, class := range slices.Sorted(maps.Keys(sp.table(kindSchema).index[1])) {
		if len(sp.unionSchemas(class)) > 0 {
			out = append(out, class)
		}
	}
	return out
}

// union makes the view of a class over all its enabled schemas.
func (sp *space) union(class string) object {
	o := sp.findResource(class)
	id := class + "__union"
	all := []any{object{"$ref": class, "type": "object", "meta:xdmType": "object"}}
	extends := []any{class}
	for _, r := range sp.unionSchemas(class) {
		all = append(all, object{"$ref": r.id, "type": "object", "meta:xdmType": "object"})
		extends = append(extends, r.id)
	}
	all = append(all, object{"$ref": identityMapID}, object{"$ref": nsRoot + "xdm/context/profile-segmentation"})
	own := object{}
	if class == classProfile {
		own["timeSeriesEvents"] = object{"type": "array", "meta:xdmType": "array", "items": object{"type": "object", "meta:xdmType": "object"}}
	}
	return object{
		"properties": own,
		"$id":        id, "meta:altId": altID(class) + "__union", "meta:resourceType": "unions", "version": "1.0", "title": text(o, "title"), "type": "object",
		"meta:xdmType": "object", "meta:class": class, "meta:abstract": false, "meta:extensible": false, "meta:containerId": "tenant", "imsOrg": sp.org.ID,
		"meta:tenantNamespace": sp.namespace(), "meta:extends": extends, "allOf": all, "description": "Union view of " + text(o, "title"),
		"meta:sandboxId": sp.sandbox.ID, "meta:sandboxType": sp.sandbox.Type,
	}
}

func listUnions(c *call) (answer, error) {
	var items []object
	for _, class := range c.sp.unionClasses() {
		items = append(items, c.sp.union(class))
	}
	return c.showList(items)
}

func getUnion(c *call) (answer, error) {
	a, err := c.acceptLookup()
	if err != nil {
		return answer{}, err
	}
	class, isUnion := strings.CutSuffix(fullID(c.arg("id")), "__union")
	if !isUnion || len(c.sp.unionSchemas(class)) == 0 {
		return answer{}, xdmError(1015, http.StatusNotFound, titleNotFound, "there is no union with id %s", c.arg("id"))
	}
	return c.showResource(a, c.sp.union(class))
}
