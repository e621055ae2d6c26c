package core

import (
	"sync/atomic"
	"time"
)

// Org is one organization of the platform with its tenant and sandboxes.
type Org struct {
	ID      string
	Tenant  string // without the underscore
	Clients []Client

	// List is replaced as a whole when a sandbox comes, changes or goes.
	List atomic.Pointer[[]*Sandbox]
}

// Sandbox is never changed, only replaced: ID, Name and Type stay for life.
type Sandbox struct {
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

// Org finds an organization; nil when there is none.
func (e *Env) Org(id string) *Org {
	for _, o := range e.Orgs {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// client finds a listed client; without listed ones there is none to find.
func (o *Org) client(key string) *Client {
	for i := range o.Clients {
		if o.Clients[i].ID == key {
			return &o.Clients[i]
		}
	}
	return nil
}

// knows says whether an API key may be used; without listed clients, any may.
func (o *Org) knows(key string) bool { return len(o.Clients) == 0 || o.client(key) != nil }

// ReadOnly says whether a client was seeded without permission to write.
func (o *Org) ReadOnly(key string) bool {
	c := o.client(key)
	return c != nil && c.Role == "read"
}

// Sandboxes are the org's sandboxes, for reading only.
func (o *Org) Sandboxes() []*Sandbox {
	if l := o.List.Load(); l != nil {
		return *l
	}
	return nil
}

// Sandbox finds a sandbox by its name; nil when there is none.
func (o *Org) Sandbox(name string) *Sandbox {
	for _, b := range o.Sandboxes() {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// DefaultSandbox names the sandbox of calls that name none.
func (o *Org) DefaultSandbox() string {
	for _, b := range o.Sandboxes() {
		if b.Default {
			return b.Name
		}
	}
	return o.Sandboxes()[0].Name
}

// Org is the organization that the call names.
func (c *Call) Org() *Org { return c.Env.Org(c.Request.Header.Get("x-gw-ims-org-id")) }

// Client is a credential that may sign in.
type Client struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Role   string `json:"role,omitempty"` // "read" may not write; empty may

	// Labels are those whose objects the client sees; without the member it
	// sees all, with an empty list only what carries none.
	Labels []string `json:"labels,omitempty"`
}

// State is where the sandbox stands at a time.
func (b *Sandbox) State(now time.Time) string {
	if b.Busy != "" && now.UnixMilli() < b.Until {
		return b.Busy
	}
	return "active"
}
