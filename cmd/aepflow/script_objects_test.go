package main

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdObjects prints what an emulator holds, so that two of them can be compared:
// what each makes up itself (ids, etags, times) is replaced by names.
func cmdObjects(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: objects")
	}
	var all []platformObject
	ts.Check(json.Unmarshal(admin(ts, http.MethodGet, "/objects", ""), &all))
	if len(all) == 0 {
		ts.Fatalf("the emulator holds nothing")
	}
	ids := namesOf(all)
	for i := range all {
		all[i].ID = ids.Replace(all[i].ID)
		all[i].Body = stable(all[i].Body, "", ids)
	}
	slices.SortStableFunc(all, func(a, b platformObject) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Sandbox, b.Sandbox))
	})
	enc := json.NewEncoder(ts.Stdout())
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	ts.Check(enc.Encode(all))
}

// platformObject is one of GET /_emulator/objects.
type platformObject struct {
	Org     string `json:"org"`
	Sandbox string `json:"sandbox"`
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Body    any    `json:"body"`
}

// namesOf replaces ids by kind and name; an id that is a URL is also found by its
// last step, of which other ids are made.
func namesOf(all []platformObject) *strings.Replacer {
	var pairs [][2]string
	for _, o := range all {
		body, _ := o.Body.(map[string]any)
		name := ""
		for _, key := range []string{"name", "title", "xdm:sourceProperty"} {
			if text, ok := body[key].(string); ok && name == "" {
				name = text
			}
		}
		label := "<" + o.Kind + " " + name + ">"
		pairs = append(pairs, [2]string{o.ID, label})
		if i := strings.LastIndexByte(o.ID, '/'); i >= 0 {
			pairs = append(pairs, [2]string{o.ID[i+1:], label})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return cmp.Compare(len(b[0]), len(a[0])) })
	var flat []string
	for _, p := range pairs {
		flat = append(flat, p[0], p[1])
	}
	return strings.NewReplacer(flat...)
}

// madeUp are the fields that the platform fills with something new every time.
var madeUp = map[string]bool{
	"createdAt": true, "updatedAt": true, "created": true, "updated": true, "started": true,
	"createdDate": true, "modifiedDate": true, "repo:createdDate": true, "repo:lastModifiedDate": true,
	"etag": true, "eTag": true, "viewId": true,
}

var (
	etagText = regexp.MustCompile(`^"[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{12}"$`) // also a version
	rowID    = regexp.MustCompile(`^[0-9a-f]{32}$`)                              // of one mapping in a set
)

func stable(v any, key string, ids *strings.Replacer) any {
	switch v := v.(type) {
	case map[string]any:
		for k, w := range v {
			v[k] = stable(w, k, ids)
		}
	case []any:
		for i, w := range v {
			v[i] = stable(w, key, ids)
		}
	case string:
		if text := ids.Replace(v); !madeUp[key] && !etagText.MatchString(v) && (text != v || !rowID.MatchString(v)) {
			return text
		}
		return "…"
	case float64:
		if madeUp[key] || key == "startTime" && soon(v) {
			return "…"
		}
	}
	return v
}

// soon reports whether a start lies within minutes of the pinned clock: it was
// not given but bound when the call was sent.
func soon(start float64) bool {
	at, err := time.Parse(time.RFC3339, pinned)
	if err != nil {
		panic(err)
	}
	after := time.Unix(int64(start), 0).Sub(at)
	return 0 <= after && after < 10*time.Minute
}
