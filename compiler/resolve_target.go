package compiler

import (
	"regexp"
	"strings"

	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

var (
	schemaID  = regexp.MustCompile(`^https://ns\.adobe\.com/([A-Za-z0-9_-]+|\{TENANT_ID\})/schemas/[0-9a-f]{32,64}$`)
	datasetID = regexp.MustCompile(`^[0-9a-f]{24}$`)
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
		p.missing(u.at("target", "dataset"), schemas.KindDataset, ref, p.names(schemas.KindDataset))
	}
	if ref := t.Dataset.Ref; ref != "" {
		p.checkDatasetSchema(u, ref)
	}
	if t.Dataset.Ref == "" {
		p.checkTags(u, &t.Dataset.DatasetBody, "target", "dataset")
	}
	if t.Dataset.Ref == "" && t.Dataset.Profile != schemas.NoProfile {
		p.checkProfile(u.at("target", "dataset", "profile"), t.Dataset.Profile, t.Schema.Ref, &t.Schema.SchemaBody)
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

// madeSchema is a schema that the project makes and where it is written.
type madeSchema struct {
	body *schemas.SchemaBody
	at   place // the schema as a whole: a document, or a part of a dataflow
}

// schemaNamed returns the schema that the project makes under a name: a Schema
// document, or the schema inside the dataflow of that name.
func (p *project) schemaNamed(name string) (madeSchema, bool) {
	for _, kind := range []string{schemas.KindSchema, schemas.KindDataflow} {
		if u, ok := p.find(kind, name); ok {
			if made, ok := u.madeSchema(); ok {
				return made, true
			}
		}
	}
	return madeSchema{}, false
}

// madeSchema returns the schema that a document makes.
func (u *unit) madeSchema() (madeSchema, bool) {
	body, _ := u.inline()
	switch {
	case body == nil:
		return madeSchema{}, false
	case u.schema != nil:
		return madeSchema{body, u.at("name")}, true
	}
	return madeSchema{body, u.at("target", "schema")}, true
}

// targetSchema returns the schema that a dataflow's data go into, when the
// project makes it.
func (p *project) targetSchema(u *unit) (madeSchema, bool) {
	if made, ok := u.madeSchema(); ok {
		return made, true
	}
	return p.schemaNamed(u.dataflow.Target.Schema.Ref)
}

// madeAs reports whether the project makes a schema or dataset of that name. A
// document that is wrong counts: its own faults are enough.
func (p *project) madeAs(kind, name string) bool {
	if _, ok := p.find(kind, name); ok {
		return true
	}
	u, ok := p.find(schemas.KindDataflow, name)
	return ok && u.makes(kind)
}

// makes reports whether a dataflow makes the schema or the dataset of its name.
func (u *unit) makes(kind string) bool {
	schema, dataset := u.inline()
	switch kind {
	case schemas.KindSchema:
		return u.dataflow == nil || schema != nil
	case schemas.KindDataset:
		return u.dataflow == nil || dataset != nil
	}
	return false
}

func looksLikeHex(s string) bool {
	return len(s) >= 16 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// resolveSchemaRef checks the $id of a schema or the name of a document.
func (p *project) resolveSchemaRef(u *unit, at place, ref string) {
	switch {
	case isURL(ref) && !schemaID.MatchString(ref):
		p.report.Add(badID{at: at, got: ref, want: "a schema $id such as " +
			"https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168"})
	case !isURL(ref) && !p.madeAs(schemas.KindSchema, ref):
		p.missing(at, schemas.KindSchema, ref, p.names(schemas.KindSchema))
	}
}

// checkDatasetSchema refuses a dataset of the project whose schema is not the
// dataflow's: what the one lets in the other does not have.
func (p *project) checkDatasetSchema(u *unit, ref string) {
	schema := u.dataflow.Target.Schema.Ref
	if schema == "" {
		schema = u.name
	}
	if d, ok := p.find(schemas.KindDataset, ref); ok {
		if d.dataset != nil && d.dataset.Schema != schema {
			p.report.Add(datasetSchema{u: u, dataset: d.at("schema"), schema: d.dataset.Schema})
		}
		return
	}
	d, ok := p.find(schemas.KindDataflow, ref)
	if !ok || d.dataflow == nil || d.dataflow.Target.Dataset.Ref != "" {
		return
	}
	other := d.dataflow.Target.Schema.Ref
	if other == "" {
		other = d.name
	}
	if other != schema {
		p.report.Add(datasetSchema{u: u, dataset: d.at("target", "schema"), schema: other})
	}
}

// checkProfile refuses a Profile dataset whose schema does not take part in
// Profile: the platform would refuse it too, but only when it is created. It warns
// of upserts into a dataset of events: each is a record of its own.
func (p *project) checkProfile(at place, mode schemas.DatasetProfile, ref string, body *schemas.SchemaBody) {
	if ref != "" {
		named, ok := p.schemaNamed(ref)
		if !ok {
			return // a schema on the platform: only the platform knows
		}
		body = named.body
	}
	if body == nil {
		return
	}
	if class, ok := xdm.ClassByName(body.Class); ok && class.ID == xdm.EventClass && mode == schemas.ProfileUpsert {
		p.report.Add(upsertOfEvents{at})
	}
	if !body.Profile { // a missing schema is already reported
		p.report.Add(profileWithoutSchema{at: at})
	}
}

func (p *project) resolveDataset(u *unit) {
	p.resolveSchemaRef(u, u.at("schema"), u.dataset.Schema)
	p.checkTags(u, &u.dataset.DatasetBody)
	if u.dataset.Profile != schemas.NoProfile {
		p.checkProfile(u.at("profile"), u.dataset.Profile, u.dataset.Schema, nil)
	}
}
