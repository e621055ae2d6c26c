package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Descriptors say what a field of a schema is: an identity, a relationship, a
// friendly name. They know no other Accept than the xdm one.
func descriptorRoutes() []route {
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcRegistry, method: method, pattern: pattern, access: a, run: h}
	}
	return []route{
		r(http.MethodGet, "/{container}/descriptors", reads, listDescriptors),
		r(http.MethodGet, "/{container}/descriptors/{id}", reads, getDescriptor),
		r(http.MethodPost, "/tenant/descriptors", writes, createDescriptor),
		r(http.MethodPut, "/tenant/descriptors/{id}", writes, replaceDescriptor),
		r(http.MethodDelete, "/tenant/descriptors/{id}", writes, deleteDescriptor),
	}
}

const identityDescriptor = "xdm:descriptorIdentity"

// descriptorTypes lists the types with the members each needs beyond the
// source's.
var descriptorTypes = []struct {
	name  string
	needs []string
}{
	{identityDescriptor, []string{"xdm:namespace", "xdm:property"}},
	{"xdm:alternateDisplayInfo", nil},
	{"xdm:descriptorOneToOne", []string{"xdm:destinationSchema"}},
	{"xdm:descriptorReferenceIdentity", []string{"xdm:identityNamespace"}},
	{"xdm:descriptorRelationship", []string{"xdm:destinationSchema"}},
	{"xdm:descriptorDeprecated", nil},
	{"xdm:descriptorTimeSeriesGranularity", nil},
	{"xdm:descriptorPrimaryKey", nil},
	{"xdm:descriptorVersion", nil},
	{"xdm:descriptorTimestamp", nil},
	{"xdm:descriptorLabel", nil},
}

func badDescriptor(format string, args ...any) error {
	return xdmError(1400, http.StatusBadRequest, "Descriptor invalid", format, args...)
}

func createDescriptor(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	if err := c.checkDescriptor(body, ""); err != nil {
		return answer{}, err
	}
	o := c.completeDescriptor(c.env.newHex(40), body)
	c.sp.put(kindDescriptor, text(o, "@id"), c.ms(), o)
	return created(o, "")
}

func (c *call) completeDescriptor(id string, o object) object {
	o["@id"], o["imsOrg"], o["version"], o["meta:containerId"] = id, c.sp.org.ID, "1", "tenant"
	o["meta:sandboxId"], o["meta:sandboxType"] = c.sp.sandbox.ID, c.sp.sandbox.Type
	o["xdm:sourceSchema"] = fullID(text(o, "xdm:sourceSchema"))
	return o
}

func (c *call) checkDescriptor(o object, id string) error {
	kind := text(o, "@type")
	i := slices.IndexFunc(descriptorTypes, func(t struct {
		name  string
		needs []string
	}) bool {
		return t.name == kind
	})
	if i < 0 {
		return badDescriptor("@type is %q, which is not a type of descriptor", kind)
	}
	schemaID := text(o, "xdm:sourceSchema")
	schema := c.sp.findResource(schemaID)
	if schema == nil {
		return badDescriptor("xdm:sourceSchema names %q, which does not exist", schemaID)
	}
	if v, isInt := asInt(o["xdm:sourceVersion"]); !isInt || v != 1 {
		return badDescriptor("xdm:sourceVersion must be 1")
	}
	for _, need := range descriptorTypes[i].needs {
		if v, leaf := scalar(o[need]); !leaf || v == "" {
			return badDescriptor("%s is missing", need)
		}
	}
	property := text(o, "xdm:sourceProperty")
	if !strings.HasPrefix(property, "/") {
		return badDescriptor("xdm:sourceProperty is %q, expected a path such as /personalEmail/address", property)
	}
	path := strings.ReplaceAll(strings.Trim(property, "/"), "/", ".")
	fields := c.sp.fieldsOf(schema)
	if _, has := fields[path]; !has {
		if _, has = fields[strings.ReplaceAll(path, ".", "[*].")]; !has {
			return badDescriptor("schema %s has no field %s", schemaID, property)
		}
	}
	if kind != identityDescriptor {
		return nil
	}
	if p := text(o, "xdm:property"); p != "xdm:code" && p != "xdm:id" {
		return badDescriptor("xdm:property is %q, expected xdm:code or xdm:id", p)
	}
	if primary, has := o["xdm:isPrimary"]; has {
		if _, isBool := primary.(bool); !isBool {
			return badDescriptor("xdm:isPrimary must be a boolean")
		}
	}
	for _, r := range c.sp.table(kindDescriptor).by("xdm:sourceSchema", fullID(schemaID)) {
		other := r.object()
		if r.id == id || text(other, "@type") != identityDescriptor {
			continue
		}
		if o["xdm:isPrimary"] == true && other["xdm:isPrimary"] == true {
			return badDescriptor("schema %s has a primary identity already, on %s", schemaID, text(other, "xdm:sourceProperty"))
		}
	}
	return nil
}

