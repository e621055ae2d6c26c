package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// profileRuns is how many batches a day Profile takes in for a dataset.
const profileRuns = 90

// lintDataflow reports what is allowed but rarely intended.
func (r *dataflowResolver) lintDataflow() {
	f := r.u.dataflow
	dataset := r.targetDataset(r.u)
	profile := dataset != nil && dataset.Profile != schemas.NoProfile
	s := f.Schedule
	if profile && s.Frequency == "minute" && s.Interval != nil && *s.Interval > 0 && 24*60 / *s.Interval > profileRuns {
		r.report.Add(profileFrequency{u: r.u, dataset: dataset.at("profile"), runs: 24 * 60 / *s.Interval})
	}
	if schema := r.targetSchema(r.u); profile && schema != nil && schema.Profile {
		lintIdentity(r.u, schema, r.report)
	} else if profile && schema == nil {
		r.lintKnownIdentity()
	}
	if r.options.Production && (f.Lifecycle == nil || !f.Lifecycle.Protect) {
		r.report.Add(unprotected{u: r.u, target: r.options.Target})
	}
}

// lintIdentity looks for a mapping of what says whom a record is about.
func lintIdentity(u *unit, s *schemaSymbol, report *diag.Report) {
	want, primary := "identityMap", ""
	for _, id := range s.Identities {
		if id.Primary {
			primary = id.Path
			want = canonical(s.fields, s.fullPath(id.Path))
			break
		}
	}
	if primary == "" && !s.fields.HasIdentityMap() {
		return // an error already, or the platform's to know
	}
	for _, m := range u.dataflow.Mappings {
		got := canonical(s.fields, m.Destination)
		if got == want || strings.HasPrefix(want, got+".") || primary == "" && strings.HasPrefix(got, want+".") {
			return
		}
	}
	if u.has("mappingSet", "id") {
		return // the mappings are the other dataflow's
	}
	report.Add(identityUnmapped{u: u, schema: s, primary: primary, path: want})
}

// canonical writes a destination with the placeholder as namespace.
func canonical(fields *xdm.Schema, path string) string {
	f, err := fields.Lookup(path)
	if err != nil || !f.Own {
		return path
	}
	if _, rest, ok := strings.Cut(path, "."); ok {
		return xdm.TenantNamespace + "." + rest
	}
	return xdm.TenantNamespace
}

// lintSchema reports a schema of people without an identity.
func lintSchema(s *schemaSymbol, report *diag.Report) {
	if s.fields.Class().ID == xdm.ProfileClass && len(s.Identities) == 0 && !s.Profile &&
		!s.fields.HasIdentityMap() && len(s.fields.Unknown()) == 0 {
		report.Add(identityMissing{s.whole()})
	}
}

// lintFields reports custom fields that differ only in case.
func lintFields(s *schemaSymbol, report *diag.Report) {
	first := make(map[string]string, len(s.Fields))
	for _, f := range s.Fields {
		own := s.ownPath(f.Path)
		folded := strings.ToLower(own)
		if other, taken := first[folded]; taken && s.ownPath(other) != own {
			report.Add(caseCollision{first: s.at("fields", other), second: s.at("fields", f.Path), what: "fields"})
			continue
		}
		first[folded] = f.Path
	}
}

type profileFrequency struct {
	u       *unit
	dataset decode.Place
	runs    int64
}

func (p profileFrequency) Diagnose() diag.Diagnostic {
	at := p.u.at("schedule", "interval")
	return diag.Diagnostic{
		Code: diag.ProfileFrequency, Severity: diag.Warning, Path: at.Path.String(),
		Message: fmt.Sprintf("%d runs a day exceed Profile's limit of %d", p.runs, profileRuns),
		Labels: append(at.Labels(fmt.Sprintf("makes %d batches a day", p.runs)),
			diag.Label{Span: p.dataset.Key(), Text: "the dataset is enabled for Profile"}),
		Help: "run every 20 minutes or less often, or disable the dataset for Profile",
	}
}

type identityMissing struct{ at decode.Place }

func (p identityMissing) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.IdentityMissing, Severity: diag.Note, Path: p.at.Path.String(),
		Message: "the schema has no identity",
		Labels:  diag.At(p.at.Key(), "expected `identities`"),
		Help:    "add `identities: {PATH: {namespace: Email, primary: true}}`",
	}
}

type identityUnmapped struct {
	u       *unit
	schema  *schemaSymbol // nil for a schema of the catalog
	primary string        // as the schema names it, "" where identityMap identifies
	path    string
}

func (p identityUnmapped) Diagnose() diag.Diagnostic {
	at := p.u.at("mappings")
	d := diag.Diagnostic{
		Code: diag.IdentityUnmapped, Severity: diag.Warning, Path: at.Path.String(),
		Message: fmt.Sprintf("identity `%s` is not mapped", p.path),
		Labels:  at.KeyLabels("no mapping for it"),
		Notes:   []string{"Profile drops records without an identity"},
		Help:    "add a mapping `" + p.path + ":`",
	}
	if p.schema == nil {
		return d
	}
	if p.primary == "" {
		d.Help = "add a mapping `identityMap.NAMESPACE[0].id:`"
		return d
	}
	identity := p.schema.at("identities", p.primary)
	d.Labels = append(d.Labels, diag.Label{Span: identity.Key(), Text: "the primary identity"})
	return d
}

type unprotected struct {
	u      *unit
	target string
}

func (p unprotected) Diagnose() diag.Diagnostic {
	at := p.u.at("lifecycle")
	if !p.u.has("lifecycle") {
		at = p.u.at("name")
	}
	return diag.Diagnostic{
		Code: diag.UnprotectedProduction, Severity: diag.Warning, Path: at.Path.String(),
		Message: fmt.Sprintf("dataflow `%s` is not protected in the production target %s", p.u.name, p.target),
		Labels:  at.KeyLabels("a plan can delete it"),
		Help: "add `lifecycle: {protect: true}` here, in an overlay for the target, or in the defaults of " +
			"aepflow.yaml",
	}
}
