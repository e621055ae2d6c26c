package emulator

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Schema Registry: schemas, classes, field groups (also under their old name,
// mixins), data types; global ones are Adobe's and read-only, tenant ones are
// the org's own.

const nsRoot = "https://ns.adobe.com/"

// registryKinds maps a path segment to table, id segment and resource type.
var registryKinds = []struct {
	path     string
	kind     kind
	segment  string // in ids, and meta:resourceType
	notFound int    // XDM code of an unknown id
	noun     string
}{
	{"schemas", kindSchema, "schemas", 1012, "schema"},
	{"classes", kindClass, "classes", 1010, "class"},
	{"fieldgroups", kindFieldGroup, "mixins", 1011, "field group"},
	{"mixins", kindFieldGroup, "mixins", 1011, "field group"},
	{"datatypes", kindDataType, "datatypes", 1013, "data type"},
}

func registryRoutes() []route {
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcRegistry, method: method, pattern: pattern, access: a, run: h}
	}
	rs := []route{
		r(http.MethodGet, "/stats", reads, registryStats),
		r(http.MethodGet, "/{container}/behaviors", reads, listBehaviors),
		r(http.MethodGet, "/{container}/behaviors/{id}", reads, getBehavior),
		r(http.MethodGet, "/tenant/unions", reads, listUnions),
		r(http.MethodGet, "/tenant/unions/{id}", reads, getUnion),
		r(http.MethodGet, "/rpc/export/{id}", reads, exportResource),
		r(http.MethodPost, "/rpc/import", writes, importResources),
		r(http.MethodGet, "/rpc/sampledata/{id}", reads, sampleData),
		r(http.MethodGet, "/rpc/auditlog/{id}", reads, auditLog),
	}
	for _, k := range registryKinds {
		rs = append(rs,
			r(http.MethodGet, "/{container}/"+k.path, reads, listResources(k.kind)),
			r(http.MethodGet, "/{container}/"+k.path+"/{id}", reads, getResource(k.kind)),
			r(http.MethodPost, "/tenant/"+k.path, writes, createResource(k.kind)),
			r(http.MethodPut, "/tenant/"+k.path+"/{id}", writes, replaceResource(k.kind)),
			r(http.MethodPatch, "/tenant/"+k.path+"/{id}", writes, patchResource(k.kind)),
			r(http.MethodDelete, "/tenant/"+k.path+"/{id}", writes, deleteResource(k.kind)),
		)
	}
	return rs
}

const titleNotFound = "Resource not found"

func kindSegment(k kind) string {
	for _, e := range registryKinds {
		if e.kind == k {
			return e.segment
		}
	}
	return string(k)
}

func noResource(k kind, id string) error {
	for _, e := range registryKinds {
		if e.kind == k {
			return xdmError(e.notFound, http.StatusNotFound, titleNotFound, "there is no %s with id %s", e.noun, id)
		}
	}
	return xdmError(1017, http.StatusNotFound, titleNotFound, "there is no resource with id %s", id)
}

// altID is the form of an $id that needs no escaping in a path.
func altID(id string) string {
	return "_" + strings.ReplaceAll(strings.TrimPrefix(id, nsRoot), "/", ".")
}

// fullID turns either form into the $id.
func fullID(id string) string {
	if rest, isAlt := strings.CutPrefix(id, "_"); isAlt {
		return nsRoot + strings.ReplaceAll(rest, ".", "/")
	}
	return id
}

func sameSchema(a, b string) bool { return a != "" && fullID(a) == fullID(b) }

// isSchema says whether there is a schema with this id, without reading it.
func (c *call) isSchema(id string) bool { return c.sp.get(kindSchema, fullID(id)) != nil }

// findResource looks through the tenant's own resources and Adobe's. What it
// gives is for reading only.
func (sp *space) findResource(id string) object {
	id = fullID(id)
	rest := strings.TrimPrefix(id, nsRoot)
	for _, e := range registryKinds {
		if strings.Contains(rest, "/"+e.segment+"/") || e.kind == kindClass || e.kind == kindFieldGroup {
			if r := sp.get(e.kind, id); r != nil {
				return r.view()
			}
		}
	}
	return globalIndex().byID[id]
}

func (sp *space) namespace() string { return "_" + sp.org.Tenant }

func createResource(k kind) handler {
	return func(c *call) (answer, error) {
		body, err := c.object()
		if err != nil {
			return answer{}, err
		}
		o, err := c.checkResource(k, body, "")
		if err != nil {
			return answer{}, err
		}
		id := nsRoot + c.sp.org.Tenant + "/" + kindSegment(k) + "/" + c.env.newHex(48)
		o = c.completeResource(k, id, "1.0", o)
		if k == kindSchema && hasUnionTag(o) {
			if err := c.checkUnion(o); err != nil {
				return answer{}, err
			}
		}
		c.sp.put(k, id, c.ms(), o)
		return created(o, "")
	}
}

