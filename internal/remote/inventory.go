package remote

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

const (
	// fewEntries is how many objects of a list are read one by one, fewOfMany how many of them in a lockfile of more than
	// manyEntries objects. More are read from the list: thousands of entries then cost tens of requests.
	fewEntries  = 20
	manyEntries = 200
	fewOfMany   = 3
	// pageSize is how many objects a page of a list has whose pages are counted, and about how many others have.
	pageSize = 100
	// maxInventory bounds the bytes of all objects together.
	maxInventory = 1 << 30
)

// patience is how long the inventory waits before it asks again for a page that the client has given up on. What was
// read before stays.
var patience = []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second}

// Options say how an inventory reads.
type Options struct {
	Limit  int            // requests at the same time, over all lists
	Notify func(Progress) // for each object that was read, one at a time; may be nil
}

// Progress is how far an inventory is.
type Progress struct {
	Read     int                   // objects
	Expected int                   // objects that the caller looks for; 0 when it wants whatever there is
	Kinds    map[resource.Kind]int // objects by kind; valid during the call of Notify
}

// Inventory reads what a sandbox contains: the lists of several kinds at the same time, and several pages of a list
// whose pages are counted. A list that was read whole is not read again.
type Inventory struct {
	client platform.Doer
	limit  int
	notify func(Progress)
	most   int64 // bytes

	mu    sync.Mutex
	lists map[string][]platform.Object // whole lists by collection
	flows []json.RawMessage            // of the entries that were read
	size  int64
	seen  Progress
}

// NewInventory returns an inventory that has read nothing yet.
func NewInventory(d platform.Doer, o Options) *Inventory {
	limit := max(o.Limit, 1)
	return &Inventory{
		client: patient{bounded{d, make(chan struct{}, limit)}, patience}, limit: limit, notify: o.Notify,
		most: maxInventory, lists: map[string][]platform.Object{}, seen: Progress{Kinds: map[resource.Kind]int{}},
	}
}

