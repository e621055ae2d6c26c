package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// profileRuns is how many batches a day Profile takes in for a dataset.
const profileRuns = 90

// lintDataflow reports what is allowed but rarely intended.
func (p *project) lintDataflow(u *unit) {
	f := u.dataflow
	dataset, profile := p.feedsProfile(u)
	s := f.Schedule
	if profile && s.Frequency == "minute" && s.Interval != nil && *s.Interval > 0 && 24*60 / *s.Interval > profileRuns {
		p.report.Add(profileFrequency{u: u, dataset: dataset, runs: 24 * 60 / *s.Interval})
	}
	if made, ok := p.targetSchema(u); ok && profile && made.body.Profile {
		p.lintIdentity(u, made)
	}
	if p.options.Production && (f.Lifecycle == nil || !f.Lifecycle.Protect) {
		p.report.Add(unprotected{u: u, target: p.options.Target})
	}
}

// feedsProfile reports whether a dataflow's dataset is one of Profile, as far as
// the project knows, and where that is said.
func (p *project) feedsProfile(u *unit) (place, bool) {
	ref := u.dataflow.Target.Dataset.Ref
	if ref == "" {
		return u.at("target", "dataset", "profile"), u.dataflow.Target.Dataset.Profile != schemas.NoProfile
	}
	if d, ok := p.find(schemas.KindDataset, ref); ok {
		return d.at("profile"), d.dataset != nil && d.dataset.Profile != schemas.NoProfile
	}
	if d, ok := p.find(schemas.KindDataflow, ref); ok && d.dataflow != nil && d.dataflow.Target.Dataset.Ref == "" {
		return d.at("target", "dataset", "profile"), d.dataflow.Target.Dataset.Profile != schemas.NoProfile
	}
	return place{}, false
}

// lintIdentity looks for a mapping of what says whom a record is about.
func (p *project) lintIdentity(u *unit, made madeSchema) {
	fields := p.fieldsOf(made.body)
	want, primary := "identityMap", ""
	for _, id := range made.body.Identities {
		if id.Primary {
			primary = id.Path
			want = p.canonical(fields, p.fullPath(made.body, id.Path))
			break
		}
	}
	if primary == "" && !fields.HasIdentityMap() {
		return // an error already, or the platform's to know
	}
	for _, m := range u.dataflow.Mappings {
		got := p.canonical(fields, m.Destination)
		if got == want || strings.HasPrefix(want, got+".") || primary == "" && strings.HasPrefix(got, want+".") {
			return
		}
	}
	p.report.Add(identityUnmapped{u: u, made: made, primary: primary, path: want})
}

// canonical writes a destination with the placeholder as namespace.
func (p *project) canonical(fields *xdm.Schema, path string) string {
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
func (p *project) lintSchema(body *schemas.SchemaBody, at place) {
	fields := p.fieldsOf(body)
	if fields.Class().ID == xdm.ProfileClass && len(body.Identities) == 0 && !body.Profile &&
		!fields.HasIdentityMap() && len(fields.Unknown()) == 0 {
		p.report.Add(identityMissing{at})
	}
}

// lintFields reports custom fields that differ only in case.
func (p *project) lintFields(body *schemas.SchemaBody, at func(...string) place) {
	first := make(map[string]string, len(body.Fields))
	for _, f := range body.Fields {
		own := p.ownPath(f.Path)
		folded := strings.ToLower(own)
		if other, taken := first[folded]; taken && p.ownPath(other) != own {
			p.report.Add(caseCollision{first: at("fields", other), second: at("fields", f.Path), what: "fields"})
			continue
		}
		first[folded] = f.Path
	}
}

type profileFrequency struct {
	u       *unit
	dataset place
	runs    int64
}

func (p profileFrequency) Diagnose() diag.Diagnostic {
	at := p.u.at("schedule", "interval")
	return diag.Diagnostic{
		Code: diag.ProfileFrequency, Severity: diag.Warning, Path: at.path.String(),
		Message: fmt.Sprintf("%d runs a day exceed Profile's limit of %d", p.runs, profileRuns),
		Labels: append(at.labels(fmt.Sprintf("makes %d batches a day", p.runs)),
			diag.Label{Span: p.dataset.key(), Text: "the dataset is enabled for Profile"}),
		Help: "run every 20 minutes or less often, or disable the dataset for Profile",
	}
}

type identityMissing struct{ at place }

func (p identityMissing) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.IdentityMissing, Severity: diag.Note, Path: p.at.path.String(),
		Message: "the schema has no identity",
		Labels:  diag.At(p.at.key(), "expected `identities`"),
		Help:    "add `identities: {PATH: {namespace: Email, primary: true}}`",
	}
}

type identityUnmapped struct {
	u       *unit
	made    madeSchema
	primary string // as the schema names it, "" where identityMap identifies
	path    string
}

func (p identityUnmapped) Diagnose() diag.Diagnostic {
	at := p.u.at("mappings")
	d := diag.Diagnostic{
		Code: diag.IdentityUnmapped, Severity: diag.Warning, Path: at.path.String(),
		Message: fmt.Sprintf("identity `%s` is not mapped", p.path),
		Labels:  at.keyLabels("no mapping for it"),
		Notes:   []string{"Profile drops records without an identity"},
		Help:    "add a mapping `" + p.path + ":`",
	}
	if p.primary == "" {
		d.Help = "add a mapping `identityMap.NAMESPACE[0].id:`"
		return d
	}
	identity := p.made.at
	if p.made.at.path.String() == "name" {
		identity.path = nil // a document of its own
	}
	identity.path = identity.path.Field("identities").Field(p.primary)
	d.Labels = append(d.Labels, diag.Label{Span: identity.key(), Text: "the primary identity"})
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
		Code: diag.UnprotectedProduction, Severity: diag.Warning, Path: at.path.String(),
		Message: fmt.Sprintf("dataflow `%s` is not protected in the production target %s", p.u.name, p.target),
		Labels:  at.keyLabels("a plan can delete it"),
		Help: "add `lifecycle: {protect: true}` here, in an overlay for the target, or in the defaults of " +
			"aepflow.yaml",
	}
}
