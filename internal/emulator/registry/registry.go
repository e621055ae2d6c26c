package registry

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Schema Registry: schemas, classes, field groups (also under their old name,
// mixins), data types; global ones are Adobe's and read-only, tenant ones are
// the org's own.

const NsRoot = "https://ns.adobe.com/"

// registryKinds maps a path segment to table, id segment and resource type.
var registryKinds = []struct {
	path     string
	kind     core.Kind
	segment  string // in ids, and meta:resourceType
	notFound int    // XDM code of an unknown id
	noun     string
}{
	{"schemas", core.KindSchema, "schemas", 1012, "schema"},
	{"classes", core.KindClass, "classes", 1010, "class"},
	{"fieldgroups", core.KindFieldGroup, "mixins", 1011, "field group"},
	{"mixins", core.KindFieldGroup, "mixins", 1011, "field group"},
	{"datatypes", core.KindDataType, "datatypes", 1013, "data type"},
}

func registryRoutes() []core.Route {
	r := core.RoutesOf(core.SchemaRegistry)
	rs := []core.Route{
		r(http.MethodGet, "/stats", core.Reads, registryStats),
		r(http.MethodGet, "/{container}/behaviors", core.Reads, listBehaviors),
		r(http.MethodGet, "/{container}/behaviors/{id}", core.Reads, core.With(acceptLookup, getBehavior)),
		r(http.MethodGet, "/tenant/unions", core.Reads, listUnions),
		r(http.MethodGet, "/tenant/unions/{id}", core.Reads, core.With(acceptLookup, getUnion)),
		r(http.MethodGet, "/rpc/export/{id}", core.Reads, exportResource),
		r(http.MethodPost, "/rpc/import", core.Writes, importResources),
		r(http.MethodGet, "/rpc/sampledata/{id}", core.Reads, sampleData),
		r(http.MethodGet, "/rpc/auditlog/{id}", core.Reads, auditLog),
	}
	for _, k := range registryKinds {
		rs = append(rs,
			r(http.MethodGet, "/{container}/"+k.path, core.Reads, listResources(k.kind)),
			r(http.MethodGet, "/{container}/"+k.path+"/{id}", core.Reads, getResource(k.kind)),
			r(http.MethodPost, "/tenant/"+k.path, core.Writes, createResource(k.kind)),
			r(http.MethodPut, "/tenant/"+k.path+"/{id}", core.Writes, replaceResource(k.kind)),
			r(http.MethodPatch, "/tenant/"+k.path+"/{id}", core.Writes, patchResource(k.kind)),
			r(http.MethodDelete, "/tenant/"+k.path+"/{id}", core.Writes, deleteResource(k.kind)),
		)
	}
	return rs
}

const titleNotFound = "Resource not found"

func kindSegment(k core.Kind) string {
	for _, e := range registryKinds {
		if e.kind == k {
			return e.segment
		}
	}
	return string(k)
}

func noResource(k core.Kind, id string) error {
	for _, e := range registryKinds {
		if e.kind == k {
			return core.XDMError(e.notFound, http.StatusNotFound, titleNotFound, "there is no %s with id %s", e.noun, id)
		}
	}
	return core.XDMError(1017, http.StatusNotFound, titleNotFound, "there is no resource with id %s", id)
}

// AltID is the form of an $id that needs no escaping in a path.
func AltID(id string) string {
	return "_" + strings.ReplaceAll(strings.TrimPrefix(id, NsRoot), "/", ".")
}

// fullID turns either form into the $id.
func fullID(id string) string {
	if rest, isAlt := strings.CutPrefix(id, "_"); isAlt {
		return NsRoot + strings.ReplaceAll(rest, ".", "/")
	}
	return id
}

// SameSchema reports whether two ids, in either form, are of one schema.
func SameSchema(a, b string) bool { return a != "" && fullID(a) == fullID(b) }

// MajorVersion reads the major version out of a schema's media type.
func MajorVersion(contentType string) string {
	_, params, _ := strings.Cut(contentType, ";")
	_, v, found := strings.Cut(strings.ReplaceAll(params, " ", ""), "version=")
	if !found {
		return ""
	}
	major, _, _ := strings.Cut(v, ".")
	return major
}

// IsSchema says whether there is a schema with this id, without reading it.
func IsSchema(c *core.Call, id string) bool { return c.Space.Get(core.KindSchema, fullID(id)) != nil }

// FindResource looks through the tenant's own resources and Adobe's. What it
// gives is for reading only.
func FindResource(sp *core.Space, id string) object {
	id = fullID(id)
	rest := strings.TrimPrefix(id, NsRoot)
	for _, e := range registryKinds {
		if strings.Contains(rest, "/"+e.segment+"/") || e.kind == core.KindClass || e.kind == core.KindFieldGroup {
			if r := sp.Get(e.kind, id); r != nil {
				return r.View()
			}
		}
	}
	return globalIndex().byID[id]
}

func namespace(sp *core.Space) string { return "_" + sp.Org.Tenant }

func createResource(k core.Kind) core.Handler {
	return core.With((*core.Call).Object, func(c *core.Call, body object) (core.Answer, error) {
		o, err := checkResource(c, k, body, "")
		if err != nil {
			return core.Answer{}, err
		}
		id := NsRoot + c.Space.Org.Tenant + "/" + kindSegment(k) + "/" + c.Env.NewHex(48)
		o = CompleteResource(c, k, id, "1.0", o)
		if k == core.KindSchema && HasUnionTag(o) {
			if err := checkUnion(c, o); err != nil {
				return core.Answer{}, err
			}
		}
		c.Space.Put(k, id, c.Millis(), o)
		return core.Created(o, "")
	})
}

// CompleteResource adds what the registry adds.
func CompleteResource(c *core.Call, k core.Kind, id, version string, o object) object {
	o["$id"], o["meta:altId"], o["meta:resourceType"], o["version"] = id, AltID(id), kindSegment(k), version
	if core.Text(o, "type") != "array" {
		o["type"] = "object"
	}
	o["meta:xdmType"] = o["type"]
	for _, part := range []any{o["definitions"], o["properties"], o["allOf"], o["items"]} {
		nameTypes(part)
	}
	o["imsOrg"] = c.Space.Org.ID
	o["meta:abstract"], o["meta:extensible"] = k != core.KindSchema, k != core.KindSchema
	o["meta:containerId"], o["meta:tenantNamespace"] = "tenant", namespace(c.Space)
	o["meta:sandboxId"], o["meta:sandboxType"] = c.Space.Sandbox.ID, c.Space.Sandbox.Type
	refs := []any{}
	for _, e := range core.List(o, "allOf") {
		ref := core.Text(e, "$ref")
		item := e.(object)
		item["type"], item["meta:xdmType"] = "object", "object"
		if ref != "" && !strings.HasPrefix(ref, "#") {
			refs = append(refs, ref)
		}
	}
	o["refs"] = refs
	switch {
	case k == core.KindSchema && IsRelational(o):
		o["meta:class"] = BehaviorRelational
		if o["meta:behaviorType"] == nil {
			o["meta:behaviorType"] = "record"
		}
	case k == core.KindSchema:
		o["meta:extends"], o["meta:class"] = ancestors(c.Space, o), classOf(c.Space, o)
	default:
		o["meta:extends"] = ancestors(c.Space, o)
	}
	stampResource(c, o, true)
	return o
}

// nameTypes adds meta:xdmType to every field of a part of a resource.
func nameTypes(part any) {
	switch part := part.(type) {
	case object:
		if _, isType := part["type"].(string); isType && part["meta:xdmType"] == nil {
			part["meta:xdmType"] = xdmType(part)
		}
		for _, below := range part {
			nameTypes(below)
		}
	case []any:
		for _, below := range part {
			nameTypes(below)
		}
	}
}

func stampResource(c *core.Call, o object, fresh bool) {
	m, _ := o["meta:registryMetadata"].(object)
	if fresh || m == nil {
		m = object{"repo:createdDate": c.Millis(), "xdm:createdClientId": c.Client, "xdm:createdUserId": c.Client,
			"xdm:repositoryCreatedBy": c.Client}
	}
	m["repo:lastModifiedDate"], m["xdm:lastModifiedClientId"], m["xdm:lastModifiedUserId"] = c.Millis(), c.Client, c.Client
	m["eTag"], m["meta:globalLibVersion"] = c.Env.NewHex(64), "1.38.3.1"
	o["meta:registryMetadata"] = m
}

// ancestors lists everything that a resource extends, nearest first.
func ancestors(sp *core.Space, o object) []any {
	var ids []any
	seen := map[string]bool{}
	var walk func(o object)
	walk = func(o object) {
		for _, e := range core.List(o, "allOf") {
			ref := core.Text(e, "$ref")
			if ref == "" || strings.HasPrefix(ref, "#") || seen[ref] {
				continue
			}
			seen[ref] = true
			ids = append(ids, ref)
			if up := FindResource(sp, ref); up != nil {
				walk(up)
			}
		}
	}
	walk(o)
	return ids
}

// classOf is the class among what a schema refers to.
func classOf(sp *core.Space, o object) any {
	for _, e := range core.List(o, "allOf") {
		if ref := core.Text(e, "$ref"); core.Text(FindResource(sp, ref), "meta:resourceType") == "classes" {
			return ref
		}
	}
	return nil
}

// tenantResource finds the tenant's resource that the path names.
func tenantResource(k core.Kind) func(*core.Call) (*core.Record, error) {
	return func(c *core.Call) (*core.Record, error) {
		if r := c.Find(k, fullID(c.Arg("id"))); r != nil {
			return r, nil
		}
		return nil, noResource(k, c.Arg("id"))
	}
}

func getResource(k core.Kind) core.Handler {
	return core.With(acceptLookup, func(c *core.Call, a acceptType) (core.Answer, error) {
		id := fullID(c.Arg("id"))
		var o object
		if r := c.Space.Get(k, id); r != nil && !c.Hides(r) &&
			(c.Arg("container") == "tenant" || !strings.HasPrefix(id, NsRoot+c.Space.Org.Tenant+"/")) {
			o = r.Object()
		} else if g := globalIndex().byID[id]; core.Text(g, "meta:resourceType") == kindSegment(k) {
			o = core.Clone(g).(object) // the tenant's container has Adobe's resources too
		}
		if o == nil {
			return core.Answer{}, noResource(k, c.Arg("id"))
		}
		return showResource(c, a, o)
	})
}

func showResource(c *core.Call, a acceptType, o object) (core.Answer, error) {
	if a.full {
		whole := o
		o = Resolve(c.Space, o)
		if a.deprecated {
			o = markDeprecated(c, whole, o)
		}
	} else {
		o = withDefinitions(o)
	}
	if a.descriptors {
		o["meta:descriptors"] = descriptorsOf(c, core.Text(o, "$id"))
	}
	if a.notext {
		dropTexts(o)
	}
	if a.standard {
		o = standardNames(o).(object)
	}
	return core.Answer{Status: http.StatusOK, ContentType: a.echo, Body: core.ToJSON(o)}, nil
}

func replaceResource(k core.Kind) core.Handler {
	return core.With(tenantResource(k), func(c *core.Call, r *core.Record) (core.Answer, error) {
		body, err := c.Object()
		if err != nil {
			return core.Answer{}, err
		}
		before := r.Object()
		for _, key := range []string{"meta:registryMetadata", "meta:immutableTags"} {
			if v, has := before[key]; has {
				body[key] = v
			}
		}
		return writeResource(c, k, r, before, body, nextMinor(core.Text(before, "version")))
	})
}

// writeResource checks and stores a changed resource.
func writeResource(c *core.Call, k core.Kind, r *core.Record, before, body object,
	version string) (core.Answer, error) {
	meta := before["meta:registryMetadata"]
	after, err := checkResource(c, k, body, r.ID)
	if err != nil {
		return core.Answer{}, err
	}
	after = CompleteResource(c, k, r.ID, version, after)
	after["meta:registryMetadata"] = meta
	stampResource(c, after, false)
	if err := checkEvolution(c, k, before, after); err != nil {
		return core.Answer{}, err
	}
	if k == core.KindSchema && HasUnionTag(after) {
		if err := checkUnion(c, after); err != nil {
			return core.Answer{}, err
		}
	}
	c.Space.Put(k, r.ID, r.Created, after)
	return core.OK(after)
}

func patchResource(k core.Kind) core.Handler {
	return core.With(tenantResource(k), func(c *core.Call, r *core.Record) (core.Answer, error) {
		ops, fault := core.ReadPatch(c.Body)
		if fault != nil {
			return core.Answer{}, badPatch("%s", fault.Detail)
		}
		before := r.Object()
		version := core.Text(before, "version")
		for _, op := range ops {
			switch op.Steps[0] {
			case "meta:immutableTags":
			case "title", "description", "allOf", "definitions", "properties", "meta:extends", "meta:intendedToExtend",
				"required", "items", "meta:status":
				version = nextMinor(core.Text(before, "version"))
			default:
				return core.Answer{}, badPatch("%s cannot be patched", op.Path)
			}
		}
		patched, fault := core.ApplyPatch(core.Clone(before), ops)
		if fault != nil {
			return core.Answer{}, badPatch("%s", fault.Detail)
		}
		after := patched.(object)
		return writeResource(c, k, r, before, after, version)
	})
}

func badPatch(format string, args ...any) error {
	return core.XDMError(1400, http.StatusBadRequest, "Patch invalid", format, args...)
}

func nextMinor(version string) string {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return "1.1"
	}
	return fmt.Sprintf("%d.%d", major, minor+1)
}

