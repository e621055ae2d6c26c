package registry

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Descriptors say what a field of a schema is: an identity, a relationship, a
// friendly name. They know no other Accept than the xdm one.
func descriptorRoutes() []core.Route {
	r := core.RoutesOf(core.SchemaRegistry)
	return []core.Route{
		r(http.MethodGet, "/{container}/descriptors", core.Reads, listDescriptors),
		r(http.MethodGet, "/{container}/descriptors/{id}", core.Reads, core.With(descriptor, getDescriptor)),
		r(http.MethodPost, "/tenant/descriptors", core.Writes, core.With((*core.Call).Object, createDescriptor)),
		r(http.MethodPut, "/tenant/descriptors/{id}", core.Writes, core.With(descriptor, replaceDescriptor)),
		r(http.MethodDelete, "/tenant/descriptors/{id}", core.Writes, core.With(descriptor, deleteDescriptor)),
	}
}

const IdentityDescriptor = "xdm:descriptorIdentity"

// descriptorTypes lists the types with the members each needs beyond the
// source's.
var descriptorTypes = []struct {
	name  string
	needs []string
}{
	{IdentityDescriptor, []string{"xdm:namespace", "xdm:property"}},
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
	return core.XDMError(1400, http.StatusBadRequest, "Descriptor invalid", format, args...)
}

func createDescriptor(c *core.Call, body object) (core.Answer, error) {
	if err := checkDescriptor(c, body, ""); err != nil {
		return core.Answer{}, err
	}
	o := CompleteDescriptor(c, c.Env.NewHex(40), body)
	c.Space.Put(core.KindDescriptor, core.Text(o, "@id"), c.Millis(), o)
	return core.Created(o, "")
}

// CompleteDescriptor adds what the platform adds to a descriptor.
func CompleteDescriptor(c *core.Call, id string, o object) object {
	o["@id"], o["imsOrg"], o["version"], o["meta:containerId"] = id, c.Space.Org.ID, "1", "tenant"
	o["meta:sandboxId"], o["meta:sandboxType"] = c.Space.Sandbox.ID, c.Space.Sandbox.Type
	o["xdm:sourceSchema"] = fullID(core.Text(o, "xdm:sourceSchema"))
	return o
}

func checkDescriptor(c *core.Call, o object, id string) error {
	kind := core.Text(o, "@type")
	i := slices.IndexFunc(descriptorTypes, func(t struct {
		name  string
		needs []string
	}) bool {
		return t.name == kind
	})
	if i < 0 {
		return badDescriptor("@type is %q, which is not a type of descriptor", kind)
	}
	schemaID := core.Text(o, "xdm:sourceSchema")
	schema := FindResource(c.Space, schemaID)
	if schema == nil {
		return badDescriptor("xdm:sourceSchema names %q, which does not exist", schemaID)
	}
	if v, isInt := core.AsInt(o["xdm:sourceVersion"]); !isInt || v != 1 {
		return badDescriptor("xdm:sourceVersion must be 1")
	}
	for _, need := range descriptorTypes[i].needs {
		if v, leaf := core.Scalar(o[need]); !leaf || v == "" {
			return badDescriptor("%s is missing", need)
		}
	}
	property := core.Text(o, "xdm:sourceProperty")
	if !strings.HasPrefix(property, "/") {
		return badDescriptor("xdm:sourceProperty is %q, expected a path such as /personalEmail/address", property)
	}
	path := strings.ReplaceAll(strings.Trim(property, "/"), "/", ".")
	fields := FieldsOf(c.Space, schema)
	if _, has := fields[path]; !has {
		if _, has = fields[strings.ReplaceAll(path, ".", "[*].")]; !has {
			return badDescriptor("schema %s has no field %s", schemaID, property)
		}
	}
	if kind != IdentityDescriptor {
		return nil
	}
	if p := core.Text(o, "xdm:property"); p != "xdm:code" && p != "xdm:id" {
		return badDescriptor("xdm:property is %q, expected xdm:code or xdm:id", p)
	}
	if primary, has := o["xdm:isPrimary"]; has {
		if _, isBool := primary.(bool); !isBool {
			return badDescriptor("xdm:isPrimary must be a boolean")
		}
	}
	for _, r := range c.Space.Table(core.KindDescriptor).By("xdm:sourceSchema", fullID(schemaID)) {
		other := r.Object()
		if r.ID == id || core.Text(other, "@type") != IdentityDescriptor {
			continue
		}
		if o["xdm:isPrimary"] == true && other["xdm:isPrimary"] == true {
			return badDescriptor("schema %s has a primary identity already, on %s", schemaID,
				core.Text(other, "xdm:sourceProperty"))
		}
	}
	return nil
}

