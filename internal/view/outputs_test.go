package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// TestOutputs: senders see the address, the new ID, and the old one; what was not read is said.
func TestOutputs(t *testing.T) {
	at := func(name string) resource.Address { return resource.Address{Kind: resource.Flow, Name: name} }
	list := []Outputs{
		{Address: at("hook"), InletURL: "https://in.example/a"},
		{Address: at("events"), InletURL: "https://in.example/b", FlowID: "new", WasFlowID: "old"},
		{Address: at("gone"), Problem: errors.New("503")},
	}
	var b bytes.Buffer
	if err := WriteOutputs(&b, list, true, Options{Width: 90}); err != nil {
		t.Fatal(err)
	}
	const want = `
For the senders of streams, which the platform may take 5 minutes to serve:
  flow.hook
    inletUrl  https://in.example/a
  flow.events
    inletUrl  https://in.example/b
    flowId    new
    senders must use it instead of old
  flow.gone
    not read: 503; ` + "`aepflow status gone --outputs`" + ` tries again
`
	if b.String() != want {
		t.Errorf("got %s\nwant %s", b.String(), want)
	}
	b.Reset()
	if err := WriteOutputs(&b, nil, true, Options{Width: 90}); err != nil || b.Len() > 0 {
		t.Errorf("without streams: %q, %v", b.String(), err)
	}
	NewEvents(&b, &planner.Plan{}, nil).Outputs(list)
	var events []Event
	for d := json.NewDecoder(&b); d.More(); {
		var e Event
		if err := d.Decode(&e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	if len(events) != 4 || events[1].InletURL != "https://in.example/a" || events[2].FlowID != "new" ||
		events[2].WasFlowID != "old" || events[3].Error == nil || events[3].Type != "outputs" {
		t.Errorf("events %+v", events)
	}
}
