package emulator

import (
	"bytes"
	"compress/gzip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// zoneFolder is a folder with files that changed at a time.
type zoneFolder struct {
	t   *testing.T
	dir string
}

func (f zoneFolder) write(name, text string, changed time.Time) {
	f.t.Helper()
	path := filepath.Join(f.dir, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err == nil {
		err = os.Chtimes(path, changed, changed)
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // into memory
	_ = w.Close()
	return b.String()
}

// openZone opens an emulator whose landing zone has a folder.
func openZone(t *testing.T) (*api, zoneFolder) {
	t.Helper()
	f := zoneFolder{t, t.TempDir()}
	f.write("orders/a.csv.gz", gzipped("id|total\n1|9.5\n2|3\n"), start.Add(-time.Hour))
	f.write("orders/old/b.csv.gz", gzipped("id|total\n3|1\n"), start.Add(-time.Hour))
	f.write("people.json", `[{"id":1,"name":{"first":"Ann"},"tags":["x"]}]`, start)
	f.write("secret.csv.gpg", "?", start)
	return open(t, Options{Sources: []Source{{Connection: core.LandingZone, Kind: "files", Path: f.dir}}}), f
}

const exploreZone = flowBase + "/connectionSpecs/" + landingZone + "/explore"

func exploring(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return exploreZone + "?" + q.Encode()
}

func TestExploreFiles(t *testing.T) {
	a, _ := openZone(t)
	for _, tt := range []struct{ path, want string }{
		{exploring("objectType", "root"), `[` +
			`{"canFetchSchema":false,"canPreview":false,"name":"orders","path":"dlz-user-container/orders/","type":"folder"},` +
			`{"canFetchSchema":true,"canPreview":true,"name":"people.json",` +
			`"path":"dlz-user-container/people.json","type":"file"},` +
			`{"canFetchSchema":false,"canPreview":false,"name":"secret.csv.gpg","path":"dlz-user-container/secret.csv.gpg",` +
			`"type":"file"}]`},
		{exploring("objectType", "folder", "object", "/dlz-user-container/orders/old/"), `[{"canFetchSchema":true,` +
			`"canPreview":true,"name":"b.csv.gz","path":"dlz-user-container/orders/old/b.csv.gz","type":"file"}]`},
		{exploring("objectType", "file", "object", "dlz-user-container/orders/a.csv.gz", "fileType", "delimited",
			"columnDelimiter", "|", "compressionType", "gzip", "preview", "true"),
			`{"data":[{"id":"1","total":"9.5"},{"id":"2","total":"3"}],"format":"flat","schema":{"columns":[` +
				`{"name":"id","type":"string","xdm":{"type":"string"}},` +
				`{"name":"total","type":"string","xdm":{"type":"string"}}]}}`},
		{exploring("objectType", "file", "object", "dlz-user-container/orders/a.csv.gz", "FileType", "delimited",
			"CompressionType", "gzip"),
			`{"format":"flat","schema":{"columns":[{"name":"id|total","type":"string","xdm":{"type":"string"}}]}}`},
		{exploring("objectType", "file", "object", "dlz-user-container/orders/a.csv.gz", "determineProperties", "true"),
			`{"format":"flat","properties":{"columnDelimiter":"|","compressionType":"gzip","fileType":"delimited"},` +
				`"schema":{"columns":[{"name":"id","type":"string","xdm":{"type":"string"}},` +
				`{"name":"total","type":"string","xdm":{"type":"string"}}]}}`},
		{exploring("objectType", "file", "object", "dlz-user-container/people.json", "fileType", "json", "preview", "true"),
			`{"data":[{"id":1,"name":{"first":"Ann"},"tags":["x"]}],"format":"hierarchical","schema":{"properties":{` +
				`"id":{"type":"integer"},"name":{"properties":{"first":{"type":"string"}},"type":"object"},` +
				`"tags":{"items":{"type":"string"},"type":"array"}},"type":"object"}}`},
	} {
		if got := a.get(tt.path).want(200); string(got.raw) != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.path, got.raw, tt.want)
		}
	}
	refused := func(code string, pairs ...string) {
		t.Helper()
		a.get(exploring(append(pairs, "object", "dlz-user-container/orders/a.csv.gz")...)).refused(400, code)
	}
	refused("FLOW-1312-400", "objectType", "file")
	refused("FLOW-1312-400", "objectType", "file", "fileType", "delimited", "determineProperties", "true")
	refused("FLOW-1312-400", "objectType", "file", "fileType", "json") // without its compression
	refused("FLOW-1312-400", "objectType", "file", "fileType", "parquet", "compressionType", "gzip")
	refused("FLOW-1327-400", "objectType", "file", "fileType", "avro")
	refused("FLOW-1331-400", "objectType", "file", "fileType", "delimited", "columnDelimiter", "||")
	refused("FLOW-1353-400", "objectType", "file", "fileType", "delimited", "filters", "e30=")
	refused("FLOW-1330-400", "objectType", "table")
	a.get(exploring("objectType", "file")).refused(400, "FLOW-1337-400")
	for _, missing := range []string{"orders/a.csv.gz", "dlz-user-container/none", "dlz-user-container/orders",
		"dlz-user-container/secret.csv.gpg", "dlz-user-container/../../etc/passwd", "dlz-user-container-2/people.json"} {
		a.get(exploring("objectType", "file", "object", missing, "determineProperties", "true")).refused(404, "FLOW-1101-404")
	}
	a.get(exploring("objectType", "folder", "object", "dlz-user-container/people.json")).refused(404, "FLOW-1101-404")
}

// A connection of a file connector has its folder by its own name, without a container.
func TestExploreFilesOfAConnection(t *testing.T) {
	f := zoneFolder{t, t.TempDir()}
	f.write("acme/a.jsonl", "{}\n", start)
	a := open(t, Options{Sources: []Source{{Connection: "bucket", Kind: "files", Path: f.dir}}})
	connection := func(name string) string {
		return a.post(flowBase+"/connections", object{"name": name,
			"connectionSpec": object{"id": "ecadc60c-7455-4d87-84dc-2a0e293d997b", "version": "1.0"},
			"auth": object{"specName": "Access Key",
				"params": object{"s3AccessKey": "k", "s3SecretKey": "s3cret-key"}}}).want(201).text("id")
	}
	id := connection("bucket")
	root := a.get(flowBase + "/connections/" + id + "/explore?objectType=root").want(200)
	if string(root.raw) != `[{"canFetchSchema":false,"canPreview":false,"name":"acme","path":"/acme/","type":"folder"}]` {
		t.Errorf("root %s", root.raw)
	}
	explore := flowBase + "/connections/" + id + "/explore?objectType=file&object=/acme/a.jsonl&fileType=json"
	file := a.get(explore).want(200)
	if file.text("format") != "hierarchical" {
		t.Errorf("file %s", file.raw)
	}
	if r := a.get(flowBase + "/connections/" + id + "/test").want(200); core.At(r.v, "result") != true {
		t.Errorf("test %s", r.raw)
	}
	// Without a folder there is nothing.
	empty := connection("empty")
	if r := a.get(flowBase + "/connections/" + empty + "/explore?objectType=root").want(200); string(r.raw) != "[]" {
		t.Errorf("root %s", r.raw)
	}
	a.get(flowBase+"/connections/"+empty+"/explore?objectType=folder&object=/x").refused(404, "FLOW-1101-404")
}

// figures are what a run read, in files and rows, and how it ended.
func figures(run any) [3]any {
	files, _ := core.AsInt(core.At(run, "metrics", "fileSummary", "inputFileCount"))
	rows, _ := core.AsInt(core.At(run, "metrics", "recordSummary", "inputRecordCount"))
	return [3]any{files, rows, status(run)}
}

// Runs take the files that changed since the run before: with backfill first every
// file, without it those that come after the start.
func TestRunsOfFiles(t *testing.T) {
	a, f := openZone(t)
	flow := func(backfill any, pairs ...any) string {
		source := zoneSourceWith(pairs...)(a).want(201).text("id")
		return a.post(flowsPath, with(a.filesFlow(source), "scheduleParams.backfill", backfill)).want(201).text("id")
	}
	all := flow(true)
	deep := flow(true, "params.path", "dlz-user-container/orders/", "params.recursive", true)
	fresh := flow(false)
	broken := flow(true, "data", object{"format": "json"})
	elsewhere := flow(true, "params.path", "orders/*.csv.gz")
	once := a.post(flowsPath, with(a.filesFlow(zoneSourceWith()(a).text("id")), "scheduleParams", onceSchedule)).want(201).
		text("id")
	encrypted := a.post(flowsPath, a.filesFlow(zoneSourceWith("params.path", "dlz-user-container/*.gpg")(a).text("id"),
		encryption("publicKeyId", a.newKey()))).want(201).text("id")
	first := start.Add(time.Hour)
	f.write("orders/c.csv.gz", gzipped("id|total\n4|1\n"), first.Add(-time.Second)) // the first run takes it
	f.write("orders/d.csv.gz", gzipped("id|total\n5|1\n6|1\n"), first)              // the second one
	a.s.SetNow(first.Add(16 * time.Minute))
	for name, tt := range map[string]struct {
		flow string
		want [][3]any
	}{
		"backfill":         {all, [][3]any{{int64(2), int64(3), "success"}, {int64(1), int64(2), "success"}}},
		"with subfolders":  {deep, [][3]any{{int64(3), int64(4), "success"}, {int64(1), int64(2), "success"}}},
		"without backfill": {fresh, [][3]any{{int64(0), int64(0), "success"}, {int64(1), int64(2), "success"}}},
		"unreadable":       {broken, [][3]any{{int64(0), int64(0), "failed"}, {int64(0), int64(0), "failed"}}},
		"not in the zone":  {elsewhere, [][3]any{{int64(0), int64(0), "success"}, {int64(0), int64(0), "success"}}},
		"once":             {once, [][3]any{{int64(1), int64(2), "success"}}},
		"encrypted":        {encrypted, [][3]any{{int64(1), int64(0), "success"}, {int64(0), int64(0), "success"}}},
	} {
		var got [][3]any
		for _, run := range a.runsOf(tt.flow) {
			got = append(got, figures(run))
		}
		if string(core.ToJSON(got)) != string(core.ToJSON(tt.want)) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	errs := core.List(a.runsOf(broken)[0], "metrics", "statusSummary", "errors")
	if said := string(core.ToJSON(errs)); !strings.Contains(said, "dlz-user-container/orders/a.csv.gz cannot be read") {
		t.Errorf("errors %s", said)
	}
	// A run on demand takes the files of its own window.
	params := object{"startTime": a.s.env.Now().Unix(), "windowStartTime": first.Unix() - 1,
		"windowEndTime": first.Unix() + 1}
	a.post(flowBase+"/runs", object{"flowId": once, "params": params}).want(201)
	a.s.Advance(time.Minute)
	runs := a.runsOf(once)
	if got := figures(runs[len(runs)-1]); got != [3]any{int64(2), int64(3), "success"} {
		t.Errorf("on demand: %v", got)
	}
}

// The landing zone keeps a file for seven days, counted from its last change, or from when
// the folder was bound.
func TestLandingZoneLife(t *testing.T) {
	a, f := openZone(t)
	week := 7 * 24 * time.Hour
	source := zoneSourceWith()(a).want(201).text("id")
	flow := a.post(flowsPath, with(a.filesFlow(source), "scheduleParams.frequency", "week",
		"scheduleParams.interval", 2)).want(201).text("id")
	first := start.Add(time.Hour)
	f.write("orders/gone.csv.gz", gzipped("id|total\n7|1\n"), first.Add(week)) // in the second week, at its beginning
	f.write("orders/kept.csv.gz", gzipped("id|total\n8|1\n9|1\n"), first.Add(week+time.Second))
	at := func(d time.Duration, want int) {
		t.Helper()
		a.s.SetNow(start.Add(d))
		a.signIn()
		path := exploring("objectType", "file", "object", "dlz-user-container/orders/a.csv.gz", "determineProperties", "true")
		a.get(path).want(want)
		listed := string(a.get(exploring("objectType", "folder", "object", "dlz-user-container/orders/")).want(200).raw)
		has := strings.Contains(listed, "orders/a.csv.gz")
		if has != (want == 200) || !strings.Contains(listed, "orders/old/") {
			t.Errorf("after %v: %s", d, listed)
		}
	}
	at(week-time.Second, 200)
	at(week, 404)
	a.s.SetNow(first.Add(2*week + time.Minute))
	a.signIn()
	var got []any
	for _, run := range a.runsOf(flow) {
		got = append(got, figures(run))
	}
	want := [][3]any{{int64(1), int64(2), "success"}, {int64(1), int64(2), "success"}}
	if string(core.ToJSON(got)) != string(core.ToJSON(want)) {
		t.Errorf("runs %v, want %v", got, want)
	}
}