func deleteResource(k core.Kind) core.Handler {
	return core.With(tenantResource(k), func(c *core.Call, r *core.Record) (core.Answer, error) {
		if err := checkUnused(c, k, r); err != nil {
			return core.Answer{}, err
		}
		c.Space.Remove(k, r.ID)
		for _, d := range slices.Clone(c.Space.Table(core.KindDescriptor).By("xdm:sourceSchema", r.ID)) {
			c.Space.Remove(core.KindDescriptor, d.ID)
		}
		return core.Answer{Status: http.StatusNoContent}, nil
	})
}

// checkUnused: a schema with a dataset or a union tag stays; so does whatever
// another resource refers to.
func checkUnused(c *core.Call, k core.Kind, r *core.Record) error {
	if k == core.KindSchema {
		if HasUnionTag(r.Object()) {
			return resourceInUse("schema %s is enabled for Profile and cannot be deleted", r.ID)
		}
		if sets := c.Space.Table(core.KindDataset).By("schemaRef.id", r.ID); len(sets) > 0 {
			return resourceInUse("schema %s is used by dataset %s", r.ID, sets[0].ID)
		}
		return nil
	}
	if users := referrers(c.Space, r.ID); len(users) > 0 {
		return resourceInUse("%s is used by %s", r.ID, users[0])
	}
	return nil
}

