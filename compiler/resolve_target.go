package compiler

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// Tenant is the placeholder of the tenant's id. It stays in every body until
// the call is sent, so that one document serves many organisations.
const Tenant = "{TENANT_ID}"

var (
	schemaID  = regexp.MustCompile(`^https://ns\.adobe\.com/([A-Za-z0-9_-]+|\{TENANT_ID\})/schemas/[0-9a-f]{32,64}$`)
	datasetID = regexp.MustCompile(`^[0-9a-f]{24}$`)
	anyID     = regexp.MustCompile(`^https://ns\.adobe\.com/([A-Za-z0-9_-]+|\{TENANT_ID\})/[A-Za-z0-9_/.-]+$`)
)

func isURL(s string) bool { return strings.Contains(s, "://") }

func (p *project) resolveTarget(u *unit) {
	t := u.dataflow.Target
	if t.Schema.Ref != "" {
		p.resolveSchemaRef(u, u.at("target", "schema"), t.Schema.Ref)
	} else {
		p.resolveSchemaBody(u, &u.dataflow.Target.Schema.SchemaBody, "target", "schema")
	}
	switch ref := t.Dataset.Ref; {
	case ref == "", datasetID.MatchString(ref):
	case p.madeAs(schemas.KindDataset, ref):
	case looksLikeHex(ref):
		p.report.Add(badID{at: u.at("target", "dataset"), got: ref, want: "a dataset id of 24 hexadecimal digits"})
	default:
		p.report.Add(unknownReference{at: u.at("target", "dataset"), kind: schemas.KindDataset, name: ref, known: p.madeNames(schemas.KindDataset)})
	}
	if t.Dataset.Ref == "" && t.Dataset.Profile {
		p.checkProfile(u, u.at("target", "dataset", "profile"), t.Schema.Ref, &t.Schema.SchemaBody)
	}
}

// inline returns the schema or the dataset that a document makes: the whole
// document, or what a dataflow has written inside its target.
func (u *unit) inline() (schema *schemas.SchemaBody, dataset *schemas.DatasetBody) {
	switch {
	case u.schema != nil:
		return &u.schema.SchemaBody, nil
	case u.dataset != nil:
		return nil, &u.dataset.DatasetBody
	case u.dataflow == nil:
		return nil, nil
	}
	t := &u.dataflow.Target
	if t.Schema.Ref == "" {
		schema = &t.Schema.SchemaBody
	}
	if t.Dataset.Ref == "" {
		dataset = &t.Dataset.DatasetBody
	}
	return schema, dataset
}

// schemaNamed returns the content of the schema that the project makes under a
// name: a Schema document, or the schema inside the dataflow of that name.
func (p *project) schemaNamed(name string) (*schemas.SchemaBody, bool) {
	for _, kind := range []string{schemas.KindSchema, schemas.KindDataflow} {
		if u, ok := p.find(kind, name); ok {
			if body, _ := u.inline(); body != nil {
				return body, true
			}
		}
	}
	return nil, false
}

// madeAs reports whether the project makes a schema or dataset of that name. A
// document that is wrong counts: its own faults are enough.
func (p *project) madeAs(kind, name string) bool {
	if _, ok := p.find(kind, name); ok {
		return true
	}
	u, ok := p.find(schemas.KindDataflow, name)
	if !ok {
		return false
	}
	schema, dataset := u.inline()
	return u.dataflow == nil || kind == schemas.KindSchema && schema != nil || kind == schemas.KindDataset && dataset != nil
}

func (p *project) madeNames(kind string) []string {
	var out []string
	for _, name := range sortedUnique(append(p.names(kind), p.names(schemas.KindDataflow)...)) {
		if p.madeAs(kind, name) {
			out = append(out, name)
		}
	}
	return out
}

