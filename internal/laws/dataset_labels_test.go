package laws

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/planner"
)

// labeledDataset is a project of one dataset with labels, such as "[C1]".
func labeledDataset(t *testing.T, schema, labels string) *resource.Graph {
	text := "kind: Dataset\nname: visits\ntitle: Visits\nschema: " + schema + "\n"
	if labels != "" {
		text += "labels: " + labels + "\n"
	}
	return compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(text))})
}

// labelsOf are the labels of a dataset and those of its fields on the platform.
func (w *world) labelsOf(id string) any {
	o, ok := w.objects()[liveKey(true, id)]
	if !ok {
		return nil
	}
	body := plainJSON(w.t, o.Body)
	return []any{body["labels"], body["optionalLabels"]}
}

// TestLabelsOfOthers: a write of labels keeps those of fields, which documents do not have, and does not undo what
// somebody else has changed.
func TestLabelsOfOthers(t *testing.T) {
	schema := seededSchemas[0].id
	w := newWorld(t, 1, emulator.Switches{})
	w.apply(w.plan(labeledDataset(t, schema, "[C1]"), w.options()))
	id := w.idOf("dataset.visits")
	path := "/data/foundation/dataset/datasets/" + id + "/labels"
	fields := `[{"option":{"id":"` + strings.ReplaceAll(schema, specs.TenantPlaceholder, "aepflow") + `",` +
		`"contentType":"application/vnd.adobe.xed-full+json;version=1",` +
		`"schemaPath":"/properties/_id"},"labels":["S2"]}]`
	ofFields := jsonOf(t, fields)
	is := func(when string, labels ...any) {
		t.Helper()
		if d := cmp.Diff(any([]any{append([]any{}, labels...), ofFields}), w.labelsOf(id)); d != "" {
			t.Fatalf("%s: labels (-want +got):\n%s", when, d)
		}
	}
	carry := func(p *planner.Plan) error {
		t.Helper()
		res, err := w.tryApply(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range res.Failed {
			return f.Err
		}
		return nil
	}

	w.do(http.MethodPut, path, `{"labels":["C1"],"optionalLabels":`+fields+`}`, "If-Match", w.etagOf(path))
	w.checkEmpty(labeledDataset(t, schema, "[C1]"))
	if err := carry(w.plan(labeledDataset(t, schema, "[C1, C2]"), w.options())); err != nil {
		t.Fatal(err)
	}
	is("after an update", "C1", "C2")

	w.do(http.MethodPut, path, `{"labels":["I1"],"optionalLabels":`+fields+`}`, "If-Match", w.etagOf(path))
	var conflict *applier.ConflictError
	if err := carry(w.plan(labeledDataset(t, schema, "[S1]"), w.options())); !errors.As(err, &conflict) {
		t.Fatalf("labels that somebody else set are overwritten: %v", err)
	}
	is("after a conflict", "I1")
	p := w.refreshed(labeledDataset(t, schema, "[S1]"), w.options())
	if len(p.Drift) != 1 || p.Drift[0].Address.Kind != resource.DatasetLabels || p.Drift[0].Action != planner.Update {
		t.Errorf("drift: %+v", p.Drift)
	}
	if err := carry(p); err != nil {
		t.Fatal(err)
	}
	is("after a refresh", "S1")

	none := labeledDataset(t, schema, "")
	if err := carry(w.plan(none, w.options())); err != nil {
		t.Fatal(err)
	}
	is("after the key was removed")
	w.checkEmpty(none)
	if err := carry(w.plan(labeledDataset(t, schema, "[S1]"), w.options())); err != nil {
		t.Fatal(err)
	}
	is("after the key is back", "S1")

	w.do(http.MethodPut, path, `{"labels":[]}`, "If-Match", w.etagOf(path))
	ofFields = []any{}
	p = w.refreshed(labeledDataset(t, schema, "[S1]"), w.options())
	if len(p.Drift) != 1 || p.Drift[0].Action != planner.Update {
		t.Fatalf("removed labels are not drift: %+v", p.Drift)
	}
	if err := carry(p); err != nil {
		t.Fatal(err)
	}
	w.checkEmpty(labeledDataset(t, schema, "[S1]"))
}

// TestLabelsThatExist: a document that labels a dataset takes equal labels over, and refuses others.
func TestLabelsThatExist(t *testing.T) {
	schema := seededSchemas[0].id
	for _, c := range []struct {
		live   string
		exists bool
	}{{`["C2","C1"]`, false}, {`["C1"]`, true}, {`["C1","C2","S1"]`, true}} {
		w := newWorld(t, 1, emulator.Switches{})
		w.apply(w.plan(labeledDataset(t, schema, ""), w.options()))
		id := w.idOf("dataset.visits")
		w.do(http.MethodPut, "/data/foundation/dataset/datasets/"+id+"/labels", `{"labels":`+c.live+`}`, "If-Match", "*")
		w.box.ForgetRequests()
		after := labeledDataset(t, schema, "[C1, C2]")
		res, err := w.tryApply(w.plan(after, w.options()))
		if err != nil {
			t.Fatal(err)
		}
		var exists *applier.ExistsError
		if got := len(res.Failed) == 1 && errors.As(res.Failed[0].Err, &exists); got != c.exists {
			t.Errorf("%s: exists %v, want %v: %v", c.live, got, c.exists, res.Failed)
		}
		w.noWrites()
		if !c.exists {
			w.checkEmpty(after)
		}
	}
}

func jsonOf(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// etagOf reads the version of an object from the header.
func (w *world) etagOf(path string) string {
	w.t.Helper()
	res, err := w.client.Do(context.Background(), platform.Request{Method: http.MethodGet, Path: path})
	if err != nil {
		w.t.Fatal(err)
	}
	return res.Header.Get("ETag")
}