// referrers lists the tenant resources that refer to an id.
func referrers(sp *core.Space, id string) []string {
	var out []string
	quoted := []byte(`"` + id + `"`)
	for _, k := range []core.Kind{core.KindSchema, core.KindFieldGroup, core.KindClass, core.KindDataType} {
		for _, r := range sp.Table(k).Order {
			if r.ID == id || !bytes.Contains(r.Body, quoted) {
				continue
			}
			if refersTo(r.Object(), id) {
				out = append(out, r.ID)
			}
		}
	}
	return out
}

func refersTo(v any, id string) bool {
	switch v := v.(type) {
	case object:
		if v["$ref"] == id {
			return true
		}
		for _, e := range v {
			if refersTo(e, id) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if refersTo(e, id) {
				return true
			}
		}
	}
	return false
}

func at2(o object, key string) any { return core.At(o, "meta:registryMetadata", key) }

func listBehaviors(c *core.Call) (core.Answer, error) {
	var items []object
	for _, id := range behaviors() {
		items = append(items, globalResource(id))
	}
	return showList(c, items)
}

func getBehavior(c *core.Call, a acceptType) (core.Answer, error) {
	id := fullID(c.Arg("id"))
	if !slices.Contains(behaviors(), id) {
		return core.Answer{}, core.XDMError(1017, http.StatusNotFound, titleNotFound, "there is no behavior with id %s",
			c.Arg("id"))
	}
	return showResource(c, a, globalResource(id))
}

func listResources(k core.Kind) core.Handler {
	return func(c *core.Call) (core.Answer, error) {
		if c.Arg("container") == "global" {
			return showList(c, globalResources(kindSegment(k)))
		}
		t := c.Space.Table(k)
		// A look-up by an indexed field must not read every resource.
		conds, err := registryConditions(c.Query["property"])
		if err != nil {
			return core.Answer{}, err
		}
		var items []object
		for _, r := range t.SelectRecords(conds, core.Selection{Skip: c.Hidden()}) {
			items = append(items, r.Object())
		}
		return showList(c, items)
	}
}
