package planner

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// Margin is how far ahead the start of a schedule lies that is bound when it
// is sent: the platform refuses a start that has passed.
const Margin = time.Minute

// Options are the inputs of a diff beside lock and graph.
type Options struct {
	At            time.Time // the plan's idea of now
	Tool          string    // version of aepflow
	Target        Target
	Secrets       Secrets
	OnReplace     string // "backfill", "continue" or "": for flows whose document says nothing
	AllowDataLoss bool
	Destroy       bool            // everything goes that may go; the graph is not looked at
	Refreshed     bool            // Live holds what the platform has for every entry
	Live          []resource.Live // sorted by address, as Moved names the entries
	Tenant        string          // what {TENANT_ID} stands for in them; "" is the lock's
	Recreate      bool            // make again what a refresh did not find

	Only, Exclude   []resource.Address // a selection; what it needs comes with it
	AllowMassDelete bool
}

// Secrets says which secrets differ from what was applied. The planner reads
// none; who calls it compares hashes.
type Secrets struct {
	Unchecked bool // nobody looked
	Changed   []SecretPath
}

// SecretPath names one secret value.
type SecretPath struct {
	Address resource.Address
	Path    string
}

// Compare orders secret paths.
func (p SecretPath) Compare(q SecretPath) int {
	return cmp.Or(p.Address.Compare(q.Address), strings.Compare(p.Path, q.Path))
}

// Diff compares what was applied with what the documents ask for. The report
// holds what only time can make wrong: a start that has passed. A nil lock is
// an empty one.
func Diff(lock *lockfile.Lock, graph *resource.Graph, o Options) (*Plan, *diag.Report) {
	if lock == nil {
		lock = &lockfile.Lock{}
	}
	d := &differ{lock: lock, graph: graph, Options: o, report: &diag.Report{}}
	if o.Destroy {
		d.graph = resource.NewGraph(nil)
	}
	d.moves()
	order, err := d.graph.Order()
	if err != nil {
		panic("planner: " + err.Error()) // the compiler refuses rings
	}
	d.items = make(map[resource.Address]*item, len(order))
	d.applied, d.asked = d.lock.Cursor(), make([]bool, len(d.lock.Entries))
	for _, i := range order {
		d.examine(d.graph.All()[i])
	}
	d.together()
	d.removals()
	d.selectItems()
	return d.plan(), d.report
}

type differ struct {
	Options
	lock   *lockfile.Lock
	graph  *resource.Graph
	report *diag.Report
	items  map[resource.Address]*item
	order  []*item // in the order of the graph, then removals

	applied *resource.Cursor[lockfile.Entry]
	asked   []bool // for each entry, whether the graph has its address

	moved   map[resource.Address]resource.Address   // new address → the one in the lockfile
	vacates map[resource.Address]resource.Address   // the other way round
	notes   []Diagnostic                            // about what is not moved
	owners  map[resource.ObjectKey]resource.Address // see owner
	usedBy  map[resource.Address][]resource.Address // see users
	drift   []Change

	secretPaths map[resource.Address]map[string]bool // see changedSecrets
	nothing     lockfile.Entry                       // of what was never applied
	noop        int                                  // what stays when all else goes
}

// item is a change in the making.
type item struct {
	change  Change
	entry   *lockfile.Entry // zero when nothing was applied
	exists  bool            // the entry has an object on the platform
	desired resource.Value  // of what is compared with something; see want
	applied resource.Value
	fields  []judged
	make    []Call // to be numbered
	unmake  []Call
	keep    bool                  // nothing to call, but the lockfile changes
	live    *resource.Value       // as the platform has it, nil when not refreshed
	drift   []resource.Difference // applied against live
	missing bool                  // a refresh did not find it
	named   bool                  // a document names the object that goes by its ID
	renamed bool                  // the entry records another movedFrom
	left    bool                  // changed, and left out by the selection
}

// moves follows movedFrom. From then on the lock is looked at as if it had
// always had the new addresses.
func (d *differ) moves() {
	f := follow(d.lock, d.graph)
	d.moved = make(map[resource.Address]resource.Address, len(f.moves))
	d.vacates = make(map[resource.Address]resource.Address, len(f.moves))
	for _, m := range f.moves {
		d.moved[m.To], d.vacates[m.From] = m.From, m.To
	}
	d.notes = f.notes
	d.lock = d.lock.Moved(f.moves)
}

