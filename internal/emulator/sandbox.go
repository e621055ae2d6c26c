package emulator

import (
	"net/http"
	"strconv"
	"strings"
)

// org is one organization of the platform with its tenant and sandboxes.
type org struct {
	ID        string
	Tenant    string // without the underscore
	Sandboxes []sandbox
	Clients   []Client
}

type sandbox struct {
	Name, Title, Type, ID string
	Default               bool
}

func (s *Server) org(id string) *org {
	for _, o := range s.orgs {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// knows says whether an API key may be used; without listed clients, any may.
func (o *org) knows(key string) bool {
	for _, c := range o.Clients {
		if c.ID == key {
			return true
		}
	}
	return len(o.Clients) == 0
}

// readOnly says whether a client was seeded without permission to write.
func (o *org) readOnly(key string) bool {
	for _, c := range o.Clients {
		if c.ID == key {
			return c.Role == "read"
		}
	}
	return false
}

func (o *org) sandbox(name string) *sandbox {
	for i := range o.Sandboxes {
		if o.Sandboxes[i].Name == name {
			return &o.Sandboxes[i]
		}
	}
	return nil
}

func (o *org) defaultSandbox() string {
	for _, b := range o.Sandboxes {
		if b.Default {
			return b.Name
		}
	}
	return o.Sandboxes[0].Name
}

func sandboxRoutes() []route {
	return []route{
		{svc: svcSandbox, method: http.MethodGet, pattern: "/", access: noSpace, run: listSandboxes},
		{svc: svcSandbox, method: http.MethodGet, pattern: "/sandboxes", access: noSpace, run: listSandboxes},
		{svc: svcSandbox, method: http.MethodGet, pattern: "/sandboxes/{name}", access: noSpace, run: getSandbox},
		{svc: svcSandbox, method: http.MethodGet, pattern: "/sandboxTypes", access: noSpace, run: listSandboxTypes},
	}
}

func (c *call) org() *org { return c.s.org(c.r.Header.Get("x-gw-ims-org-id")) }

// sandboxObject has no id: only services see it.
func sandboxObject(b *sandbox) object {
	return object{
		"name": b.Name, "title": b.Title, "type": b.Type, "state": "active", "region": "VA7", "isDefault": b.Default, "eTag": 2, "etag": 2,
		"createdDate": "2021-01-01T00:00:00.000Z", "lastModifiedDate": "2021-01-01T00:00:00.000Z", "createdBy": "system", "lastModifiedBy": "system",
	}
}

func listSandboxes(c *call) (answer, error) {
	o := c.org()
	limit, offset := 20, 0
	for name, at := range map[string]*int{"limit": &limit, "offset": &offset} {
		if v := c.query.Get(name); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 || (name == "limit" && (n == 0 || n > 100)) {
				return answer{}, problem(http.StatusBadRequest, "BadRequestError", "%s is %q", name, v)
			}
			*at = n
		}
	}
	items := []any{}
	for i := range o.Sandboxes {
		if i >= offset && len(items) < limit {
			items = append(items, sandboxObject(&o.Sandboxes[i]))
		}
	}
	links := object{"page": object{"href": "https://platform.adobe.io:443/data/foundation/sandbox-management/sandboxes?limit={limit}&offset={offset}", "templated": true}}
	if offset+len(items) < len(o.Sandboxes) {
		links["next"] = object{"href": "/data/foundation/sandbox-management/sandboxes?limit=" + strconv.Itoa(limit) + "&offset=" + strconv.Itoa(offset+limit), "templated": false}
	}
	return ok(object{"sandboxes": items, "_page": object{"limit": limit, "count": len(items)}, "_links": links})
}

func getSandbox(c *call) (answer, error) {
	b := c.org().sandbox(c.arg("name"))
	if b == nil {
		return answer{}, problem(http.StatusNotFound, "Sandbox not found", "there is no sandbox %q", c.arg("name"))
	}
	return ok(sandboxObject(b))
}

func listSandboxTypes(c *call) (answer, error) {
	return ok(object{"sandboxTypes": []any{object{"id": "production", "title": "Production"}, object{"id": "development", "title": "Development"}}})
}

// sandboxType is the type of a sandbox whose seed does not say.
func sandboxType(name string, first bool) string {
	if first || strings.HasPrefix(name, "prod") {
		return "production"
	}
	return "development"
}