// completeResource adds what the registry adds.
func (c *call) completeResource(k kind, id, version string, o object) object {
	o["$id"], o["meta:altId"], o["meta:resourceType"], o["version"] = id, altID(id), kindSegment(k), version
	o["type"], o["meta:xdmType"] = "object", "object"
	o["imsOrg"] = c.sp.org.ID
	o["meta:abstract"], o["meta:extensible"] = k != kindSchema, k != kindSchema
	o["meta:containerId"], o["meta:tenantNamespace"] = "tenant", c.sp.namespace()
	o["meta:sandboxId"], o["meta:sandboxType"] = c.sp.sandbox.ID, c.sp.sandbox.Type
	refs := []any{}
	for _, e := range list(o, "allOf") {
		ref := text(e, "$ref")
		item := e.(object)
		item["type"], item["meta:xdmType"] = "object", "object"
		if ref != "" && !strings.HasPrefix(ref, "#") {
			refs = append(refs, ref)
		}
	}
	o["refs"] = refs
	o["meta:extends"] = c.sp.ancestors(o)
	if k == kindSchema {
		o["meta:class"] = c.sp.classOf(o)
	}
	c.stampResource(o, true)
	return o
}

func (c *call) stampResource(o object, fresh bool) {
	m, _ := o["meta:registryMetadata"].(object)
	if fresh || m == nil {
		m = object{"repo:createdDate": c.ms(), "xdm:createdClientId": c.client, "xdm:createdUserId": c.client, "xdm:repositoryCreatedBy": c.client}
	}
	m["repo:lastModifiedDate"], m["xdm:lastModifiedClientId"], m["xdm:lastModifiedUserId"] = c.ms(), c.client, c.client
	m["eTag"], m["meta:globalLibVersion"] = c.env.newHex(64), "1.38.3.1"
	o["meta:registryMetadata"] = m
}

// ancestors lists everything that a resource extends, nearest first.
func (sp *space) ancestors(o object) []any {
	var ids []any
	seen := map[string]bool{}
	var walk func(o object)
	walk = func(o object) {
		for _, e := range list(o, "allOf") {
			ref := text(e, "$ref")
			if ref == "" || strings.HasPrefix(ref, "#") || seen[ref] {
				continue
			}
			seen[ref] = true
			ids = append(ids, ref)
			if up := sp.findResource(ref); up != nil {
				walk(up)
			}
		}
	}
	walk(o)
	return ids
}

// classOf is the class among what a schema refers to.
func (sp *space) classOf(o object) any {
	for _, e := range list(o, "allOf") {
		if ref := text(e, "$ref"); text(sp.findResource(ref), "meta:resourceType") == "classes" {
			return ref
		}
	}
	return nil
}

func (c *call) tenantResource(k kind) (*record, error) {
	id := fullID(c.arg("id"))
	if r := c.sp.get(k, id); r != nil {
		return r, nil
	}
	return nil, noResource(k, c.arg("id"))
}

func getResource(k kind) handler {
	return func(c *call) (answer, error) {
		a, err := c.acceptLookup()
		if err != nil {
			return answer{}, err
		}
		id := fullID(c.arg("id"))
		var o object
		if r := c.sp.get(k, id); r != nil && (c.arg("container") == "tenant" || !strings.HasPrefix(id, nsRoot+c.sp.org.Tenant+"/")) {
			o = r.object()
		} else if c.arg("container") == "global" {
			if g := globalResource(id); g != nil && text(g, "meta:resourceType") == kindSegment(k) {
				o = g
			}
		}
		if o == nil {
			return answer{}, noResource(k, c.arg("id"))
		}
		return c.showResource(a, o)
	}
}

func (c *call) showResource(a acceptType, o object) (answer, error) {
	if a.full {
		o = c.sp.resolve(o)
	}
	if a.descriptors {
		o["meta:descriptors"] = c.descriptorsOf(text(o, "$id"))
	}
	if a.notext {
		dropTexts(o)
	}
	if a.standard {
		o = standardNames(o).(object)
	}
	return answer{status: http.StatusOK, contentType: a.echo, body: toJSON(o)}, nil
}

func replaceResource(k kind) handler {
	return func(c *call) (answer, error) {
		r, err := c.tenantResource(k)
		if err != nil {
			return answer{}, err
		}
		body, err := c.object()
		if err != nil {
			return answer{}, err
		}
		before := r.object()
		for _, key := range []string{"meta:registryMetadata", "meta:immutableTags"} {
			if v, has := before[key]; has {
				body[key] = v
			}
		}
		return c.writeResource(k, r, before, body, nextMinor(text(before, "version")))
	}
}

