package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

const sandboxRegion = "VA7"

// Routes are the calls of the sandbox service.
func Routes() []core.Route {
	r := core.RoutesOf(core.SandboxService)
	return []core.Route{
		r(http.MethodGet, "/", core.NoSpace, listSandboxes),
		r(http.MethodGet, "/sandboxes", core.NoSpace, listSandboxes),
		r(http.MethodPost, "/sandboxes", core.NoSpace, admin(core.With((*core.Call).Object, createSandbox))),
		r(http.MethodGet, "/sandboxes/{name}", core.NoSpace, core.With(sandboxArg, getSandbox)),
		r(http.MethodPatch, "/sandboxes/{name}", core.NoSpace, admin(renameSandbox)),
		r(http.MethodPut, "/sandboxes/{name}", core.NoSpace, admin(resetSandbox)),
		r(http.MethodDelete, "/sandboxes/{name}", core.NoSpace, admin(core.With(sandboxArg, deleteSandbox))),
		r(http.MethodGet, "/sandboxTypes", core.NoSpace, listSandboxTypes),
	}
}

// sandboxObject has no id: only services see it.
func sandboxObject(b *core.Sandbox, now time.Time) object {
	at := func(ms int64) string {
		if ms == 0 {
			return "2021-01-01T00:00:00.000Z"
		}
		return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return object{
		"name": b.Name, "title": b.Title, "type": b.Type, "state": b.State(now), "region": sandboxRegion,
		"isDefault": b.Default, "eTag": b.Revision, "etag": b.Revision, "createdDate": at(b.Made),
		"lastModifiedDate": at(b.Changed), "createdBy": "system", "lastModifiedBy": "system", "modifiedBy": "system",
	}
}

func listSandboxes(c *core.Call) (core.Answer, error) {
	sandboxes := c.Org().Sandboxes()
	limit, offset := 20, 0
	for name, at := range map[string]*int{"limit": &limit, "offset": &offset} {
		if v := c.Query.Get(name); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 || (name == "limit" && (n == 0 || n > 100)) {
				return core.Answer{}, badSandbox("%s is %q", name, v)
			}
			*at = n
		}
	}
	items := []any{}
	for i, b := range sandboxes {
		if i >= offset && len(items) < limit {
			items = append(items, sandboxObject(b, c.Now))
		}
	}
	links := object{"page": object{"templated": true,
		"href": "https://platform.adobe.io:443/data/foundation/sandbox-management/sandboxes?limit={limit}&offset={offset}"}}
	if offset+len(items) < len(sandboxes) {
		links["next"] = object{"href": "/data/foundation/sandbox-management/sandboxes?limit=" + strconv.Itoa(limit) +
			"&offset=" + strconv.Itoa(offset+limit), "templated": false}
	}
	return core.OK(object{"sandboxes": items, "_page": object{"limit": limit, "count": len(items)}, "_links": links})
}

func getSandbox(c *core.Call, b *core.Sandbox) (core.Answer, error) {
	return core.OK(sandboxObject(b, c.Now))
}

func listSandboxTypes(c *core.Call) (core.Answer, error) {
	return core.OK(object{"sandboxTypes": []any{object{"id": "production", "title": "Production"},
		object{"id": "development", "title": "Development"}}})
}
