package flow

import (
	"net/http"
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Labels: a client that was seeded with the labels it may see finds no object
// that carries another one. Lists leave it out, GET answers 404 as if it were
// not there, and writes, which cannot hide that it is, answer 403. An absence
// therefore proves nothing to such a client.

// hides says whether the caller may not see a record of Flow Service.
func hides(c *core.Call, k core.Kind, r *core.Record) bool {
	if c.Labels == nil {
		return false
	}
	o := r.View()
	if k == core.KindRun {
		f := c.Space.Get(core.KindFlow, core.Text(o, "flowId"))
		return f != nil && hides(c, core.KindFlow, f)
	}
	return slices.ContainsFunc(core.Texts(o, "labels"), func(l string) bool { return !slices.Contains(c.Labels, l) })
}

// skipHidden is hides for a list; nil when the caller sees everything.
func skipHidden(c *core.Call, k core.Kind) func(*core.Record) bool {
	if c.Labels == nil {
		return nil
	}
	return func(r *core.Record) bool { return hides(c, k, r) }
}

func hidden(c *core.Call, k core.Kind) error {
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		return noEntity(k, c.Arg("id"))
	}
	return core.FlowError(core.ErrPermission, "the %s carries a label that the client has no access to", kindNames[k])
}
