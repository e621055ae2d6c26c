package emulator

import (
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

func (e *env) org(id string) *org {
	for _, o := range e.orgs {
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

func (c *call) org() *org { return c.env.org(c.r.Header.Get("x-gw-ims-org-id")) }

// Client is a credential that may sign in.
type Client struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Role   string `json:"role,omitempty"` // "read" may not write; empty may

	// Labels are those whose objects the client sees; without the member it
	// sees all, with an empty list only what carries none.
	Labels []string `json:"labels,omitempty"`
}

// state is where the sandbox stands at a time.
func (b *sandbox) state(now time.Time) string {
	if b.Busy != "" && now.UnixMilli() < b.Until {
		return b.Busy
	}
	return "active"
}
