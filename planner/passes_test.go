package planner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// at returns the address of a test, which is always well formed.
func at(s string) resource.Address {
	a, err := resource.ParseAddress(s)
	if err != nil {
		panic(err)
	}
	return a
}

// entryOf is an entry with an object whose ID is `ID of ADDRESS`, and that needs others.
func entryOf(address, body string, needs ...string) lockfile.Entry {
	e := lockfile.Entry{Address: at(address), ID: "ID of " + address, ETag: "1", Applied: json.RawMessage(body)}
	for i, need := range needs {
		edge := resource.Edge{To: at(need), Via: fmt.Sprintf("sourceConnectionIds[%d]", i)}
		e.Needs = append(e.Needs, lockfile.Need{Edge: edge, ID: "ID of " + need})
	}
	return e
}

// nodesOf returns the nodes of lines such as `replace flow.a needs source.a target.a`,
// as passes get them. Each has an entry unless it is created.
func nodesOf(lines ...string) ([]*node, *env) {
	lock := &lockfile.Lock{}
	var list []*node
	for _, line := range lines {
		words := strings.Fields(line)
		var action Action
		if err := action.UnmarshalText([]byte(words[0])); err != nil {
			panic(err)
		}
		n := &node{
			compared: uncompared, entry: &lockfile.Entry{},
			change: Change{Address: at(words[1]), Kind: at(words[1]).Kind, Action: action},
		}
		var needs []string
		if len(words) > 3 {
			needs = words[3:]
		}
		var refs []resource.Value
		for _, need := range needs {
			refs = append(refs, resource.Reference(at(need), "id"))
			n.change.DependsOn = append(n.change.DependsOn, resource.Edge{To: at(need), Via: "ids"})
		}
		body := resource.Object(resource.F("sourceConnectionIds", resource.List(refs...)))
		n.resource = &resource.Resource{Address: n.change.Address, Body: resource.NewBody(body)}
		n.compared = &compared{desired: body}
		if action != Create {
			e := entryOf(words[1], string(body.JSON()), needs...)
			n.entry, n.exists, n.change.ID = &e, true, e.ID
			lock.Put(e)
		}
		list = append(list, n)
	}
	e, _ := newEnv(lock, resource.NewGraph(nil), Options{})
	for _, n := range list {
		e.nodes[n.change.Address] = n
	}
	return list, e
}

// actions prints what is to happen, but for what stays.
func actions(list []*node) string {
	var out []string
	for _, n := range list {
		if n.change.Action != NoOp && !n.excluded {
			out = append(out, n.change.Action.String()+" "+n.change.Address.String())
		}
	}
	return strings.Join(out, ", ")
}

// diffResource changes neither the entry nor the graph, and the same input gives the
// same change.
func TestDiffResourceIsPure(t *testing.T) {
	body := resource.NewBody(resource.Object(resource.F("name", resource.String("new"))))
	r := resource.Resource{Address: at("connection.a"), Body: body}
	entry := entryOf("connection.a", `{"name":"old"}`)
	live := &resource.Live{Address: r.Address, ETag: "2", Body: json.RawMessage(`{"name":"theirs"}`)}
	e, _ := newEnv(&lockfile.Lock{Entries: []lockfile.Entry{entry}}, resource.NewGraph([]resource.Resource{r}),
		Options{Refreshed: true})
	diff := func() Change { return diffResource(&r, &entry, live, align(&r, &entry, live, e), e).change }
	first := diff()
	if first.Action != Update || first.ETag != "2" {
		t.Errorf("change %+v", first)
	}
	if d := cmp.Diff(entryOf("connection.a", `{"name":"old"}`), entry); d != "" || len(e.nodes) != 0 {
		t.Errorf("the input changed (-before +after):\n%s", d)
	}
	if d := cmp.Diff(first, diff()); d != "" {
		t.Errorf("another change for the same input:\n%s", d)
	}
}