func descriptor(c *core.Call) (*core.Record, error) {
	if r := c.Space.Get(core.KindDescriptor, c.Arg("id")); r != nil {
		return r, nil
	}
	return nil, core.XDMError(1016, http.StatusNotFound, titleNotFound, "there is no descriptor with id %s", c.Arg("id"))
}

func getDescriptor(c *core.Call, r *core.Record) (core.Answer, error) {
	return core.Answer{Status: http.StatusOK, Body: r.Body}, nil
}

// replaceDescriptor answers 201 with the id, as the guide shows, not 200.
func replaceDescriptor(c *core.Call, r *core.Record) (core.Answer, error) {
	body, err := c.Object()
	if err != nil {
		return core.Answer{}, err
	}
	if err := checkDescriptor(c, body, r.ID); err != nil {
		return core.Answer{}, err
	}
	if err := keepsUnionIdentity(c, r.Object(), body); err != nil {
		return core.Answer{}, err
	}
	c.Space.Put(core.KindDescriptor, r.ID, r.Created, CompleteDescriptor(c, r.ID, body))
	return core.Created(object{"@id": r.ID}, "")
}

// keepsUnionIdentity: the primary identity of a schema that is enabled for
// Profile stays.
func keepsUnionIdentity(c *core.Call, before, after object) error {
	if before["xdm:isPrimary"] != true || after != nil && after["xdm:isPrimary"] == true &&
		core.Same(before["xdm:sourceProperty"], after["xdm:sourceProperty"]) {
		return nil
	}
	schema := FindResource(c.Space, core.Text(before, "xdm:sourceSchema"))
	if schema != nil && HasUnionTag(schema) {
		return core.XDMError(1527, http.StatusBadRequest, titleUnion,
			"schema %s is enabled for Profile and keeps its primary identity", core.Text(schema, "$id"))
	}
	return nil
}

func deleteDescriptor(c *core.Call, r *core.Record) (core.Answer, error) {
	if err := keepsUnionIdentity(c, r.Object(), nil); err != nil {
		return core.Answer{}, err
	}
	c.Space.Remove(core.KindDescriptor, r.ID)
	return core.Answer{Status: http.StatusNoContent}, nil
}

// listDescriptors groups by type; the v2 forms of Accept page a flat list.
func listDescriptors(c *core.Call) (core.Answer, error) {
	a, valid := readAccept(c.Request.Header.Get("Accept"))
	if !valid || !a.standard || a.version != "" || a.full {
		return core.Answer{}, core.XDMError(1008, http.StatusBadRequest, titleAccept,
			"Accept is %q; a list of descriptors needs application/vnd.adobe.xdm+json, xdm-id or xdm-link",
			c.Request.Header.Get("Accept"))
	}
	conds, err := registryConditions(c.Query["property"])
	if err != nil {
		return core.Answer{}, err
	}
	var found []*core.Record
	if c.Arg("container") == "tenant" {
		found = c.Space.Table(core.KindDescriptor).SelectRecords(conds, core.Selection{})
	}
	show := func(r *core.Record, o object) any {
		switch {
		case a.id:
			return r.ID
		case a.link:
			return "/tenant/descriptors/" + r.ID
		}
		return o
	}
	if a.v2 {
		return pageDescriptors(c, a, found, show)
	}
	groups := object{}
	for _, r := range found {
		o := r.Object()
		kind := core.Text(o, "@type")
		l, _ := groups[kind].([]any)
		groups[kind] = append(l, show(r, o))
	}
	return core.Answer{Status: http.StatusOK, ContentType: a.echo, Body: core.ToJSON(groups)}, nil
}

func pageDescriptors(c *core.Call, a acceptType, found []*core.Record,
	show func(*core.Record, object) any) (core.Answer, error) {
	limit, err := readLimit(c, 1)
	if err != nil {
		return core.Answer{}, err
	}
	found = slices.SortedFunc(slices.Values(found), func(x, y *core.Record) int { return strings.Compare(x.ID, y.ID) })
	if start := c.Query.Get("start"); start != "" {
		found = slices.DeleteFunc(found, func(r *core.Record) bool { return r.ID <= start })
	}
	var next any
	links := object{"next": nil}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].ID
		q := url.Values{"start": {found[limit-1].ID}, "limit": {strconv.Itoa(limit)}}
		links["next"] = object{"href": "/tenant/descriptors?" + q.Encode()}
	}
	results := []any{}
	for _, r := range found {
		results = append(results, show(r, r.Object()))
	}
	return a.listAnswer(results, "@id", next, links)
}

