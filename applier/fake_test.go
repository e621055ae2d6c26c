package applier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/testsetup"
)

func TestMain(m *testing.M) {
	testsetup.Fast()
	goleak.VerifyTestMain(m)
}

// fake is a small platform in memory: enough of each service to make, read,
// change, list and remove objects, with versions. It knows one rule: a stream that one
// flow alone can read has no second one.
type fake struct {
	mu      sync.Mutex
	objects map[string]map[string]any // collection + "/" + id → object
	order   []string                  // keys in the order of creation
	serial  int
	log     []string // "METHOD path"
	now     func() time.Time

	// before and after may break a request: before it is looked at, or when it is
	// done and the answer is on its way. A nil answer and a nil error let it pass.
	before, after func(*http.Request) (*http.Response, error)
	hidden        map[string]bool // keys that lists do not show yet
}

func newFake() *fake {
	return &fake{objects: map[string]map[string]any{}, now: time.Now, hidden: map[string]bool{}}
}

// client returns the real client on top of the fake.
func (f *fake) client(t *testing.T) *platform.Client {
	t.Helper()
	c, err := platform.New(platform.Config{
		Org: "0@AdobeOrg", Sandbox: "dev", ClientID: "id", ClientSecret: "client-secret", Transport: f,
		Retry: platform.RetryPolicy{Attempts: 2, Base: time.Millisecond, Max: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// RoundTrip serves a request without any connection.
func (f *fake) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasPrefix(req.URL.Path, "/ims/") {
		return f.answer(req, 200, map[string]any{"access_token": "token", "token_type": "bearer", "expires_in": 86399}), nil
	}
	if f.before != nil {
		if res, err := f.before(req); res != nil || err != nil {
			return res, err
		}
	}
	f.mu.Lock()
	res := f.serve(req)
	f.log = append(f.log, req.Method+" "+req.URL.Path)
	f.mu.Unlock()
	if f.after != nil {
		if broken, err := f.after(req); broken != nil || err != nil {
			return broken, err
		}
	}
	return res, nil
}

func (f *fake) answer(req *http.Request, status int, body any) *http.Response {
	text, _ := json.Marshal(body)
	if body == nil {
		text = nil
	}
	h := http.Header{"Content-Type": {"application/json"}, "Date": {f.now().UTC().Format(http.TimeFormat)}}
	if m, ok := body.(map[string]any); ok && len(m) == 1 && strings.Contains(req.URL.Path, "/dataSets/") {
		for _, v := range m {
			if o, ok := v.(map[string]any); ok {
				h.Set("E-Tag", fmt.Sprint(o["version"]))
			}
		}
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(bytes.NewReader(text)), Request: req, ContentLength: int64(len(text))}
}

func (f *fake) refuse(req *http.Request, status int, code string) *http.Response {
	return f.answer(req, status, map[string]any{"type": "https://ns.adobe.com/aep/errors/" + code, "title": "refused", "status": status})
}

func (f *fake) serve(req *http.Request) *http.Response {
	p := req.URL.Path
	if strings.HasSuffix(p, "/stats") {
		return f.answer(req, 200, map[string]any{"tenantId": "acme"})
	}
	kind, coll, ok := kindAt(p)
	if !ok {
		return f.refuse(req, 404, "GEN-1-404")
	}
	var body any
	if req.Body != nil {
		_ = json.NewDecoder(req.Body).Decode(&body)
	}
	id, action := strings.TrimPrefix(strings.TrimPrefix(p, coll), "/"), ""
	if strings.HasSuffix(id, "/action") {
		id, action = strings.TrimSuffix(id, "/action"), req.URL.Query().Get("op")
	}
	key := coll + "/" + id
	if id == "" && req.Method == http.MethodPost {
		return f.create(req, kind, coll, body.(map[string]any))
	}
	if id == "" {
		return f.list(req, kind, coll)
	}
	o, ok := f.objects[key]
	if !ok {
		return f.refuse(req, 404, "FLOW-1439-404")
	}
	if m := req.Header.Get("If-Match"); m != "" && m != fmt.Sprint(o["etag"]) && m != fmt.Sprint(o["version"]) {
		return f.refuse(req, 412, "FLOW-1404-412")
	}
	switch {
	case req.Method == http.MethodGet:
		return f.answer(req, 200, wrapped(kind, id, o))
	case req.Method == http.MethodDelete:
		delete(f.objects, key)
		return f.answer(req, 204, nil)
	case action != "":
		if want := action + "d"; o["state"] == want {
			return f.refuse(req, 400, "FLOW-1422-400")
		}
		o["state"] = action + "d"
	case req.Method == http.MethodPut:
		for name := range o {
			if !slices.Contains([]string{"id", "$id", "@id", "version", "createdDate", "meta:registryMetadata"}, name) {
				delete(o, name)
			}
		}
		maps.Copy(o, body.(map[string]any))
	default:
		for _, op := range body.([]any) {
			patch(o, op.(map[string]any))
		}
	}
	f.bump(kind, o)
	return f.answer(req, 200, written(kind, id, o))
}

// patch knows the paths that the tests use: members, and list elements by index.
func patch(o map[string]any, op map[string]any) {
	steps := strings.Split(strings.TrimPrefix(op["path"].(string), "/"), "/")
	var at any = o
	for _, s := range steps[:len(steps)-1] {
		switch v := at.(type) {
		case map[string]any:
			at = v[s]
		case []any:
			var i int
			fmt.Sscan(s, &i)
			at = v[i]
		}
	}
	last := steps[len(steps)-1]
	switch m, ok := at.(map[string]any); {
	case ok && op["op"] == "remove":
		delete(m, last)
	case ok:
		m[last] = op["value"]
	}
}

func (f *fake) bump(kind resource.Kind, o map[string]any) {
	f.serial++
	switch resource.SpecOf(kind).Answer {
	case resource.AnswerIDEtag:
		o["etag"] = fmt.Sprintf("%q", fmt.Sprintf("e%d", f.serial))
	case resource.AnswerMapping:
		n, _ := o["version"].(int)
		o["version"] = n + 1
	default:
		o["version"] = fmt.Sprintf("1.%d", f.serial)
	}
}

func (f *fake) create(req *http.Request, kind resource.Kind, coll string, o map[string]any) *http.Response {
	if kind == resource.Flow && f.isRead(o) {
		return f.refuse(req, 400, "FLOW-1312-400")
	}
	f.serial++
	id := fmt.Sprintf("%s-%d", kind, f.serial)
	ms := f.now().UnixMilli()
	switch spec := resource.SpecOf(kind); spec.Answer {
	case resource.AnswerIDEtag:
		o["id"], o["createdAt"] = id, ms
		if kind == resource.Flow {
			o["state"] = "enabled"
		}
	case resource.AnswerRegistry:
		id = "https://ns.adobe.com/acme/" + path.Base(coll) + "/" + id
		o["$id"], o["meta:registryMetadata"] = id, map[string]any{"repo:createdDate": ms}
	case resource.AnswerDescriptor:
		o["@id"] = id
	case resource.AnswerDataset:
		o["created"] = ms
	case resource.AnswerMapping:
		o["id"], o["version"], o["createdDate"] = id, -1, ms
	}
	f.bump(kind, o)
	key := coll + "/" + id
	f.objects[key], f.order = o, append(f.order, key)
	if kind == resource.Dataset {
		return f.answer(req, 201, []string{"@/dataSets/" + id})
	}
	return f.answer(req, 201, written(kind, id, o))
}

// isRead reports whether a flow would be the second one that reads what one alone can.
func (f *fake) isRead(flow map[string]any) bool {
	reader := func(flow map[string]any) string {
		ids, _ := flow["sourceConnectionIds"].([]any)
		source := f.objects[resource.SpecOf(resource.Source).Collection+"/"+fmt.Sprint(ids...)]
		text, _ := json.Marshal(source)
		stream, _ := resource.StreamOf(must(resource.ParsePlain(text)))
		return stream.Reader
	}
	is := reader(flow)
	for key, o := range f.objects {
		if is != "" && strings.HasPrefix(key, resource.SpecOf(resource.Flow).Collection+"/") && reader(o) == is {
			return true
		}
	}
	return false
}

func written(kind resource.Kind, id string, o map[string]any) any {
	switch resource.SpecOf(kind).Answer {
	case resource.AnswerIDEtag:
		return map[string]any{"id": id, "etag": o["etag"]}
	case resource.AnswerDataset:
		return []string{"@/dataSets/" + id}
	case resource.AnswerMapping:
		return map[string]any{"id": id, "version": o["version"]}
	}
	return o
}

func wrapped(kind resource.Kind, id string, o map[string]any) any {
	switch resource.SpecOf(kind).Answer {
	case resource.AnswerIDEtag:
		shown := maps.Clone(o)
		if auth, ok := o["auth"].(map[string]any); ok {
			shown["auth"] = map[string]any{"specName": auth["specName"]}
		}
		return map[string]any{"items": []any{shown}}
	case resource.AnswerDataset:
		return map[string]any{id: o}
	}
	return o
}

func (f *fake) list(req *http.Request, kind resource.Kind, coll string) *http.Response {
	items, keyed := []any{}, map[string]any{}
	for _, key := range f.order {
		o, ok := f.objects[key]
		id := strings.TrimPrefix(key, coll+"/")
		if !ok || f.hidden[key] || !strings.HasPrefix(key, coll+"/") {
			continue
		}
		if name, filtered := strings.CutPrefix(req.URL.Query().Get("property"), "name=="); filtered && o["name"] != name {
			continue
		}
		items, keyed[id] = append(items, o), o
	}
	switch resource.SpecOf(kind).Answer {
	case resource.AnswerIDEtag:
		return f.answer(req, 200, map[string]any{"items": items, "_links": map[string]any{}})
	case resource.AnswerRegistry:
		return f.answer(req, 200, map[string]any{"results": items, "_page": map[string]any{"next": nil}})
	case resource.AnswerDescriptor:
		return f.answer(req, 200, map[string]any{"xdm:descriptorIdentity": items})
	case resource.AnswerDataset:
		return f.answer(req, 200, keyed)
	default:
		return f.answer(req, 200, map[string]any{"data": items, "_page": map[string]any{"count": len(items), "limit": 100}})
	}
}

func kindAt(p string) (resource.Kind, string, bool) {
	for _, k := range resource.Kinds() {
		c := resource.SpecOf(k).Collection
		if k != resource.Union && (p == c || strings.HasPrefix(p, c+"/")) {
			return k, c, true
		}
	}
	return "", "", false
}

var sentStart = regexp.MustCompile(`"startTime":\d+`)

// inventory lists what is there: the service, the name, and what matters of the
// content, ids left out. Equal inventories are equal platforms.
func (f *fake) inventory() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := map[string]string{} // id → name
	for key, o := range f.objects {
		id := o["id"]
		for _, k := range []string{"$id", "@id"} {
			if v, ok := o[k]; ok {
				id = v
			}
		}
		if id == nil {
			id = path.Base(key)
		}
		name := o["name"]
		if t, ok := o["title"]; ok {
			name = t
		}
		names[fmt.Sprint(id)] = fmt.Sprintf("<%v>", name)
	}
	var lines []string
	for key, o := range f.objects {
		c := maps.Clone(o)
		for _, k := range []string{"id", "$id", "@id", "etag", "version", "createdAt", "created", "createdDate", "meta:registryMetadata"} {
			delete(c, k)
		}
		text, _ := json.Marshal(c)
		line := sentStart.ReplaceAllString(string(text), `"startTime":"WHEN SENT"`)
		for _, id := range slices.Backward(slices.SortedFunc(maps.Keys(names), func(a, b string) int { return len(a) - len(b) })) {
			line = strings.ReplaceAll(line, id, names[id])
		}
		_, coll, _ := kindAt(key)
		lines = append(lines, path.Base(coll)+" "+line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// clone copies the platform's state, for a crash whose aftermath is looked at
// while the apply itself goes on.
// The caller holds f.mu, so that nothing is done while it reads the files.
func (f *fake) clone() *fake {
	c := newFake()
	c.now, c.serial, c.order = f.now, f.serial, slices.Clone(f.order)
	for k, o := range f.objects {
		text, _ := json.Marshal(o)
		var copied map[string]any
		_ = json.Unmarshal(text, &copied)
		if n, ok := copied["version"].(float64); ok {
			copied["version"] = int(n)
		}
		c.objects[k] = copied
	}
	return c
}

// writes returns the requests that changed something.
func (f *fake) writes() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, l := range f.log {
		if !strings.HasPrefix(l, "GET ") {
			out = append(out, l)
		}
	}
	return out
}

func escaped(id string) string { return strings.ReplaceAll(url.QueryEscape(id), "+", "%20") }
