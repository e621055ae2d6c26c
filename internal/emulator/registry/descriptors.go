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

// markDeprecated returns a resolved resource with marks at the fields that a descriptor of the resource, or of one that
// it consists of, deprecates.
func markDeprecated(c *core.Call, whole, resolved object) object {
	resolved = core.Clone(resolved).(object) // it shares the fields of Adobe's
	ids := []string{core.Text(whole, "$id")}
	for _, part := range core.List(whole, "allOf") {
		ids = append(ids, fullID(core.Text(part, "$ref")))
	}
	for _, id := range ids {
		for _, d := range descriptorsOf(c, id) {
			if core.Text(d, "@type") != deprecatedDescriptor {
				continue
			}
			for _, path := range sourceFields(d.(object)) {
				steps := strings.Split(strings.TrimPrefix(path, "/"), "/")
				if field := resolvedField(resolved, steps); field != nil {
					field["meta:status"] = "deprecated"
				}
			}
		}
	}
	return resolved
}

// resolvedField is the field of a resolved resource at a path, in the elements of lists too; nil for none.
func resolvedField(at object, steps []string) object {
	for _, name := range steps {
		for at["items"] != nil {
			at, _ = at["items"].(object)
		}
		properties, _ := at["properties"].(object)
		if at, _ = properties[name].(object); at == nil {
			return nil
		}
	}
	return at
}
