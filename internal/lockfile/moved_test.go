package lockfile

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/resource"
)

// lockOf has an entry for each `ADDRESS=ID`; an ADDRESS alone has only a
// replaced object left.
func lockOf(list string) *Lock {
	l := &Lock{}
	for word := range strings.FieldsSeq(list) {
		name, id, _ := strings.Cut(word, "=")
		e := Entry{Address: addr(name), ID: id}
		if id == "" {
			e.Deposed = []Deposed{{ID: "old-" + name, Kind: e.Address.Kind, StepsLeft: []string{"delete"}}}
		}
		l.Put(e)
	}
	return l
}

func movesOf(list string) []Move {
	var out []Move
	for word := range strings.FieldsSeq(list) {
		from, to, _ := strings.Cut(word, ">")
		out = append(out, Move{From: addr(from), To: addr(to)})
	}
	return out
}

// TestMoved holds that moves happen at once, and that no object is ever lost.
func TestMoved(t *testing.T) {
	for _, c := range []struct{ name, lock, moves, want string }{
		{"one", "flow.a=A", "flow.a>flow.b", "flow.b=A"},
		{"a chain, end first", "flow.a=A flow.b=B", "flow.b>flow.c flow.a>flow.b", "flow.b=A flow.c=B"},
		{"a chain, beginning first", "flow.a=A flow.b=B", "flow.a>flow.b flow.b>flow.c", "flow.b=A flow.c=B"},
		{"a swap", "flow.a=A flow.b=B", "flow.a>flow.b flow.b>flow.a", "flow.a=B flow.b=A"},
		{"a rotation", "flow.a=A flow.b=B flow.c=C", "flow.a>flow.b flow.b>flow.c flow.c>flow.a", "flow.a=C flow.b=A flow.c=B"},
		{"onto one that stays", "flow.a=A flow.b=B", "flow.a>flow.b", "flow.a=A flow.b=B"},
		{"a chain onto one that stays", "flow.a=A flow.b=B flow.c=C", "flow.a>flow.b flow.b>flow.c", "flow.a=A flow.b=B flow.c=C"},
		{"a chain onto one that stays, from behind", "flow.a=A flow.b=B flow.c=C", "flow.b>flow.c flow.a>flow.b", "flow.a=A flow.b=B flow.c=C"},
		{"what is not there", "flow.a=A", "flow.x>flow.b", "flow.a=A"},
		{"two to one address", "flow.a=A flow.b=B", "flow.a>flow.c flow.b>flow.c", "flow.b=B flow.c=A"},
		{"one to two addresses", "flow.a=A", "flow.a>flow.b flow.a>flow.c", "flow.b=A"},
		{"the same twice", "flow.a=A", "flow.a>flow.b flow.a>flow.b", "flow.b=A"},
		{"to itself", "flow.a=A", "flow.a>flow.a", "flow.a=A"},
		{"onto what a replacement left", "flow.a=A flow.b", "flow.a>flow.b", "flow.b=A/old-flow.b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lockOf(c.lock)
			var got []string
			for _, e := range l.Moved(movesOf(c.moves)).Entries {
				text := e.Address.String() + "=" + e.ID
				for _, d := range e.Deposed {
					text += "/" + d.ID
				}
				got = append(got, text)
				if was, ok := l.Get(e.MovedFrom); !e.MovedFrom.IsZero() && (!ok || was.ID != e.ID) {
					t.Errorf("%s says that it was at %s", e.Address, e.MovedFrom)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
			if len(l.Entries) != len(lockOf(c.lock).Entries) {
				t.Error("the lock itself was changed")
			}
		})
	}
}

// TestMovedReferences: references follow all moves at once, and what only looks
// like one stays.
func TestMovedReferences(t *testing.T) {
	l := lockOf("source.a=A source.b=B")
	l.Put(Entry{
		Address: addr("flow.x"), ID: "X",
		Applied: json.RawMessage(`{"s":["${source.a.id}","${source.b.id}"],"t":"say \"$${source.a.id}\"","u":"$${source.a.id}"}`),
		Needs:   []Need{{Edge: resource.Edge{To: addr("source.a"), Via: "s[0]"}, ID: "A"}, {Edge: resource.Edge{To: addr("source.b"), Via: "s[1]"}, ID: "B"}},
	})
	e, _ := l.Moved(movesOf("source.a>source.b source.b>source.a")).Get(addr("flow.x"))
	if want := `{"s":["${source.b.id}","${source.a.id}"],"t":"say \"$${source.a.id}\"","u":"$${source.a.id}"}`; string(e.Applied) != want {
		t.Errorf("applied\n%s, want\n%s", e.Applied, want)
	}
	if e.Needs[0].To != addr("source.b") || e.Needs[0].ID != "A" || e.Needs[1].To != addr("source.a") {
		t.Errorf("needs %+v", e.Needs)
	}
}

// TestMovesReplay: a process that dies after it has renamed entries leaves all of
// them renamed, in the journal and after the next commit; one record holds them.
func TestMovesReplay(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	s := openAt(t, p, Options{})
	for _, name := range []string{"a", "b", "c"} {
		done(t, s, create("flow."+name, `{"name":"`+name+`"}`), "id-"+name, "1")
	}
	if err := s.Commit(""); err != nil {
		t.Fatal(err)
	}
	wait(t, s, s.Edit(Edit{Moves: movesOf("flow.a>flow.b flow.b>flow.c flow.c>flow.a")}))
	if err := s.Close(); err != nil { // without a commit, as a kill leaves it
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		var got []string
		for _, e := range loadAt(t, p).Lock.Entries {
			got = append(got, e.Address.Name+"="+e.ID+"<"+e.MovedFrom.Name)
		}
		if want := []string{"a=id-c<c", "b=id-a<a", "c=id-b<b"}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	check("after the crash")
	s = openAt(t, p, Options{})
	if err := s.Commit(""); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check("after the next commit")
}

// TestMoveOfEarlierReleases: their journals have one move a record.
func TestMoveOfEarlierReleases(t *testing.T) {
	var r Record
	if err := json.Unmarshal([]byte(`{"edit":{"move":{"from":"flow.a","to":"flow.b"}}}`), &r); err != nil {
		t.Fatal(err)
	}
	s := newState(lockOf("flow.a=A"))
	s.fold(r)
	if e, ok := s.snapshot().Get(addr("flow.b")); !ok || e.ID != "A" {
		t.Errorf("entry %+v", e)
	}
}

// TestOwners holds that an object has one owner, and what is not a second owner.
func TestOwners(t *testing.T) {
	deposed := func(l *Lock, at string, d Deposed) *Lock {
		e, _ := l.Get(addr(at))
		e.Deposed = append(e.Deposed, d)
		l.Put(e)
		return l
	}
	old := Deposed{ID: "A", Kind: resource.Flow, StepsLeft: []string{"delete"}}
	for _, c := range []struct {
		name string
		lock *Lock
		want string // the two addresses
	}{
		{"each its own", lockOf("flow.a=A flow.b=B"), ""},
		{"one object at two addresses", lockOf("flow.a=A flow.b=A"), "flow.a flow.b"},
		{"in another spelling", lockOf("schema.a=https://ns.adobe.com/shop/schemas/Ab1 schema.b=_shop.schemas.ab1"), "schema.a schema.b"},
		{"two kinds", lockOf("source.a=A target.a=A"), ""},
		{"a tag has the id of its schema", lockOf("schema.a=A union.a=A"), ""},
		{"two tags", lockOf("union.a=A union.b=A"), ""},
		{"what is left over elsewhere", deposed(lockOf("flow.a=A flow.b=B"), "flow.b", old), "flow.a flow.b"},
		{"what is left over of itself", deposed(lockOf("flow.a=A"), "flow.a", old), "flow.a flow.a"},
		{"nothing but leftovers", lockOf("flow.a flow.b"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.lock.Owners()
			got := ""
			if owner := (*OwnerError)(nil); errors.As(err, &owner) {
				got = owner.First.String() + " " + owner.Second.String()
			}
			if got != c.want {
				t.Errorf("got %q (%v), want %q", got, err, c.want)
			}
		})
	}
}

// TestTwoOwnersOnDisk: a lock with one object at two addresses opens for who
// shows or repairs it, and for no other.
func TestTwoOwnersOnDisk(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	s := openAt(t, p, Options{Repair: true})
	for _, name := range []string{"a", "b"} {
		done(t, s, create("flow."+name, `{}`), "same", "1")
	}
	if err := s.Commit(""); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var owner *OwnerError
	if _, err := Load(p); !errors.As(err, &owner) {
		t.Errorf("load: %v", err)
	}
	if _, err := LoadFor(p, resource.NewGraph(nil)); !errors.As(err, &owner) {
		t.Errorf("load for a graph: %v", err)
	}
	if _, err := Open(t.Context(), p, Options{}); !errors.As(err, &owner) {
		t.Errorf("open: %v", err)
	}
	if v, err := Look(p); err != nil || len(v.Lock.Entries) != 2 {
		t.Errorf("look: %v", err)
	}
	s = openAt(t, p, Options{Repair: true})
	wait(t, s, s.Edit(Edit{Forget: addr("flow.b")}))
	if err := errors.Join(s.Commit(""), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(p); err != nil {
		t.Errorf("after the repair: %v", err)
	}
}
