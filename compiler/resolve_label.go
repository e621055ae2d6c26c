package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// checkLabels checks a list of labels. of is the place of the list.
func checkLabels(of decode.Place, labels []string, report *diag.Report) {
	if len(labels) == 0 && of.Doc.Find(of.Path).Here {
		report.Add(badLabel{at: of, message: "no label is listed", label: "an empty list",
			help: "list labels such as `[C2]`, or remove the key"})
	}
	first := map[string]decode.Place{}
	for i, l := range labels {
		at := decode.Place{Doc: of.Doc, Path: of.Path.Index(i)}
		other, twice := first[l]
		switch {
		case twice:
			report.Add(badLabel{at: at, first: other, message: fmt.Sprintf("label `%s` is listed twice", l), label: "again",
				help: "remove one of the two"})
		case l == "":
			report.Add(badLabel{at: at, message: "a label is empty", label: "expected a label such as C2",
				help: "remove it, or write a label"})
		case strings.HasPrefix(l, "core/"), strings.HasPrefix(l, "custom/"):
			_, name, _ := strings.Cut(l, "/")
			report.Add(badLabel{at: at, message: fmt.Sprintf("`%s` is a label with the prefix of Flow Service", l),
				label: "expected a label such as C2",
				help:  fmt.Sprintf("write `%s`: the prefix is added where the platform has one", name)})
		case !specs.IsLabel(l):
			report.Add(badLabel{at: at, message: fmt.Sprintf("`%s` is not a label", l), label: "expected a label such as C2",
				help: "write the name of the label as the list of labels shows it: letters, digits, `_`, `.`, and `-`"})
		}
		first[l] = at
	}
}

// resolveFieldLabels checks the labels of a schema's fields.
func (r *resolver) resolveFieldLabels(s *schemaSymbol) {
	resolveOwnLabels(s, true, r.report)
	for _, f := range s.FieldLabels {
		at := s.at("fieldLabels", f.Path)
		checkLabels(at, f.Labels, r.report)
		field, ok := adobeField(s, f.Path, at, true, "fieldLabels", r.report)
		_, known := groupOf(s, f.Path)
		switch {
		case !ok || known:
		case field.Own && field.Checked: // of a document that the schema is made of
			r.report.Add(ownFieldDescribed{at: at, path: f.Path, key: true, of: "fieldLabels"})
		default:
			r.report.Add(labelGroup{at, f.Path, s.fields.Unknown()})
		}
	}
}

type badLabel struct {
	at, first            decode.Place
	message, label, help string
}

func (p badLabel) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.WrongLabel, Severity: diag.Error, Path: p.at.Path.String(),
		Message: p.message, Labels: p.at.Labels(p.label), Help: p.help,
	}
	if p.first.Doc != nil {
		d.Labels = append(d.Labels, diag.Label{Span: p.first.Span(), Text: "first here"})
	}
	return d
}

// labelGroup: a field of which it is not known what defines it.
type labelGroup struct {
	at     decode.Place
	path   string
	groups []string
}

func (p labelGroup) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.WrongLabel, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("it is not known which field group has `%s`", p.path),
		Labels:  p.at.KeyLabels("a label belongs to the field group of its field"),
		Help: fmt.Sprintf("%d field groups of the schema are known by $id only: label the field in a schema that has one of "+
			"them", len(p.groups)),
	}
	if len(p.groups) == 0 {
		d.Help = "remove it: a field that the behavior of the class gives belongs to no field group"
	}
	return d
}

// labeled reports fields that two documents label: the labels of one of Adobe's fields
// belong to its field group, which several schemas have.
func labeled(lists [][]resource.Resource, report *diag.Report) {
	type field struct{ group, path string }
	first := map[field]*resource.Resource{}
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if r.Address.Kind != resource.Label {
				continue
			}
			group, _ := r.Body.Member("xdm:sourceSchema")
			path, _ := r.Body.Member("xdm:sourceProperty")
			if group.Kind == resource.RefValue {
				continue // own fields: each document has its own
			}
			at := field{group.Text, path.Text}
			if other := first[at]; other != nil && other.Address != r.Address {
				report.Add(labeledTwice{other, r, path.Text})
				continue
			}
			first[at] = r
		}
	}
}

// labeledTwice: two schemas label one field of a field group.
type labeledTwice struct {
	first, second *resource.Resource
	path          string
}

func (p labeledTwice) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.WrongLabel, Severity: diag.Error, Path: "fieldLabels",
		Message: fmt.Sprintf("two schemas label `%s` of the same field group", p.path),
		Labels:  []diag.Label{{Span: p.second.Origin, Text: "here"}, {Span: p.first.Origin, Text: "and here"}},
		Help:    "the labels belong to the field group, so both schemas have them: keep one of the two",
	}
}

// resolveOwnLabels checks the labels of own fields. Those of a data type have none: what uses
// the type defines the field.
func resolveOwnLabels(s *schemaSymbol, defines bool, report *diag.Report) {
	for _, f := range s.Fields {
		at := s.at("fields", f.Path, "labels")
		switch {
		case !at.Doc.Find(at.Path).Here:
		case !defines:
			report.Add(badLabel{at: at, message: "fields of a data type have no labels", label: "labels of a field group",
				help: "remove them here, and label the field that has the data type"})
		default:
			checkLabels(at, f.Labels, report)
		}
	}
}