// examine compares one resource with its entry.
func (d *differ) examine(r resource.Resource) {
	spec := resource.SpecOf(r.Address.Kind)
	entry := &d.nothing
	if e, ok := d.applied.Find(r.Address); ok {
		d.asked[e] = true
		entry = &d.lock.Entries[e]
	}
	it := &item{entry: entry, exists: entry.ID != ""}
	it.change = Change{
		Address: r.Address, Kind: r.Address.Kind, ID: entry.ID, ETag: entry.ETag,
		Origin: originOf(r.Origin), Desired: r.Body.JSON(), Protect: r.Protect, Effect: EffectNone, DependsOn: r.Needs,
	}
	d.items[r.Address] = it
	d.order = append(d.order, it)
	it.change.RenamedFrom = d.recorded(r.Moved)
	it.renamed = it.exists && it.change.RenamedFrom != d.recorded(entry.MovedFrom)
	from, moved := d.moved[r.Address]
	if moved {
		it.change.MovedFrom = from
	}
	if !it.exists && r.Import != "" {
		d.adopt(spec, r, it)
		return
	}
	if !it.exists {
		it.change.Action, it.change.Reason = Create, ReasonNew
		if spec.StartTime != "" && d.startsInPast(spec, r) {
			d.refusePastStart(spec, r, decode(r.Body))
		}
		return
	}
	if !d.Refreshed && d.isAsApplied(&r, entry) {
		it.settle(moved)
		return
	}
	it.desired, it.applied = decode(r.Body), parse(entry.Applied)
	base, there := d.refresh(spec, it, it.applied)
	if drift, ok := d.driftOf(it, it.applied); ok {
		d.drift = append(d.drift, drift)
	}
	if !there {
		it.change.Action, it.change.Reason = Create, ReasonMissing
		return
	}
	now := lifeOf(spec, *entry, it.applied, d.At)
	named := d.rewording(&r, entry, it.desired)
	it.applied, _ = named.of(it.applied)
	base, reworded := named.of(base)
	for _, f := range spec.Diff(base, it.desired) {
		if secretsOnly(f) {
			continue
		}
		it.fields = append(it.fields, judge(spec, f, now))
	}
	d.publish(spec, r, it)
	d.unsettled(spec, it, now)
	d.secrets(spec, it, now)
	if it.live != nil {
		it.classify(spec, it.applied, base)
		it.applied = base
	}
	it.change.Action = severest(it.fields)
	if it.change.Action == NoOp {
		it.settle(moved)
		if applied, _ := named.of(parse(entry.Applied)); it.live != nil && it.change.Action == NoOp && len(spec.Diff(applied, it.desired)) > 0 {
			it.change.Action, it.change.Reason = Update, ReasonConverged // only the lockfile has to learn it
		}
		if reworded && it.change.Action == NoOp {
			it.change.Action, it.change.Reason = Update, ReasonReworded // and here
		}
		return
	}
	it.change.Reason = ReasonFields
	if !slices.ContainsFunc(it.fields, func(j judged) bool { return !j.change.Unknown }) {
		it.change.Reason = ReasonNeeds
	}
}

// settle ends an item that the platform need not hear of; its entry may have to
// change all the same.
func (it *item) settle(moved bool) {
	switch {
	case moved:
		it.change.Action, it.change.Reason, it.keep = Move, ReasonMoved, true
	case it.change.Protect != it.entry.Protect:
		it.change.Reason, it.keep = ReasonProtect, true
	case it.renamed:
		it.change.Reason, it.keep = ReasonRecorded, true
	}
}

// isAsApplied reports whether a resource is as it was applied, and all that it
// refers to.
func (d *differ) isAsApplied(r *resource.Resource, e *lockfile.Entry) bool {
	if string(r.Body.JSON()) != string(e.Applied) {
		return false
	}
	for i := range e.Needs {
		if d.outputChanges(&e.Needs[i]) {
			return false
		}
	}
	return len(d.changedSecrets()[r.Address]) == 0
}

// changedSecrets returns the paths of Secrets.Changed by resource.
func (d *differ) changedSecrets() map[resource.Address]map[string]bool {
	if d.secretPaths == nil {
		d.secretPaths = map[resource.Address]map[string]bool{}
		for _, p := range d.Secrets.Changed {
			if d.secretPaths[p.Address] == nil {
				d.secretPaths[p.Address] = map[string]bool{}
			}
			d.secretPaths[p.Address][p.Path] = true
		}
	}
	return d.secretPaths
}

// pathsOf are the paths of fields as they are printed.
func pathsOf(fields []judged) map[string]bool {
	out := make(map[string]bool, len(fields))
	for _, j := range fields {
		out[j.change.Path] = true
	}
	return out
}

// outputChanges reports whether a reference no longer stands for the value that
// was sent: its target is replaced, gets a new version, or got one that was
// never passed on because an apply was cut short.
func (d *differ) outputChanges(n *lockfile.Need) bool {
	if n.ID == "" {
		return false
	}
	value, known, wanted := d.current(n.Ref())
	return wanted && (!known || value != n.ID)
}

