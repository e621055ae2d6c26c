package record_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/xdm"
)

func number(n float64) *float64 { return &n }

// fields is a schema with a field of each kind below the namespace acme.
func fields(t testing.TB) *xdm.Schema {
	t.Helper()
	var own []xdm.OwnField
	length := int64(3)
	for path, typ := range map[string]string{
		"text": "string", "flag": "boolean", "count": "int", "tiny": "byte", "big": "long", "price": "number",
		"day": "date", "at": "date-time", "tags": "array of string", "box.a": "string", "box.n": "int",
		"labels": "map of string", "totals": "map of int", "sizes": "array of int", "days": "array of date",
		"flags": "array of boolean", "small": "short", "grid[*].cells[*].n": "int",
		"lines[*].sku": "string", "lines[*].qty": "int",
	} {
		shape, ok := xdm.FieldShape(typ)
		if !ok {
			t.Fatal(typ)
		}
		own = append(own, xdm.OwnField{Path: path, Shape: shape})
	}
	code, _ := xdm.FieldShape("string")
	code, _ = code.With(xdm.Constraints{MaxLength: &length, Pattern: "^[a-z]+$"})
	grade, _ := xdm.FieldShape("int")
	grade, _ = grade.With(xdm.Constraints{Minimum: number(1), Maximum: number(5)})
	size, _ := xdm.FieldShape("string")
	size, _ = size.With(xdm.Constraints{Enum: []string{"S", "M"}})
	key, _ := xdm.FieldShape("string")
	own = append(own, xdm.OwnField{Path: "code", Shape: code}, xdm.OwnField{Path: "grade", Shape: grade},
		xdm.OwnField{Path: "size", Shape: size}, xdm.OwnField{Path: "order.key", Shape: key, Required: true},
		xdm.OwnField{Path: "order.note", Shape: key})
	s, problems := xdm.NewSchema("profile", nil, own, "acme")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

var inputs = eval.Inputs{
	Now: func() time.Time { return time.Unix(0, 0) }, Random: io.LimitReader(strings.NewReader(""), 0),
}

// made is the record of a row, then each mapping that filled nothing, then why the row is rejected.
func made(t testing.TB, s *xdm.Schema, columns []record.Column, row string, mappings ...record.Mapping) string {
	t.Helper()
	set, err := record.Compile(s, columns, mappings, inputs)
	if err != nil {
		return "error: " + err.Error()
	}
	v, err := eval.ParseJSON(row)
	if err != nil {
		t.Fatal(err)
	}
	m := record.NewMachine(set)
	out := ""
	for range 2 { // what is left of a row changes nothing in the next one
		m.Object(v.Object())
		out = string(m.AppendJSON(nil))
		if !json.Valid([]byte(out)) {
			t.Errorf("%s is not JSON", out)
		}
		for i, o := range m.Outcomes() {
			if o.State != record.Filled {
				out += "; " + mappings[i].Destination + " " + o.State.String()
			}
			if o.Code != "" {
				out += " " + o.Code
			}
		}
		for _, f := range m.Faults() {
			out += "; rejected: " + f.Path + " " + f.Code
		}
	}
	return out
}

func TestConversions(t *testing.T) {
	s := fields(t)
	for _, tt := range []struct{ field, value, want string }{
		{"text", `"a"`, `"a"`},
		{"text", `12`, `"12"`},
		{"text", `1.5`, `"1.5"`},
		{"text", `true`, `"true"`},
		{"text", `[1]`, "failed not-a-text"},
		{"text", `{}`, "failed not-a-text"},
		{"text", `""`, `""`},
		{"text", `null`, "empty"},
		{"flag", `true`, `true`},
		{"flag", `"YES"`, `true`},
		{"flag", `"off"`, `false`},
		{"flag", `"Yes"`, "failed not-a-boolean"},
		{"flag", `1`, "failed not-a-boolean"},
		{"flag", `""`, "empty"},
		{"count", `"12"`, `12`},
		{"count", `"12.5"`, "failed not-a-number"},
		{"count", `12.9`, `12`},
		{"count", `-12.9`, `-12`},
		{"count", `2147483647`, `2147483647`},
		{"count", `2147483648`, "rejected above-maximum"},
		{"tiny", `127`, `127`},
		{"tiny", `128`, "rejected above-maximum"},
		{"tiny", `-129`, "rejected below-minimum"},
		{"big", `9007199254740991`, `9007199254740991`},
		{"big", `9007199254740992`, "rejected above-maximum"},
		{"big", `-9007199254740992`, "rejected below-minimum"},
		{"big", `9223372036854775807`, "rejected above-maximum"},
		{"big", `9223372036854775808`, "rejected above-maximum"},
		{"big", `-99999999999999999999`, "rejected below-minimum"},
		{"big", `"9223372036854775808"`, "rejected above-maximum"},
		{"count", `1e30`, "rejected above-maximum"},
		{"count", `1e400`, "failed not-a-number"},
		{"count", `true`, "failed not-a-number"},
		{"price", `"1.25"`, `1.25`},
		{"price", `3`, `3`},
		{"price", `"NaN"`, "failed not-a-number"},
		{"price", `"x"`, "failed not-a-number"},
		{"day", `"2024-05-06"`, `"2024-05-06"`},
		{"day", `"2024-05-06 07:08:09"`, `"2024-05-06"`},
		{"day", `"12112020"`, `"2020-12-11"`},
		{"day", `"2024-13-45"`, "failed not-a-date"},
		{"day", `20240506`, "failed not-a-date"},
		{"at", `"2024-05-06"`, `"2024-05-06T00:00:00Z"`},
		{"at", `"2024-05-06T07:08:09.5+02:00"`, "failed not-a-date"},
		{"at", `"2024-05-06T07:08:09+02:00"`, `"2024-05-06T07:08:09+02:00"`},
		{"tags", `["a", null, 2]`, `["a","2"]`},
		{"tags", `[]`, "empty"},
		{"tags", `"a"`, "failed not-a-list"},
		{"totals", `{"a": "1", "b": 2.9, "c": null, "d": ""}`, `{"a":1,"b":2}`},
		{"totals", `{"a": "x"}`, "failed not-a-number"},
		{"totals", `{"a": 2147483648}`, "rejected above-maximum"},
		{"sizes", `["1", 2, "", null, 3.7]`, `[1,2,3]`},
		{"sizes", `[1, true]`, "failed not-a-number"},
		{"days", `["2024-05-06", "12112020"]`, `["2024-05-06","2020-12-11"]`},
		{"days", `["2024-05-06", 1]`, "failed not-a-date"},
		{"flags", `["yes", false, "N"]`, `[true,false,false]`},
		{"small", `32767`, `32767`},
		{"small", `32768`, "rejected above-maximum"},
		{"small", `-32768`, `-32768`},
		{"small", `-32769`, "rejected below-minimum"},
		{"count", `-2147483648`, `-2147483648`},
		{"count", `-2147483649`, "rejected below-minimum"},
		{"tiny", `-128`, `-128`},
		{"at", `"2024-05-06 07:08:09.005"`, `"2024-05-06T07:08:09.005Z"`},
		{"price", `12345678901234567890`, `12345678901234567890`},
		{"box", `{"a": 1, "n": "2", "x": 3}`, `{"a":"1","n":2}`},
		{"box", `{"x": 3}`, "empty"},
		{"box", `{"n": "x"}`, "failed not-a-number"},
		{"box", `"a"`, "failed not-an-object"},
		{"labels", `{"a": 1, "b.c": "x"}`, `{"a":"1","b.c":"x"}`},
		{"labels", `{"a[0]": 1, "[*]": 2, "b\\": 3, "": 4}`, `{"a[0]":"1","[*]":"2","b\\":"3"}`},
		{"code", `"abc"`, `"abc"`},
		{"code", `"abcd"`, "rejected too-long"},
		{"code", `"A"`, "rejected pattern-mismatch"},
		{"grade", `5`, `5`},
		{"grade", `6`, "rejected above-maximum"},
		{"grade", `0`, "rejected below-minimum"},
		{"size", `"M"`, `"M"`},
		{"size", `"L"`, "rejected not-in-enum"},
	} {
		got := made(t, s, nil, `{"v": `+tt.value+`}`, record.Mapping{Destination: "_acme." + tt.field, Source: "v"})
		got, rest, _ := strings.Cut(strings.TrimPrefix(got, `{"_acme":{"`+tt.field+`":`), "; ")
		switch {
		case strings.HasPrefix(rest, "rejected"):
			got = "rejected " + rest[strings.LastIndex(rest, " ")+1:]
		case rest != "":
			got = strings.TrimPrefix(rest, "_acme."+tt.field+" ")
		default:
			got = strings.TrimSuffix(got, "}}")
		}
		if got != tt.want {
			t.Errorf("%s of %s: %s, want %s", tt.field, tt.value, got, tt.want)
		}
	}
}

func attribute(to, from string) record.Mapping { return record.Mapping{Destination: to, Source: from} }

func expression(to, text string) record.Mapping {
	return record.Mapping{Destination: to, Form: record.Expression, Source: text}
}

func constant(to, text string) record.Mapping {
	return record.Mapping{Destination: to, Form: record.Constant, Source: text}
}

func TestRecords(t *testing.T) {
	s := fields(t)
	for _, tt := range []struct {
		name, row, want string
		mappings        []record.Mapping
	}{
		{"nested", `{"a": "x", "n": 2}`, `{"_acme":{"flag":true,"box":{"a":"x","n":2}}}`,
			[]record.Mapping{attribute("_acme.box.a", "a"), attribute("_acme.box.n", "n"), constant("_acme.flag", "yes")}},
		{"an element by number", `{"a": "x"}`, `{"_acme":{"tags":[null,"x"]}}`,
			[]record.Mapping{attribute("_acme.tags[1]", "a")}},
		{"an array without an index", `{"a": "x", "n": 2}`, `{"_acme":{"lines":[{"sku":"x","qty":2}]}}`,
			[]record.Mapping{attribute("_acme.lines.sku", "a"), attribute("_acme.lines[0].qty", "n")}},
		{"an element for each", `{"l": [{"s": "x", "q": 1}, {"q": 2}, {"s": "z"}]}`,
			`{"_acme":{"lines":[{"sku":"x","qty":1},{"qty":2},{"sku":"z"}]}}`,
			[]record.Mapping{attribute("_acme.lines[*].sku", "l[*].s"), attribute("_acme.lines[*].qty", "l[*].q")}},
		{"one value for each", `{"a": "x"}`, `{"_acme":{"lines":[{"sku":"x"}]}}`,
			[]record.Mapping{attribute("_acme.lines[*].sku", "a")}},
		{"an array of objects", `{"l": [{"sku": "x", "no": 1}, 3]}`, `{}; _acme.lines failed not-an-object`,
			[]record.Mapping{attribute("_acme.lines", "l")}},
		{"the more specific wins, in any order", `{"b": {"a": "all", "n": 1}, "a": "one"}`,
			`{"_acme":{"box":{"a":"one","n":1}}}`,
			[]record.Mapping{attribute("_acme.box.a", "a"), attribute("_acme.box", "b")}},
		{"the more specific without a value", `{"b": {"a": "all"}, "a": null}`,
			`{"_acme":{"box":{"a":"all"}}}; _acme.box.a empty`,
			[]record.Mapping{attribute("_acme.box", "b"), attribute("_acme.box.a", "a")}},
		{"an element by number wins over all, in any order", `{"l": ["a", "b"], "c": "x"}`,
			`{"_acme":{"lines":[{"sku":"x"},{"sku":"b"}]}}`,
			[]record.Mapping{attribute("_acme.lines[0].sku", "c"), attribute("_acme.lines[*].sku", "l[*]")}},
		{"many of many objects", `{"l": [{"m": [{"n": 1}, {"n": "2"}]}, {"m": []}, {"m": [{"n": null}, {"n": 3}]}]}`,
			`{"_acme":{"grid":[{"cells":[{"n":1},{"n":2}]},{},{"cells":[{},{"n":3}]}]}}`,
			[]record.Mapping{attribute("_acme.grid[*].cells[*].n", "l[*].m[*].n")}},
		{"elements of elements by number", `{"a": 1}`, `{"_acme":{"grid":[{},{"cells":[{},{},{"n":1}]}]}}`,
			[]record.Mapping{attribute("_acme.grid[1].cells[2].n", "a")}},
		{"a null among many", `{"l": ["a", null, "c"]}`, `{"_acme":{"lines":[{"sku":"a"},{},{"sku":"c"}]}}`,
			[]record.Mapping{attribute("_acme.lines[*].sku", "l[*]")}},
		{"many of texts", `{"l": ["a", null, "c"]}`, `{"_acme":{"tags":["a","c"]}}`,
			[]record.Mapping{attribute("_acme.tags[*]", "l[*]")}},
		{"many of many", `{"l": [{"t": ["a"]}, {}]}`, `{}; _acme.lines[*].sku failed not-a-text`,
			[]record.Mapping{attribute("_acme.lines[*].sku", "l[*].t[*]")}},
		{"an object with one value of another type", `{"b": {"a": "k", "n": "x"}}`, `{}; _acme.box failed not-a-number`,
			[]record.Mapping{attribute("_acme.box", "b")}},
		{"an object with one value out of range", `{"b": {"n": 99999999999}}`,
			`{"_acme":{"box":{"n":99999999999}}}; rejected: _acme.box.n above-maximum`,
			[]record.Mapping{attribute("_acme.box", "b")}},
		{"an object without what it requires", `{"b": {"note": "k", "key": null}}`,
			`{"_acme":{"order":{"note":"k"}}}; rejected: _acme.order.key required-field`,
			[]record.Mapping{attribute("_acme.order", "b")}},
		{"one fails, the rest goes on", `{"a": "x", "n": 1}`, `{"_acme":{"count":1}}; _acme.text failed arithmetic`,
			[]record.Mapping{expression("_acme.text", "n / 0"), attribute("_acme.count", "n")}},
		{"missing and undeclared", `{}`, `{}; _acme.text failed missing-attribute`,
			[]record.Mapping{attribute("_acme.text", "a")}},
		{"below what is null", `{"a": null}`, `{}; _acme.text empty`, []record.Mapping{attribute("_acme.text", "a.b[0].c")}},
		{"not known", `{"u": "x"}`, `{}; _acme.text unknown cannot-evaluate`,
			[]record.Mapping{expression("_acme.text", "ua_os_name(u)")}},
		{"required once the object is there", `{"a": "x"}`,
			`{"_acme":{"order":{"note":"x"}}}; rejected: _acme.order.key required-field`,
			[]record.Mapping{attribute("_acme.order.note", "a")}},
		{"not required without it", `{"a": null}`, `{}; _acme.order.note empty`,
			[]record.Mapping{attribute("_acme.order.note", "a")}},
		{"required and not known", `{"a": "x"}`, `{"_acme":{"order":{"note":"x"}}}; _acme.order.key unknown cannot-evaluate`,
			[]record.Mapping{attribute("_acme.order.note", "a"), expression("_acme.order.key", "ua_os_name(a)")}},
		{"an index that is too high", `{}`, "error: _acme.tags[10000]: index 10000: at most 9999",
			[]record.Mapping{attribute("_acme.tags[10000]", "a")}},
		{"no path", `{}`, "error: _acme..a: not a path of a field", []record.Mapping{attribute("_acme..a", "a")}},
	} {
		if got := made(t, s, nil, tt.row, tt.mappings...); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestRequiredByTheClass(t *testing.T) {
	s, _ := xdm.NewSchema("event", nil, nil, "acme")
	got := made(t, s, nil, `{"id": "1", "at": "x"}`, attribute("_id", "id"), attribute("timestamp", "at"))
	if want := `{"_id":"1"}; timestamp failed not-a-date; rejected: timestamp required-field`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The columns of delimited text have their declared types; a declared column is never missing.
func TestFields(t *testing.T) {
	set, err := record.Compile(fields(t), []record.Column{{"n", "integer"}, {"b", "boolean"}, {"later", "string"}},
		[]record.Mapping{expression("_acme.count", "n + 1"), expression("_acme.text", "b ? 'y' : 'n'"),
			attribute("_acme.box.a", "later"), attribute("_acme.code", "gone")}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	m := record.NewMachine(set)
	m.Header([]string{"b", "n"})
	for _, tt := range []struct{ b, n, want string }{
		{"no", "41", `{"_acme":{"count":42,"text":"n"}}`},
		{"yes", "x", `{"_acme":{"text":"y"}}`}, // x + 1 is a text
		{"yes", "", `{"_acme":{"text":"y"}}`},
	} {
		m.Fields([]string{tt.b, tt.n})
		out := m.Outcomes()
		if got := string(m.AppendJSON(nil)); got != tt.want || out[2].State != record.Empty || out[3].State != record.Failed {
			t.Errorf("%+v: %s %+v", tt, got, out)
		}
	}
}

func FuzzRecord(f *testing.F) {
	s := fields(f)
	f.Add("_acme.lines[*].sku", "l[*].s", byte(0), `{"l":[{"s":1},{}]}`)
	f.Add("_acme.box", "b", byte(0), `{"b":{"a":[],"n":{"x":1}}}`)
	f.Add("_acme.tags[3]", "split(a, ' ')", byte(1), `{"a":"x y"}`)
	f.Add("identityMap.x.y[0].z", "{'a': [1, {'b': 2}]}", byte(1), `{}`)
	f.Add("_acme.day", "20240101", byte(2), `{}`)
	f.Fuzz(func(t *testing.T, to, from string, form byte, row string) {
		v, err := eval.ParseJSON(row)
		if err != nil || v.Kind() != eval.Object {
			return
		}
		made(t, s, []record.Column{{"a", "integer"}}, row,
			record.Mapping{Destination: to, Form: record.Form(form % 3), Source: from}, attribute("_acme.box.a", "a"))
	})
}

func BenchmarkFields(b *testing.B) {
	set, err := record.Compile(fields(b), nil, []record.Mapping{attribute("_acme.text", "a"),
		attribute("_acme.count", "n"), expression("_acme.box.a", "upper(a)"), attribute("_acme.price", "n")}, inputs)
	if err != nil {
		b.Fatal(err)
	}
	m := record.NewMachine(set)
	m.Header([]string{"a", "n"})
	row := []string{"x", "12"}
	b.ReportAllocs()
	for b.Loop() {
		m.Fields(row)
	}
}

// A record has at most 250,000 values, counting the elements that an index skips, and 64 MB of texts. A mapping with
// which it would have more fails, and leaves nothing.
func TestSizeOfRecords(t *testing.T) {
	s := fields(t)
	list := func(n int) string { return `{"l":[` + strings.TrimSuffix(strings.Repeat("1,", n), ",") + `]}` }
	text := `{"l":"` + strings.Repeat("x", 4_000_000) + `"}`
	copies := func(n int) (out []record.Mapping) {
		for i := range n {
			out = append(out, record.Mapping{Destination: "_acme.labels.k" + string(rune('a'+i)), Source: "l"})
		}
		return out
	}
	row := func(text string) eval.Value {
		v, err := eval.ParseJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	tags := record.Mapping{Destination: "_acme.tags", Source: "l"}
	skip := record.Mapping{Destination: "_acme.lines[9999].sku", Form: record.Constant, Source: "x"}
	for _, tt := range []struct {
		row      string
		mappings []record.Mapping
		failed   int
	}{
		{list(250_001), []record.Mapping{tags}, 1},
		{list(240_000), []record.Mapping{tags, skip}, 0},
		{list(240_001), []record.Mapping{tags, skip}, 1},
		{text, copies(15), 0},
		{text, copies(17), 2},
	} {
		set, err := record.Compile(s, nil, tt.mappings, inputs)
		if err != nil {
			t.Fatal(err)
		}
		m := record.NewMachine(set)
		m.Object(row(`{"l":"x"}`).Object()) // each row begins anew
		m.Object(row(tt.row).Object())
		failed := 0
		for _, o := range m.Outcomes() {
			if o.State == record.Failed && o.Code == record.TooLarge {
				failed++
			}
		}
		if failed != tt.failed {
			t.Errorf("%d bytes and %d mappings: %d failed, want %d", len(tt.row), len(tt.mappings), failed, tt.failed)
		}
	}
}

// What validate says about a constant is what the mapping does.
func TestConstants(t *testing.T) {
	s := fields(t)
	for _, field := range []string{"text", "flag", "count", "tiny", "big", "price", "day", "at", "code", "grade", "size"} {
		f, fault := s.Find("_acme." + field)
		if fault != nil {
			t.Fatal(fault)
		}
		for _, text := range []string{
			"a", "abcd", "A", "S", "yes", "Yes", "true", "TRUE", "1", "0", "+7", "-0", "12.5", "1e3", "0x10", "1_000", "1d",
			" 1", "1 ", "NaN", "Infinity", "inf", "127", "128", "2147483648", "9007199254740992", "9223372036854775808",
			"1e400", "٣",
			"2024-05-06", "2024-02-30", "2024-02-32", "2024-jan-05", "2024-Jan-05", "2024-5-6", "12112020", "20241301",
			"2024-05-06T07:08:09.5+02:00", "2024-05-06T07:08:09.500+02", "2024-05-06T07:08:09.500+02:00",
			"2024-05-06T07:08:09+02:00", "2024-05-06 24:00", "2024-05-06 07:08", "2024-05-06T07:08:60", "5/06/2024",
			"5/6/2024", "5/06/2024 07:08:09 pm", "5/06/2024 07:08:09 PM", "06.5.2024", "2024-05-06T07:08:09 Europe/Berlin",
		} {
			got := made(t, s, nil, `{}`, constant("_acme."+field, text))
			taken := !strings.Contains(got, "; ")
			if valid := xdm.CheckConstant(text, f) == nil; valid != taken {
				t.Errorf("%s of %q: valid %v, record %s", field, text, valid, got)
			}
		}
	}
}
