package compiler

import (
	"regexp"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

var (
	schemaID  = regexp.MustCompile(`^https://ns\.adobe\.com/([A-Za-z0-9_-]+|\{TENANT_ID\})/schemas/[0-9a-f]{32,64}$`)
	datasetID = regexp.MustCompile(`^[0-9a-f]{24}$`)
)

func isURL(s string) bool { return strings.Contains(s, "://") }

func (r *dataflowResolver) resolveTarget() {
	t := r.u.dataflow.Target
	if r.u.ownSchema == nil {
		r.resolveSchemaRef(r.u.at("target", "schema"), t.Schema.Ref)
	} else {
		r.resolveSchema(r.u.ownSchema)
	}
	if r.u.ownDataset == nil {
		r.resolveDatasetRef(r.u.at("target", "dataset"), t.Dataset.Ref)
		r.checkDatasetSchema()
		return
	}
	checkDataset(r.u.ownDataset, r.targetSchema(r.u), r.report)
}

// resolveDatasetRef checks the id of a dataset or the name of a document.
func (r *resolver) resolveDatasetRef(at decode.Place, ref string) {
	switch {
	case datasetID.MatchString(ref), r.makes(schemas.KindDataset, ref):
	case looksLikeHex(ref):
		r.report.Add(badID{at: at, got: ref, want: "a dataset id of 24 hexadecimal digits"})
	default:
		r.missing(at, schemas.KindDataset, ref)
	}
}

func looksLikeHex(s string) bool {
	return len(s) >= 16 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// resolveSchemaRef checks the $id of a schema or the name of a document.
func (r *resolver) resolveSchemaRef(at decode.Place, ref string) {
	switch {
	case isURL(ref) && !schemaID.MatchString(ref):
		r.report.Add(badID{at: at, got: ref, want: "a schema $id such as " +
			"https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168"})
	case !isURL(ref) && !r.makes(schemas.KindSchema, ref):
		r.missing(at, schemas.KindSchema, ref)
	}
}

// checkDatasetSchema refuses a dataset of the project whose schema is not the
// dataflow's: what the one lets in the other does not have.
func (r *dataflowResolver) checkDatasetSchema() {
	schema := r.u.dataflow.Target.Schema.Ref
	if schema == "" {
		schema = r.u.name
	}
	if d := r.targetDataset(r.u); d != nil && d.schema != schema {
		r.report.Add(datasetSchema{u: r.u, dataset: d.schemaAt, schema: d.schema})
	}
}

// checkProfile refuses a Profile dataset whose schema does not take part in
// Profile: the platform would refuse it too, but only when it is created. It warns
// of upserts into a dataset of events: each is a record of its own.
func checkProfile(d *datasetSymbol, schema *schemaSymbol, report *diag.Report) {
	if d.Profile == schemas.NoProfile || schema == nil {
		return // of a schema on the platform only the platform knows; a missing one is already reported
	}
	at := d.at("profile")
	if schema.fields.Class().Behavior == xdm.TimeSeriesBehavior && d.Profile == schemas.ProfileUpsert {
		report.Add(upsertOfEvents{at})
	}
	if !schema.Profile {
		report.Add(profileWithoutSchema{at, schema})
	}
}

func (r *resolver) resolveDataset(d *datasetSymbol) {
	r.resolveSchemaRef(d.at("schema"), d.schema)
	checkDataset(d, r.schema(d.schema), r.report)
}

// checkDataset checks a dataset of the project. Of a schema on the platform, which is nil,
// only the platform knows more.
func checkDataset(d *datasetSymbol, schema *schemaSymbol, report *diag.Report) {
	checkTags(d, report)
	checkProfile(d, schema, report)
	checkExpiration(d, schema, report)
	if at := d.at("labels"); at.Doc.Find(at.Path).Here {
		checkLabels(at, d.Labels, report)
	}
}
