package specs

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

// FlowSpec is a flow specification: which sources it takes and, in Body, what
// the platform answers when asked for it.
type FlowSpec struct {
	ID      string
	Name    string
	Sources []string // connection specification ids, in the platform's order
	Targets []string
	Body    json.RawMessage
}

// Takes says whether a source of this connection specification fits.
func (f FlowSpec) Takes(connectionSpecID string) bool {
	return slices.Contains(f.Sources, connectionSpecID)
}

//go:embed data/flowspecs.json
var flowSpecsJSON []byte

var flowSpecs = sync.OnceValue(func() []FlowSpec {
	var bodies []json.RawMessage
	if err := json.Unmarshal(flowSpecsJSON, &bodies); err != nil {
		panic("specs: flowspecs.json: " + err.Error())
	}
	all := make([]FlowSpec, len(bodies))
	for i, body := range bodies {
		var head struct {
			ID, Name string
			Sources  []string `json:"sourceConnectionSpecIds"`
			Targets  []string `json:"targetConnectionSpecIds"`
		}
		if err := json.Unmarshal(body, &head); err != nil {
			panic("specs: flowspecs.json: " + err.Error())
		}
		all[i] = FlowSpec{head.ID, head.Name, head.Sources, head.Targets, body}
	}
	return all
})

// FlowSpecs lists the batch flow specifications: CRMToAEP for tables,
// CloudStorageToAEP for files. The slice is shared: callers must not change it.
func FlowSpecs() []FlowSpec { return flowSpecs() }

// FlowSpecByID finds a flow specification.
func FlowSpecByID(id string) (FlowSpec, bool) {
	for _, f := range flowSpecs() {
		if f.ID == id {
			return f, true
		}
	}
	return FlowSpec{}, false
}
