package dataprep

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/golden"
)

// columns of the expressions in problemCases.
var columns = map[string]string{
	"TestID": "string", "Name": "string", "First Name": "string", "web.ecid": "string", "first-name": "string",
	"Amount": "double", "Count": "integer", "Total": "long", "Active": "boolean", "Datefield": "date-time",
	"Born": "date",
	"date": "date", "tags": "", "order": "",
}

var problemCases = []struct {
	title string
	texts []string
}{
	{"not closed", []string{`concat(Name, "x"`, `concat(Name, "x)`, `tags[0`, `[Name, TestID`, `${First Name`, `(Name`,
		`/* Name`, "\"two\nlines\""}},
	{"closed too much", []string{`lower(Name))`, `Name]`, `)`}},
	{"left out", []string{``, `Name +`, `concat(Name,)`, `Active ? Name`, `Active ? : Name`, `Name.`, `tags[]`, `{"a"}`,
		`{"a", "b"}`, `${}`, `${a..b}`, `* 2`}},
	{"too much", []string{`Name TestID`, `Name "x"`, `Count 1`, `lower(Name) upper(Name)`, `"a" "b"`, `(Name)(1)`}},
	{"from SQL", []string{`Active AND Count > 1`, `Name = "x"`, `Name <> "x"`, `Name IS null`, `NOT Active`,
		`CASE WHEN Active`, `cast(Name as string)`, `Name LIKE "A%"`, `Name in ["a"]`, `Count BETWEEN 1 AND 2`,
		`Name || " " || TestID`, `NULL`}},
	{"from other languages", []string{`if (Active) Name`, `if(Active, Name, null)`, `x = 1; x`, `var x = 1`,
		`Count += 1`, `return Name`, `x -> x`, `Name?.length()`,
		"`${Name}`", `Name === null ? 1 : 2`, `new("java.util.Date")`, `tags.0`, `@Name`, `#1`}},
	{"from a word processor", []string{`concat(“a”, Name)`, `Count – 1`, "lower(\u00a0Name)"}},
	{"reserved", []string{`size > 1`, `date`, `lower(date)`, `first`, `${first}`, `new`, `or`, `mod + 1`,
		`Count > empty`, `_errors`, `order.size`, `${order.size}`}},
	{"columns named like functions", []string{`date`, `lower(date)`, `date == now()`, `date.first`, `uuid`}},
	{"wildcards", []string{`sha256(json_to_object(Name).v[*].code)`, `tags[*].code`, `join(",", tags[*].code)`,
		`lower(transformArray(tags, x -> x)[0])`}},
	{"numbers", []string{`1abc`, `08`, `0x`, `1.5L`, `1__0`}},
	{"escapes", []string{`"C:\users"`, `"\uD800"`, `"\uD800x"`, `a\`}},
	{"comparisons", []string{`1 < Count < 5`, `Name == TestID == "x"`}},
	{"columns", []string{`Nmae`, `name`, `concat(Name, TestId)`, `unheard`, `web.ecid`, `web.other`, `first-name`,
		`First Name`, `Name.first`, `Amount[0]`, `order.lines[0].sku`,
		`contains_key("order.lines")`, `contains_key("odrer.lines")`, `contains_key(order.lines)`,
		`filterArray(tags, x -> x.Nmae == Nmae)`}},
	{"functions", []string{`trm(Name)`, `CONCAT(Name, "x")`, `substring(Name, 1)`, `IFNULL(Name, "")`,
		`frobnicate(Name)`, `nvl2(Name, 1, 2)`, `current_date()`, `gen_random_uuid()`, `split_part(Name, ",", 1)`,
		`Name(1)`, `equals(Name, "x")`,
		`Name.trim()`, `Name.toLowerCase()`, `Name.equalsIgnorecase("x")`, `is_set("order.id")`,
		`arrays_to_object("id", tags)`, `array_to_string(",", tags)`, `aa_get_event_id(Name, "event1")`}},
	{"arguments", []string{`now(1)`, `lower()`, `substr(Name, 1)`, `date(Name, "yyyy", now(), 1)`, `concat(Name)`,
		`to_object("a", 1, "b")`, `to_object(tags)`, `Name.equals()`, `decode(Name, "a")`}},
	{"types", []string{`lower(Count)`, `lower([Name])`, `substr(Name, "1", 2)`, `substr(Name, "x", 2)`,
		`left(Name, Amount)`, `format(Name, "yyyy")`, `format(Datefield, "yyyy")`, `format(Count, "yyyy")`,
		`dformat(Datefield, "yyyy")`, `dformat(Total, "yyyy")`, `date(Datefield)`, `date(Count)`, `join(",", Name)`,
		`join(tags, ",")`, `iif(Name, 1, 2)`, `get_keys(Name)`,
		`filterArray(tags, Name)`, `lower(x -> x)`, `map_get_values({"a": 1}, "a")`, `max([1], 2)`,
		`to_integer(Active)`, `to_object({"a": 1}, 2)`, `explode(now(), ",")`, `concat(Name, now())`,
		`concat(Name, Datefield)`}},
	{"arithmetic", []string{`Name + Count`, `Name + TestID`, `Name * 2`, `-Name`, `Datefield - 1`, `Datefield + "x"`,
		`Active + 1`, `null + 1`, `Count / 2`, `Count / 2.0`, `Amount / 0`, `Count % 0`, `Active & Active`,
		`Name =~ 1`}},
	{"date patterns", []string{`date(Name, "YYYY-MM-DD")`, `date(Name, "yyyy-mm-dd")`,
		`format(Datefield, "yyyy-MM-ddTHH:mm:ss")`, `format(Datefield, "yyyy-MM-dd'T'HH:mm:ss'Z'")`,
		`format(Datefield, "dd.MM.yyyy hh:MM:ss")`, `format(Datefield, "YYYY-'W'ww")`, `format(Datefield, "yyyy-DDD")`,
		`format(Datefield, "HH:MM:ss")`, `format(Datefield, "yyyy-MM-dd HH:mm:SS")`,
		`format(Datefield, "yyyy 'o''clock")`, `format(Datefield, 'YYYY\tMM')`, `date_part("month", Datefield)`,
		`date_part("mnth", Datefield)`, `date(Name, "%Y-%m-%d %H:%M")`, `date(Name, "%Y-%m-%dT%H:%M:%S.%f")`,
		`date(Name, '%d/%m/%YT')`, `date(Name, 'yyyy-MM-ddTHH')`, `date(Name, "%Y week %U")`, `date(Name, "yyyy'%'")`}},
	{"options", []string{`md5(Name, "UTF8")`, `md5(Name, "latin")`, `get_url_query_str(Name, "keep")`,
		`explode(Name, "|")`, `explode(Name, "\\|")`, `split(Name, ", ")`}},
}

// The golden reads like a terminal: each expression, what is wrong with it, and
// where. UPDATE=1 writes it anew.
func TestProblems(t *testing.T) {
	var b strings.Builder
	for _, c := range problemCases {
		fmt.Fprintf(&b, "== %s\n\n", c.title)
		for _, text := range c.texts {
			e, problems := Parse(text)
			if e != nil {
				problems = Check(e, Env{Columns: columns})
			}
			b.WriteString(render(text, problems))
		}
	}
	golden.Check(t, "testdata/problems.golden", []byte(b.String()))
}

func render(text string, problems []Problem) string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(text, "\n", "⏎") + "\n")
	if len(problems) == 0 {
		b.WriteString("ok\n")
	}
	for _, p := range problems {
		indent := strings.Repeat(" ", utf8.RuneCountInString(text[:p.Start]))
		marks := strings.Repeat("^", max(1, utf8.RuneCountInString(text[p.Start:p.End])))
		fmt.Fprintf(&b, "%s%s %s: %s [%s]\n", indent, marks, p.Severity, p.Message, p.Code)
		if p.Help != "" {
			fmt.Fprintf(&b, "%s= help: %s\n", indent, p.Help)
		}
		if p.Replacement != "" {
			fmt.Fprintf(&b, "%s= fix: %s\n", indent,
				strings.ReplaceAll(text[:p.Start]+p.Replacement+text[p.End:], "\n", "⏎"))
		}
	}
	return b.String() + "\n"
}

func TestMessagesFollowTheHouseStyle(t *testing.T) {
	for _, c := range problemCases {
		for _, text := range c.texts {
			e, problems := Parse(text)
			if e != nil {
				problems = Check(e, Env{Columns: columns})
			}
			for _, p := range problems {
				first, _ := utf8.DecodeRuneInString(p.Message)
				switch {
				case p.Code == "" || p.Message == "":
					t.Errorf("%s: empty problem %+v", text, p)
				case strings.ToLower(string(first)) != string(first), strings.HasSuffix(p.Message, "."),
					strings.Contains(p.Message, "illegal"):
					t.Errorf("%s: message %q", text, p.Message)
				}
			}
		}
	}
}

// A replacement that is offered for an error leads to an expression that no
// longer has it.
func TestReplacementsMend(t *testing.T) {
	for _, c := range problemCases {
		for _, text := range c.texts {
			problems := problemsOf(text)
			for _, p := range problems {
				if p.Replacement == "" {
					continue
				}
				fixed := text[:p.Start] + p.Replacement + text[p.End:]
				for _, q := range problemsOf(fixed) {
					if q.Code == p.Code && q.Start == p.Start && q.Message == p.Message {
						t.Errorf("%s: the fix %s has the same problem", text, fixed)
					}
				}
			}
		}
	}
}

func problemsOf(text string) []Problem {
	e, problems := Parse(text)
	if e != nil {
		return Check(e, Env{Columns: columns})
	}
	return problems
}

func TestUndeclaredColumnsAreNotChecked(t *testing.T) {
	e, _ := Parse(`concat(anything, other.path[0])`)
	if problems := Check(e, Env{}); problems != nil {
		t.Errorf("Check without columns = %v", problems)
	}
}

func TestTypeOf(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`null`, "null"}, {`true`, "boolean"}, {`1`, "integer"}, {`1L`, "long"}, {`12345678901`, "long"},
		{`1.5`, "double"}, {`"x"`, "string"},
		{`Name`, "string"}, {`Datefield`, "date-time"}, {`Born`, "date"}, {`unheard`, ""}, {`order.id`, ""},
		{`concat(Name, "x")`, "string"}, {`now()`, "date-time"}, {`timestamp()`, "long"}, {`size_of(tags)`, "integer"},
		{`nullify()`, "null"},
		{`to_bigint(Name)`, "long"}, {`to_float(Name)`, "double"}, {`lcase(Name)`, "string"}, {`frobnicate(Name)`, ""},
		{`explode(Name)`, "array<string>"}, {`explode(Name)[0]`, "string"}, {`first(explode(Name))`, "string"},
		{`last("a", "b")`, "string"},
		{`[1, 2.5]`, "array<double>"}, {`[]`, "array"}, {`[1, "a"]`, "array"},
		{`to_array(true, 1, null)`, "array<integer>"}, {`{"a": 1}`, "map"},
		{`iif(Active, Name, nullify())`, "string"}, {`iif(Active, Name, 1)`, ""},
		{`Active ? Born : Datefield`, "date-time"},
		{`decode(Name, "a", 1, "b", 2)`, "integer"}, {`decode(Name, "a", 1, "b", 2, "other")`, ""},
		{`coalesce(null, Count, Total)`, "long"}, {`max(Count, Amount)`, "double"},
		{`Name ?? "none"`, "string"}, {`Name ?: 1`, ""}, {`Count + Total`, "long"}, {`Count / 2`, "integer"},
		{`Name + "x"`, "string"}, {`Name + 1`, ""},
		{`Count > 1`, "boolean"}, {`Active && true`, "boolean"}, {`!Active`, "boolean"}, {`-Amount`, "double"},
		{`empty(Name)`, "boolean"}, {`size(Name)`, "integer"},
		{`Name.equals("x")`, "boolean"}, {`str_to_object(Name).get("a")`, ""}, {`to_object("a", 1)`, "object"},
		{`1..3`, "array"},
		{`filterArray([1], x -> x > 0)`, "array<integer>"}, {`add_to_array(explode(Name), "x")`, "array<string>"},
	} {
		e, problems := Parse(tt.text)
		if problems != nil {
			t.Errorf("Parse(%s) = %v", tt.text, problems)
			continue
		}
		if got := TypeOf(e, Env{Columns: columns}); got != tt.want {
			t.Errorf("TypeOf(%s) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestAttributes(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{`"text"`, nil},
		{`Name`, []string{"Name Name 0-4"}},
		{`concat(Name, order.lines[0].sku, Name)`,
			[]string{"Name Name 7-11", "order.lines[0].sku order 13-31", "Name Name 33-37"}},
		{`${web\.ecid}`, []string{`web\.ecid web.ecid 0-12`}},
		{`order.street\.name`, []string{`order.street\.name order 0-18`}},
		{`order["key"][*]`, []string{`order.key[*] order 0-15`}},
		{`order[Count]`, []string{`order[*] order 0-12`, `Count Count 6-11`}},
		{`filterArray(tags, x -> x.id == Name)`, []string{"tags tags 12-16", "Name Name 31-35"}},
		{`filterArray(tags, x -> ${x} == x)`, []string{"tags tags 12-16", "x x 23-27"}},
		{`contains_key("order.id")`, []string{"order.id order 13-23"}},
		{`str_to_object(Name).get(TestID).x`, []string{"Name Name 14-18", "TestID TestID 24-30"}},
		{`{Name: [TestID]}`, []string{"Name Name 1-5", "TestID TestID 8-14"}},
	} {
		e, problems := Parse(tt.text)
		if problems != nil {
			t.Errorf("Parse(%s) = %v", tt.text, problems)
			continue
		}
		var got []string
		for _, a := range Attributes(e) {
			got = append(got, fmt.Sprintf("%s %s %d-%d", a.Path, a.Root, a.Start, a.End))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Attributes(%s) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestResults(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`Name`, `Name`},
		{`iif(Active, "a", Active ? "b" : Name ?: "c")`, `"a" "b" Name "c"`},
		{`decode(Name, "x", "X", "y", "Y", "other")`, `"X" "Y" "other"`},
		{`decode(Name, "x", "X", "y", "Y")`, `"X" "Y"`},
		{`coalesce(Name, "none")`, `Name "none"`},
		{`lower(iif(Active, "A", "B"))`, `lower(iif(Active, "A", "B"))`},
	} {
		e, _ := Parse(tt.text)
		var got []string
		for _, x := range Results(e) {
			got = append(got, Print(x))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("Results(%s) = %s, want %s", tt.text, s, tt.want)
		}
	}
}

func TestQuoteAttribute(t *testing.T) {
	for _, tt := range []struct{ name, want, source string }{
		{"Name", `Name`, `Name`},
		{"größe", `größe`, `größe`},
		{"First Name", `${First Name}`, `First Name`},
		{"First.Name", `${First\.Name}`, `First\.Name`},
		{"1st", `${1st}`, `1st`},
		{"date", `${date}`, `date`},
		{"guid", `${guid}`, `guid`}, // an alias is a function name too
		{"get", `get`, `get`},       // a method is not
		{"new", `${new}`, `new`},
		{"a}b", `${a\}b}`, `a}b`},
		{`a\b`, `${a\\b}`, `a\\b`},
		{"a-b", `${a-b}`, `a-b`},
	} {
		if got := QuoteAttribute(tt.name); got != tt.want {
			t.Errorf("QuoteAttribute(%q) = %s, want %s", tt.name, got, tt.want)
		}
		if got := AttributeSource(tt.name); got != tt.source {
			t.Errorf("AttributeSource(%q) = %s, want %s", tt.name, got, tt.source)
		}
	}
}

// Whatever a column is called, its quoted name reads that column.
func FuzzQuoteAttribute(f *testing.F) {
	for _, name := range []string{"a", "First Name", "a.b", "a}b", `a\`, `\}`, "${x}", "size", "1", "é", "\xff", "$"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if name == "" || strings.ContainsFunc(name, isControl) ||
			utf8.RuneCountInString(QuoteAttribute(name)) > maxLength {
			t.Skip()
		}
		e, problems := Parse(QuoteAttribute(name))
		if problems != nil {
			t.Fatalf("Parse(%s) = %v", QuoteAttribute(name), problems)
		}
		n, ok := e.(*Name)
		if !ok || n.Name != name {
			t.Fatalf("%q is quoted as %s, which reads %s", name, QuoteAttribute(name), outline(e))
		}
		if problems = Check(e, Env{Columns: map[string]string{name: "string"}}); problems != nil {
			t.Fatalf("Check(%s) = %v", QuoteAttribute(name), problems)
		}
	})
}

func BenchmarkParseAndCheck(b *testing.B) {
	env := Env{Columns: columns}
	b.ReportAllocs()
	for b.Loop() {
		e, _ := Parse(`iif(Name != null && Name != "", concat(upper(Name), "@", ${web\.ecid}), nullify())`)
		Check(e, env)
	}
}

// Every expression code of the documentation has a case, and every case has such a code.
func TestCodesAreComplete(t *testing.T) {
	seen := map[diag.Code]bool{"expression-too-long": true, "expression-too-deep": true} // TestParseLimits
	for _, c := range problemCases {
		for _, text := range c.texts {
			for _, p := range problemsOf(text) {
				seen[p.Code] = true
			}
		}
	}
	for code := range seen {
		if _, ok := diag.Lookup(code); !ok {
			t.Errorf("%s is not documented", code)
		}
	}
}

func TestAttributePath(t *testing.T) {
	for text, want := range map[string]string{
		"name":               "name",
		"upper":              "upper", // a function, without its parentheses
		"a.b[0].c":           "a.b[0].c",
		"a[*].b":             "a[*].b",
		"${any name}":        "any name",
		`${a\.b}`:            `a\.b`,
		"größe":              "größe",
		"a[i]":               "",
		"a[-1]":              "",
		"a[1.5]":             "",
		"upper(name)":        "",
		"a + b":              "",
		"(a)":                "a",
		`"text"`:             "",
		"12":                 "",
		"true":               "",
		"null":               "",
		"First Name":         "",
		"a..b":               "",
		"":                   "",
		"x -> x":             "",
		"a.get(0)":           "",
		"first-name":         "",
		"a[0][1].b":          "a[0][1].b",
		"address.postalCode": "address.postalCode",
	} {
		if got, ok := AttributePath(text); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v, want %q", text, got, ok, want)
		}
	}
}
