package dataprep

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/specs"
)

// outline shows how a tree groups, with every node in its own brackets.
func outline(e Expr) string {
	list := func(word string, items ...Expr) string {
		var b strings.Builder
		b.WriteString("(" + word)
		for _, x := range items {
			b.WriteString(" " + outline(x))
		}
		return b.String() + ")"
	}
	switch e := e.(type) {
	case *Unary:
		return list(string(e.Op), e.X)
	case *Binary:
		return list(string(e.Op), e.X, e.Y)
	case *Choice:
		return list("?", e.If, e.Then, e.Else)
	case *Member:
		return list("."+e.Name, e.Of)
	case *Element:
		if e.Index == nil {
			return list("[*]", e.Of)
		}
		return list("[]", e.Of, e.Index)
	case *Call:
		return list(e.Name, e.Args...)
	case *Method:
		return list("."+e.Name, append([]Expr{e.On}, e.Args...)...)
	case *Lambda:
		return list("-> "+strings.Join(e.Params, " "), e.Body)
	case *List:
		return list("list", e.Items...)
	case *Map:
		var items []Expr
		for _, entry := range e.Entries {
			items = append(items, entry.Key, entry.Value)
		}
		return list("map", items...)
	case *Name:
		return "<" + e.Name + ">"
	default:
		return Print(e)
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		// literals
		{`null`, `null`},
		{`true`, `true`},
		{`'it'`, `"it"`},
		{`"a\"b\\c\n\u00e9\uD83D\uDE00"`, `"a\"b\\c\né😀"`},
		{`'\d+\|'`, `"\\d+\\|"`}, // an unknown escape stays
		{`"C:\users"`, `"C:\\users"`},
		{`12L`, `12L`},
		{`0x1Fl`, `0x1Fl`},
		{`1.5e-3d`, `1.5e-3d`},
		{`[1, [2], []]`, `(list 1 (list 2) (list))`},
		{`{"k": v, 'l': {:}}`, `(map "k" <v> "l" (map))`},
		{`{}`, `(map)`},

		// attributes
		{`größe`, `<größe>`},
		{`$a_1`, `<$a_1>`},
		{`${First Name}`, `<First Name>`},
		{`${First\.Name}`, `<First.Name>`},
		{`${a.b c}`, `(.b c <a>)`},
		{`${odd\}brace}`, `<odd}brace>`},
		{`${date}`, `<date>`},
		{`address.street\.name`, `(.street.name <address>)`},
		{`a.b[0].c[*]`, `([*] (.c ([] (.b <a>) 0)))`},
		{`a["key"][i + 1]`, `([] ([] <a> "key") (+ <i> 1))`},
		{`a.${b c}`, `(.b c <a>)`},
		{`a.size`, `(.size <a>)`}, // a word of the language names a member as it is

		// calls
		{`now()`, `(now)`},
		{`concat(a, " ", b)`, `(concat <a> " " <b>)`},
		{`a.equals("x")`, `(.equals <a> "x")`},
		{`"x".equals(b.c)`, `(.equals "x" (.c <b>))`},
		{`str_to_object(s).get("k").x`, `(.x (.get (str_to_object <s>) "k"))`},
		{`filterArray(l, x -> x > 0)`, `(filterArray <l> (-> x (> <x> 0)))`},
		{`f((x, y) -> x ? y : 1)`, `(f (-> x y (? <x> <y> 1)))`},
		{`f((x), y)`, `(f <x> <y>)`},

		// precedence, loosest first
		{`a ? b : c ? d : e`, `(? <a> <b> (? <c> <d> <e>))`},
		{`a ? b ? c : d : e`, `(? <a> (? <b> <c> <d>) <e>)`},
		{`a ?: b ?: c`, `(?: <a> (?: <b> <c>))`},
		{`a ?? b || c`, `(?? <a> (|| <b> <c>))`},
		{`a or b and c || d`, `(|| (|| <a> (&& <b> <c>)) <d>)`},
		{`a && b | c ^ d & e`, `(&& <a> (| <b> (^ <c> (& <d> <e>))))`},
		{`a & b == c`, `(& <a> (== <b> <c>))`},
		{`a eq b lt c`, `(== <a> (< <b> <c>))`},
		{`a != b =~ c`, `(!= <a> (=~ <b> <c>))`},
		{`a < b == c < d`, `(== (< <a> <b>) (< <c> <d>))`},
		{`a < 1 << 2 + 3`, `(< <a> (<< 1 (+ 2 3)))`},
		{`a - b - c`, `(- (- <a> <b>) <c>)`},
		{`a - (b - c)`, `(- <a> (- <b> <c>))`},
		{`a + b * c mod d`, `(+ <a> (% (* <b> <c>) <d>))`},
		{`1..5`, `(.. 1 5)`},
		{`-a.b + !c`, `(+ (- (.b <a>)) (! <c>))`},
		{`not empty a.b`, `(! (empty (.b <a>)))`},
		{`not -a`, `(! (- <a>))`},
		{`size(a) + 1`, `(+ (size <a>) 1)`},
		{`!${a}`, `(! <a>)`},
		{`a =$ b`, `(=$ <a> <b>)`},
		{`a ==${b}`, `(== <a> <b>)`},
		{`a--b`, `(- <a> (- <b>))`},
		{`(a or b) and c`, `(&& (|| <a> <b>) <c>)`},
		{`a >>> 1 >> 2`, `(>> (>>> <a> 1) 2)`},

		// spaces and comments
		{"  a\n\t+ // sum\n b /* of */ + c ## two", `(+ (+ <a> <b>) <c>)`},
	} {
		e, problems := Parse(tt.text)
		if problems != nil {
			t.Errorf("Parse(%s) = %v", tt.text, problems)
			continue
		}
		if got := outline(e); got != tt.want {
			t.Errorf("Parse(%s)\n got %s\nwant %s", tt.text, got, tt.want)
		}
		checkTree(t, tt.text, e)
	}
}

