package emulator

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/specs"
)

// The page at / is for people: one sandbox at a glance, no script, no asset
// from elsewhere.

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageText)) })

// pagePolicy lets the page have the style that is in it, and nothing else; no
// other page may frame it.
var pagePolicy = sync.OnceValue(func() string {
	_, rest, _ := strings.Cut(pageText, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	hash := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

const pageRows = 100

// section is one table of the page: its first rows, and how many there are.
type section[T any] struct {
	Total int
	Rows  []T
}

func (s section[T]) More() int { return s.Total - len(s.Rows) }

type pageData struct {
	Org, Tenant, Sandbox, Now string
	Places                    []pagePlace
	Flows                     section[pageFlow]
	Runs                      section[pageRun]
	Connections               section[pageConnection]
	Datasets                  section[pageDataset]
	Schemas                   section[pageSchema]
	Requests                  section[pageRequest]
}

type pagePlace struct {
	Org, Sandbox, Label string
	Here                bool
}

type pageFlow struct {
	ID, Name, State, Tone, Schedule, Next, Last, LastTone, Table, Dataset string
	MappingVersion                                                        string
	Mappings                                                              []pageMapping
}

type pageMapping struct{ Destination, Source, Kind string }

type pageRun struct {
	Started, Flow, Status, Tone, Window, Error string
	Read, Written, Failed                      int64
}

type pageConnection struct{ ID, Name, Connector, Auth, State, Tone, Data string }

type pageDataset struct {
	ID, Name, Schema, Profile, Version string
	Batches                            int
}

type pageSchema struct{ ID, Title, Class, Groups, Identities, Profile, Version string }

type pageRequest struct {
	N, Status                      int
	Time, Method, Path, Tone, Took string
	Body                           string
}

func (s *Server) page(c *call) (answer, error) {
	o := s.env.orgs[0]
	if named := s.env.org(c.query.Get("org")); named != nil {
		o = named
	}
	box := o.sandbox(c.query.Get("sandbox"))
	if box == nil {
		box = s.busiest(o)
	}
	sp := s.env.space(o, box)
	sp.catchUp(c.now)
	d := pageData{Org: o.ID, Tenant: o.Tenant, Sandbox: box.Name, Now: clock(c.ms())}
	for _, other := range s.env.orgs {
		for _, b := range other.boxes() {
			label := b.Name
			if len(s.env.orgs) > 1 {
				label += " (" + other.Tenant + ")"
			}
			d.Places = append(d.Places, pagePlace{other.ID, b.Name, label, other == o && b.Name == box.Name})
		}
	}
	sp.mu.RLock()
	d.Flows = rowsOf(sp, kindFlow, flowRow)
	d.Runs = rowsOf(sp, kindRun, runRow)
	d.Connections = rowsOf(sp, kindConnection, connectionRow)
	d.Datasets = rowsOf(sp, kindDataset, datasetRow)
	d.Schemas = rowsOf(sp, kindSchema, schemaRow)
	sp.mu.RUnlock()
	d.Requests = s.pageRequests()
	var out bytes.Buffer
	if err := pageTemplate().Execute(&out, d); err != nil {
		return answer{}, fmt.Errorf("draw the page: %w", err)
	}
	return answer{status: http.StatusOK, contentType: "text/html; charset=utf-8", body: out.Bytes(), header: [][2]string{
		{"Content-Security-Policy", pagePolicy()}, {"Cache-Control", "no-store"}, {"X-Frame-Options", "DENY"},
	}}, nil
}

// busiest is the sandbox that a person most likely wants to see: the one with
// most flows, else the default one.
func (s *Server) busiest(o *org) *sandbox {
	best, most := o.sandbox(o.defaultSandbox()), 0
	for _, box := range o.boxes() {
		sp := s.env.space(o, box)
		sp.mu.RLock()
		if n := len(sp.table(kindFlow).order); n > most {
			best, most = box, n
		}
		sp.mu.RUnlock()
	}
	return best
}

// rowsOf shows the newest records of a kind, newest first. Runs of several flows
// are made flow by flow when the clock jumps, so order of making is not enough.
func rowsOf[T any](sp *space, k kind, row func(*space, *record, object) T) section[T] {
	all := sp.table(k).order
	if k == kindRun {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b *record) int { return cmp.Compare(a.created, b.created) })
	}
	s := section[T]{Total: len(all)}
	for _, r := range slices.Backward(all[max(0, len(all)-pageRows):]) {
		s.Rows = append(s.Rows, row(sp, r, r.object()))
	}
	return s
}

func clock(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05") }

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

func flowRow(sp *space, r *record, o object) pageFlow {
	f := pageFlow{ID: r.id, Name: text(o, "name"), State: text(o, "state")}
	f.Tone = tone(f.State)
	if s, err := readSchedule(o["scheduleParams"]); err == nil {
		f.Schedule = fmt.Sprintf("every %d %s", s.interval, s.frequency)
		if s.interval == 1 {
			f.Schedule = "every " + s.frequency
		}
		if s.once() {
			f.Schedule = "once"
		}
		if s.interval > 1 {
			f.Schedule += "s"
		}
	}
	switch {
	case isInternal(o):
		f.Schedule = "the platform's own"
	case !isSourceFlow(o):
		f.Schedule = "to a destination"
	}
	if r.due != 0 {
		f.Next = clock(r.due)
	}
	if last := text(o, "lastRunDetails", "state"); last != "" {
		at, _ := asInt(at(o, "lastRunDetails", "startedAtUTC"))
		f.Last, f.LastTone = last+" "+clock(at), tone(last)
	}
	for _, id := range texts(o, "sourceConnectionIds") {
		if src := sp.get(kindSource, id); src != nil {
			f.Table = text(src.object(), "params", "tableName")
		}
	}
	for _, id := range texts(o, "targetConnectionIds") {
		if t := sp.get(kindTarget, id); t != nil {
			if d := sp.get(kindDataset, text(t.object(), "params", "dataSetId")); d != nil {
				f.Dataset = text(d.object(), "name")
			}
		}
	}
	p, _ := transformation(o, "Mapping")
	version, _ := asInt(p["mappingVersion"])
	f.MappingVersion = fmt.Sprint(version)
	if set := sp.get(kindMappingSet, text(p, "mappingId")); set != nil {
		for _, m := range list(sp.mappingVersion(set, version), "mappings") {
			kind := map[string]string{attributeType: "column", "EXPRESSION": "expression", "STATIC": "constant"}[text(m, "sourceType")]
			f.Mappings = append(f.Mappings, pageMapping{text(m, "destination"), text(m, "source"), kind})
		}
	}
	return f
}

func runRow(sp *space, r *record, o object) pageRun {
	m := at(o, "metrics")
	run := pageRun{Started: clock(r.created), Status: text(m, "statusSummary", "status")}
	run.Tone = tone(run.Status)
	if f := sp.get(kindFlow, text(o, "flowId")); f != nil {
		run.Flow = text(f.object(), "name")
	}
	from, _ := asInt(at(m, "durationSummary", "extensions", "windowStart"))
	to, _ := asInt(at(m, "durationSummary", "extensions", "windowEnd"))
	run.Window = "until " + clock(to)
	if from != 0 {
		run.Window = clock(from) + " to " + clock(to)
		if day, at, _ := strings.Cut(clock(to), " "); strings.HasPrefix(clock(from), day) {
			run.Window = clock(from) + " to " + at
		}
	}
	run.Read, _ = asInt(at(m, "recordSummary", "inputRecordCount"))
	run.Written, _ = asInt(at(m, "recordSummary", "outputRecordCount"))
	run.Failed, _ = asInt(at(m, "recordSummary", "failedRecordCount"))
	for _, e := range list(m, "statusSummary", "errors") {
		run.Error = text(e, "code") + " " + text(e, "message")
	}
	return run
}

func connectionRow(sp *space, r *record, o object) pageConnection {
	c := pageConnection{ID: r.id, Name: text(o, "name"), Auth: text(o, "auth", "specName"), State: text(o, "state"), Data: "none"}
	c.Tone = tone(c.State)
	if spec, _, ok := specs.ConnectorByID(text(o, "connectionSpec", "id")); ok {
		c.Connector = spec.Name
	}
	if f := sp.env.fixtureOf(o); f != nil {
		c.Data = fmt.Sprintf("%s, %d tables", f.source.Kind, len(f.names))
	}
	return c
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func datasetRow(sp *space, r *record, o object) pageDataset {
	tags, _ := o["tags"].(object)
	d := pageDataset{ID: r.id, Name: text(o, "name"), Version: text(o, "version"), Profile: yes(enabled(tags, "unifiedProfile")), Batches: len(sp.table(kindBatch).by("dataSetId", r.id))}
	d.Schema = sp.titleOf(text(o, "schemaRef", "id"))
	return d
}

func (sp *space) titleOf(id string) string {
	if o := sp.findResource(id); o != nil {
		return text(o, "title")
	}
	return id
}

func schemaRow(sp *space, r *record, o object) pageSchema {
	s := pageSchema{ID: strings.TrimPrefix(r.id, nsRoot), Title: text(o, "title"), Version: text(o, "version"), Profile: yes(hasUnionTag(o))}
	s.Class = sp.titleOf(text(o, "meta:class"))
	var groups, identities []string
	for _, ref := range texts(o, "refs") {
		if ref != text(o, "meta:class") {
			groups = append(groups, sp.titleOf(ref))
		}
	}
	for _, d := range sp.table(kindDescriptor).by("xdm:sourceSchema", r.id) {
		e := d.object()
		if text(e, "@type") == identityDescriptor {
			ns, _ := scalar(e["xdm:namespace"])
			identities = append(identities, strings.ReplaceAll(strings.Trim(text(e, "xdm:sourceProperty"), "/"), "/", ".")+" ("+ns+")")
		}
	}
	s.Groups, s.Identities = strings.Join(groups, ", "), strings.Join(identities, ", ")
	return s
}

func (s *Server) pageRequests() section[pageRequest] {
	all := s.Requests()
	out := section[pageRequest]{Total: len(all)}
	for _, r := range slices.Backward(all[max(0, len(all)-pageRows):]) {
		row := pageRequest{N: r.N, Status: r.Status, Method: r.Method, Path: r.URL, Time: clock(r.Time.UnixMilli()), Body: string(r.Body), Took: fmt.Sprintf("%d µs", r.Micros)}
		if r.Status >= 400 {
			row.Tone = "bad"
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
