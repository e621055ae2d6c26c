package laws

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// encryptedFiles is a dataflow whose files are encrypted with a key.
const encryptedFiles = `name: secret
files:
  connector: sftp
  connectionId: 00000000-0000-4000-8000-000000000005
  path: /exports/*.csv.gpg
  encryption: {publicKeyId: KEY}
target:
  schema:
    title: Secrets
    class: profile
    fields: {crm.id: string}
    identities: {crm.id: {namespace: CRMID, primary: true}}
  dataset: {title: Secrets}
mappings: {_id: id}
schedule: {frequency: day, interval: 1}
lifecycle: {onReplace: continue}
`

// TestEncryptedFiles: a dataflow keeps its key, so that another key is another
// dataflow, which goes on with the files that come after it.
func TestEncryptedFiles(t *testing.T) {
	w := newWorld(t, 1, emulator.Switches{})
	first, second := w.newKey("first"), w.newKey("second")
	graph := func(key string) []*source.File {
		return []*source.File{source.NewFile("dataflow.yaml", []byte(strings.Replace(encryptedFiles, "KEY", key, 1)))}
	}
	g := compile(t, graph(first))
	w.apply(w.plan(g, w.options()))
	w.checkEmpty(g)
	if key := dig(w.object("flow.secret"), "transformations.1.params.publicKeyId"); key != first {
		t.Errorf("key %v, want %s", key, first)
	}
	w.now = w.now.Add(started)
	g = compile(t, graph(second))
	p := w.plan(g, w.options())
	w.apply(p)
	w.checkEmpty(g)
	live := w.object("flow.secret")
	if key := dig(live, "transformations.1.params.publicKeyId"); key != second {
		t.Errorf("key %v, want %s", key, second)
	}
	if dig(live, "scheduleParams.backfill") != false {
		t.Error("the new dataflow reads the files of the old one again")
	}
	for _, c := range p.Changes {
		if c.Address.String() == "flow.secret" && (c.Action != planner.Replace || c.Effect != planner.EffectGap) {
			t.Errorf("%s with the effect %s", c.Action, c.Effect)
		}
	}
}

// newKey creates a key pair and returns its id.
func (w *world) newKey(name string) string {
	w.t.Helper()
	body := `{"name":"` + name + `","encryptionAlgorithm":"PGP","params":{"passPhrase":"secret"}}`
	answer, err := w.client.Do(context.Background(), platform.Request{
		Method: "POST", Path: "/data/foundation/connectors/encryption/keys", Body: []byte(body)})
	if err != nil {
		w.t.Fatal(err)
	}
	return dig(plainJSON(w.t, json.RawMessage(answer.Body)), "publicKeyId").(string)
}