func TestPrint(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`((a))+(b*c)`, `a + b * c`},
		{`(a+b)*c`, `(a + b) * c`},
		{`a-(b-c)`, `a - (b - c)`},
		{`(a==b)==c`, `(a == b) == c`},
		{`(a?b:c)?d:e`, `(a ? b : c) ? d : e`},
		{`(a?:b)?:c`, `(a ?: b) ?: c`},
		{`not a and 'x' eq b`, `!a && "x" == b`},
		{`-(-a)`, `- -a`},
		{`! $a`, `! $a`},
		{`!${a}`, `!${a}`},
		{`empty a`, `empty(a)`},
		{`(-a).b`, `(-a).b`},
		{`address.street\.name`, `address.street\.name`},
		{`${a.first name}`, `${a}.first\ name`},
		{`f(x->x+1,(a,b)->a)`, `f(x -> x + 1, (a, b) -> a)`},
		{`{}`, `{:}`},
	} {
		e, problems := Parse(tt.text)
		if problems != nil {
			t.Errorf("Parse(%s) = %v", tt.text, problems)
			continue
		}
		if got := Print(e); got != tt.want {
			t.Errorf("Print(%s) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestParseLimits(t *testing.T) {
	for _, tt := range []struct{ name, text, code string }{
		{"long", `"` + strings.Repeat("é", maxLength) + `"`, "expression-too-long"},
		{"brackets", strings.Repeat("(", 3000), "expression-too-deep"},
		{"lists", strings.Repeat("[", 3000), "expression-too-deep"},
		{"not", strings.Repeat("!", 3000) + "a", "expression-too-deep"},
		{"choices", strings.Repeat("a?", 1000), "expression-too-deep"},
		{"calls", strings.Repeat("f(", 1000), "expression-too-deep"},
		{"lambdas", "f(" + strings.Repeat("x->", 1000) + "x)", "lambda-not-allowed"},
		{"empty", " \n", "expression-empty"},
	} {
		e, problems := Parse(tt.text)
		if e != nil || len(problems) != 1 || string(problems[0].Code) != tt.code {
			t.Errorf("%s: %v", tt.name, problems)
		}
	}
	for _, text := range []string{
		`"` + strings.Repeat("é", maxLength-2) + `"`,
		strings.Repeat("a.", 2000) + "a",
		strings.Repeat("a-", 2000) + "a",
		strings.Repeat("(", 150) + "a" + strings.Repeat(")", 150),
	} {
		e, problems := Parse(text)
		if problems != nil {
			t.Errorf("%.20s…: %v", text, problems)
			continue
		}
		checkTree(t, text, e)
	}
}

// checkTree holds every law of a tree: ranges inside the text and inside the
// parent's, the same tree after printing, and no panic in whoever walks it.
func checkTree(t *testing.T, text string, e Expr) {
	t.Helper()
	for _, a := range Attributes(e) {
		inside(t, text, "attribute "+a.Path, a.Start, a.End)
	}
	for _, env := range []Env{{}, {Columns: map[string]string{"a": "string", "b": "integer", "d": "date-time"}}} {
		for _, p := range Check(e, env) {
			inside(t, text, string(p.Code), p.Start, p.End)
		}
		TypeOf(e, env)
	}
	Results(e)
	nested(t, text, e, At{0, len(text)})
	printed := Print(e)
	again, problems := Parse(printed)
	if len(problems) > 0 && (problems[0].Code == "expression-too-long" || problems[0].Code == "expression-too-deep") {
		return // spaces and brackets that print adds can pass a limit
	}
	if problems != nil {
		t.Fatalf("%q prints as %q: %v", text, printed, problems)
	}
	strip(e)
	strip(again)
	if !reflect.DeepEqual(e, again) {
		t.Fatalf("%q prints as %q, which groups as\n%s, not\n%s", text, printed, outline(again), outline(e))
	}
}

func inside(t *testing.T, text, what string, start, end int) {
	t.Helper()
	if start < 0 || end < start || end > len(text) {
		t.Fatalf("%s of %q is at %d to %d of %d", what, text, start, end, len(text))
	}
}

func nested(t *testing.T, text string, e Expr, parent At) {
	t.Helper()
	at := e.Where()
	inside(t, text, fmt.Sprintf("%T", e), at.Start, at.End)
	if at.Start < parent.Start || at.End > parent.End || at.Start == at.End {
		t.Fatalf("%T of %q is at %v, what is around it at %v", e, text, at, parent)
	}
	first := true
	Walk(e, func(x Expr) bool {
		if first {
			first = false
			return true
		}
		// Members of one `${a.b}` share its range.
		if x.Where().Start < at.Start || x.Where().End > at.End {
			t.Fatalf("%T of %q is at %v, what is around it at %v", x, text, x.Where(), at)
		}
		return true
	})
}

// strip takes away what a tree knows about its text.
func strip(e Expr) {
	Walk(e, func(e Expr) bool {
		e.widen(0, 0)
		switch e := e.(type) {
		case *Text:
			e.Verbatim, e.Quote = false, 0
		case *Member:
			e.NameAt = At{}
		case *Call:
			e.NameAt = At{}
		case *Method:
			e.NameAt = At{}
		case *Binary:
			e.OpAt = At{}
		}
		return true
	})
}

// published are expressions of the platform's own mapping tables.
var published = []string{
	`iif(marketing_type.equals("phyMail"), nullify(), marketing_type)`,
	`iif(total_consents > 5000, "a", "b")`,
	`decode(sfdcType,"Contact",sfdcContactId,"Lead",sfdcLeadId,"")`,
	`iif(AccountId != null && AccountId != "", to_object("sourceType","Salesforce","sourceInstanceID","${CRM_ORG_ID}","sourceKey",concat(AccountId,"@${CRM_ORG_ID}.Salesforce")), null)`,
	`iif(${web\.ecid} != null, to_object('ECID', arrays_to_objects('id', explode(last(split(${web\.ecid}, ":")), " "))), null)`,
	`lower(map_get_values(mapObject, 'keyName'))`,
	`hash("crc32", organizations[0], "UTF-8")`,
	`date(orderDate, "yyyy-MM-dd")`,
}

func TestPublishedExpressionsAreClean(t *testing.T) {
	for _, text := range published {
		e, problems := Parse(text)
		if problems != nil {
			t.Errorf("Parse(%s) = %v", text, problems)
			continue
		}
		columns := map[string]string{}
		for _, a := range Attributes(e) {
			columns[a.Root] = ""
		}
		if problems = Check(e, Env{Columns: columns}); problems != nil {
			t.Errorf("Check(%s) = %v", text, problems)
		}
		checkTree(t, text, e)
	}
}

// Every sample of every function parses and is found right, but for the
// warning that a function does not belong here.
func TestSamplesAreClean(t *testing.T) {
	for _, f := range specs.Functions() {
		for _, sample := range f.Examples {
			e, problems := Parse(sample.Expr)
			if problems != nil {
				t.Errorf("Parse(%s) = %v", sample.Expr, problems)
				continue
			}
			columns := map[string]string{}
			for _, a := range Attributes(e) {
				if a.Path != "type" { // object_to_map(addresses, type)
					columns[a.Root] = ""
				}
			}
			for _, p := range Check(e, Env{Columns: columns}) {
				if p.Code != "function-scope" || f.Scope == "" {
					t.Errorf("Check(%s) = %v", sample.Expr, p)
				}
			}
			checkTree(t, sample.Expr, e)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range published {
		f.Add(text)
	}
	for _, fn := range specs.Functions() {
		for _, sample := range fn.Examples {
			f.Add(sample.Expr)
		}
	}
	for _, c := range problemCases {
		for _, text := range c.texts {
			f.Add(text)
		}
	}
	for _, text := range []string{"\\", "${", "a.\\", "'\\u12", "!$", "a=~b", "1..2", "\xff", "a\\\xff", "${\xff}",
		"'\xff'", "f(x->", "decode()", "iif()", "first()", "{a?b:c:d}", "a-b-1-2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, problems := Parse(text)
		if (e == nil) == (problems == nil) {
			t.Fatalf("Parse(%q) = %v, %v", text, e, problems)
		}
		for _, p := range problems {
			inside(t, text, string(p.Code), p.Start, p.End)
		}
		if e != nil {
			checkTree(t, text, e)
		}
	})
}
