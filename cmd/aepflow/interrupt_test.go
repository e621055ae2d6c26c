//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
)

// slowDataflow has many mappings, each of which takes long on its one row.
func slowDataflow() string {
	var b strings.Builder
	b.WriteString("name: shops\ndatabase: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}\n" +
		"table: shop.shops\ncolumns: {id: string}\nschedule: {frequency: once}\n" +
		"target: {dataset: {title: Shops}, schema: {title: Shops, class: profile, fields: {n: integer")
	const many = 400
	for i := range many {
		fmt.Fprintf(&b, ", n%d: boolean", i)
	}
	b.WriteString("}}}\nmappings:\n  _id: id\n")
	for i := range many {
		fmt.Fprintf(&b, "  _{TENANT_ID}.n%d: matches_regex(lpad(id, 26, \"a\"), \"(?=a)(a|aa)*b\")\n", i)
	}
	b.WriteString("tests:\n  - {name: slow, given: {id: a}, expect: {_id: a}}\n")
	return b.String()
}

// TestCtrlCWhileRowsAreMade: Ctrl-C ends the commands that run mappings at once, also within one row. Until then they
// show that they are at work.
func TestCtrlCWhileRowsAreMade(t *testing.T) {
	for _, args := range [][]string{
		{"test", "--long"}, {"plan"}, {"apply", "--auto-approve"}, {"preview", "shops", "--rows", "shops.csv", "--show-data"},
	} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			l := newLab(t, emulator.Options{}, crashed{})
			l.open()
			l.write("dataflow.yaml", slowDataflow())
			l.write("shops.csv", "id\na\n")
			term := l.atTerminal(append(args, "--color", "never")...)
			term.until(`(testing|reading) `)
			term.press(ctrlC)
			pressed := time.Now()
			code := term.end()
			if took := time.Since(pressed); took > 3*time.Second {
				t.Errorf("ended %v after Ctrl-C\n%s", took, term.seen)
			}
			if code == exitOK || code == exitWorld || l.writes() > 0 {
				t.Errorf("exit code %d, %d writes\n%s", code, l.writes(), term.seen)
			}
		})
	}
}
