package view

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/applier"
)

// everyEvent has one of each kind, with nothing filled in.
var everyEvent = []applier.Event{
	applier.Started{}, applier.Retried{}, applier.Waiting{}, applier.Done{}, applier.Failed{}, applier.Blocked{},
	applier.Interrupted{},
}

// later is an event of a later applier.
type later struct{ applier.Event }

// Every event is legal, whatever is missing in it: no listener panics in the middle of
// an apply, and what a view does not know it leaves out.
func TestEveryEventIsTaken(t *testing.T) {
	for _, e := range append(everyEvent, later{}) {
		name := reflect.TypeOf(e).Name()
		var lines, stream bytes.Buffer
		newProgress(&lines, columnAdded(), Options{}, nil).Notify(e)
		events := NewEvents(&stream, columnAdded(), nil)
		stream.Reset()
		events.Notify(e)
		if want := `{"type":"` + strings.ToLower(name) + `"`; name != "later" && !strings.HasPrefix(stream.String(), want) {
			t.Errorf("%s is written as %s", name, &stream)
		}
		if name == "later" && lines.String()+stream.String() != "" {
			t.Errorf("%s is written as %s%s", name, &lines, &stream)
		}
	}
}

func TestEveryEventIsListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../applier/event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, e := range everyEvent {
		listed[reflect.TypeOf(e).Name()] = true
	}
	found := 0
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Name.Name == "event" {
			found++
			if name := f.Recv.List[0].Type.(*ast.Ident).Name; !listed[name] {
				t.Errorf("the test has no %s", name)
			}
		}
	}
	if found != len(everyEvent) {
		t.Errorf("%d events, want %d", found, len(everyEvent))
	}
}
