package emulator

import (
	"net/http"
	"strconv"
	"time"
)

const sandboxRegion = "VA7"

func sandboxRoutes() []route {
	r := func(method, pattern string, h handler) route {
		return route{svc: svcSandbox, method: method, pattern: pattern, access: noSpace, run: h}
	}
	return []route{
		r(http.MethodGet, "/", listSandboxes),
		r(http.MethodGet, "/sandboxes", listSandboxes),
		r(http.MethodPost, "/sandboxes", admin(createSandbox)),
		r(http.MethodGet, "/sandboxes/{name}", getSandbox),
		r(http.MethodPatch, "/sandboxes/{name}", admin(renameSandbox)),
		r(http.MethodPut, "/sandboxes/{name}", admin(resetSandbox)),
		r(http.MethodDelete, "/sandboxes/{name}", admin(deleteSandbox)),
		r(http.MethodGet, "/sandboxTypes", listSandboxTypes),
	}
}

// sandboxObject has no id: only services see it.
func sandboxObject(b *sandbox, now time.Time) object {
	at := func(ms int64) string {
		if ms == 0 {
			return "2021-01-01T00:00:00.000Z"
		}
		return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return object{
		"name": b.Name, "title": b.Title, "type": b.Type, "state": b.state(now), "region": sandboxRegion, "isDefault": b.Default, "eTag": b.Revision, "etag": b.Revision,
		"createdDate": at(b.Made), "lastModifiedDate": at(b.Changed), "createdBy": "system", "lastModifiedBy": "system", "modifiedBy": "system",
	}
}

func listSandboxes(c *call) (answer, error) {
	boxes := c.org().boxes()
	limit, offset := 20, 0
	for name, at := range map[string]*int{"limit": &limit, "offset": &offset} {
		if v := c.query.Get(name); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 || (name == "limit" && (n == 0 || n > 100)) {
				return answer{}, badSandbox("%s is %q", name, v)
			}
			*at = n
		}
	}
	items := []any{}
	for i, b := range boxes {
		if i >= offset && len(items) < limit {
			items = append(items, sandboxObject(b, c.now))
		}
	}
	links := object{"page": object{"href": "https://platform.adobe.io:443/data/foundation/sandbox-management/sandboxes?limit={limit}&offset={offset}", "templated": true}}
	if offset+len(items) < len(boxes) {
		links["next"] = object{"href": "/data/foundation/sandbox-management/sandboxes?limit=" + strconv.Itoa(limit) + "&offset=" + strconv.Itoa(offset+limit), "templated": false}
	}
	return ok(object{"sandboxes": items, "_page": object{"limit": limit, "count": len(items)}, "_links": links})
}

func getSandbox(c *call) (answer, error) {
	b, err := c.sandboxArg()
	if err != nil {
		return answer{}, err
	}
	return ok(sandboxObject(b, c.now))
}

func listSandboxTypes(c *call) (answer, error) {
	return ok(object{"sandboxTypes": []any{object{"id": "production", "title": "Production"}, object{"id": "development", "title": "Development"}}})
}