// descriptorsOf is what the -desc form of a lookup adds.
func descriptorsOf(c *core.Call, schemaID string) []any {
	out := []any{}
	for _, r := range c.Space.Table(core.KindDescriptor).By("xdm:sourceSchema", schemaID) {
		out = append(out, r.Object())
	}
	return out
}

// Identity namespaces, as far as descriptors name them.
func namespaceRoutes() []core.Route {
	r := core.RoutesOf(core.IdentityService)
	return []core.Route{
		r(http.MethodGet, "/identities", core.Reads, listNamespaces),
		r(http.MethodPost, "/identities", core.Writes, core.With((*core.Call).Object, createNamespace)),
		r(http.MethodGet, "/identities/{id}", core.Reads, getNamespace),
	}
}

var standardNamespaces = []struct {
	id               int
	code, name, kind string
}{
	{0, "CORE", "CORE", "Cookie"}, {4, "ECID", "ECID", "Cookie"}, {6, "Email", "Email", "Email"},
	{7, "Phone", "Phone", "Phone"}, {10, "WAID", "Windows AID", "Device"},
	{11, "Email_LC_SHA256", "Emails (SHA256, lowercased)", "Email"}, {14, "Phone_E.164", "Phone (E.164)", "Phone"},
	{15, "Phone_SHA256", "Phone (SHA256)", "Phone"}, {16, "Phone_SHA256_E.164", "Phone (SHA256_E.164)", "Phone"},
	{411, "AdCloud", "AdCloud", "Cookie"}, {771, "Google", "Google", "Cookie"},
	{20914, "GAID", "Google Ad ID (GAID)", "Device"}, {20915, "IDFA", "Apple IDFA (ID for Advertisers)", "Device"},
}

func namespaces(c *core.Call) []any {
	out := []any{}
	for _, n := range standardNamespaces {
		out = append(out, object{
			"id": n.id, "code": n.code, "name": n.name, "description": n.name, "idType": n.kind, "status": "ACTIVE",
			"custom": false, "createTime": int64(1551688425455), "updateTime": int64(1551688425455),
		})
	}
	for _, r := range c.Space.Table(core.KindNamespace).Order {
		out = append(out, r.Object())
	}
	return out
}

func listNamespaces(c *core.Call) (core.Answer, error) { return core.OK(namespaces(c)) }

func getNamespace(c *core.Call) (core.Answer, error) {
	for _, n := range namespaces(c) {
		if id, _ := core.Scalar(core.At(n, "id")); id == c.Arg("id") {
			return core.OK(n)
		}
	}
	return core.Answer{}, core.Missing("there is no namespace with id %s", c.Arg("id"))
}

func createNamespace(c *core.Call, body object) (core.Answer, error) {
	code := core.Text(body, "code")
	if code == "" || !fieldName.MatchString(code) || core.Text(body, "name") == "" {
		return core.Answer{}, core.Problem(http.StatusBadRequest, "BadRequestError",
			"code (letters and digits) and name are both needed")
	}
	kinds := []string{"Cookie", "Cross_device", "Device", "Email", "Mobile", "Non_people", "Phone", "COOKIE",
		"CROSS_DEVICE", "DEVICE", "EMAIL", "MOBILE", "NON_PEOPLE", "PHONE"}
	if !slices.Contains(kinds, core.Text(body, "idType")) {
		return core.Answer{}, core.Problem(http.StatusBadRequest, "BadRequestError", "idType is %q",
			core.Text(body, "idType"))
	}
	for _, n := range namespaces(c) {
		if strings.EqualFold(core.Text(n, "code"), code) {
			return core.Answer{}, core.Problem(http.StatusConflict, "NAMESPACE_CODE_CONFLICT", "code %s is taken", code)
		}
	}
	id := 10_000_000 + len(c.Space.Table(core.KindNamespace).Order)
	o := object{
		"id": id, "code": code, "name": core.Text(body, "name"), "description": core.Text(body, "description"),
		"idType": core.Text(body, "idType"), "status": "ACTIVE", "custom": true, "createTime": c.Millis(),
		"updateTime": c.Millis(),
	}
	c.Space.Put(core.KindNamespace, strconv.Itoa(id), c.Millis(), o)
	return core.Created(o, "")
}
