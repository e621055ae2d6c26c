package planner_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// diffCase is a case of testdata/diff, read; see TestDiff.
type diffCase struct {
	options planner.Options
	lock    *lockfile.Lock
	after   *resource.Graph

	unchanged bool // the documents ask for what was applied
}

func readCase(t *testing.T, a *txtar.Archive) diffCase {
	t.Helper()
	c := diffCase{
		options: planner.Options{At: now, Tool: "test"},
		lock:    &lockfile.Lock{}, after: resource.NewGraph(nil),
	}
	c.readOptions(string(a.Comment))
	live := ""
	for _, f := range a.Files {
		switch f.Name {
		case "before.yaml":
			g := compile(t, string(f.Data))
			c.lock = applied(t, g)
			if c.unchanged {
				c.after = g
			}
		case "after.yaml":
			c.after = compile(t, string(f.Data))
		case "lock":
			c.changeLock(t, string(f.Data))
		case "live":
			live, c.options.Refreshed = string(f.Data), true
		case "want":
		default:
			t.Fatalf("unknown file %s", f.Name)
		}
	}
	if c.options.Refreshed {
		c.options.Live = liveOf(t, c.lock, live)
	}
	return c
}

func (c *diffCase) readOptions(comment string) {
	o := &c.options
	for line := range strings.Lines(comment) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "at":
			o.At = must(time.Parse(time.RFC3339, rest))
		case "on-replace":
			o.OnReplace = rest
		case "allow-data-loss":
			o.AllowDataLoss = true
		case "unchanged":
			c.unchanged = true
		case "tenant":
			o.Tenant = rest
		case "destroy":
			o.Destroy = true
		case "recreate":
			o.Recreate = true
		case "secrets-unchecked":
			o.Secrets.Unchecked = true
		case "secret-changed":
			address, path, _ := strings.Cut(rest, " ")
			o.Secrets.Changed = append(o.Secrets.Changed,
				planner.SecretPath{Address: must(resource.ParseAddress(address)), Path: path})
		case "only":
			o.Only = append(o.Only, must(resource.ParseAddress(rest)))
		case "exclude":
			o.Exclude = append(o.Exclude, must(resource.ParseAddress(rest)))
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// words splits a line of a case: an address, a word, and the rest.
func words(t *testing.T, line string) (a resource.Address, word, rest string) {
	t.Helper()
	address, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	word, rest, _ = strings.Cut(rest, " ")
	return must(resource.ParseAddress(address)), word, rest
}

func (c *diffCase) changeLock(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		a, word, rest := words(t, line)
		e, ok := c.lock.Get(a)
		if !ok {
			t.Fatalf("lock: no entry %s", a)
		}
		switch word {
		case "sent":
			path, value, _ := strings.Cut(rest, " ")
			e.Sent = append(e.Sent, lockfile.Sent{Path: path, Value: json.RawMessage(value)})
		case "id":
			e.ID = rest
		case "etag":
			e.ETag = rest
		case "created": // how long ago
			e.Created = now.Add(-must(time.ParseDuration(rest)))
		case "deposed":
			e.Deposed = append(e.Deposed, lockfile.Deposed{Kind: a.Kind, ID: rest, StepsLeft: []string{"disable", "delete"}})
		case "gone":
			c.lock.Remove(a)
			continue
		default:
			t.Fatalf("lock: %s", line)
		}
		c.lock.Put(e)
	}
}

// liveOf is what a refresh finds: every object as it was sent, but for the lines
// of the case.
func liveOf(t *testing.T, lock *lockfile.Lock, text string) []resource.Live {
	t.Helper()
	var out []resource.Live
	for _, e := range lock.Entries {
		out = append(out, resource.Live{Address: e.Address, ID: e.ID, ETag: e.ETag, Body: asSent(t, e).JSON()})
		for _, d := range e.Deposed {
			out = append(out, resource.Live{Address: e.Address, ID: d.ID, Deposed: true})
		}
	}
	for line := range strings.Lines(text) {
		a, word, rest := words(t, line)
		i, ok := slices.BinarySearchFunc(out, a, func(l resource.Live,
			a resource.Address) int {
			return l.Address.Compare(a)
		})
		if !ok {
			out = slices.Insert(out, i, resource.Live{Address: a, ETag: "0"})
		}
		switch word {
		case "missing":
			i += slices.IndexFunc(out[i:], func(l resource.Live) bool { return rest == "" || l.ID == rest })
			out[i].Missing = true
		case "object":
			out[i].Body = json.RawMessage(rest)
		default:
			body := must(resource.Parse(out[i].Body))
			out[i].Body, out[i].ETag = setAt(body, strings.Split(word, "/"), must(resource.Parse([]byte(rest)))).JSON(), "1"
		}
	}
	return out
}

// setAt sets a member at a path; what is not there is added.
func setAt(v resource.Value, path []string, w resource.Value) resource.Value {
	if len(path) == 0 {
		return w
	}
	old, _ := v.Get(path[0])
	return v.With(path[0], setAt(old, path[1:], w))
}

// asSent is the body of an entry as the platform has it: references resolved,
// secrets kept back.
func asSent(t *testing.T, e lockfile.Entry) resource.Value {
	t.Helper()
	body := must(resource.Parse(e.Applied))
	for _, s := range e.Sent {
		body = resource.Set(body, s.Path, must(resource.Parse(s.Value)))
	}
	return must(body.Map(func(at resource.Path, v resource.Value) (resource.Value, error) {
		switch v.Kind {
		case resource.RefValue:
			for _, n := range e.Needs {
				if n.Via == at.String() {
					return resource.String(n.ID), nil
				}
			}
			t.Fatalf("%s: nothing is known of %s", e.Address, v.Ref)
		case resource.SecretValue:
			return resource.String("****"), nil
		}
		return v, nil
	}))
}
