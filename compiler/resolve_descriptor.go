package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// resolveDescriptions checks what a schema says about its fields, and the schemas that
// it refers to.
func (r *resolver) resolveDescriptions(s *schemaSymbol) {
	for _, ref := range s.ReferenceIdentities {
		at := s.at("referenceIdentities", ref.Path)
		if f, ok := describedField(s, ref.Path, at, true, r.report); ok {
			checkReferring(at, ref.Path, true, f, r.report)
		}
	}
	for i := range s.Relationships {
		r.resolveRelationship(s, &s.Relationships[i])
	}
	for _, d := range s.DisplayNames {
		resolveDisplayName(s, d, r.report)
	}
	first := make(map[string]decode.Place, len(s.Deprecated))
	for i, path := range s.Deprecated {
		at := s.itemAt(i, "deprecated")
		if other, twice := first[path]; twice {
			r.report.Add(repeatedField{at: at, first: other, path: path})
			continue
		}
		first[path] = at
		adobeField(s, path, at, false, "deprecated", r.report)
	}
}

// itemAt is the place of an element of a list.
func (s section) itemAt(i int, keys ...string) decode.Place {
	at := s.at(keys...)
	return decode.Place{Doc: at.Doc, Path: at.Path.Index(i)}
}

// describedField finds the field that a path names, with or without the tenant's
// namespace, and reports one that the schema does not have. key says that the
// path is a key.
func describedField(s *schemaSymbol, path string, at decode.Place, key bool, report *diag.Report) (xdm.Field, bool) {
	f, err := s.fields.Find(s.fullPath(path))
	if err == nil {
		return f, true
	}
	_, err = s.fields.Lookup(path) // near names for the path as it is written
	report.Add(unknownField{at: at, key: key, fault: err})
	return f, false
}

// adobeField is describedField for a key that is only for fields that the document does not declare itself: Adobe's,
// and those of field groups that schemas share.
func adobeField(
	s *schemaSymbol, path string, at decode.Place, key bool, of string, report *diag.Report,
) (xdm.Field, bool) {
	f, ok := describedField(s, path, at, key, report)
	if ok && f.Own && f.Checked && s.declares(path) {
		report.Add(ownFieldDescribed{at: at, path: path, key: key, of: of})
		return f, false
	}
	return f, ok
}

// declares reports whether a path is that of one of the schema's own fields.
func (s *schemaSymbol) declares(path string) bool {
	return slices.ContainsFunc(s.Fields, func(f schemas.OwnField) bool { return s.ownPath(f.Path) == s.ownPath(path) })
}

// checkReferring reports a field that cannot hold the identity of a record.
func checkReferring(at decode.Place, path string, key bool, f xdm.Field, report *diag.Report) {
	if f.Checked && (f.Kind != xdm.Scalar || f.Type != "string") {
		report.Add(notReferring{at: at, path: path, key: key, field: f})
	}
}

func (r *resolver) resolveRelationship(s *schemaSymbol, rel *schemas.Relationship) {
	at := s.at("relationships", rel.Path)
	if f, ok := describedField(s, rel.Path, at, true, r.report); ok {
		checkReferring(at, rel.Path, true, f, r.report)
	}
	schemaAt := at
	if at.Has("schema") {
		schemaAt = s.at("relationships", rel.Path, "schema")
	}
	r.resolveSchemaRef(schemaAt, rel.Schema)
	checkCardinality(s, rel, r.report)
	other := r.schema(rel.Schema)
	if other != nil && rel.Field != "" {
		checkDestinationField(s, rel, other, r.report)
	}
	reference := s.reference(rel.Path)
	if reference == nil {
		r.report.Add(relationshipIdentity{at: at, path: rel.Path, namespace: other.primaryNamespace()})
	}
	if other == nil {
		return
	}
	primary := other.primary()
	switch {
	case primary == nil && !other.fields.HasIdentityMap() && len(other.fields.Unknown()) == 0:
		r.report.Add(relationshipTarget{at: schemaAt, other: other})
	case primary == nil || rel.Field != "" && other.fullPath(rel.Field) != other.fullPath(primary.Path):
	case reference != nil && reference.Namespace != primary.Namespace:
		r.report.Add(relationshipNamespace{at: s.at("referenceIdentities", rel.Path), got: reference.Namespace,
			primary: other.at("identities", primary.Path), want: primary.Namespace})
	}
	if primary != nil && rel.Namespace != "" && rel.Namespace != primary.Namespace {
		r.report.Add(relationshipNamespace{at: s.at("relationships", rel.Path, "namespace"), got: rel.Namespace,
			primary: other.at("identities", primary.Path), want: primary.Namespace})
	}
}

// checkDestinationField checks the field of the other schema that a relationship names.
func checkDestinationField(s *schemaSymbol, rel *schemas.Relationship, other *schemaSymbol, report *diag.Report) {
	at := s.at("relationships", rel.Path, "field")
	if f, ok := describedField(other, rel.Field, at, false, report); ok {
		checkReferring(at, rel.Field, false, f, report)
	}
}

// checkCardinality reports what a relationship has only beside a cardinality, or beside
// another one.
func checkCardinality(s *schemaSymbol, rel *schemas.Relationship, report *diag.Report) {
	at := s.at("relationships", rel.Path)
	if rel.Cardinality == "" {
		for _, key := range []string{"namespace", "name", "reverseName", "title", "reverseTitle"} {
			if at.Has(key) {
				report.Add(relationshipCardinality{at: s.at("relationships", rel.Path, key), key: key})
			}
		}
		return
	}
	if rel.Namespace != "" && rel.Cardinality != "M:1" {
		report.Add(relationshipCardinality{
			at: s.at("relationships", rel.Path, "cardinality"), key: "namespace", got: rel.Cardinality,
		})
	}
}

// reference returns the reference identity of a field, nil when it has none.
func (s *schemaSymbol) reference(path string) *schemas.Reference {
	for i := range s.ReferenceIdentities {
		if s.fullPath(s.ReferenceIdentities[i].Path) == s.fullPath(path) {
			return &s.ReferenceIdentities[i]
		}
	}
	return nil
}

// primary returns the primary identity of a schema, nil when it has none.
func (s *schemaSymbol) primary() *schemas.Identity {
	for i := range s.Identities {
		if s.Identities[i].Primary {
			return &s.Identities[i]
		}
	}
	return nil
}

// primaryNamespace is the namespace of a schema's primary identity, "" when that is not
// known.
func (s *schemaSymbol) primaryNamespace() string {
	if s == nil || s.primary() == nil {
		return ""
	}
	return s.primary().Namespace
}

func resolveDisplayName(s *schemaSymbol, d schemas.DisplayName, report *diag.Report) {
	at := s.at("displayNames", d.Path)
	f, ok := adobeField(s, d.Path, at, true, "displayNames", report)
	if d.Title == "" && d.Description == "" && len(d.Suggestions)+len(d.HiddenSuggestions) == 0 {
		report.Add(emptyDisplayName{at})
	}
	if !ok || !f.Checked || f.Type == "string" {
		return
	}
	for _, key := range []string{"suggestions", "hiddenSuggestions"} {
		if at.Has(key) {
			report.Add(suggestionsOfType{at: decode.Place{Doc: at.Doc, Path: append(at.Path[:len(at.Path):len(at.Path)],
				document.At(key)...)}, path: d.Path, field: f})
		}
	}
}
