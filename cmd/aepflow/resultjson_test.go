package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/output"
)

// Each line of a stream begins with its type; a result that is printed alone has none.
func TestPrintLine(t *testing.T) {
	var out bytes.Buffer
	a := &app{globals: &globals{}, stdout: output.New(&out), stderr: output.New(&out)}
	for kind, result := range map[string]line{"status": &statusResult{}, "started": &runDone{}} {
		out.Reset()
		if err := a.printLine(kind, result); err != nil {
			t.Fatal(err)
		}
		want, got := `{"type":"`+kind+`","format_version"`, out.String()
		if !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %s", kind, got)
		}
	}
	out.Reset()
	if err := a.printJSON(&statusResult{}); err != nil || strings.Contains(out.String(), `"type"`) {
		t.Errorf("%v: %s", err, &out)
	}
}