func TestOutput(t *testing.T) {
	_, e := nodesOf("create source.new", "replace source.old", "update mapping.m", "noop target.t",
		"import dataset.d", "update schema.s")
	e.nodes[at("dataset.d")].change.ID = "ID of acme"
	for _, c := range []struct {
		ref, field, want string
		known, desired   bool
	}{
		{"source.new", "id", "", false, true},
		{"source.old", "id", "", false, true},
		{"mapping.m", "id", "ID of mapping.m", true, true},
		{"mapping.m", "version", "", false, true},
		{"target.t", "id", "ID of target.t", true, true},
		{"dataset.d", "id", "ID of acme", true, true},
		{"schema.s", "id", "ID of schema.s", true, true},
		{"schema.s", "version", "1", true, true},
		{"flow.absent", "id", "", false, false},
	} {
		value, known, desired := e.output(resource.Ref{To: at(c.ref), Field: c.field})
		if value != c.want || known != c.known || desired != c.desired {
			t.Errorf("%s.%s is %q, %t, %t", c.ref, c.field, value, known, desired)
		}
	}
}

// References of an imported object have the value that the lockfile has, or what is
// imported with it.
func TestImportedAs(t *testing.T) {
	_, e := nodesOf("noop schema.s", "import dataset.d")
	e.nodes[at("dataset.d")].change.ID = "imported"
	for address, want := range map[string]string{"schema.s": "ID of schema.s", "dataset.d": "imported",
		"flow.absent": ""} {
		if got, _ := e.importedAs(nil, resource.Ref{To: at(address), Field: "id"}); got != want {
			t.Errorf("%s is %q, want %q", address, got, want)
		}
	}
}

func TestPropagateReplace(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"an unchanged source", []string{"noop source.a", "replace flow.a needs source.a"},
			"replace source.a, replace flow.a"},
		{"a changed source", []string{"update source.a", "replace flow.a needs source.a"},
			"replace source.a, replace flow.a"},
		{"a new source", []string{"create source.a", "replace flow.a needs source.a"}, "create source.a, replace flow.a"},
		{"a flow that stays", []string{"noop source.a", "update flow.a needs source.a"}, "update flow.a"},
		{"a source of another flow", []string{"noop source.b", "replace flow.a needs source.a"}, "replace flow.a"},
	} {
		list, e := nodesOf(c.lines...)
		propagateReplace(list, e)
		if got := actions(list); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		for _, f := range list[1].fields {
			if !f.change.Unknown || string(f.change.Applied) != `"ID of source.a"` || f.change.Path != "sourceConnectionIds[0]" {
				t.Errorf("%s: field %+v", c.name, f.change)
			}
		}
		if n := len(list[1].fields); (n == 1) != (strings.HasPrefix(c.want, "replace source.a") || c.name == "a new source") {
			t.Errorf("%s: %d fields", c.name, n)
		}
	}
}

func TestSelectNodes(t *testing.T) {
	lines := []string{"create source.a", "noop source.b", "create flow.a needs source.a",
		"update flow.b needs source.b", "delete source.c", "delete flow.c needs source.c"}
	for _, c := range []struct{ only, exclude, want string }{
		{"", "", "create source.a, create flow.a, update flow.b, delete source.c, delete flow.c"},
		{"flow.a", "", "create source.a, create flow.a"},
		{"flow.b", "", "update flow.b"},
		{"source.a", "", "create source.a"},
		{"source.c", "", "delete source.c, delete flow.c"},
		{"flow.c", "", "delete flow.c"},
		{"", "source.a", "update flow.b, delete source.c, delete flow.c"},
		{"", "flow.c", "create source.a, create flow.a, update flow.b"},
		{"flow.a", "source.a", ""},
	} {
		list, e := nodesOf(lines...)
		for _, s := range strings.Fields(c.only) {
			e.Only = append(e.Only, at(s))
		}
		for _, s := range strings.Fields(c.exclude) {
			e.Exclude = append(e.Exclude, at(s))
		}
		if selectNodes(list, e); actions(list) != c.want {
			t.Errorf("only %q, exclude %q: %s, want %s", c.only, c.exclude, actions(list), c.want)
		}
	}
}

