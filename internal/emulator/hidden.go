package emulator

import (
	"net/http"
	"slices"
)

// Labels: a client that was seeded with the labels it may see finds no object
// that carries another one. Lists leave it out, GET answers 404 as if it were
// not there, and writes, which cannot hide that it is, answer 403. An absence
// therefore proves nothing to such a client.

// hides says whether the caller may not see a record of Flow Service.
func (c *call) hides(k kind, r *record) bool {
	if c.labels == nil {
		return false
	}
	o := r.view()
	if k == kindRun {
		f := c.sp.get(kindFlow, text(o, "flowId"))
		return f != nil && c.hides(kindFlow, f)
	}
	return slices.ContainsFunc(texts(o, "labels"), func(l string) bool { return !slices.Contains(c.labels, l) })
}

// skipHidden is hides for a list; nil when the caller sees everything.
func (c *call) skipHidden(k kind) func(*record) bool {
	if c.labels == nil {
		return nil
	}
	return func(r *record) bool { return c.hides(k, r) }
}

func (c *call) hidden(k kind) error {
	if c.r.Method == http.MethodGet || c.r.Method == http.MethodHead {
		return c.noEntity(k, c.arg("id"))
	}
	return flowError(errPermission, "the %s carries a label that the client has no access to", kindNames[k])
}