// unsettled adds the fields whose references stand for something else now.
func (d *differ) unsettled(spec *resource.Spec, it *item, now life) {
	paths := pathsOf(it.fields)
	for _, n := range it.entry.Needs {
		if !d.outputChanges(&n) {
			continue
		}
		ref := n.Ref()
		it.desired.Walk(func(at resource.Path, v resource.Value) {
			if v.Kind != resource.RefValue || v.Ref != ref {
				return
			}
			keyed := keyedPath(spec, it.desired, at)
			if paths[keyed.String()] {
				return
			}
			paths[keyed.String()] = true
			old := resource.String(n.ID)
			j := judge(spec, resource.Difference{Path: keyed, From: &old, To: &v}, now)
			j.change.Unknown = true
			it.fields = append(it.fields, j)
		})
	}
}

// keyedPath turns the indexes of a path into keys where the list has them.
func keyedPath(spec *resource.Spec, v resource.Value, p resource.Path) resource.Path {
	var out resource.Path
	for _, step := range p {
		if step.Sort == resource.IndexStep {
			if key, ok := spec.KeyOf(out); ok {
				list, _ := spec.At(v, out)
				out = out.Key(resource.KeyText(list.Items[step.Index], key))
				continue
			}
			out = out.Index(step.Index)
			continue
		}
		out = out.Field(step.Name)
	}
	return out
}

// secretsOnly reports whether both sides are secrets: their values, not their
// references, decide whether something changed.
func secretsOnly(f resource.Difference) bool {
	return f.From != nil && f.To != nil && f.From.Kind == resource.SecretValue && f.To.Kind == resource.SecretValue
}

// secrets adds the secrets whose values differ.
func (d *differ) secrets(spec *resource.Spec, it *item, now life) {
	changed, paths := d.changedSecrets()[it.change.Address], pathsOf(it.fields)
	it.desired.Walk(func(at resource.Path, v resource.Value) {
		if v.Kind != resource.SecretValue {
			return
		}
		if d.Secrets.Unchecked && len(it.fields) > 0 {
			it.fields = append(it.fields, uncheckedSecret(at))
			return
		}
		if path := at.String(); !changed[path] || paths[path] {
			return
		}
		j := judge(spec, resource.Difference{Path: at, From: &v, To: &v}, now)
		it.fields = append(it.fields, j)
	})
	desired := spec.Tree(it.desired)
	for i := range it.fields {
		if v, ok := desired.At(it.fields[i].path); ok && v.Kind == resource.SecretValue {
			it.fields[i].change.Secret = true
		}
	}
}

// uncheckedSecret stands for a secret of a changed object that nobody read.
func uncheckedSecret(at resource.Path) judged {
	return judged{path: at, change: FieldChange{
		Path: at.String(), Action: NoOp, Reason: "secrets were not read", Secret: true,
	}}
}

// startsInPast reports whether the documented start of a resource has passed,
// decoding only what that takes.
func (d *differ) startsInPast(spec *resource.Spec, r resource.Resource) bool {
	top, _, _ := strings.Cut(spec.StartTime, ".")
	v, ok := r.Body.Member(top)
	if !ok {
		return false
	}
	epoch, ok := startOf(spec, lockfile.Entry{}, resource.Object(resource.F(top, v)))
	return ok && epoch <= d.At.Unix()
}

// refusePastStart refuses a new flow whose documented start has passed: the
// platform would, after half of the calls are made.
func (d *differ) refusePastStart(spec *resource.Spec, r resource.Resource, desired resource.Value) {
	if epoch, ok := startOf(spec, lockfile.Entry{}, desired); ok && epoch <= d.At.Unix() {
		v, _ := spec.Find(desired, spec.StartTime)
		d.report.Add(startPassed{at: v.Origin, name: r.Address, start: time.Unix(epoch, 0).UTC(), now: d.At.UTC()})
	}
}

// publish looks at the start of a draft that is to run: the platform refuses one
// that has passed. One that the document leaves open is set anew.
func (d *differ) publish(spec *resource.Spec, r resource.Resource, it *item) {
	if spec.StartTime == "" || !isDraft(spec, it.applied) || isDraft(spec, it.desired) {
		return
	}
	var at resource.Path
	for name := range strings.SplitSeq(spec.StartTime, ".") {
		at = at.Field(name)
	}
	start, _ := spec.At(it.desired, at)
	if start.Kind != resource.StartValue {
		d.refusePastStart(spec, r, it.desired)
		return
	}
	epoch, ok := startOf(spec, *it.entry, it.applied)
	if !ok || epoch > d.At.Add(Margin).Unix() || slices.ContainsFunc(it.fields, func(j judged) bool { return j.change.Path == at.String() }) {
		return
	}
	passed := resource.Int(epoch)
	it.fields = append(it.fields, judge(spec, resource.Difference{Path: at, From: &passed, To: &start}, life{}))
}

