package compiler

import (
	"encoding/json"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// ParseProject reads aepflow.yaml. It is empty and incomplete when something is
// wrong.
func ParseProject(file *source.File) (*ProjectFile, *diag.Report) {
	docs, report := document.Parse(file)
	if report.HasErrors() {
		return &ProjectFile{Incomplete: true}, report
	}
	if len(docs) > 1 {
		report.Add(secondDocument{docs[1]})
		return &ProjectFile{Incomplete: true}, report
	}
	d := decode.ProjectVariant(docs[0])
	v, found := decode.Read(d)
	report.Append(found)
	p, _ := v.(*schemas.Project)
	if p == nil {
		return &ProjectFile{Incomplete: true}, report
	}
	checkLevels(d, p.Lint, report)
	checkDefaults(d, report)
	f := &ProjectFile{Project: *p, doc: d}
	f.targetNames(report)
	f.distinctTargets(report)
	f.checkLocks(report)
	f.checkPolicies(report)
	return f, report
}

// checkDefaults refuses defaults for what makes a document that document.
func checkDefaults(d *decode.Variant, report *diag.Report) {
	defaults := d.Root.Get("defaults")
	for _, key := range append([]string{"kind", "name", decode.TestsKey}, decode.PerTarget...) {
		if defaults.Pair(key) != nil {
			report.Add(defaultKey{decode.Place{Doc: d, Path: document.At("defaults", key)}})
		}
	}
}

// ToJSON returns a YAML document as JSON, for readers that know no YAML.
func ToJSON(f *source.File) (json.RawMessage, *diag.Report) {
	docs, report := document.Parse(f)
	if report.HasErrors() {
		return nil, report
	}
	if len(docs) > 1 {
		report.Add(secondDocument{docs[1]})
		return nil, report
	}
	text, finite := decode.ToJSON(docs[0], report)
	if !finite {
		return nil, report
	}
	return text, report
}

type secondDocument struct{ d *document.Document }

func (p secondDocument) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error,
		Message: "unexpected second document in the file",
		Labels:  diag.At(p.d.Root.Span, "begins here"),
		Help:    "merge the documents and remove the `---`",
	}
}