func (c *call) descriptor() (*record, error) {
	if r := c.sp.get(kindDescriptor, c.arg("id")); r != nil {
		return r, nil
	}
	return nil, xdmError(1016, http.StatusNotFound, titleNotFound, "there is no descriptor with id %s", c.arg("id"))
}

func getDescriptor(c *call) (answer, error) {
	r, err := c.descriptor()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: r.body}, nil
}

// replaceDescriptor answers 201 with the id, as the guide shows, not 200.
func replaceDescriptor(c *call) (answer, error) {
	r, err := c.descriptor()
	if err != nil {
		return answer{}, err
	}
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	if err := c.checkDescriptor(body, r.id); err != nil {
		return answer{}, err
	}
	if err := c.keepsUnionIdentity(r.object(), body); err != nil {
		return answer{}, err
	}
	c.sp.put(kindDescriptor, r.id, r.created, c.completeDescriptor(r.id, body))
	return created(object{"@id": r.id}, "")
}

// keepsUnionIdentity: the primary identity of a schema that is enabled for
// Profile stays.
func (c *call) keepsUnionIdentity(before, after object) error {
	if before["xdm:isPrimary"] != true || after != nil && after["xdm:isPrimary"] == true && same(before["xdm:sourceProperty"], after["xdm:sourceProperty"]) {
		return nil
	}
	schema := c.sp.findResource(text(before, "xdm:sourceSchema"))
	if schema != nil && hasUnionTag(schema) {
		return xdmError(1527, http.StatusBadRequest, titleUnion, "schema %s is enabled for Profile and keeps its primary identity", text(schema, "$id"))
	}
	return nil
}

func deleteDescriptor(c *call) (answer, error) {
	r, err := c.descriptor()
	if err != nil {
		return answer{}, err
	}
	if err := c.keepsUnionIdentity(r.object(), nil); err != nil {
		return answer{}, err
	}
	c.sp.remove(kindDescriptor, r.id)
	return answer{status: http.StatusNoContent}, nil
}

// listDescriptors groups by type; the v2 forms of Accept page a flat list.
func listDescriptors(c *call) (answer, error) {
	a, valid := readAccept(c.r.Header.Get("Accept"))
	if !valid || !a.standard || a.version != "" || a.full {
		return answer{}, xdmError(1008, http.StatusBadRequest, titleAccept, "Accept is %q; a list of descriptors needs application/vnd.adobe.xdm+json, xdm-id or xdm-link", c.r.Header.Get("Accept"))
	}
	conds, err := registryConditions(c.query["property"])
	if err != nil {
		return answer{}, err
	}
	var found []*record
	if c.arg("container") == "tenant" {
		found = c.sp.table(kindDescriptor).selectRecords(conds, selection{})
	}
	show := func(r *record, o object) any {
		switch {
		case a.id:
			return r.id
		case a.link:
			return "/tenant/descriptors/" + r.id
		}
		return o
	}
	if a.v2 {
		return c.pageDescriptors(a, found, show)
	}
	groups := object{}
	for _, r := range found {
		o := r.object()
		kind := text(o, "@type")
		l, _ := groups[kind].([]any)
		groups[kind] = append(l, show(r, o))
	}
	return answer{status: http.StatusOK, contentType: a.echo, body: toJSON(groups)}, nil
}

func (c *call) pageDescriptors(a acceptType, found []*record, show func(*record, object) any) (answer, error) {
	limit := registryPage
	if v := c.query.Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > registryMaxLimit {
			return answer{}, xdmError(1400, http.StatusBadRequest, "Query invalid", "limit is %q, expected a number from 1 to %d", v, registryMaxLimit)
		}
		limit = n
	}
	found = slices.SortedFunc(slices.Values(found), func(x, y *record) int { return strings.Compare(x.id, y.id) })
	if start := c.query.Get("start"); start != "" {
		found = slices.DeleteFunc(found, func(r *record) bool { return r.id <= start })
	}
	var next any
	links := object{"next": nil}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].id
		q := url.Values{"start": {found[limit-1].id}, "limit": {strconv.Itoa(limit)}}
		links["next"] = object{"href": "/tenant/descriptors?" + q.Encode()}
	}
	results := []any{}
	for _, r := range found {
		results = append(results, show(r, r.object()))
	}
	return answer{status: http.StatusOK, contentType: a.echo, body: toJSON(object{
		"results": results, "_page": object{"orderby": "@id", "next": next, "count": len(results)}, "_links": links,
	})}, nil
}