func looksLikeHex(s string) bool {
	return len(s) >= 16 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// resolveSchemaRef checks the $id of a schema or the name of a document.
func (p *project) resolveSchemaRef(u *unit, at place, ref string) {
	switch {
	case isURL(ref) && !schemaID.MatchString(ref):
		p.report.Add(badID{at: at, got: ref, want: "a schema $id such as https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168"})
	case !isURL(ref) && !p.madeAs(schemas.KindSchema, ref):
		p.report.Add(unknownReference{at: at, kind: schemas.KindSchema, name: ref, known: p.madeNames(schemas.KindSchema)})
	}
}

// checkProfile refuses a Profile dataset whose schema does not take part in
// Profile: the platform would refuse it too, but only when it is created.
func (p *project) checkProfile(u *unit, at place, ref string, body *schemas.SchemaBody) {
	if ref != "" {
		named, ok := p.schemaNamed(ref)
		if !ok {
			return // a schema on the platform: only the platform knows
		}
		body = named
	}
	if !body.Profile {
		p.report.Add(profileWithoutSchema{at: at})
	}
}

func (p *project) resolveDataset(u *unit) {
	p.resolveSchemaRef(u, u.at("schema"), u.dataset.Schema)
	if u.dataset.Profile {
		p.checkProfile(u, u.at("profile"), u.dataset.Schema, nil)
	}
}

// resolveSchemaBody checks the class, field groups, own fields and identities
// of a schema; under are the keys that lead to it.
func (p *project) resolveSchemaBody(u *unit, body *schemas.SchemaBody, under ...string) {
	at := func(keys ...string) place { return u.at(append(slices.Clone(under), keys...)...) }
	if _, ok := classID(body.Class); !ok {
		p.report.Add(unknownClass{at: at("class"), got: body.Class})
	}
	for i, name := range body.FieldGroups {
		if _, ok := fieldGroupID(name); !ok {
			where := at("fieldGroups")
			where.path = where.path.Index(i)
			p.report.Add(unknownFieldGroup{at: where, got: name, known: fieldGroupNames()})
		}
	}
	primary := 0
	for _, id := range body.Identities {
		if id.Primary {
			primary++
		}
		if primary > 1 {
			p.report.Add(twoPrimaries{at: at("identities", id.Path)})
			break
		}
	}
	if body.Profile && primary == 0 && !carriesIdentityMap(body) {
		p.report.Add(profileWithoutIdentity{at: at("profile")})
	}
	p.resolveFields(body.Fields, at)
}

func (p *project) resolveFields(fields schemas.Fields, at func(...string) place) {
	for i, f := range fields {
		if _, ok := fieldType(f); !ok {
			where := at("fields", f.Path, "type")
			if where.d.Find(where.path).Rest != nil {
				where = at("fields", f.Path)
			}
			p.report.Add(unknownFieldType{at: where, path: f.Path, got: f.Type})
		}
		for _, step := range strings.Split(ownPath(f.Path), ".") {
			if !fieldName.MatchString(step) {
				p.report.Add(badFieldPath{at: at("fields", f.Path), got: f.Path, step: step})
				break
			}
		}
		for _, other := range fields[:i] {
			a, b := ownPath(other.Path), ownPath(f.Path)
			if a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".") {
				p.report.Add(fieldClash{first: at("fields", other.Path), second: at("fields", f.Path)})
			}
		}
	}
}

// fieldName is what the platform takes as the name of an own field; a leading
// underscore is kept for namespaces.
var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// ownPath returns the path of an own field below the tenant's namespace,
// whether or not the document writes the namespace.
func ownPath(path string) string { return strings.TrimPrefix(path, "_"+Tenant+".") }

// carriesIdentityMap reports whether records of the schema may identify people
// without a descriptor: events always, profiles with the identityMap field group.
func carriesIdentityMap(body *schemas.SchemaBody) bool {
	class, _ := classID(body.Class)
	if class == eventClass {
		return true
	}
	for _, name := range body.FieldGroups {
		if id, _ := fieldGroupID(name); id == identityMapGroup {
			return true
		}
	}
	return false
}

const (
	profileClass     = "https://ns.adobe.com/xdm/context/profile"
	eventClass       = "https://ns.adobe.com/xdm/context/experienceevent"
	identityMapGroup = "https://ns.adobe.com/xdm/context/identitymap"
)

// classID returns the $id of a class by its short name or $id.
func classID(name string) (string, bool) {
	switch name {
	case "profile":
		return profileClass, true
	case "event":
		return eventClass, true
	}
	return name, anyID.MatchString(name)
}

// fieldGroupID returns the $id of a field group by its well-known name, its
// title or its $id.
func fieldGroupID(name string) (string, bool) {
	if isURL(name) {
		return name, anyID.MatchString(name)
	}
	for _, c := range specs.XDM().Components {
		if c.Kind == "fieldgroup" && (c.Slug == name || strings.EqualFold(c.Title, name)) {
			return c.ID, true
		}
	}
	return "", false
}

func fieldGroupNames() []string {
	var out []string
	for _, c := range specs.XDM().Components {
		if c.Kind == "fieldgroup" {
			out = append(out, c.Slug)
		}
	}
	return out
}
