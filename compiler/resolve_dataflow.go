package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/schemas"
)

func (r *dataflowResolver) resolve() {
	r.u.adoptedFaults = nil
	source := &sourceResolver{r.resolver, r.u}
	source.resolve()
	checkColumns(r.u, r.report)
	source.resolveOriginalTypes()
	r.resolveFilter()
	r.resolveCDC()
	r.resolveTarget()
	resolveState(r.u, r.report)
	if r.u.has("labels") {
		checkLabels(r.u.at("labels"), r.u.dataflow.Labels, r.report)
	}
	resolveMappingSet(r.u, r.report)
	if r.u.has("mappings") {
		r.resolveMappings()
	}
	r.resolveTests(r.u)
	if r.u.has("schedule") && r.u.dataflow.Stream == nil {
		resolveSchedule(r.u, r.report)
	}
	r.resolveDelta()
	resolveFreshness(r.u, r.report)
	r.lintDataflow()
}

// resolveState checks what only drafts may leave out, and drafts that the platform does
// not have.
func resolveState(u *unit, report *diag.Report) {
	if u.dataflow.State == "draft" {
		if !readsTable(u.dataflow) {
			report.Add(unsupportedDraft{u})
		}
		return
	}
	if u.dataflow.Stream != nil {
		return // resolveStream knows what it needs
	}
	for _, key := range []string{"mappings", "schedule"} {
		if !u.has(key) && !(key == "mappings" && u.has("mappingSet", "id")) {
			report.Add(decode.MissingKey{At: u.at(), Key: key})
		}
	}
}

// resolveMappingSet checks that a dataflow has mappings or the mapping set of another one, not
// both.
func resolveMappingSet(u *unit, report *diag.Report) {
	for _, pair := range [][2]string{{"id", "version"}, {"version", "id"}} {
		if u.has("mappingSet", pair[0]) && !u.has("mappingSet", pair[1]) {
			report.Add(decode.MissingKey{At: u.at("mappingSet"), Key: pair[1]})
		}
	}
	if !u.has("mappingSet", "id") {
		return
	}
	for _, own := range [][]string{{"mappings"}, {"mappingSet", "title"}} {
		if u.has(own...) {
			report.Add(foreignMappingSet{u: u, own: own})
		}
	}
}

// The starts that make sense, in seconds since 1970: from 2001-09-09, which is long before
// the platform existed, to 2100-01-01. Milliseconds of any such time are beyond.
const (
	earliestStart = 1_000_000_000
	latestStart   = 4_102_444_800
)

// resolveSchedule enforces what the platform's schedule accepts: `once` has
// neither interval nor backfill, every other frequency has an interval, of at
// least 15 for minute.
func resolveSchedule(u *unit, report *diag.Report) {
	s := u.dataflow.Schedule
	if s.StartTime != nil {
		at := u.at("schedule", "startTime")
		switch epoch, err := s.StartTime.Epoch(); {
		case err != nil:
			report.Add(badTime{at: at, got: s.StartTime.Text})
		case epoch < earliestStart || epoch >= latestStart:
			report.Add(farTime{at: at, epoch: epoch})
		}
	}
	if s.Frequency == "once" {
		for _, key := range []string{"interval", "backfill"} {
			if u.has("schedule", key) {
				u.addAdoptable(forbiddenOnce{u: u, key: key}, report)
			}
		}
		return
	}
	switch {
	case s.Interval == nil:
		report.Add(missingInterval{u: u, frequency: s.Frequency})
	case s.Frequency == "minute" && *s.Interval < 15:
		u.addAdoptable(shortInterval{u: u, got: *s.Interval}, report)
	}
}

// resolveDelta enforces the rules of the delta column: required for recurring
// schedules, forbidden for `once`, a declared column of a time type.
func (r *dataflowResolver) resolveDelta() {
	f := r.u.dataflow
	switch {
	case !readsTable(f):
		if f.Delta != nil {
			r.report.Add(deltaElsewhere{r.u})
		}
		return
	case f.Delta == nil && (f.CDC || f.Schedule.Frequency == "once" || f.State == "draft" || !r.u.has("schedule")):
		return
	case f.Delta == nil:
		r.report.Add(missingDelta{r.u})
		return
	case f.Schedule.Frequency == "once":
		r.u.addAdoptable(deltaWithOnce{r.u}, r.report)
	}
	at := r.u.at("delta", "column")
	if !r.u.has("delta", "column") {
		at = r.u.at("delta")
	}
	i := slices.IndexFunc(f.Columns, func(c schemas.Column) bool { return c.Name == f.Delta.Column })
	switch {
	case len(f.Columns) == 0: // any name may be a column
	case i < 0:
		r.report.Add(unknownColumn{at: at, name: f.Delta.Column, columns: nearest.Of(columnNames(f))})
	case f.Columns[i].Type != "date" && f.Columns[i].Type != "date-time":
		r.report.Add(deltaNotATime{u: r.u, at: at, column: f.Columns[i]})
	}
	r.checkDeltaFormat()
	if tz := f.Delta.Timezone; tz != "" && tz != "UTC" {
		r.report.Add(deltaNotUTC{at: r.u.at("delta", "timezone"), got: tz})
	}
}

func columnNames(f *schemas.Dataflow) []string {
	var out []string
	for _, c := range f.Columns {
		out = append(out, c.Name)
	}
	return out
}