func TestNumberCalls(t *testing.T) {
	list, e := nodesOf("replace source.a", "create mapping.m", "replace flow.a needs source.a mapping.m",
		"delete source.z", "delete flow.z needs source.z")
	for i, calls := range [][2]int{{1, 1}, {1, 0}, {2, 2}, {0, 1}, {0, 1}} {
		list[i].create, list[i].destroy = make([]Call, calls[0]), make([]Call, calls[1])
	}
	numberCalls(list, nil, e)
	var got []string
	for _, n := range list {
		for _, c := range slices.Concat(n.create, n.destroy) {
			got = append(got, fmt.Sprintf("%s %d after %v", n.change.Address, c.N, c.After))
		}
	}
	want := []string{
		"source.a 1 after []", "source.a 8 after [1 4 6]", "mapping.m 2 after []",
		"flow.a 3 after [1 2]", "flow.a 4 after [3]", "flow.a 5 after [4]", "flow.a 6 after [5]",
		"source.z 9 after [7]", "flow.z 7 after []",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}

// A soft order never contradicts what must be: the new schema needs the title of the old one.
func TestRenamesAreOrderedWherePossible(t *testing.T) {
	for _, titled := range []bool{false, true} {
		list, e := nodesOf("create schema.b", "create flow.b needs schema.b",
			"delete schema.a", "delete flow.a needs schema.a")
		list[0].create, list[1].create = make([]Call, 1), make([]Call, 1)
		list[2].destroy, list[3].destroy = make([]Call, 1), make([]Call, 1)
		if titled {
			list[0].titleOf = list[2]
		}
		numberCalls(list, []rename{{list[3], list[1]}}, e)
		got := []int{list[0].create[0].N, list[1].create[0].N, list[2].destroy[0].N, list[3].destroy[0].N}
		want := []int{1, 2, 4, 3}
		if titled {
			want = []int{3, 4, 2, 1}
		}
		if !slices.Equal(got, want) || len(list[0].change.Guards) > 0 {
			t.Errorf("titled %v: numbers %v, want %v; guards %v", titled, got, want, list[0].change.Guards)
		}
	}
}

func TestForget(t *testing.T) {
	list, e := nodesOf("delete schema.s", "delete union.s needs schema.s", "delete schema.other", "delete flow.f",
		"replace dataset.d")
	forget(list, withNeeds([]resource.Address{at("union.s"), at("dataset.d")}, e), ReasonProfile)
	if got, want := actions(list),
		"forget schema.s, forget union.s, delete schema.other, delete flow.f, replace dataset.d"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A field has three sides: 0 is absent, other numbers are values.
func TestClassify(t *testing.T) {
	spec := resource.SpecOf(resource.Connection)
	object := func(n int) resource.Value {
		if n == 0 {
			return resource.Object()
		}
		return resource.Object(resource.F("name", resource.Int(int64(n))))
	}
	for _, c := range []struct {
		applied, live, desired int
		action                 Action
		class                  string // "" when the change is dropped
	}{
		{1, 1, 2, Update, ClassPending},
		{1, 1, 0, Update, ClassPending},
		{1, 1, 2, Replace, ClassPending},
		{1, 3, 1, Update, ClassDrifted},
		{1, 0, 1, Update, ClassDrifted},
		{1, 3, 1, Replace, ""},
		{1, 3, 2, Update, ClassConflicting},
		{0, 3, 2, Update, ClassConflicting},
		{1, 3, 2, Replace, ClassConflicting},
	} {
		f := fieldDiff{path: resource.Path{}.Field("name"), change: FieldChange{Action: c.action}}
		got := classify(spec, []fieldDiff{f}, object(c.applied), object(c.live), object(c.desired))
		if c.class == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0].change.Class != c.class || (got[0].change.Live != nil) != (c.live > 0 && c.live != c.applied) {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	sent := resource.String("ID")
	unknown := fieldDiff{path: resource.Path{}.Field("name"), change: FieldChange{Action: Replace, Unknown: true,
		Applied: raw(&sent)}}
	got := classify(spec, []fieldDiff{unknown}, object(1), object(1), object(1))
	if len(got) != 1 || string(got[0].change.Applied) != `"ID"` || got[0].change.Class != "" {
		t.Errorf("a field that is known only after apply: %+v", got)
	}
}

func TestGuardChange(t *testing.T) {
	refused := fieldDiff{refused: true, change: FieldChange{Path: "type"}}
	for _, c := range []struct {
		line   string
		change func(*node)
		o      Options
		want   string // codes and flags
		effect Effect
	}{
		{line: "delete source.a", want: ""},
		{line: "delete source.a", change: func(n *node) { n.entry.Protect = true }, want: "protected"},
		{line: "replace source.a", change: func(n *node) { n.entry.Protect = true }, want: "protected"},
		{line: "update source.a", change: func(n *node) { n.entry.Protect = true }, want: ""},
		{line: "delete dataset.a", want: "data-loss--allow-data-loss", effect: EffectLost},
		{line: "delete dataset.a", o: Options{AllowDataLoss: true}, want: "", effect: EffectLost},
		{line: "replace source.a", change: func(n *node) { n.namedByID = true }, want: "named-by-id"},
		{line: "import source.a", want: "import--refresh"},
		{line: "import source.a", o: Options{Refreshed: true}, want: ""},
		{line: "import source.a", change: func(n *node) { n.missing = true }, o: Options{Refreshed: true}, want: "import"},
		{line: "create source.a", change: func(n *node) { n.missing = true }, want: "missing--recreate"},
		{line: "create source.a", change: func(n *node) { n.missing = true }, o: Options{Recreate: true}, want: ""},
		{line: "update schema.a", change: func(n *node) { n.fields = []fieldDiff{refused} }, want: "schema-change"},
		{line: "delete flow.a", want: "", effect: EffectStops},
		{line: "replace flow.a", want: "on-replace--on-replace=backfill|continue", effect: EffectReingests},
		{line: "replace flow.a", o: Options{OnReplace: "backfill"}, want: "", effect: EffectReingests},
		{line: "update flow.a", change: func(n *node) { n.fields = []fieldDiff{{change: FieldChange{Path: "name"}}} },
			want: ""},
		{line: "update flow.a",
			change: func(n *node) { n.fields = []fieldDiff{{change: FieldChange{Path: "options"}}} }, want: "",
			effect: EffectFuture},
	} {
		list, e := nodesOf(c.line)
		n := list[0]
		c.o.Secrets, e.Options = e.Secrets, c.o
		if c.change != nil {
			c.change(n)
		}
		setEffect(n, e)
		guardChange(n, e)
		var got string
		for _, g := range n.change.Guards {
			got += g.Code + g.Flag
		}
		if got != c.want || n.change.Effect != c.effect {
			t.Errorf("%s: guards %q, effect %q, want %q, %q", c.line, got, n.change.Effect, c.want, c.effect)
		}
	}
}

// What is removed says what it needed, each resource once.
func TestNeeded(t *testing.T) {
	e := entryOf("flow.a", "{}", "source.a", "target.a", "source.a")
	got := needed(&e)
	if len(got) != 2 || got[0].To != at("source.a") || got[1].To != at("target.a") {
		t.Errorf("%v", got)
	}
	lock := &lockfile.Lock{Entries: []lockfile.Entry{e}}
	nodes, _ := removals(&env{lock: lock, nodes: map[resource.Address]*node{}}, []bool{false})
	if len(nodes) != 1 || len(nodes[0].change.Needed) != 2 {
		t.Errorf("%+v", nodes)
	}
}
