package compiler

import (
	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/xdm"
)

// resolveSchema checks the class and field groups of a schema, or the keys of a
// relational one, its own fields, identities, and further descriptions.
func (r *resolver) resolveSchema(s *schemaSymbol) {
	report := r.report
	if s.Relational != nil {
		resolveRelational(s, report)
	} else {
		r.resolveParts(s)
	}
	resolveOwnFields(s, report)
	r.resolveRefs(s)
	for _, clash := range s.parts {
		report.Add(clash)
	}
	resolveIdentities(s, report)
	r.resolveDescriptions(s)
	r.resolveFieldLabels(s)
	lintFields(s, report)
	lintSchema(s, report)
}

// resolveParts checks the class and the field groups of a schema.
func (r *resolver) resolveParts(s *schemaSymbol) {
	report := r.report
	class, ok := r.classOf(s.Class)
	switch {
	case !s.lookup("class").Here:
		report.Add(decode.MissingKey{At: s.at(), Key: "class"})
	case !ok:
		r.missingClass(s.at("class"), s.Class)
	}
	for i, name := range s.FieldGroups {
		where := s.itemAt(i, "fieldGroups")
		g, known := xdm.FieldGroupByName(name, class)
		own := r.group(name)
		switch {
		case own != nil && !known:
			if ok && !r.extends(own, s.Class) {
				report.Add(groupDocumentClass{at: where, class: s.at("class"), group: own, of: s.Class})
			}
		case !known && !xdm.IsID(name):
			r.missingGroup(where, name, class)
		case known && ok && !g.Fits(class):
			report.Add(fieldGroupClass{at: where, class: s.at("class"), group: g, of: class})
		}
	}
}

// resolveOwnFields checks what a schema's own fields are called, their types
// and limits, and that none lies inside another.
func resolveOwnFields(s *schemaSymbol, report *diag.Report) {
	for _, f := range s.Fields {
		_, misfits, ok := ownShape(f)
		if !ok {
			where := s.at("fields", f.Path, "type")
			if !where.Doc.Find(where.Path).Here {
				where = s.at("fields", f.Path)
			}
			if f.Type == "" {
				report.Add(missingFieldType{at: where, path: f.Path})
			} else {
				report.Add(unknownFieldType{at: where, path: f.Path, got: f.Type})
			}
		}
		for _, m := range misfits {
			report.Add(fieldLimit{at: s.at("fields", f.Path, m.Member), field: f, misfit: m})
		}
	}
	for _, o := range s.faults {
		where := s.at("fields", s.Fields[o.Index].Path)
		switch o.Code {
		case xdm.OwnClash:
			if o.Other < 0 {
				o.Other = s.clashOf(o.Index)
			}
			first := s.Fields[o.Other].Path
			same := s.ownPath(first) == s.ownPath(s.Fields[o.Index].Path)
			report.Add(fieldClash{first: s.at("fields", first), second: where, same: same})
		case xdm.OwnTenant:
			report.Add(ownTenant{where, o.Name, o.Start, o.End, s.atRoot()})
		default:
			report.Add(badFieldPath{at: where, problem: o})
		}
	}
}

// clashOf finds the field that another one lies inside of, or around, where
// neither declares the level that they disagree about.
func (s *schemaSymbol) clashOf(i int) int {
	own := s.ownPath(s.Fields[i].Path)
	for j := range s.Fields {
		if other := s.ownPath(s.Fields[j].Path); j != i && (isInside(own, other) || isInside(other, own)) {
			return j
		}
	}
	return i
}

// isInside reports whether path b lies below path a.
func isInside(a, b string) bool {
	return len(b) > len(a) && b[:len(a)] == a && (b[len(a)] == '.' || b[len(a)] == '[')
}

// resolveIdentities checks that each identity is a field that can be one, that
// at most one is primary, and that a schema in Profile identifies people.
func resolveIdentities(s *schemaSymbol, report *diag.Report) {
	primary, unknown := "", 0
	for _, id := range s.Identities {
		where := s.at("identities", id.Path)
		if id.Primary && primary != "" {
			report.Add(twoPrimaries{at: where, first: s.at("identities", primary)})
		}
		if id.Primary && primary == "" {
			primary = id.Path
		}
		f, err := s.fields.Find(s.fullPath(id.Path))
		if err != nil {
			if unknown++; unknown <= maxSuggested {
				_, err = s.fields.Lookup(id.Path) // near names for the path as it is written
			}
			report.Add(unknownIdentity{where, err, s})
			continue
		}
		if obstacle := xdm.IdentityObstacle(f); obstacle != "" && obstacle != xdm.IdentityUnchecked {
			report.Add(identityObstacle{at: where, path: id.Path, field: f, obstacle: obstacle})
		}
	}
	if s.Profile && s.Relational == nil && primary == "" && !s.fields.HasIdentityMap() && len(s.fields.Unknown()) == 0 {
		report.Add(profileWithoutIdentity{at: s.at("profile")})
	}
}
