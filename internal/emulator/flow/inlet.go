package flow

import (
	"net/http"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Inlets: what is sent to the address of an HTTP API connection or of a webhook. Each
// message is a batch of its dataset.

// inlet is the address of a connection, or of the flow of a webhook.
type inlet struct {
	id         string
	space      *core.Space
	connection *core.Record // nil of a webhook
	flow       *core.Record // nil of a connection: each message names its own
}

// findInlet looks in every sandbox.
func findInlet(e *core.Env, id string) (inlet, bool) {
	for _, sp := range e.AllSpaces() {
		sp.Mu.RLock()
		in := inlet{id: id, space: sp}
		for _, r := range sp.Table(core.KindConnection).Order {
			if core.Text(r.Object(), "auth", "params", "inletId") == id {
				in.connection = r
			}
		}
		for _, r := range sp.Table(core.KindFlow).Order {
			if strings.HasSuffix(core.Text(r.Object(), "options", "inletUrl"), "/"+id) {
				in.flow = r
			}
		}
		sp.Mu.RUnlock()
		if in.connection != nil || in.flow != nil {
			return in, true
		}
	}
	return inlet{}, false
}

// receive takes one message.
func receive(c *core.Call) (core.Answer, error) {
	in, ok := findInlet(c.Env, c.Arg("id"))
	if !ok {
		return core.Answer{}, core.Missing("there is no inlet %s", c.Arg("id"))
	}
	if in.connection != nil && core.At(in.connection.Object(), "auth", "params", "authenticationRequired") == true {
		if _, valid := c.Env.CheckToken(c.Request.Header.Get("Authorization"), c.Now); !valid {
			return core.Answer{}, core.Problem(http.StatusUnauthorized, "Unauthorized",
				"the inlet takes messages with a valid token only")
		}
	}
	message, err := c.Object()
	if err != nil {
		return core.Answer{}, err
	}
	in.space.Mu.Lock()
	err = in.take(c, message)
	wait := in.space.Flush()
	in.space.Mu.Unlock()
	if werr := wait(); werr != nil {
		err = werr
	}
	if err != nil {
		return core.Answer{}, err
	}
	return core.OK(object{"inletId": in.id, "xactionId": c.Env.NewUUID(), "receivedTimeMs": c.Millis()})
}

// take makes the batch of a message, which names its flow unless a webhook has it.
func (in inlet) take(c *core.Call, message object) error {
	f := in.flow
	if f == nil {
		id := c.Request.Header.Get("x-adobe-flow-id") + c.Query.Get("x-adobe-flow-id")
		if core.Text(in.connection.Object(), "auth", "params", "dataType") == "xdm" {
			id = core.Text(message, "header", "flowId")
		}
		if f = in.space.Get(core.KindFlow, id); f == nil || !in.feeds(f.Object()) {
			return core.Problem(http.StatusBadRequest, "BadRequestError",
				"the message does not name a dataflow of the inlet: %q", id)
		}
	}
	flow := f.Object()
	if state := core.Text(flow, "state"); state != "enabled" {
		return core.Problem(http.StatusBadRequest, "BadRequestError", "dataflow %s is %s", f.ID, state)
	}
	out, records := ingestMessage(in.space, flow, c.Raw)
	catalog.NewBatch(in.space, flow, out, c.Millis(), c.Millis())
	catalog.KeepRecords(in.space, flow, "", records, c.Millis())
	return nil
}

// feeds reports whether a flow reads what is sent to a connection.
func (in inlet) feeds(flow object) bool {
	for _, id := range core.Texts(flow, "sourceConnectionIds") {
		source := in.space.Get(core.KindSource, id)
		if source != nil && core.Text(source.Object(), "baseConnectionId") == in.connection.ID {
			return true
		}
	}
	return false
}

func inletRoutes() []core.Route {
	r := core.RoutesOf(core.InletService)
	return []core.Route{r(http.MethodPost, "/{id}", core.NoSpace, receive)}
}
