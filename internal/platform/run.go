package platform

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/internal/specs"
)

// OnDemand is a run that is asked for.
type OnDemand struct {
	FlowID   string
	Start    time.Time // when it begins
	From, To time.Time // it reads what changed from From on and before To
	Delta    string    // column of a table whose flow has none yet
}

// StartRun asks for a run of a one-time flow and returns its ID.
func StartRun(ctx context.Context, d Doer, r OnDemand) (string, error) {
	type column struct {
		Name string `json:"name"`
	}
	var body struct {
		FlowID string `json:"flowId"`
		Params struct {
			Start string  `json:"startTime"`
			From  string  `json:"windowStartTime"`
			To    string  `json:"windowEndTime"`
			Delta *column `json:"deltaColumn,omitempty"`
		} `json:"params"`
	}
	seconds := func(t time.Time) string { return strconv.FormatInt(max(t.Unix(), 0), 10) }
	body.FlowID, body.Params.Start = r.FlowID, seconds(r.Start)
	body.Params.From, body.Params.To = seconds(r.From), seconds(r.To)
	if r.Delta != "" {
		body.Params.Delta = &column{r.Delta}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	return writeRun(ctx, d, "/runs", text)
}

// RepeatRun asks for another run with the window of one, and returns the ID of the new one.
func RepeatRun(ctx context.Context, d Doer, id string) (string, error) {
	return writeRun(ctx, d, "/runs/"+specs.EscapeID(id)+"/action?op=re-trigger", nil)
}

func writeRun(ctx context.Context, d Doer, path string, body []byte) (string, error) {
	res, err := d.Do(ctx, Request{Method: "POST", Path: specs.FlowService + path, Body: body})
	if err != nil {
		return "", err
	}
	id, _, err := WrittenFlow(res.Body)
	return id, err
}
