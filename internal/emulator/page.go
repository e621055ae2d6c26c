package emulator

import (
	"bytes"
	"cmp"
	"crypto/sha256"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/dataprep"
	"github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/aepflow/aepflow/internal/emulator/registry"

	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/specs"
)

// The page at / is for people: one sandbox at a glance, and buttons for the clock
// and for runs. Its script and style are in it; it loads nothing from elsewhere.

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageText))
})

// pagePolicy lets the page have the style and the script that are in it, and call
// the emulator that it came from; no other page may frame it.
var pagePolicy = sync.OnceValue(func() string {
	hash := func(element string) string {
		_, rest, _ := strings.Cut(pageText, "<"+element+">")
		text, _, _ := strings.Cut(rest, "</"+element+">")
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash("style") + "; script-src " + hash("script") +
		"; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

const pageRows = 100

// section is one table of the page: its first rows, and how many there are.
type section[T any] struct {
	Total int
	Rows  []T
}

func (s section[T]) More() int { return s.Total - len(s.Rows) }

type pageData struct {
	Org, Tenant, Sandbox, Now, Host string
	Places                          []pagePlace
	Flows                           section[pageFlow]
	Runs                            section[pageRun]
	Connections                     section[pageConnection]
	Datasets                        section[pageDataset]
	Schemas                         section[pageSchema]
	Requests                        section[pageRequest]
}

type pagePlace struct {
	Org, Sandbox, Label string
	Here                bool
}

type pageFlow struct {
	ID, Name, State, Tone, Schedule, Next, Last, LastTone, Source, Dataset, DatasetID, MappingVersion string
	Figures, RunBody, FailBody                                                                        string
	Request                                                                                           int
	Mappings                                                                                          []pageMapping
}

type pageMapping struct{ Destination, Source, Kind string }

type pageRun struct {
	ID, Started, Flow, FlowID, Status, Tone, Window, Error string
	Read, Written, Failed                                  int64
}

type pageConnection struct{ ID, Name, Connector, Auth, State, Tone, Data string }

type pageDataset struct {
	ID, Name, Schema, Profile, Version string
	Batches, Request                   int
	Records                            section[pageRecord]
	Failed                             section[pageFailedRow]
}

// pageFailedRow is a row that did not become a record, and why.
type pageFailedRow struct{ At, Flow, FlowID, Code, Message, Row string }

// pageRecord is a record of a dataset with the row that it came from, and how.
type pageRecord struct {
	Key, At, Flow, FlowID, RunID, Change, Record, Row string
	Failed, Unknown                                   int // mappings
	Mappings                                          section[pageOutcome]
}

type pageOutcome struct{ Destination, Source, Kind, State, Tone string }

type pageSchema struct{ ID, Title, Class, Groups, Identities, Profile, Version string }

type pageRequest struct {
	N, Status                      int
	Time, Method, Path, Tone, Took string
	Body                           string
}

func (a admin) page(c *core.Call) (core.Answer, error) {
	o := a.s.env.Orgs[0]
	if named := a.s.env.Org(c.Query.Get("org")); named != nil {
		o = named
	}
	sandbox := o.Sandbox(c.Query.Get("sandbox"))
	if sandbox == nil {
		sandbox = a.busiest(o)
	}
	sp := a.s.env.Space(o, sandbox)
	flow.CatchUp(sp, c.Now)
	d := pageData{Org: o.ID, Tenant: o.Tenant, Sandbox: sandbox.Name, Now: clock(c.Millis()),
		Host: c.Request.Host}
	for _, other := range a.s.env.Orgs {
		for _, b := range other.Sandboxes() {
			label := b.Name
			if len(a.s.env.Orgs) > 1 {
				label += " (" + other.Tenant + ")"
			}
			d.Places = append(d.Places, pagePlace{other.ID, b.Name, label, other == o && b.Name == sandbox.Name})
		}
	}
	sp.Mu.RLock()
	d.Flows = rowsOf(sp, core.KindFlow, flowRow)
	d.Runs = rowsOf(sp, core.KindRun, runRow)
	d.Connections = rowsOf(sp, core.KindConnection, connectionRow)
	d.Datasets = rowsOf(sp, core.KindDataset, datasetRow)
	d.Schemas = rowsOf(sp, core.KindSchema, schemaRow)
	room := recordsRoom
	for i := range d.Datasets.Rows {
		row := &d.Datasets.Rows[i]
		row.Records = recordRows(sp, row.ID, &room)
		row.Failed = failedRows(sp, row.ID, c.Millis(), &room)
	}
	sp.Mu.RUnlock()
	d.Requests = a.pageRequests()
	for i := range d.Flows.Rows {
		d.Flows.Rows[i].Request = d.requestOf(d.Flows.Rows[i].ID)
	}
	for i := range d.Datasets.Rows {
		d.Datasets.Rows[i].Request = d.requestOf(d.Datasets.Rows[i].ID)
	}
	var out bytes.Buffer
	if err := pageTemplate().Execute(&out, d); err != nil {
		return core.Answer{}, fmt.Errorf("draw the page: %w", err)
	}
	return core.Answer{Status: http.StatusOK, ContentType: "text/html; charset=utf-8", Body: visible(out.String()),
		Header: [][2]string{
			{"Content-Security-Policy", pagePolicy()}, {"Cache-Control", "no-store"}, {"X-Frame-Options", "DENY"},
		}}, nil
}

// busiest is the sandbox that a person most likely wants to see: the one with
// most flows, else the default one.
func (a admin) busiest(o *core.Org) *core.Sandbox {
	best, most := o.Sandbox(o.DefaultSandbox()), 0
	for _, sandbox := range o.Sandboxes() {
		sp := a.s.env.Space(o, sandbox)
		sp.Mu.RLock()
		if n := len(sp.Table(core.KindFlow).Order); n > most {
			best, most = sandbox, n
		}
		sp.Mu.RUnlock()
	}
	return best
}

// rowsOf shows the newest records of a kind, newest first. Runs of several flows
// are made flow by flow when the clock jumps, so order of making is not enough.
func rowsOf[T any](sp *core.Space, k core.Kind, row func(*core.Space, *core.Record, object) T) section[T] {
	all := sp.Table(k).Order
	if k == core.KindRun {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b *core.Record) int { return cmp.Compare(a.Created, b.Created) })
	}
	s := section[T]{Total: len(all)}
	for _, r := range slices.Backward(all[max(0, len(all)-pageRows):]) {
		s.Rows = append(s.Rows, row(sp, r, r.Object()))
	}
	return s
}

func clock(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05 UTC") }

// requestOf is the number of the newest shown request that names an object, 0 for
// none.
func (d *pageData) requestOf(id string) int {
	for _, r := range d.Requests.Rows {
		if strings.Contains(r.Path, id) || strings.Contains(r.Body, id) {
			return r.N
		}
	}
	return 0
}

func tone(state string) string {
	switch state {
	case "enabled", "success":
		return "good"
	case "failed":
		return "bad"
	case "disabled", "draft", "inProgress", "scheduled":
		return "warn"
	}
	return ""
}

func flowRow(sp *core.Space, r *core.Record, o object) pageFlow {
	f := pageFlow{ID: r.ID, Name: core.Text(o, "name"), State: core.Text(o, "state")}
	f.Tone = tone(f.State)
	if s, err := flow.ReadSchedule(o["scheduleParams"]); err == nil {
		f.Schedule = fmt.Sprintf("every %d %s", s.Interval, s.Frequency)
		if s.Interval == 1 {
			f.Schedule = "every " + s.Frequency
		}
		if s.Once() {
			f.Schedule = "once"
		}
		if s.Interval > 1 {
			f.Schedule += "s"
		}
	}
	switch {
	case core.IsInternal(o):
		f.Schedule = "the platform's own"
	case !flow.IsSourceFlow(o):
		f.Schedule = "to a destination"
	case flow.Streams(o):
		f.Schedule = "a stream"
	}
	if r.Due != 0 {
		f.Next = clock(r.Due)
	}
	if last := core.Text(o, "lastRunDetails", "state"); last != "" {
		at, _ := core.AsInt(core.At(o, "lastRunDetails", "startedAtUTC"))
		f.Last, f.LastTone = last+" "+clock(at), tone(last)
		if run := sp.Get(core.KindRun, core.Text(o, "lastRunDetails", "id")); run != nil {
			shown := runRow(sp, run, run.Object())
			f.Figures = fmt.Sprintf("%d read, %d written, %d failed", shown.Read, shown.Written, shown.Failed)
		}
	}
	if f.State == "enabled" && flow.IsSourceFlow(o) && !flow.Streams(o) {
		of := object{"flow": r.ID, "org": sp.Org.ID, "sandbox": sp.Sandbox.Name}
		f.RunBody, f.FailBody = string(core.ToJSON(of)), string(core.ToJSON(object{"flow": r.ID, "status": "failed"}))
	}
	for _, id := range core.Texts(o, "sourceConnectionIds") {
		if src := sp.Get(core.KindSource, id); src != nil {
			f.Source = sourceName(src.View())
		}
	}
	for _, id := range core.Texts(o, "targetConnectionIds") {
		if t := sp.Get(core.KindTarget, id); t != nil {
			if d := sp.Get(core.KindDataset, core.Text(t.Object(), "params", "dataSetId")); d != nil {
				f.Dataset, f.DatasetID = core.Text(d.Object(), "name"), d.ID
			}
		}
	}
	p, _ := flow.Transformation(o, "Mapping")
	version, _ := core.AsInt(p["mappingVersion"])
	f.MappingVersion = fmt.Sprint(version)
	if set := sp.Get(core.KindMappingSet, core.Text(p, "mappingId")); set != nil {
		for _, m := range core.List(dataprep.MappingVersion(sp, set, version), "mappings") {
			f.Mappings = append(f.Mappings, pageMapping{core.Text(m, "destination"), core.Text(m, "source"), kindWord(m)})
		}
	}
	return f
}

// sourceName is what a source connection reads: its table, its path, or its connector.
func sourceName(o object) string {
	spec, _, _ := specs.ConnectorByID(core.Text(o, "connectionSpec", "id"))
	return cmp.Or(core.Text(o, "params", "tableName"), core.Text(o, "params", "path"), spec.Name)
}

func runRow(sp *core.Space, r *core.Record, o object) pageRun {
	m := core.At(o, "metrics")
	run := pageRun{ID: r.ID, Started: clock(r.Created), Status: core.Text(m, "statusSummary", "status")}
	run.Tone = tone(run.Status)
	if f := sp.Get(core.KindFlow, core.Text(o, "flowId")); f != nil {
		run.Flow, run.FlowID = core.Text(f.Object(), "name"), f.ID
	}
	from, _ := core.AsInt(core.At(m, "durationSummary", "extensions", "windowStart"))
	to, _ := core.AsInt(core.At(m, "durationSummary", "extensions", "windowEnd"))
	run.Window = "until " + clock(to)
	if from != 0 {
		run.Window = clock(from) + " to " + clock(to)
		if day, at, _ := strings.Cut(clock(to), " "); strings.HasPrefix(clock(from), day) {
			run.Window = clock(from) + " to " + at
		}
	}
	run.Read, _ = core.AsInt(core.At(m, "recordSummary", "inputRecordCount"))
	run.Written, _ = core.AsInt(core.At(m, "recordSummary", "outputRecordCount"))
	run.Failed, _ = core.AsInt(core.At(m, "recordSummary", "failedRecordCount"))
	for _, e := range core.List(m, "statusSummary", "errors") {
		run.Error = core.Text(e, "code") + " " + core.Text(e, "message")
	}
	return run
}

func connectionRow(sp *core.Space, r *core.Record, o object) pageConnection {
	c := pageConnection{ID: r.ID, Name: core.Text(o, "name"), Auth: core.Text(o, "auth", "specName"),
		State: core.Text(o, "state"), Data: "none"}
	c.Tone = tone(c.State)
	if spec, _, ok := specs.ConnectorByID(core.Text(o, "connectionSpec", "id")); ok {
		c.Connector = spec.Name
	}
	if f := flow.FixtureOf(sp.Env, o); f != nil {
		c.Data = fmt.Sprintf("%s, %d tables", f.Source.Kind, len(f.Names))
		if f.HasFiles() {
			c.Data = "a folder of files"
		}
	}
	return c
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func datasetRow(sp *core.Space, r *core.Record, o object) pageDataset {
	tags, _ := o["tags"].(object)
	d := pageDataset{ID: r.ID, Name: core.Text(o, "name"), Version: core.Text(o, "version"),
		Profile: yes(catalog.Enabled(tags, "unifiedProfile")), Batches: len(sp.Table(core.KindBatch).By("dataSetId", r.ID))}
	d.Schema = titleOf(sp, core.Text(o, "schemaRef", "id"))
	return d
}

// kindWord is the word for the kind of a mapping.
func kindWord(m any) string {
	return map[string]string{"ATTRIBUTE": "column", "EXPRESSION": "expression", "STATIC": "constant"}[dataprep.KindOf(m)]
}

const (
	// shownRecords is how many records of a dataset the page has, and recordsRoom about how many bytes of all.
	shownRecords = 20
	recordsRoom  = 2 << 20
	// shownText is how much of a record or a row it has, shownSource of a source, and shownOutcomes of mappings.
	shownText     = 4000
	shownSource   = 300
	shownOutcomes = 100
)

// visible writes characters that HTML shows as nothing, or that change the direction of text, as <U+202E>.
func visible(page string) []byte {
	out := make([]byte, 0, len(page))
	for _, r := range page {
		if r != '\n' && output.Hidden(r) {
			out = fmt.Appendf(out, "&lt;U+%04X&gt;", r)
			continue
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

func titleOf(sp *core.Space, id string) string {
	if o := registry.FindResource(sp, id); o != nil {
		return core.Text(o, "title")
	}
	return id
}

func schemaRow(sp *core.Space, r *core.Record, o object) pageSchema {
	s := pageSchema{ID: strings.TrimPrefix(r.ID, registry.NsRoot), Title: core.Text(o, "title"),
		Version: core.Text(o, "version"), Profile: yes(registry.HasUnionTag(o))}
	s.Class = titleOf(sp, core.Text(o, "meta:class"))
	var groups, identities []string
	for _, ref := range core.Texts(o, "refs") {
		if ref != core.Text(o, "meta:class") {
			groups = append(groups, titleOf(sp, ref))
		}
	}
	for _, d := range sp.Table(core.KindDescriptor).By("xdm:sourceSchema", r.ID) {
		e := d.Object()
		if core.Text(e, "@type") == registry.IdentityDescriptor {
			ns, _ := core.Scalar(e["xdm:namespace"])
			identities = append(identities, strings.ReplaceAll(strings.Trim(core.Text(e, "xdm:sourceProperty"), "/"), "/",
				".")+" ("+ns+")")
		}
	}
	s.Groups, s.Identities = strings.Join(groups, ", "), strings.Join(identities, ", ")
	return s
}

func (a admin) pageRequests() section[pageRequest] {
	all := a.s.Requests()
	out := section[pageRequest]{Total: len(all)}
	for _, r := range slices.Backward(all[max(0, len(all)-pageRows):]) {
		row := pageRequest{N: r.N, Status: r.Status, Method: r.Method, Path: r.URL, Time: clock(r.Time.UnixMilli()),
			Body: indented(r.Body), Took: fmt.Sprintf("%d µs", r.Micros)}
		if r.Status >= 400 {
			row.Tone = "bad"
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// indented is a body of JSON on several lines.
func indented(body []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "  ") != nil {
		return string(body)
	}
	return out.String()
}
