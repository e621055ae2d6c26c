package flow

import (
	"net/http"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Labels: a client that was seeded with the labels it may see finds no object
// that carries another one. Lists leave it out, GET answers 404 as if it were
// not there, and writes, which cannot hide that it is, answer 403. An absence
// therefore proves nothing to such a client.

func hidden(c *core.Call, k core.Kind) error {
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		return noEntity(k, c.Arg("id"))
	}
	return core.FlowError(core.ErrPermission, "the %s carries a label that the client has no access to", kindNames[k])
}
