package registry

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// HasUnionTag reports whether a schema takes part in Profile.
func HasUnionTag(o object) bool { return slices.Contains(core.Texts(o, "meta:immutableTags"), "union") }

const titleUnion = "Union descriptor validation error"

// checkUnion: a schema can be enabled for Profile when it has an identity, and
// when none of its fields contradicts the other schemas of the union.
func checkUnion(c *core.Call, o object) error {
	for _, tag := range core.Texts(o, "meta:immutableTags") {
		if tag != "union" {
			return core.XDMError(1527, http.StatusBadRequest, titleUnion, "tag %q is not known; use union", tag)
		}
	}
	id := core.Text(o, "$id")
	fields := FieldsOf(c.Space, o)
	_, hasMap := fields["identityMap"]
	if !hasMap && !slices.ContainsFunc(c.Space.Table(core.KindDescriptor).By("xdm:sourceSchema", id),
		func(r *core.Record) bool {
			d := r.Object()
			return core.Text(d, "@type") == "xdm:descriptorIdentity" && d["xdm:isPrimary"] == true
		}) {
		return core.XDMError(1528, http.StatusBadRequest, titleUnion,
			"schema %s has neither identityMap nor a primary identity descriptor", id)
	}
	for _, r := range unionSchemas(c.Space, core.Text(o, "meta:class")) {
		if r.ID == id {
			continue
		}
		other := FieldsOf(c.Space, r.Object())
		for _, path := range slices.Sorted(maps.Keys(fields)) {
			if f, has := other[path]; has && f.Xdm != fields[path].Xdm {
				return core.XDMError(1413, http.StatusBadRequest, "Merge Schema Error",
					"field %s is %s here and %s in schema %s of the same union", path, fields[path].Xdm, f.Xdm, r.ID)
			}
		}
	}
	return nil
}

func unionSchemas(sp *core.Space, class string) []*core.Record {
	var out []*core.Record
	for _, r := range sp.Table(core.KindSchema).By("meta:class", class) {
		if HasUnionTag(r.Object()) {
			out = append(out, r)
		}
	}
	return out
}

// unionClasses lists the classes with at least one schema in the union.
func unionClasses(sp *core.Space) []string {
	var out []string
	for _, class := range slices.Sorted(maps.Keys(sp.Table(core.KindSchema).Index[1])) {
		if len(unionSchemas(sp, class)) > 0 {
			out = append(out, class)
		}
	}
	return out
}

// union makes the view of a class over all its enabled schemas.
func union(sp *core.Space, class string) object {
	o := FindResource(sp, class)
	id := class + "__union"
	all := []any{object{"$ref": class, "type": "object", "meta:xdmType": "object"}}
	extends := []any{class}
	for _, r := range unionSchemas(sp, class) {
		all = append(all, object{"$ref": r.ID, "type": "object", "meta:xdmType": "object"})
		extends = append(extends, r.ID)
	}
	all = append(all, object{"$ref": IdentityMapID}, object{"$ref": NsRoot + "xdm/context/profile-segmentation"})
	own := object{}
	if class == ClassProfile {
		own["timeSeriesEvents"] = object{"type": "array", "meta:xdmType": "array",
			"items": object{"type": "object", "meta:xdmType": "object"}}
	}
	return object{
		"properties": own,
		"$id":        id, "meta:altId": AltID(class) + "__union", "meta:resourceType": "unions", "version": "1.0",
		"title": core.Text(o, "title"), "type": "object", "meta:xdmType": "object", "meta:class": class,
		"meta:abstract": false, "meta:extensible": false, "meta:containerId": "tenant", "imsOrg": sp.Org.ID,
		"meta:tenantNamespace": namespace(sp), "meta:extends": extends, "allOf": all, "description": "Union view of " +
			core.Text(o, "title"), "meta:sandboxId": sp.Sandbox.ID, "meta:sandboxType": sp.Sandbox.Type,
	}
}

func listUnions(c *core.Call) (core.Answer, error) {
	var items []object
	for _, class := range unionClasses(c.Space) {
		items = append(items, union(c.Space, class))
	}
	return showList(c, items)
}

func getUnion(c *core.Call, a acceptType) (core.Answer, error) {
	class, isUnion := strings.CutSuffix(fullID(c.Arg("id")), "__union")
	if !isUnion || len(unionSchemas(c.Space, class)) == 0 {
		return core.Answer{}, core.XDMError(1015, http.StatusNotFound, titleNotFound, "there is no union with id %s",
			c.Arg("id"))
	}
	return showResource(c, a, union(c.Space, class))
}
