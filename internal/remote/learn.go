package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/knowledge"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/platform"
)

// Lesson is what Learn reads, and how.
type Lesson struct {
	References knowledge.References
	Tenant     string
	// Place returns where a source can be explored; ok is false if its connection was not created yet.
	Place func(knowledge.SourceRef) (p Place, ok bool)
	// Before is what was known. It stays for sources that cannot be reached now.
	Before *knowledge.Catalog
	Limit  int // requests at the same time
}

// Unread is a source whose columns could not be read.
type Unread struct {
	Source knowledge.SourceRef
	Err    error
}

// Reasons of Unread that are not a fault of the source.
var (
	ErrNoConnection = errors.New("the connection was not applied")
	ErrNoFile       = errors.New("there is no file now whose columns the platform can read")
)

// IsFault reports whether the source should have answered.
func (u Unread) IsFault() bool {
	return !errors.Is(u.Err, ErrNoConnection) && !errors.Is(u.Err, ErrNoFile)
}

// Learn reads what documents refer to: tables and files, and schemas with their classes, field groups, data types, and
// descriptors; of Adobe's standard classes and field groups, whose fields aepflow knows, which are deprecated. What the
// platform does not have is not in the catalog. A source that cannot be reached does not stop the others.
func Learn(ctx context.Context, d platform.Doer, l Lesson) (*knowledge.Catalog, []Unread, error) {
	s := &student{Lesson: l, client: d, catalog: knowledge.New(l.Tenant), seen: map[knowledge.PartRef]bool{}}
	if err := parallel.Calls(ctx, l.Limit, l.References.Sources, s.source); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(s.unread, func(a, b Unread) int {
		return strings.Compare(a.Source.Key()+"\x00"+a.Source.Data, b.Source.Key()+"\x00"+b.Source.Data)
	})
	next := slices.Clone(l.References.Parts)
	for _, id := range l.References.Schemas {
		next = append(next, knowledge.PartRef{ID: id})
	}
	for len(next) > 0 { // each round reads what the last one refers to
		var round []knowledge.PartRef
		for _, ref := range next {
			ref.ID = s.catalog.ID(ref.ID)
			if !s.seen[ref] {
				s.seen[ref] = true
				round = append(round, ref)
			}
		}
		s.next = nil
		if err := parallel.Calls(ctx, l.Limit, round, s.resource); err != nil {
			return nil, nil, err
		}
		next = s.next
	}
	return s.catalog, s.unread, s.descriptors(ctx)
}

type student struct {
	Lesson
	client platform.Doer
	seen   map[knowledge.PartRef]bool

	mu      sync.Mutex // guards the rest
	catalog *knowledge.Catalog
	next    []knowledge.PartRef
	unread  []Unread
}

// source reads the columns of a table or of files.
func (s *student) source(ctx context.Context, ref knowledge.SourceRef) error {
	err := ErrNoConnection
	if place, ok := s.Place(ref); ok {
		var source knowledge.Source
		if source, err = s.columns(ctx, place, ref); err == nil {
			s.enter(ref, source)
			return nil
		}
		if platform.IsAuth(err) || ctx.Err() != nil {
			return err
		}
		if !ref.IsFolder && s.isGone(ctx, place, ref) {
			return nil
		}
	}
	if known, has := s.Before.Sources[ref.Key()][ref.Data]; has {
		s.enter(ref, known)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unread = append(s.unread, Unread{ref, err})
	return nil
}

// columns are those of a table or a file. Those of a folder or a pattern are the columns of its first file, as the
// platform itself takes them.
func (s *student) columns(ctx context.Context, place Place, ref knowledge.SourceRef) (out knowledge.Source, err error) {
	read, object := ExploreTable, ref.Data
	if ref.IsFile {
		read = ExploreFile
	}
	if ref.IsFolder {
		first, ok, err := FirstFile(ctx, s.client, place, ref.Data, ref.IsRecursive)
		if err != nil {
			return out, err
		}
		if !ok {
			return out, ErrNoFile
		}
		object, out.File = first.Path, first.Path
	}
	contents, err := read(ctx, s.client, place, object, false)
	if err != nil {
		return out, err
	}
	out.Columns = map[string]string{}
	for _, c := range contents.Columns {
		out.Columns[c.Name] = c.Type
	}
	return out, nil
}

func (s *student) enter(ref knowledge.SourceRef, source knowledge.Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.catalog.Sources[ref.Key()] == nil {
		s.catalog.Sources[ref.Key()] = map[string]knowledge.Source{}
	}
	s.catalog.Sources[ref.Key()][ref.Data] = source
}

// isGone reports whether the source answers, and does not list the table or file that could not be read.
func (s *student) isGone(ctx context.Context, place Place, ref knowledge.SourceRef) bool {
	folder := ""
	if ref.IsFile {
		folder = ref.Data[:strings.LastIndexByte(ref.Data, '/')+1]
	}
	items, err := ExploreItems(ctx, s.client, place, folder)
	if err != nil || len(items) == 0 {
		return false
	}
	for _, item := range items {
		if item.Type == "folder" && !ref.IsFile {
			return false // the table may lie in it
		}
		if item.Path == ref.Data || item.Name == ref.Data || strings.HasSuffix(ref.Data, "/"+item.Name) {
			return false
		}
	}
	return true
}

// resource reads a schema or a part of one. One that is gone is left out.
func (s *student) resource(ctx context.Context, ref knowledge.PartRef) error {
	list, id := s.catalog.Address(ref)
	accept, standard := platform.AcceptXED, knowledge.IsKnown(ref.ID, ref.Kind)
	if standard {
		accept = platform.AcceptXEDDeprecated
	}
	o, err := platform.RegistryObject(ctx, s.client, list, id, accept)
	switch {
	case platform.IsNotFound(err):
		return nil
	case err != nil:
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var more []knowledge.PartRef
	switch {
	case ref.Kind == "":
		more, err = s.catalog.AddSchema(ref.ID, o.Body)
	case standard:
		err = s.catalog.AddStandard(ref, o.Body)
	default:
		more, err = s.catalog.AddPart(ref, o.Body)
	}
	s.next = append(s.next, more...)
	return err
}

// descriptors reads the identities of the schemas, and what they and others deprecate.
func (s *student) descriptors(ctx context.Context) error {
	if len(s.catalog.Schemas)+len(s.catalog.Parts) == 0 {
		return nil
	}
	all := (&namespaces{client: s.client}).descriptors(ctx, platform.Descriptors(ctx, s.client, nil))
	for o, err := range all {
		if err != nil {
			return err
		}
		if err := s.catalog.AddDescriptor(o.Body); err != nil {
			return fmt.Errorf("read descriptor %s: %w", o.ID, err)
		}
	}
	return nil
}
