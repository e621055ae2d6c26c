package compiler

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// ignoredAt is the place of a member of an entry of ignoreChanges, which may be a path alone.
func ignoredAt(u *unit, i int, key string) decode.Place {
	at := document.At("lifecycle", "ignoreChanges").Index(i)
	if p := at.Field(key); u.doc.Find(p).Here {
		return decode.Place{Doc: u.doc, Path: p}
	}
	return decode.Place{Doc: u.doc, Path: at}
}

// splitIgnored returns the kind of object and the field that an entry of ignoreChanges names.
func splitIgnored(path string) (resource.Kind, string) {
	kind, field, _ := strings.Cut(path, ".")
	return resource.Kind(kind), field
}

// resolveIgnored checks that the entries of ignoreChanges name kinds and days. Their fields are checked against the
// bodies.
func resolveIgnored(u *unit, list []schemas.IgnoredChange, report *diag.Report) {
	for i, c := range list {
		kind, field := splitIgnored(c.Path)
		at := ignoredAt(u, i, "path")
		switch {
		case !slices.Contains(resource.Kinds(), kind), field == "":
			report.Add(ignoredKind{at, c.Path})
		case at.Span().File == u.doc.File && !canMake(u, kind): // what defaults say is for some documents
			report.Add(ignoredOther{at, kind, kindsMade(u)})
		}
		if _, err := time.Parse(time.DateOnly, c.Until); c.Until != "" && err != nil {
			report.Add(ignoredUntil{ignoredAt(u, i, "until"), c.Until})
		}
	}
}

// canMake reports whether a document may make objects of a kind.
func canMake(u *unit, kind resource.Kind) bool {
	spec := resource.SpecOf(kind)
	return slices.Contains(kindsMade(u), kind) || u.ownSchema != nil && (spec.IsDescriptor() || spec.Tag)
}

// ignoredOf returns the fields of a kind of object that others may change.
func ignoredOf(u *unit, kind resource.Kind, list []schemas.IgnoredChange) (out []resource.Ignored) {
	for i, c := range list {
		of, field := splitIgnored(c.Path)
		if of != kind {
			continue
		}
		ignored := resource.Ignored{Field: field, At: ignoredAt(u, i, "path").Span()}
		if day, err := time.Parse(time.DateOnly, c.Until); err == nil {
			ignored.Until = day.AddDate(0, 0, 1)
		}
		out = append(out, ignored)
	}
	return out
}

// ignoredFields reports fields of ignoreChanges that no object has for which they are meant.
func ignoredFields(lists [][]resource.Resource, report *diag.Report) {
	known, first := map[source.Span]bool{}, map[source.Span]ignoredField{}
	var order []source.Span
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			for _, c := range r.Ignores {
				v, err := r.Body.Value()
				if err == nil && resource.SpecOf(r.Address.Kind).HasField(v, c.Field) {
					known[c.At] = true
				} else if _, seen := first[c.At]; !seen {
					first[c.At] = ignoredField{r, c}
					order = append(order, c.At)
				}
			}
		}
	}
	for _, at := range order {
		if !known[at] {
			report.Add(first[at])
		}
	}
}

// ignoredKind: the path does not begin with a kind of object.
type ignoredKind struct {
	at   decode.Place
	path string
}

func (p ignoredKind) Diagnose() diag.Diagnostic {
	var kinds []string
	for _, k := range resource.Kinds() {
		kinds = append(kinds, string(k))
	}
	kind, field := splitIgnored(p.path)
	d := diag.Diagnostic{
		Code: diag.IgnoredChange, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` names no field of an object", p.path),
		Labels:  p.at.Labels("expected a kind of object and a field, such as `flow.description`"),
		Help:    "`aepflow drift` prints the objects and their fields",
	}
	if near, ok := diag.Nearest(string(kind), kinds); ok && near != string(kind) && field != "" {
		d.Help = "did you mean `" + near + "." + field + "`?"
	}
	return d
}

// ignoredOther: the document makes no object of the kind.
type ignoredOther struct {
	at    decode.Place
	kind  resource.Kind
	makes []resource.Kind
}

func (p ignoredOther) Diagnose() diag.Diagnostic {
	var names []string
	for _, k := range p.makes {
		names = append(names, string(k))
	}
	return diag.Diagnostic{
		Code: diag.IgnoredChange, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("this document makes no `%s`", p.kind),
		Labels:  p.at.Labels("expected a field of " + words.List(names, "or")),
		Help:    "write it in the document that makes the object",
	}
}

// ignoredField: an object has no such field.
type ignoredField struct {
	of *resource.Resource
	c  resource.Ignored
}

func (p ignoredField) Diagnose() diag.Diagnostic {
	kind := p.of.Address.Kind
	spec := resource.SpecOf(kind)
	d := diag.Diagnostic{
		Code: diag.IgnoredChange, Severity: diag.Error, Path: "lifecycle.ignoreChanges",
		Message: fmt.Sprintf("the %s has no field `%s`", spec.Noun, p.c.Field),
		Labels:  diag.At(p.c.At, "not in "+p.of.Address.String()),
		Help:    fmt.Sprintf("`aepflow compile` prints the fields of %s", p.of.Address),
	}
	if near, ok := diag.Nearest(p.c.Field, spec.Fields()); ok {
		d.Help = "did you mean `" + string(kind) + "." + near + "`?"
	}
	return d
}

// ignoredUntil: the day does not exist.
type ignoredUntil struct {
	at  decode.Place
	day string
}

func (p ignoredUntil) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.IgnoredChange, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("the calendar has no day `%s`", p.day),
		Labels:  p.at.Labels("expected a day such as 2027-03-31"),
		Help:    "write year, month, and day",
	}
}