// descriptorsOf is what the -desc form of a lookup adds.
func (c *call) descriptorsOf(schemaID string) []any {
	out := []any{}
	for _, r := range c.sp.table(kindDescriptor).by("xdm:sourceSchema", schemaID) {
		out = append(out, r.object())
	}
	return out
}

// Identity namespaces, as far as descriptors name them.
func namespaceRoutes() []route {
	return []route{
		{svc: svcIdentity, method: http.MethodGet, pattern: "/identities", access: reads, run: listNamespaces},
		{svc: svcIdentity, method: http.MethodPost, pattern: "/identities", access: writes, run: createNamespace},
		{svc: svcIdentity, method: http.MethodGet, pattern: "/identities/{id}", access: reads, run: getNamespace},
	}
}

var standardNamespaces = []struct {
	id               int
	code, name, kind string
}{
	{0, "CORE", "CORE", "Cookie"}, {4, "ECID", "ECID", "Cookie"}, {6, "Email", "Email", "Email"}, {7, "Phone", "Phone", "Phone"},
	{10, "WAID", "Windows AID", "Device"}, {11, "Email_LC_SHA256", "Emails (SHA256, lowercased)", "Email"}, {14, "Phone_E.164", "Phone (E.164)", "Phone"},
	{15, "Phone_SHA256", "Phone (SHA256)", "Phone"}, {16, "Phone_SHA256_E.164", "Phone (SHA256_E.164)", "Phone"},
	{411, "AdCloud", "AdCloud", "Cookie"}, {771, "Google", "Google", "Cookie"}, {20914, "GAID", "Google Ad ID (GAID)", "Device"}, {20915, "IDFA", "Apple IDFA (ID for Advertisers)", "Device"},
}

func (c *call) namespaces() []any {
	out := []any{}
	for _, n := range standardNamespaces {
		out = append(out, object{
			"id": n.id, "code": n.code, "name": n.name, "description": n.name, "idType": n.kind, "status": "ACTIVE", "custom": false,
			"createTime": int64(1551688425455), "updateTime": int64(1551688425455),
		})
	}
	for _, r := range c.sp.table(kindNamespace).order {
		out = append(out, r.object())
	}
	return out
}

func listNamespaces(c *call) (answer, error) { return ok(c.namespaces()) }

func getNamespace(c *call) (answer, error) {
	for _, n := range c.namespaces() {
		if id, _ := scalar(at(n, "id")); id == c.arg("id") {
			return ok(n)
		}
	}
	return answer{}, problem(http.StatusNotFound, "NotFoundError", "there is no namespace with id %s", c.arg("id"))
}

func createNamespace(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	code := text(body, "code")
	if code == "" || !fieldName.MatchString(code) || text(body, "name") == "" {
		return answer{}, problem(http.StatusBadRequest, "BadRequestError", "code (letters and digits) and name are both needed")
	}
	kinds := []string{"Cookie", "Cross_device", "Device", "Email", "Mobile", "Non_people", "Phone", "COOKIE", "CROSS_DEVICE", "DEVICE", "EMAIL", "MOBILE", "NON_PEOPLE", "PHONE"}
	if !slices.Contains(kinds, text(body, "idType")) {
		return answer{}, problem(http.StatusBadRequest, "BadRequestError", "idType is %q", text(body, "idType"))
	}
	for _, n := range c.namespaces() {
		if strings.EqualFold(text(n, "code"), code) {
			return answer{}, problem(http.StatusConflict, "NAMESPACE_CODE_CONFLICT", "code %s is taken", code)
		}
	}
	id := 10_000_000 + len(c.sp.table(kindNamespace).order)
	o := object{
		"id": id, "code": code, "name": text(body, "name"), "description": text(body, "description"), "idType": text(body, "idType"),
		"status": "ACTIVE", "custom": true, "createTime": c.ms(), "updateTime": c.ms(),
	}
	c.sp.put(kindNamespace, strconv.Itoa(id), c.ms(), o)
	return created(o, "")
}
