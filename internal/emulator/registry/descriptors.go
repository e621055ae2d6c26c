package registry

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
	o["created"], o["createdUser"], o["createdClient"] = c.Millis(), c.Client, c.Client
	o["updated"], o["updatedUser"] = c.Millis(), c.Client
	o["xdm:sourceSchema"] = fullID(core.Text(o, "xdm:sourceSchema"))
	return o
}

func descriptor(c *core.Call) (*core.Record, error) {
	if r := c.Find(core.KindDescriptor, c.Arg("id")); r != nil {
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
	after := CompleteDescriptor(c, r.ID, body)
	for _, k := range []string{"created", "createdUser", "createdClient"} {
		after[k] = r.View()[k]
	}
	c.Space.Put(core.KindDescriptor, r.ID, r.Created, after)
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
		found = c.Space.Table(core.KindDescriptor).SelectRecords(conds, core.Selection{Skip: c.Hidden()})
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
		r(http.MethodPut, "/identities/{id}", core.Writes, core.With((*core.Call).Object, replaceNamespace)),
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

// namespaceOf finds a namespace that an identity may name, by its code or id; nil
// when there is none.
func namespaceOf(c *core.Call, member, value string) any {
	if c.Env.Switches.Namespaces == "any" {
		return object{}
	}
	for _, n := range namespaces(c) {
		if has, _ := core.Scalar(core.At(n, member)); has == value {
			return n
		}
	}
	return nil
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

var namespaceKinds = []string{"COOKIE", "CROSS_DEVICE", "DEVICE", "EMAIL", "MOBILE", "NON_PEOPLE", "PHONE"}

// badNamespace refuses as Identity Service does.
func badNamespace(c *core.Call, format string, args ...any) error {
	detail := fmt.Sprintf(format, args...)
	return &core.Refusal{Status: http.StatusBadRequest, Code: "Namespace validation", Body: object{
		"timestamp": c.Now.Format(time.RFC3339), "status": http.StatusBadRequest, "title": "Namespace validation",
		"type":        "http://ns.adobe.com/adobecloud/problem/namespacevalidation",
		"description": detail, "detail": detail, "report": object{"code": "INVALID_REQUEST_PARAMS"},
	}}
}

// createNamespace answers 200, not 201.
func createNamespace(c *core.Call, body object) (core.Answer, error) {
	code := core.Text(body, "code")
	if code == "" || !fieldName.MatchString(code) || core.Text(body, "name") == "" {
		return core.Answer{}, badNamespace(c, "code (letters and digits) and name are both needed")
	}
	if !slices.Contains(namespaceKinds, strings.ToUpper(core.Text(body, "idType"))) {
		return core.Answer{}, badNamespace(c, "idType is %q, expected one of %s", core.Text(body, "idType"),
			strings.Join(namespaceKinds, ", "))
	}
	for _, n := range namespaces(c) {
		if strings.EqualFold(core.Text(n, "code"), code) {
			return core.Answer{}, core.Problem(http.StatusConflict, "NAMESPACE_CODE_CONFLICT", "code %s is taken", code)
		}
	}
	return core.OK(AddNamespace(c, 10_000_000+len(c.Space.Table(core.KindNamespace).Order), body))
}

// AddNamespace stores a namespace, completed with what the service adds, and returns it.
func AddNamespace(c *core.Call, id int, body object) object {
	o := object{"id": id, "status": "ACTIVE", "custom": true, "createTime": c.Millis(), "updateTime": c.Millis()}
	for _, k := range []string{"code", "name", "description", "idType"} {
		o[k] = core.Text(body, k)
	}
	c.Space.Put(core.KindNamespace, strconv.Itoa(id), c.Millis(), o)
	return o
}

// replaceNamespace changes name and description; code and idType stay.
func replaceNamespace(c *core.Call, body object) (core.Answer, error) {
	r := c.Space.Get(core.KindNamespace, c.Arg("id"))
	if r == nil {
		return core.Answer{}, core.Missing("there is no namespace of the organization with id %s", c.Arg("id"))
	}
	o := r.Object()
	for _, fixed := range []string{"code", "idType"} {
		if v := core.Text(body, fixed); v != "" && !strings.EqualFold(v, core.Text(o, fixed)) {
			return core.Answer{}, badNamespace(c, "%s cannot be changed", fixed)
		}
	}
	for _, k := range []string{"name", "description"} {
		if v, has := body[k].(string); has {
			o[k] = v
		}
	}
	o["updateTime"] = c.Millis()
	c.Space.Put(core.KindNamespace, r.ID, r.Created, o)
	return core.OK(o)
}