// Lists returns all objects of some kinds. Lists show writes late, and leave out what a label hides.
func (v *Inventory) Lists(ctx context.Context, kinds ...resource.Kind) (map[resource.Kind][]platform.Object, error) {
	var missing []*resource.Spec // one for each collection
	asked := map[string]bool{}
	for _, k := range kinds {
		spec := resource.SpecOf(k)
		_, known := v.whole(spec)
		if HasList(k) && !known && !asked[spec.Collection] {
			asked[spec.Collection] = true
			missing = append(missing, spec)
		}
	}
	err := parallel.Calls(ctx, len(missing), missing, func(ctx context.Context, spec *resource.Spec) error {
		all, err := v.list(ctx, spec, 0, nil)
		if err == nil {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.lists[spec.Collection] = all
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := map[resource.Kind][]platform.Object{}
	for _, k := range kinds {
		spec := resource.SpecOf(k)
		all, _ := v.whole(spec)
		for _, o := range all {
			if exists(spec, o) && hasType(spec, o) {
				out[k] = append(out[k], o)
			}
		}
	}
	return out, nil
}

// LabelsOf returns the labels of datasets, of those that have any. No list shows them, so it reads each.
func (v *Inventory) LabelsOf(ctx context.Context, datasets []string) ([]platform.Object, error) {
	var found collected[platform.Object]
	err := parallel.Calls(ctx, v.limit, datasets, func(ctx context.Context, id string) error {
		o, err := platform.DatasetLabels(ctx, v.client, id)
		switch {
		case platform.IsNotFound(err):
			return nil
		case err == nil && !IsUnset(resource.DatasetLabels, o):
			found.add(o)
		}
		return err
	})
	slices.SortFunc(found.all, func(a, b platform.Object) int { return strings.Compare(a.ID, b.ID) })
	return found.all, err
}

// Entries returns the objects of all entries of a lock, those that they replaced included, in the order of
// Live.Compare. An object that no list shows is read by itself before it counts as missing.
func (v *Inventory) Entries(ctx context.Context, lock *lockfile.Lock) ([]resource.Live, error) {
	all := livesOf(lock)
	v.mu.Lock()
	v.seen.Expected += len(all)
	v.mu.Unlock()
	few := fewEntries
	if len(all) > manyEntries {
		few = fewOfMany
	}
	byList := map[string][]*resource.Live{}
	for i := range all {
		key := resource.SpecOf(all[i].Address.Kind).Collection
		byList[key] = append(byList[key], &all[i])
	}
	var reads [][]*resource.Live // of one list each
	for _, key := range slices.Sorted(maps.Keys(byList)) {
		objects := byList[key]
		_, known := v.whole(specOf(objects))
		if HasList(objects[0].Address.Kind) && (known || len(objects) > few) {
			reads = append(reads, objects)
		} else {
			reads = slices.AppendSeq(reads, slices.Chunk(objects, 1))
		}
	}
	slices.SortStableFunc(reads, func(a, b []*resource.Live) int { return rank(a) - rank(b) })
	err := parallel.Calls(ctx, len(reads), reads, v.read)
	if err == nil {
		err = v.pin(ctx, all, lock)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, resource.Live.Compare)
	return all, nil
}

// pin reads mapping sets in the version that their dataflow uses where there is a newer one: lists show the newest. The
// version is that of the flow as it is now, or of the entry where no flow is among what was read.
func (v *Inventory) pin(ctx context.Context, all []resource.Live, lock *lockfile.Lock) error {
	var newer []*resource.Live
	for i := range all {
		switch l := &all[i]; {
		case l.Address.Kind == resource.Flow && !l.Deposed && !l.Missing:
			v.flows = append(v.flows, l.Body)
		case l.Address.Kind == resource.Mapping && !l.Deposed && !l.Missing:
			if e, _ := lock.Get(l.Address); cmp.Or(e.ETag, "0") != cmp.Or(l.ETag, "0") {
				newer = append(newer, l)
			}
		}
	}
	if len(newer) == 0 {
		return nil
	}
	pins := map[string]string{}
	for _, body := range v.flows {
		flow, err := resource.Parse(body)
		if err != nil {
			continue // comparing it says so
		}
		if id, version, ok := resource.MappingPin(flow); ok {
			pins[id] = version
		}
	}
	return parallel.Calls(ctx, v.limit, newer, func(ctx context.Context, l *resource.Live) error {
		e, _ := lock.Get(l.Address)
		version := cmp.Or(pins[l.ID], e.ETag)
		if version == "" || version == cmp.Or(l.ETag, "0") {
			return nil
		}
		o, ok, err := ReadVersion(ctx, v.client, l.Address.Kind, l.ID, version)
		if err == nil && ok {
			l.Newest, l.ETag, l.Body = l.ETag, version, o.Body
		}
		return err
	})
}

// livesOf returns the objects of a lock, not read yet.
func livesOf(lock *lockfile.Lock) (all []resource.Live) {
	for _, e := range lock.Entries {
		if e.ID != "" {
			all = append(all, resource.Live{Address: e.Address, ID: e.ID})
		}
		for _, d := range e.Deposed {
			all = append(all, resource.Live{Address: e.Address, ID: d.ID, Deposed: true})
		}
	}
	return all
}

func specOf(objects []*resource.Live) *resource.Spec { return resource.SpecOf(objects[0].Address.Kind) }

// rank orders reads so that the longest begin first: lists whose pages follow one another, other lists, single objects.
func rank(objects []*resource.Live) int {
	switch {
	case len(objects) == 1:
		return 2
	case isCounted(specOf(objects)):
		return 1
	}
	return 0
}

// isCounted reports whether the pages of a list are numbers, so that one can be read before another.
func isCounted(s *resource.Spec) bool {
	return s.Answer == resource.AnswerDataset || s.Answer == resource.AnswerMapping
}

// whole returns the list of a kind if it was read.
func (v *Inventory) whole(s *resource.Spec) (all []platform.Object, known bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	all, known = v.lists[s.Collection]
	return all, known
}

// read completes objects of one list: several from the list, one by itself.
func (v *Inventory) read(ctx context.Context, objects []*resource.Live) error {
	listed, err := v.find(ctx, objects)
	if err != nil {
		return err
	}
	var single []*resource.Live
	for _, l := range objects {
		spec := resource.SpecOf(l.Address.Kind)
		if o, ok := listed[l.ID]; ok && exists(spec, o) && hasType(spec, o) {
			l.ETag, l.Body = o.ETag, o.Body
		} else {
			single = append(single, l)
		}
	}
	return parallel.Calls(ctx, v.limit, single, func(ctx context.Context, l *resource.Live) error {
		o, ok, err := Read(ctx, v.client, l.Address.Kind, l.ID)
		if err != nil {
			return err
		}
		l.ETag, l.Body, l.Missing = o.ETag, o.Body, !ok
		return v.count(resource.SpecOf(l.Address.Kind), o, true)
	})
}

// find returns those of several objects that their list shows, by ID.
func (v *Inventory) find(ctx context.Context, objects []*resource.Live) (map[string]platform.Object, error) {
	spec := specOf(objects)
	all, known := v.whole(spec)
	if !known && len(objects) == 1 {
		return nil, nil
	}
	want := map[string]bool{}
	for _, l := range objects {
		want[l.ID] = true
	}
	if !known {
		var err error
		if all, err = v.list(ctx, spec, len(want), want); err != nil {
			return nil, err
		}
	}
	listed := map[string]platform.Object{}
	for _, o := range all {
		if want[o.ID] {
			listed[o.ID] = o
		}
	}
	if spec.Answer == resource.AnswerDataset {
		return listed, v.checkVersions(ctx, listed)
	}
	return listed, nil
}

// checkVersions removes all datasets if the version in their list is not the one that an update must name: it reads one
// to find out.
func (v *Inventory) checkVersions(ctx context.Context, listed map[string]platform.Object) error {
	for _, id := range slices.Sorted(maps.Keys(listed)) {
		o, ok, err := Read(ctx, v.client, resource.Dataset, id)
		switch {
		case err != nil:
			return err
		case !ok:
			delete(listed, id) // it was removed meanwhile
			continue
		case o.ETag != listed[id].ETag && o.ETag != "":
			clear(listed)
		}
		return nil
	}
	return nil
}

// list reads a list: whole if want is nil, otherwise until it has shown the wanted objects, or as many others that
// reading those one by one costs less. expect is how many objects it has at least.
func (v *Inventory) list(
	ctx context.Context, spec *resource.Spec, expect int, want map[string]bool,
) (all []platform.Object, err error) {
	given, left := map[string]bool{}, len(want)
	take := func(o platform.Object) error {
		if given[o.ID] {
			return nil
		}
		given[o.ID] = true
		all = append(all, o)
		if want[o.ID] {
			left--
		}
		return v.count(spec, o, want == nil || want[o.ID])
	}
	isEnough := func() bool { return want != nil && (left == 0 || len(all) >= len(want)*pageSize) }
	start := 0
	if isCounted(spec) && expect > 0 {
		pages, err := v.pages(ctx, spec, (expect+pageSize-1)/pageSize)
		if err != nil {
			return nil, err
		}
		for _, o := range slices.Concat(pages...) {
			if err := take(o); err != nil {
				return nil, err
			}
		}
		if len(pages[len(pages)-1]) < pageSize || isEnough() {
			return all, nil
		}
		start = len(pages) * pageSize
	}
	for o, err := range listFrom(ctx, v.client, spec, start) {
		if err == nil {
			err = take(o)
		}
		if err != nil {
			return nil, err
		}
		if isEnough() {
			break
		}
	}
	return all, nil
}

// pages reads the first n pages of a list whose pages are counted, all at the same time.
func (v *Inventory) pages(ctx context.Context, spec *resource.Spec, n int) ([][]platform.Object, error) {
	pages, numbers := make([][]platform.Object, n), make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	// Lists whose pages follow one another take longer: half of the slots are for them.
	err := parallel.Calls(ctx, max(1, v.limit/2), numbers, func(ctx context.Context, i int) error {
		for o, err := range listFrom(ctx, v.client, spec, i*pageSize) {
			if err != nil {
				return err
			}
			if pages[i] = append(pages[i], o); len(pages[i]) == pageSize {
				break // the next page is read on its own
			}
		}
		return nil
	})
	return pages, err
}

// count notes that an object was read; progress says whether the caller looks for it.
func (v *Inventory) count(spec *resource.Spec, o platform.Object, progress bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.size += int64(len(o.Body)); v.size > v.most {
		return fmt.Errorf("list %s: the sandbox has more than %d MiB of objects", spec.Collection, v.most>>20)
	}
	if progress {
		v.seen.Read++
		v.seen.Kinds[spec.Kind]++
		if v.notify != nil {
			v.notify(v.seen)
		}
	}
	return nil
}

// bounded lets a number of requests through at the same time.
type bounded struct {
	next  platform.Doer
	slots chan struct{}
}

func (b bounded) Do(ctx context.Context, r platform.Request) (platform.Response, error) {
	select {
	case b.slots <- struct{}{}:
	case <-ctx.Done():
		return platform.Response{}, context.Cause(ctx)
	}
	defer func() { <-b.slots }()
	return b.next.Do(ctx, r)
}

// patient asks again after a pause for what the client has given up on.
type patient struct {
	next   platform.Doer
	pauses []time.Duration
}

func (p patient) Do(ctx context.Context, r platform.Request) (platform.Response, error) {
	for _, pause := range p.pauses {
		res, err := p.next.Do(ctx, r)
		if err == nil || ctx.Err() != nil || !platform.IsTemporary(err) {
			return res, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return res, err
		}
	}
	return p.next.Do(ctx, r)
}
