package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/aepflow/aepflow/internal/source"
)

// benchText is a dataflow of about sixty lines, as large projects have them by
// the thousand.
func benchText(n int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# yaml-language-server: $schema=./.aepflow/dataflow.schema.json\nname: orders-%d\ntitle: Orders of shop %d\ndescription: collected every quarter of an hour\n\n", n, n)
	b.WriteString("database:\n  connector: google-bigquery          # the shop's own project\n  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4\n\n")
	fmt.Fprintf(&b, "table: shop%d.orders\n\ncolumns:\n", n)
	for i := range 12 {
		fmt.Fprintf(&b, "  column_%d: %s\n", i, []string{"string", "integer", "date-time"}[i%3])
	}
	b.WriteString("\ntarget:\n  schema:\n    title: Orders\n    class: event\n    fieldGroups: [commerce-details, identity-map]\n    fields:\n      total: {type: double, title: \"Total, taxes included\"}\n  dataset:\n    title: Orders\n    profile: true\n\nmappings:\n")
	for i := range 12 {
		fmt.Fprintf(&b, "  commerce.order.field%d: column_%d\n", i, i)
	}
	b.WriteString("\ndelta:\n  column: column_2\n  dateFormat: yyyy-MM-dd HH:mm:ss\n  timezone: UTC\n\nschedule:\n  frequency: minute\n  interval: 15\n  startTime: 2027-02-03T00:01:06Z\n  backfill: true\n")
	return []byte(b.String())
}

// BenchmarkYAMLAlone is the floor: what the library takes for its own nodes.
func BenchmarkYAMLAlone(b *testing.B) {
	text := benchText(1)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
			var n yaml.Node
			if err := d.Decode(&n); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := benchText(1)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		docs, r := Parse(source.NewFile("in.yaml", text))
		if len(docs) != 1 || r.Len() > 0 {
			b.Fatal("unexpected result")
		}
	}
}
