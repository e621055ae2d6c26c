package planner

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// KeyNotice is how long before its end a key is reported.
const KeyNotice = 30 * 24 * time.Hour

// Key is what the platform says about a pair of keys that files are encrypted for.
type Key struct {
	Absent  bool
	Hidden  bool      // this client may not read it
	Expires time.Time // zero when the platform does not say
}

// keyUse is a dataflow that a plan changes, and the key of its files.
type keyUse struct {
	name  string
	id    string
	at    source.Span
	stops bool // the dataflow only stops
}

// Keys are the IDs of the keys that the dataflows need which a plan creates, updates, or
// replaces, each once, in order.
func Keys(p *Plan, g *resource.Graph) []string {
	var ids []string
	for _, u := range keyUses(p, g) {
		ids = append(ids, u.id)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// CheckKeys compares the dataflows of Keys with what is known about their keys at a time.
func CheckKeys(p *Plan, g *resource.Graph, keys map[string]Key, at time.Time) *diag.Report {
	report := &diag.Report{}
	for _, u := range keyUses(p, g) {
		k, known := keys[u.id]
		left := k.Expires.Sub(at)
		switch {
		case !known:
		case k.Hidden:
			report.Add(hiddenKey{u})
		case k.Absent:
			report.Add(absentKey{u})
		case k.Expires.IsZero(), left >= KeyNotice:
		default:
			report.Add(endingKey{u, k.Expires, left})
		}
	}
	return report
}

func keyUses(p *Plan, g *resource.Graph) []keyUse {
	var out []keyUse
	for _, c := range p.Changes {
		changes := c.Action == Create || c.Action == Update || c.Action == Replace
		if c.Kind != resource.Flow || c.Deposed != "" || !changes {
			continue
		}
		r, ok := g.Get(c.Address)
		if !ok || !bytes.Contains(r.Body.JSON(), []byte(`"Encryption"`)) {
			continue
		}
		body := decode(r.Body)
		state, _ := body.Get("state")
		transformations, _ := body.Get("transformations")
		for _, t := range transformations.Items {
			name, _ := t.Get("name")
			params, _ := t.Get("params")
			if id, ok := params.Get("publicKeyId"); ok && name.Text == "Encryption" {
				stops := c.Action == Update && state.Text == "disabled"
				out = append(out, keyUse{c.Address.Name, id.Text, id.Origin, stops})
			}
		}
	}
	return out
}

// diagnose is an error, or a warning for a dataflow that only stops.
func (u keyUse) diagnose(message, label, help string) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.EncryptionKey, Severity: diag.Error, Path: "files.encryption.publicKeyId", Message: message,
		Labels: []diag.Label{{Span: u.at, Text: label}}, Help: help,
	}
	if u.stops {
		d.Severity = diag.Warning
	}
	return d
}

// renewed says how a dataflow gets another key.
const renewed = "create a key pair, have the files encrypted for it, and write its ID here"

// absentKey: the sandbox does not have the key.
type absentKey struct{ keyUse }

func (p absentKey) Diagnose() diag.Diagnostic {
	return p.diagnose(fmt.Sprintf("encryption key `%s` does not exist", p.id), "not in this sandbox",
		"write the ID of a key of this sandbox; a key belongs to one sandbox")
}

// endingKey: the key has expired, or soon will.
type endingKey struct {
	keyUse
	end  time.Time
	left time.Duration
}

func (p endingKey) Diagnose() diag.Diagnostic {
	end := p.end.UTC().Format(time.RFC3339)
	if p.left <= 0 {
		return p.diagnose(fmt.Sprintf("encryption key `%s` has expired", p.id),
			fmt.Sprintf("expired %s, %s ago", end, DurationText(-p.left)), renewed)
	}
	d := p.diagnose(fmt.Sprintf("encryption key `%s` expires in %s", p.id, DurationText(p.left)),
		"valid until "+end, renewed+" before it expires")
	d.Severity = diag.Warning
	return d
}

// hiddenKey: this client may not read the key.
type hiddenKey struct{ keyUse }

func (p hiddenKey) Diagnose() diag.Diagnostic {
	d := p.diagnose(fmt.Sprintf("encryption key `%s` was not checked", p.id), "this client may not read it",
		"the platform checks it when the dataflow is created")
	d.Severity = diag.Note
	return d
}