// writeResource checks and stores a changed resource.
func (c *call) writeResource(k kind, r *record, before, body object, version string) (answer, error) {
	meta := before["meta:registryMetadata"]
	after, err := c.checkResource(k, body, r.id)
	if err != nil {
		return answer{}, err
	}
	after = c.completeResource(k, r.id, version, after)
	after["meta:registryMetadata"] = meta
	c.stampResource(after, false)
	if err := c.checkEvolution(k, before, after); err != nil {
		return answer{}, err
	}
	if k == kindSchema && hasUnionTag(after) {
		if err := c.checkUnion(after); err != nil {
			return answer{}, err
		}
	}
	c.sp.put(k, r.id, r.created, after)
	return ok(after)
}

func patchResource(k kind) handler {
	return func(c *call) (answer, error) {
		r, err := c.tenantResource(k)
		if err != nil {
			return answer{}, err
		}
		ops, fault := readPatch(c.body)
		if fault != nil {
			return answer{}, xdmError(1400, http.StatusBadRequest, "Patch invalid", "%s", fault.detail)
		}
		before := r.object()
		version := text(before, "version")
		for _, op := range ops {
			switch op.steps[0] {
			case "meta:immutableTags":
			case "title", "description", "allOf", "definitions", "properties", "meta:extends", "meta:intendedToExtend", "required", "items", "meta:status":
				version = nextMinor(text(before, "version"))
			default:
				return answer{}, xdmError(1400, http.StatusBadRequest, "Patch invalid", "%s cannot be patched", op.path)
			}
		}
		patched, fault := applyPatch(clone(before), ops)
		if fault != nil {
			return answer{}, xdmError(1400, http.StatusBadRequest, "Patch invalid", "%s", fault.detail)
		}
		after := patched.(object)
		return c.writeResource(k, r, before, after, version)
	}
}

func nextMinor(version string) string {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return "1.1"
	}
	return fmt.Sprintf("%d.%d", major, minor+1)
}

func deleteResource(k kind) handler {
	return func(c *call) (answer, error) {
		r, err := c.tenantResource(k)
		if err != nil {
			return answer{}, err
		}
		if err := c.checkUnused(k, r); err != nil {
			return answer{}, err
		}
		c.sp.remove(k, r.id)
		if k == kindSchema {
			for _, d := range slices.Clone(c.sp.table(kindDescriptor).by("xdm:sourceSchema", r.id)) {
				c.sp.remove(kindDescriptor, d.id)
			}
		}
		return answer{status: http.StatusNoContent}, nil
	}
}

// checkUnused: a schema with a dataset or a union tag stays; so does whatever
// another resource refers to.
func (c *call) checkUnused(k kind, r *record) error {
	if k == kindSchema {
		if hasUnionTag(r.object()) {
			return xdmError(1400, http.StatusBadRequest, "Resource in use", "schema %s is enabled for Profile and cannot be deleted", r.id)
		}
		if sets := c.sp.table(kindDataset).by("schemaRef.id", r.id); len(sets) > 0 {
			return xdmError(1400, http.StatusBadRequest, "Resource in use", "schema %s is used by dataset %s", r.id, sets[0].id)
		}
		return nil
	}
	if users := c.sp.referrers(r.id); len(users) > 0 {
		return xdmError(1400, http.StatusBadRequest, "Resource in use", "%s is used by %s", r.id, users[0])
	}
	return nil
}

// referrers lists the tenant resources that refer to an id.
func (sp *space) referrers(id string) []string {
	var out []string
	quoted := []byte(`"` + id + `"`)
	for _, k := range []kind{kindSchema, kindFieldGroup, kindClass, kindDataType} {
		for _, r := range sp.table(k).order {
			if r.id == id || !bytes.Contains(r.body, quoted) {
				continue
			}
			if refersTo(r.object(), id) {
				out = append(out, r.id)
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

func at2(o object, key string) any { return at(o, "meta:registryMetadata", key) }

func listBehaviors(c *call) (answer, error) {
	var items []object
	for _, id := range behaviors() {
		items = append(items, globalResource(id))
	}
	return c.showList(items)
}

func getBehavior(c *call) (answer, error) {
	a, err := c.acceptLookup()
	if err != nil {
		return answer{}, err
	}
	id := fullID(c.arg("id"))
	if !slices.Contains(behaviors(), id) {
		return answer{}, xdmError(1017, http.StatusNotFound, titleNotFound, "there is no behavior with id %s", c.arg("id"))
	}
	return c.showResource(a, globalResource(id))
}

func listResources(k kind) handler {
	return func(c *call) (answer, error) {
		if c.arg("container") == "global" {
			return c.showList(globalResources(kindSegment(k)))
		}
		t := c.sp.table(k)
		// A look-up by an indexed field must not read every resource.
		conds, err := registryConditions(c.query["property"])
		if err != nil {
			return answer{}, err
		}
		var items []object
		for _, r := range t.selectRecords(conds, selection{}) {
			items = append(items, r.object())
		}
		return c.showList(items)
	}
}
