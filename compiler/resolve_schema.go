package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// resolveSchemaBody checks the class, field groups, own fields and identities
// of a schema; under are the keys that lead to it.
func (p *project) resolveSchemaBody(u *unit, body *schemas.SchemaBody, under ...string) {
	at := func(keys ...string) place { return u.at(append(slices.Clone(under), keys...)...) }
	class, ok := xdm.ClassByName(body.Class)
	if !ok {
		p.report.Add(unknownClass{at: at("class"), got: body.Class})
	}
	for i, name := range body.FieldGroups {
		where := at("fieldGroups")
		where.path = where.path.Index(i)
		g, known := xdm.FieldGroupByName(name, class)
		switch {
		case !known && !xdm.IsID(name):
			p.report.Add(unknownFieldGroup{at: where, got: name, near: xdm.NearestFieldGroups(name, class)})
		case known && ok && !g.Fits(class):
			p.report.Add(fieldGroupClass{at: where, class: at("class"), group: g, of: class})
		}
	}
	p.resolveOwnFields(body, at)
	p.resolveIdentities(body, at)
	p.lintFields(body, at)
	if made := at(); len(under) > 0 {
		p.lintSchema(body, made)
	} else {
		p.lintSchema(body, u.at("name"))
	}
}

// resolveOwnFields checks what a schema's own fields are called, their types
// and limits, and that none lies inside another.
func (p *project) resolveOwnFields(body *schemas.SchemaBody, at func(...string) place) {
	for _, f := range body.Fields {
		_, misfits, ok := ownShape(f)
		if !ok {
			where := at("fields", f.Path, "type")
			if !where.d.Find(where.path).Here {
				where = at("fields", f.Path)
			}
			p.report.Add(unknownFieldType{at: where, path: f.Path, got: f.Type})
		}
		for _, m := range misfits {
			p.report.Add(fieldLimit{at: at("fields", f.Path, m.Member), field: f, misfit: m})
		}
	}
	_, problems := xdm.OwnProperties(ownFields(body), p.tenant)
	for _, o := range problems {
		where := at("fields", body.Fields[o.Index].Path)
		switch o.Code {
		case xdm.OwnClash:
			if o.Other < 0 {
				o.Other = p.clashOf(body.Fields, o.Index)
			}
			first := body.Fields[o.Other].Path
			same := p.ownPath(first) == p.ownPath(body.Fields[o.Index].Path)
			p.report.Add(fieldClash{first: at("fields", first), second: where, same: same})
		case xdm.OwnTenant:
			p.report.Add(ownTenant{at: where, namespace: o.Name, start: o.Start, end: o.End})
		default:
			p.report.Add(badFieldPath{at: where, problem: o})
		}
	}
}

// clashOf finds the field that another one lies inside of, or around, where
// neither declares the level that they disagree about.
func (p *project) clashOf(fields schemas.Fields, i int) int {
	inside := func(a, b string) bool {
		return len(b) > len(a) && b[:len(a)] == a && (b[len(a)] == '.' || b[len(a)] == '[')
	}
	own := p.ownPath(fields[i].Path)
	for j := range fields {
		if other := p.ownPath(fields[j].Path); j != i && (inside(own, other) || inside(other, own)) {
			return j
		}
	}
	return i
}

// resolveIdentities checks that each identity is a field that can be one, that
// at most one is primary, and that a schema in Profile identifies people.
func (p *project) resolveIdentities(body *schemas.SchemaBody, at func(...string) place) {
	s := p.fieldsOf(body)
	primary, unknown := "", 0
	for _, id := range body.Identities {
		where := at("identities", id.Path)
		if id.Primary && primary != "" {
			p.report.Add(twoPrimaries{at: where, first: at("identities", primary)})
		}
		if id.Primary && primary == "" {
			primary = id.Path
		}
		f, err := s.Find(p.fullPath(body, id.Path))
		if err != nil {
			if unknown++; unknown <= maxSuggested {
				_, err = s.Lookup(id.Path) // near names for the path as it is written
			}
			p.report.Add(unknownIdentity{at: where, fault: err})
			continue
		}
		if obstacle := xdm.IdentityObstacle(f); obstacle != "" && obstacle != xdm.IdentityUnchecked {
			p.report.Add(identityObstacle{at: where, path: id.Path, field: f, obstacle: obstacle})
		}
	}
	if body.Profile && primary == "" && !s.HasIdentityMap() && len(s.Unknown()) == 0 {
		p.report.Add(profileWithoutIdentity{at: at("profile")})
	}
}
