package emulator

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// org is one organization of the platform with its tenant and sandboxes.
type org struct {
	ID      string
	Tenant  string // without the underscore
	Clients []Client

	// list is replaced as a whole when a sandbox comes, changes or goes.
	list atomic.Pointer[[]*sandbox]
}

// sandbox is never changed, only replaced: ID, Name and Type stay for life.
type sandbox struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Type    string `json:"type"`
	ID      string `json:"id"`
	Default bool   `json:"-"`
	Seeded  bool   `json:"-"` // the seed has it: seeded objects go there

	Revision int    `json:"revision"`
	Made     int64  `json:"made,omitempty"` // ms; 0 is long ago
	Changed  int64  `json:"changed,omitempty"`
	Busy     string `json:"busy,omitempty"` // state until Until, in ms
	Until    int64  `json:"until,omitempty"`
}

const sandboxRegion = "VA7"

func (s *Server) org(id string) *org {
	for _, o := range s.orgs {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// client finds a listed client; without listed ones there is none to find.
func (o *org) client(key string) *Client {
	for i := range o.Clients {
		if o.Clients[i].ID == key {
			return &o.Clients[i]
		}
	}
	return nil
}

// knows says whether an API key may be used; without listed clients, any may.
func (o *org) knows(key string) bool { return len(o.Clients) == 0 || o.client(key) != nil }

// readOnly says whether a client was seeded without permission to write.
func (o *org) readOnly(key string) bool {
	c := o.client(key)
	return c != nil && c.Role == "read"
}

// boxes are the org's sandboxes, for reading only.
func (o *org) boxes() []*sandbox {
	if l := o.list.Load(); l != nil {
		return *l
	}
	return nil
}

func (o *org) sandbox(name string) *sandbox {
	for _, b := range o.boxes() {
		if b.Name == name {
			return b
		}
	}
	return nil
}

func (o *org) defaultSandbox() string {
	for _, b := range o.boxes() {
		if b.Default {
			return b.Name
		}
	}
	return o.boxes()[0].Name
}

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

func (c *call) org() *org { return c.s.org(c.r.Header.Get("x-gw-ims-org-id")) }

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

// sandboxType is the type of a sandbox whose seed does not say.
func sandboxType(name string, first bool) string {
	if first || strings.HasPrefix(name, "prod") {
		return "production"
	}
	return "development"
}
