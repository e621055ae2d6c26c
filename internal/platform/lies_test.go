package platform

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/specs"
)

func TestCheckID(t *testing.T) {
	for _, id := range []string{
		"514af46c-5496-4505-ae58-fbc674dbdb10", "5e8dcc5e2b0b6918c2ce1c68", "7", "_acme.schemas.52b5", "a@b:c", "..a", strings.Repeat("a", maxID),
	} {
		if err := checkID(id); err != nil || checkURL(id) == nil {
			t.Errorf("%q: %v, as a URL %v", id, err, checkURL(id))
		}
	}
	for _, id := range []string{"https://ns.adobe.com/acme/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168", "http://ns.adobe.com/xdm/x"} {
		if err := checkURL(id); err != nil || checkID(id) == nil {
			t.Errorf("%q: %v, as a step %v", id, err, checkID(id))
		}
	}
	for _, id := range []string{
		"", ".", "..", "../flows", "a/b", "/a", "a/", "a b", "a\x00", "a\nb", "\x1b[2J", "x?op=disable", "x#y", "a%2e%2e", `a\b`, "ü", "\u202ea",
		"https://", "https:///a", "https://ns.adobe.com/../a", "https://ns.adobe.com/a//b", "https://ns.adobe.com/a/", "ftp://a/b",
		"https://ns.adobe.com/a?b", "a<b", strings.Repeat("a", maxID+1),
	} {
		err := checkID(id)
		if err == nil || checkURL(id) == nil || strings.ContainsAny(err.Error(), "\x00\n\x1b\u202e") || len(err.Error()) > 200 {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestBadIDs: no function that reads an answer gives an id that cannot be one.
func TestBadIDs(t *testing.T) {
	const bad = "../../flows"
	for name, read := range map[string]func() error{
		"write of a flow":        func() error { _, _, err := WrittenFlow([]byte(`{"id":"` + bad + `"}`)); return err },
		"two objects":            func() error { _, _, err := WrittenFlow([]byte(`{"items":[{"id":"a"},{"id":"b"}]}`)); return err },
		"write of a schema":      func() error { _, _, err := WrittenRegistry([]byte(`{"$id":"` + bad + `"}`)); return err },
		"a step for a schema":    func() error { _, _, err := WrittenRegistry([]byte(`{"$id":"abc"}`)); return err },
		"a URL for a flow":       func() error { _, _, err := WrittenFlow([]byte(`{"id":"https://ns.adobe.com/a/b"}`)); return err },
		"write of a descriptor":  func() error { _, _, err := WrittenRegistry([]byte(`{"@id":"` + bad + `"}`)); return err },
		"write of a dataset":     func() error { _, err := WrittenDataset([]byte(`["@/dataSets/` + bad + `"]`)); return err },
		"empty dataset":          func() error { _, err := WrittenDataset([]byte(`["@/dataSets/"]`)); return err },
		"write of a mapping set": func() error { _, _, err := WrittenMappingSet([]byte(`{"id":"` + bad + `"}`)); return err },
		"list of flows":          func() error { _, err := flowItems([]byte(`{"items":[{"id":"` + bad + `"}]}`)); return err },
		"list of datasets":       func() error { _, err := datasets([]byte(`{"` + bad + `":{}}`)); return err },
	} {
		if err := read(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	c := newWorld(t, fine)
	defer c.close()
	for _, path := range []string{specs.FlowService + "/flows/" + specs.EscapeID(".."), specs.FlowService + "/flows/%2E%2E", specs.FlowService + "/flows/" + specs.EscapeID("a/../b"), specs.FlowService + "/./flows"} {
		_, err := c.client().Do(t.Context(), Request{Method: "DELETE", Path: path})
		if !isUnsent(err) || !strings.Contains(err.Error(), "leads out of its service") || len(c.calls()) > 0 {
			t.Errorf("%s: %v, %d calls", path, err, len(c.calls()))
		}
	}
}

// pagesOf answers page after page.
type pagesOf struct {
	asked []string
	page  func(n int) string
}

func (p *pagesOf) Do(_ context.Context, r Request) (Response, error) {
	p.asked = append(p.asked, r.Path)
	return Response{Status: 200, Body: []byte(p.page(len(p.asked)))}, nil
}

// TestLyingLists: a list that does not end is given up, one that repeats objects gives
// each once, and one that leads elsewhere is read from our own platform.
func TestLyingLists(t *testing.T) {
	item := func(id any, next string) string {
		return fmt.Sprintf(`{"items":[{"id":"%v"}],"_links":{"next":{"href":"%s"}}}`, id, next)
	}
	for _, tt := range []struct {
		name  string
		page  func(n int) string
		asked int
		ids   string
		ends  bool
	}{
		{"the same token", func(n int) string { return item(n, "/flows?t=x") }, 2, "", false},
		{"two tokens in turn", func(n int) string { return item(n, fmt.Sprint("/flows?t=", n%2)) }, 3, "", false},
		{"new tokens, nothing new", func(n int) string { return item("a", fmt.Sprint("/flows?t=", n)) }, idlePages + 2, "", false},
		{"new tokens, nothing at all", func(n int) string {
			return fmt.Sprintf(`{"items":[],"_links":{"next":{"href":"/flows?t=%d"}}}`, n)
		}, idlePages + 1, "", false},
		{"as long without anything new as is allowed", func(n int) string {
			if n <= idlePages {
				return fmt.Sprintf(`{"items":[],"_links":{"next":{"href":"/flows?t=%d"}}}`, n)
			}
			return `{"items":[{"id":"last"}]}`
		}, idlePages + 1, "last", true},
		{"repeated objects", func(n int) string {
			return `{"items":[{"id":"a"},{"id":"a"},{"id":"b"},{"id":"a"}]}`
		}, 1, "a b", true},
		{"another host", func(n int) string {
			if n == 1 {
				return item("a", "https://evil.example/steal?t=1")
			}
			return `{"items":[{"id":"b"}]}`
		}, 2, "a b", true},
	} {
		d := &pagesOf{page: tt.page}
		all, err := Collect(FlowObjects(t.Context(), d, "flows", nil))
		var ids []string
		for _, o := range all {
			ids = append(ids, o.ID)
		}
		if (err == nil) != tt.ends || !tt.ends && !strings.Contains(err.Error(), "no end") || strings.Join(ids, " ") != tt.ids || len(d.asked) != tt.asked {
			t.Errorf("%s: %q after %d pages, %v", tt.name, ids, len(d.asked), err)
		}
		for _, path := range d.asked {
			if !strings.HasPrefix(path, specs.FlowService+"/flows?") {
				t.Errorf("%s: asked %s", tt.name, path)
			}
		}
	}
}

// TestLyingBodies: an answer that is too large, packed or not, too slow or too deep is
// a lost answer of a change, with a reason.
func TestLyingBodies(t *testing.T) {
	const most = 1 << 16
	large := func(n int) string { return `{"id":"` + strings.Repeat("a", n-9) + `"}` }
	for _, tt := range []struct {
		name, want string
		step       http.HandlerFunc
	}{
		{"as large as is allowed", "", page200("application/json", large(most))},
		{"one byte more", "the answer has more than 65536 bytes", page200("application/json", large(most+1))},
		{"packed", "the answer has more than 65536 bytes", func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			rw.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(rw)
			io.WriteString(z, large(100*most))
			z.Close()
		}},
		{"slow", "no whole answer within 1m30s", func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			for range 1000 {
				if _, err := io.WriteString(rw, " "); err != nil || r.Context().Err() != nil {
					return
				}
				rw.(http.Flusher).Flush()
				time.Sleep(time.Second) // on the fake clock
			}
		}},
		{"deep", "nested deeper than 10000 levels", page200("application/json", strings.Repeat("[", 10_001)+strings.Repeat("]", 10_001))},
		{"as deep as is allowed", "", page200("application/json", strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tt.step)
				defer w.close()
				layer := answer{transport: w.wire, timeout: 90 * time.Second, redact: redact.New(), most: most}
				req, err := http.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1/data", nil)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				_, err = layer.send(&call{method: "POST", deed: change, redact: redact.New()}, req)
				if took := time.Since(began); took > 90*time.Second {
					t.Errorf("took %v", took)
				}
				time.Sleep(2 * time.Second) // until the handler has seen it
				if tt.want == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if !isLost(err) || AnswerOf(err) != Unreadable || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