// together replaces what must be replaced with a flow: a running flow does not
// see changes of its source and target connections.
func (d *differ) together() {
	for _, it := range d.order {
		spec := resource.SpecOf(it.change.Kind)
		if it.change.Action != Replace {
			continue
		}
		for _, field := range spec.ReplaceWith {
			v, ok := spec.Find(it.desired, field)
			if !ok {
				continue
			}
			v.Walk(func(_ resource.Path, w resource.Value) {
				if w.Kind != resource.RefValue {
					return
				}
				if other := d.items[w.Ref.To]; other != nil && other.exists && other.change.Action != Replace {
					other.desired, other.applied = d.bodies(other)
					other.change.Action, other.change.Reason = Replace, ReasonTogether
				}
			})
			d.noteRefs(spec, it, field)
		}
	}
}

func (d *differ) bodies(it *item) (desired, applied resource.Value) {
	r, _ := d.graph.Get(it.change.Address)
	return decode(r.Body), parse(it.entry.Applied)
}

// noteRefs lists the references of a replaced flow that change with it.
func (d *differ) noteRefs(spec *resource.Spec, it *item, field string) {
	paths := pathsOf(it.fields)
	for _, n := range it.entry.Needs {
		if !strings.HasPrefix(n.Via, field) || !d.outputChanges(&n) {
			continue
		}
		if paths[n.Via] {
			continue
		}
		paths[n.Via] = true
		v := resource.Reference(n.To, "id")
		old := resource.String(n.ID)
		j := judged{trait: resource.Trait{Does: resource.RequiresReplace}}
		j.change = FieldChange{Path: n.Via, Action: Replace, Reason: string(ReasonTogether), Applied: raw(&old), Desired: raw(&v), Unknown: true, ForcesReplace: true}
		it.fields = append(it.fields, j)
	}
}

// removals adds what no document asks for any more and what earlier
// replacements left over.
func (d *differ) removals() {
	for i := len(d.lock.Entries) - 1; i >= 0; i-- {
		e := &d.lock.Entries[i]
		for _, dep := range e.Deposed {
			d.order = append(d.order, &item{
				entry: e, exists: true,
				change: Change{
					Address: e.Address, Kind: dep.Kind, ID: dep.ID, ETag: dep.ETag, Deposed: dep.ID,
					Action: Delete, Reason: ReasonDeposed, Effect: EffectNone,
				},
			})
		}
		if d.asked[i] || e.ID == "" {
			continue
		}
		if d.Destroy && resource.SpecOf(e.Address.Kind).KeepsData && !d.AllowDataLoss {
			d.noop++
			continue
		}
		it := &item{entry: e, exists: true, change: Change{
			Address: e.Address, Kind: e.Address.Kind, ID: e.ID, ETag: e.ETag,
			Action: Delete, Reason: ReasonRemoved, Effect: EffectNone,
		}}
		if d.Destroy {
			it.change.Reason = ReasonDestroy
		}
		d.items[e.Address] = it
		d.order = append(d.order, it)
	}
	d.keepNamed()
	if d.AllowDataLoss {
		d.forgetProfile()
	}
}

// forgetProfile leaves on the platform what it does not remove: a schema that
// takes part in Profile, its primary identity and its fields.
func (d *differ) forgetProfile() {
	var keep func(resource.Address)
	seen := map[resource.Address]bool{}
	keep = func(a resource.Address) {
		e, ok := d.lock.Get(a)
		if !ok || seen[a] {
			return
		}
		seen[a] = true
		for _, n := range e.Needs {
			keep(n.To)
		}
	}
	for i := range d.lock.Entries {
		if a := d.lock.Entries[i].Address; resource.SpecOf(a.Kind).TagOf != "" {
			keep(a)
		}
	}
	for _, it := range d.order {
		if seen[it.change.Address] && it.change.Action == Delete && it.change.Deposed == "" {
			it.change.Action, it.change.Reason = Forget, ReasonProfile
		}
	}
}

// want returns the decoded body that the documents ask for. What is new keeps
// none: all of them at once would be most of the memory of a first plan.
func (d *differ) want(it *item) resource.Value {
	if it.desired.Kind != resource.NullValue {
		return it.desired
	}
	r, _ := d.graph.Get(it.change.Address)
	return decode(r.Body)
}

func decode(b resource.Body) resource.Value {
	v, err := b.Value()
	if err != nil {
		panic("planner: body of the graph: " + err.Error())
	}
	return v
}

// parse reads an applied body. The lockfile's digest vouches for it; an old
// reference that no longer parses reads as null and shows as a change.
func parse(text []byte) resource.Value {
	v, err := resource.Parse(text)
	if err != nil {
		return resource.Value{}
	}
	return v
}

func originOf(s source.Span) Origin {
	if s.IsZero() {
		return Origin{}
	}
	pos := s.Pos()
	return Origin{Filename: s.Path(), Line: pos.Line, Column: pos.Column}
}
