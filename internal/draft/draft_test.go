package draft

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/explore"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

func TestFieldName(t *testing.T) {
	for _, tt := range []struct{ column, want string }{
		{"customer_id", "customerId"},
		{"CUSTOMER_ID", "customerId"},
		{"customerId", "customerId"},
		{"e-mail address", "eMailAddress"},
		{"shop.orders", "shopOrders"},
		{"__id__", "id"},
		{"größe", "grE"},
		{"顧客", "column3"},
		{"2nd_name", "column32ndName"},
		{"", "column3"},
		{"\x1b[31mred\x00\u202e", "column331mred"},
		{"../../etc/passwd", "etcPasswd"},
	} {
		if got := fieldName(tt.column, 2); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.column, got, tt.want)
		}
	}
}

// hostileColumns are names that a source, or the platform, can give.
var hostileColumns = []string{
	"id", "a: b", "# none", "- item", "null", "17", "true", "<<", "{x}", "[x]", "x, y", "'", `"`, "`x`", "%d",
	"a\nname: other", "tab\there", "\x1b]0;title\x07", "\u202egnp", "größe", "顧客", "../../etc/passwd", "${env.HOME}",
	"$${x}", "a_b", "a-b", "ab2", strings.Repeat("long", 200),
}

// TestHostileNames: whatever a table and its columns are called, the drafts are one document that has these columns,
// and nothing is said about names that a person did not choose.
func TestHostileNames(t *testing.T) {
	var found []explore.Column
	var columns []schemas.Column
	for _, name := range hostileColumns {
		found = append(found, explore.Column{Name: name})
		columns = append(columns, schemas.Column{Name: name, Type: "string"})
	}
	const table = "shop.\"x\"\nname: other # \x1b[31m"
	from := Connection{Connector: "postgresql", ConnectionID: "6990abad-977d-41b9-a85d-17ea8cf1c0e4"}
	drafted, err := Dataflow("orders", table, from, found)
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := Project{Name: "orders", Connector: "postgresql", Table: table, Columns: columns}.Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"Dataflow": drafted, "Project": first[0].Text} {
		f := source.NewFile("a.yaml", text)
		docs, report := document.Parse(f)
		if report.HasErrors() || len(docs) != 1 {
			t.Errorf("%s: %d documents, %v\n%s", name, len(docs), report.Sorted(), text)
			continue
		}
		root := docs[0].Root
		var got []string
		for _, pair := range root.Get("columns").Pairs {
			got = append(got, pair.Key.Text)
		}
		if d := cmp.Diff(hostileColumns, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if root.Get("table").Text != table || root.Get("name").Text != "orders" {
			t.Errorf("%s: name %q, table %q", name, root.Get("name").Text, root.Get("table").Text)
		}
		_, report = compiler.Compile([]*source.File{f}, compiler.Options{})
		for _, d := range report.Sorted() {
			if d.Code != diag.IdentityMissing {
				t.Errorf("%s: %s: %s", name, d.Path, d.Message)
			}
		}
	}
}

// TestFieldNames: each column has a field of its own, also for those who do not distinguish cases.
func TestFieldNames(t *testing.T) {
	fields := fieldNames{}
	var got []string
	for i, column := range []string{"a_b", "a-b", "ab2", "AB", "ab", "日", "本"} {
		got = append(got, fields.of(column, i))
	}
	if d := cmp.Diff([]string{"aB", "aB2", "ab22", "ab3", "ab4", "column6", "column7"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestLikelyKey(t *testing.T) {
	for _, tt := range []struct{ table, columns, want string }{
		{"shop.orders", "name order_id id", "id"},
		{"shop.orders", "name order_id", "order_id"},
		{"SHOP.ORDERS", "NAME ORDERID", "ORDERID"},
		{"orders", "name orders_id", "orders_id"},
		{"shop.orders", "name customer_id", "name"},
		{"", "name _id", "_id"},
	} {
		var columns []schemas.Column
		for name := range strings.FieldsSeq(tt.columns) {
			columns = append(columns, schemas.Column{Name: name})
		}
		if got := likelyKey(columns, tt.table); got != tt.want {
			t.Errorf("%s of %s: %s, want %s", tt.table, tt.columns, got, tt.want)
		}
	}
}

// TestMergeColumns: new columns come in, types that the source contradicts are corrected, and nothing is removed.
func TestMergeColumns(t *testing.T) {
	found := []explore.Column{{Name: "id", Type: "integer"}, {Name: "at", Type: "date-time"}, {Name: "a\nb: c"}}
	const whole = "columns:\n  id: integer\n  at: date-time\n  \"a\\nb: c\": string\n"
	for _, tt := range []struct{ name, text, want, absent string }{
		{"none", "table: t\n", "table: t\n" + whole, ""},
		{"none, of files", "files: {path: /x}\n", "files: {path: /x}\n" + whole, ""},
		{"same", whole, whole, ""},
		{"type", strings.Replace(whole, "integer", "string # text", 1),
			strings.Replace(whole, "integer", "integer # text", 1), ""},
		{"what the source does not say", strings.Replace(whole, "string", "boolean", 1),
			strings.Replace(whole, "string", "boolean", 1), ""},
		{"wider type", strings.Replace(whole, "integer", "long", 1), strings.Replace(whole, "integer", "long", 1), ""},
		{"date", strings.Replace(whole, "date-time", "date", 1), strings.Replace(whole, "date-time", "date", 1), ""},
		{"map", strings.Replace(whole, "integer", "{type: string, originalType: INT}", 1),
			strings.Replace(whole, "integer", "{type: integer, originalType: INT}", 1), ""},
		{"absent", "columns:\n  id: integer\n  old: string\n",
			"columns:\n  id: integer\n  old: string\n  at: date-time\n  \"a\\nb: c\": string\n", "old"},
	} {
		f := source.NewFile("a.yaml", []byte(tt.text))
		docs, _ := document.Parse(f)
		m, err := MergeColumns(f, docs[0].Root, found)
		if err != nil {
			t.Fatal(err)
		}
		text, err := edit.Apply(f.Text, m.Edits)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, string(text)); d != "" || strings.Join(m.Absent, " ") != tt.absent {
			t.Errorf("%s: absent %q (-want +got):\n%s", tt.name, m.Absent, d)
		}
	}
}

// TestMergeColumnsElsewhere: columns that an alias brings in are those of another place.
func TestMergeColumnsElsewhere(t *testing.T) {
	for _, text := range []string{"columns: [id]\n", "a: &a {id: string}\ncolumns: *a\n"} {
		f := source.NewFile("a.yaml", []byte(text))
		docs, _ := document.Parse(f)
		_, err := MergeColumns(f, docs[0].Root, []explore.Column{{Name: "id", Type: "long"}})
		if e := (*edit.Elsewhere)(nil); !errors.As(err, &e) || e.At.File != f {
			t.Errorf("%q: %v", text, err)
		}
	}
}
