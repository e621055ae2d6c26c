package runs

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// The page describes every word and every member of the JSON.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/status.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range healths {
		row := "`" + string(h) + "`"
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/status.md does not have %s", row)
		}
	}
	for _, v := range []any{Dataflow{}, Run{}, Records{}, Sizes{}, Fault{}, Activity{}, Window{}, FailedRow{}, Outputs{},
		Summary{}} {
		for i := range reflect.TypeOf(v).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(v).Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("docs/status.md does not have `%s` of %T", name, v)
			}
		}
	}
}
