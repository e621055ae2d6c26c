package applier

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// find returns the objects that a create may have made: of its kind, with all
// fields that were sent, not older than the intent, and owned by no entry.
func (r resolver) find(ctx context.Context, in lockfile.Intent) ([]platform.Object, error) {
	sent, err := managed(in.Entry.Entry, r.tenant)
	if err != nil {
		return nil, err
	}
	kind := in.Address.Kind
	spec := resource.SpecOf(kind)
	if spec.TagOf != "" {
		return r.tagged(ctx, kind, in.Entry.Entry)
	}
	name := nameOf(sent.JSON())
	var out []platform.Object
	for o, err := range r.list(ctx, spec, name) {
		if err != nil {
			return nil, err
		}
		if other := nameOf(o.Body); other != "" && other != name || r.session.Owns(o.ID) || isOlder(o.Body, in.Since) {
			continue
		}
		// Lists leave out what single reads hold: the mappings of a set, the etag
		// of a dataset.
		o, ok, err := read(ctx, r.platform, kind, o.ID)
		if err != nil {
			return nil, err
		}
		if ok && len(differences(kind, sent, o.Body)) == 0 {
			out = append(out, o)
		}
	}
	return out, nil
}

// nameOf reads what people call an object, "" for those without a name.
func nameOf(body json.RawMessage) string {
	var m struct{ Name, Title string }
	_ = json.Unmarshal(body, &m) // no name is ""
	return cmp.Or(m.Title, m.Name)
}

// tagged looks whether the tag was put on its object.
func (r resolver) tagged(ctx context.Context, kind resource.Kind, e lockfile.Entry) ([]platform.Object, error) {
	for _, n := range e.Needs {
		if n.Via != resource.SpecOf(kind).TagOf || n.ID == "" {
			continue
		}
		o, ok, err := read(ctx, r.platform, kind, n.ID)
		if err != nil || !ok {
			return nil, err
		}
		return []platform.Object{o}, nil
	}
	return nil, nil
}

// plainText is a name that filters of all services take as it stands.
var plainText = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _.-]*$`)

// list lists the objects of a kind, by name where it is one that filters take.
func (r resolver) list(ctx context.Context, spec *resource.Spec, name string) iter.Seq2[platform.Object, error] {
	by := func(member string, all func(url.Values) iter.Seq2[platform.Object, error]) iter.Seq2[platform.Object, error] {
		if member == "" || !plainText.MatchString(name) {
			return r.lists.shared(spec.Kind, all(url.Values{}))
		}
		return all(url.Values{"property": {member + "==" + name}})
	}
	switch spec.Answer {
	case resource.AnswerIDEtag:
		return by("name", func(q url.Values) iter.Seq2[platform.Object, error] {
			return platform.FlowObjects(ctx, r.platform, segment(spec), q)
		})
	case resource.AnswerRegistry:
		return by("title", func(q url.Values) iter.Seq2[platform.Object, error] {
			return platform.RegistryObjects(ctx, r.platform, registryPath(spec), platform.AcceptXEDList, q)
		})
	case resource.AnswerDescriptor:
		return by("", func(q url.Values) iter.Seq2[platform.Object, error] { return platform.Descriptors(ctx, r.platform, q) })
	case resource.AnswerDataset:
		return by("name", func(q url.Values) iter.Seq2[platform.Object, error] { return platform.Datasets(ctx, r.platform, q) })
	default:
		return by("", func(q url.Values) iter.Seq2[platform.Object, error] { return platform.MappingSets(ctx, r.platform, q) })
	}
}

// lists keeps whole lists of one moment, for look-ups that come together and cannot
// ask by name.
type lists struct {
	mu    sync.Mutex
	known map[resource.Kind][]platform.Object
}

func newLists() *lists { return &lists{known: map[resource.Kind][]platform.Object{}} }

// shared reads a list once and gives it to all who ask. A nil one passes it on.
func (l *lists) shared(kind resource.Kind, list iter.Seq2[platform.Object, error]) iter.Seq2[platform.Object, error] {
	if l == nil {
		return list
	}
	return func(yield func(platform.Object, error) bool) {
		l.mu.Lock()
		all, known := l.known[kind]
		var err error
		if !known {
			if all, err = platform.Collect(list); err == nil {
				l.known[kind] = all
			}
		}
		l.mu.Unlock()
		if err != nil {
			yield(platform.Object{}, err)
			return
		}
		for _, o := range all {
			if !yield(o, nil) {
				return
			}
		}
	}
}

// created reads when an object was made, zero when it does not say. Every service
// has its own name for it; all count milliseconds.
func created(body json.RawMessage) time.Time {
	var m struct {
		CreatedAt   int64 `json:"createdAt"`
		Created     int64 `json:"created"`
		CreatedDate int64 `json:"createdDate"`
		Registry    struct {
			Created int64 `json:"repo:createdDate"`
		} `json:"meta:registryMetadata"`
	}
	_ = json.Unmarshal(body, &m)
	for _, ms := range []int64{m.CreatedAt, m.Created, m.CreatedDate, m.Registry.Created} {
		if ms > 0 {
			return time.UnixMilli(ms)
		}
	}
	return time.Time{}
}

func isOlder(body json.RawMessage, since time.Time) bool {
	at := created(body)
	return !at.IsZero() && at.Before(since)
}

func candidates(found []platform.Object) []Candidate {
	out := make([]Candidate, len(found))
	for i, o := range found {
		out[i] = Candidate{ID: o.ID, Created: created(o.Body)}
	}
	return out
}
