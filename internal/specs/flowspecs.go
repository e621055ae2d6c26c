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
	Streams bool // no schedule, no options, no runs
	Fixed   bool // what its flows do cannot be changed
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

			Attributes struct {
				Frequency string
				UI        struct {
					API struct {
						UpdateSupported *bool
					} `json:"apiFeatures"`
				} `json:"uiAttributes"`
			}
		}
		if err := json.Unmarshal(body, &head); err != nil {
			panic("specs: flowspecs.json: " + err.Error())
		}
		updates := head.Attributes.UI.API.UpdateSupported
		all[i] = FlowSpec{head.ID, head.Name, head.Sources, head.Targets, head.Attributes.Frequency == "streaming",
			updates != nil && !*updates, body}
	}
	return all
})

// FlowSpecs lists the flow specifications: those of tables, files, and self-serve
// sources, then those of streams. The slice is shared: callers must not change it.
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
