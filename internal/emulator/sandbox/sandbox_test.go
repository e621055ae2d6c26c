package sandbox

import (
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/servetest"
)

func TestSandboxes(t *testing.T) {
	s := servetest.New(core.SandboxService, Routes(), core.Switches{SandboxMillis: 5000})
	s.Run(t,
		servetest.Step{Call: "GET /", Status: 200,
			Want: `{"sandboxes":[{"name":"prod","type":"production","isDefault":true,"state":"active"}]}`},
		servetest.Step{Call: "POST /sandboxes", Body: `{"name":"dev-1","title":"Dev","type":"development"}`, Status: 202,
			Want: `{"state":"creating"}`},
		servetest.Step{Call: "GET /sandboxes/dev-1", Status: 200, Want: `{"state":"creating","eTag":1}`},
		servetest.Step{Call: "POST /sandboxes", Body: `{"name":"dev-1","title":"Dev","type":"development"}`, Status: 409},
		servetest.Step{Call: "POST /sandboxes", Body: `{"name":"Dev","title":"Dev","type":"development"}`, Status: 400},
		servetest.Step{Call: "POST /sandboxes", Body: `{"name":"x","title":" ","type":"development"}`, Status: 400},
		servetest.Step{Call: "POST /sandboxes", Body: `{"name":"x","title":"X","type":"test"}`, Status: 400},
		servetest.Step{Call: "GET /sandboxes?limit=1", Status: 200,
			Want: `{"_page":{"count":1},"_links":{"next":{"href":"/data/foundation/sandbox-management/sandboxes?limit=1&offset=1"}}}`},
		servetest.Step{Call: "GET /sandboxes?limit=0", Status: 400},
		servetest.Step{Call: "GET /sandboxes?limit=101", Status: 400},
		servetest.Step{Call: "GET /sandboxTypes", Status: 200},
		servetest.Step{Call: "GET /sandboxes/none", Status: 404},
	)
	s.Env.Advance(5 * time.Second)
	s.Run(t,
		servetest.Step{Call: "PATCH /sandboxes/dev-1", Body: `{"title":"New"}`, Status: 200,
			Want: `{"title":"New","state":"active","eTag":2}`},
		servetest.Step{Call: "PATCH /sandboxes/dev-1", Body: `{"name":"x"}`, Status: 400},
		servetest.Step{Call: "PUT /sandboxes/dev-1", Body: `{"action":"empty"}`, Status: 400},
		servetest.Step{Call: "PUT /sandboxes/dev-1?validationOnly=true", Body: `{"action":"reset"}`, Status: 202,
			Want: `{"state":"active"}`},
		servetest.Step{Call: "PUT /sandboxes/dev-1", Body: `{"action":"reset"}`, Status: 202, Want: `{"state":"resetting"}`},
		servetest.Step{Call: "DELETE /sandboxes/prod", Status: 400},
		servetest.Step{Call: "DELETE /sandboxes/dev-1", Status: 202, Want: `{"state":"deleted"}`},
		servetest.Step{Call: "GET /sandboxes/dev-1", Status: 404},
	)
}

// A reset takes everything out of the sandbox.
func TestResetEmpties(t *testing.T) {
	s := servetest.New(core.SandboxService, Routes(), core.Switches{})
	s.Put(core.KindSchema, "x", `{"title":"X"}`)
	s.Run(t, servetest.Step{Call: "PUT /sandboxes/prod", Body: `{"action":"reset"}`, Status: 202})
	if s.Space.Get(core.KindSchema, "x") != nil {
		t.Error("the schema is still there")
	}
}

func TestReadersMayNotAdminister(t *testing.T) {
	s := servetest.New(core.SandboxService, Routes(), core.Switches{})
	s.Env.Orgs[0].Clients = []core.Client{{ID: "reader", Secret: "x", Role: "read"}}
	s.Run(t,
		servetest.Step{Call: "DELETE /sandboxes/dev", Header: "x-api-key: reader", Status: 403},
		servetest.Step{Call: "GET /sandboxes", Header: "x-api-key: reader", Status: 200},
	)
}
