package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/javatime"
)

// answer is what the oracle says.
type answer struct {
	Value any
	Class string
	Error string
}

// oracle asks the reference implementation, one answer for each request.
func oracle(t *testing.T, requests []request) []answer {
	var in, out, errs bytes.Buffer
	for _, r := range requests {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.Command(oracleCommand(t))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &errs
	// A text of two billion characters is an error here; a small heap makes it one there soon.
	cmd.Env = append(os.Environ(), "JAVA_TOOL_OPTIONS=-Xmx512m")
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var answers []answer
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var a answer
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.UseNumber()
		if err := d.Decode(&a); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		answers = append(answers, a)
	}
	if len(answers) != len(requests) {
		t.Fatalf("%d answers to %d requests", len(answers), len(requests))
	}
	return answers
}

func oracleCommand(t *testing.T) string {
	dir := os.Getenv("AEPFLOW_ORACLE")
	if dir == "" {
		t.Skip("AEPFLOW_ORACLE is not set: it names a folder with a reference implementation of the language")
	}
	return filepath.Join(dir, "oracle")
}

// oracleIsModern reports whether the oracle runs on JEXL 3.3 rather than 3.1.
func oracleIsModern(t *testing.T) bool {
	version, err := exec.Command(oracleCommand(t), "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	return !strings.Contains(string(version), "JEXL 3.1")
}

// evaluate runs a request here.
func evaluate(r request, d Dialect) (outcome, *Error) {
	tree, problems := dataprep.Parse(r.Expr)
	if tree == nil {
		return outcome{}, &Error{Code: "parse", Message: problems[0].Message}
	}
	set := NewSet(d, Inputs{})
	p, err := set.Compile(tree)
	if err != nil {
		return outcome{}, err
	}
	m := NewMachine(set)
	m.SetObject(rowOf(r))
	v, err := m.Run(p)
	return outcome{v, m.wroteArray}, err
}

// modeOf is the dialect in which the oracle answers a request.
func modeOf(r request) Dialect {
	switch strict := r.Variants["engine"] == "strict"; {
	case r.modern && strict:
		return Default
	case r.modern:
		return Lenient
	case strict:
		return Old
	}
	return OldLenient
}

// outcome is a value, and whether an array became a text on the way.
type outcome struct {
	Value
	wroteArray bool
}

func rowOf(r request) *Map {
	text, err := json.Marshal(r.Row)
	if err != nil {
		panic(err)
	}
	row, err := ParseJSON(string(text))
	if err != nil {
		panic(err)
	}
	for name, kind := range r.Types {
		if v, ok := row.Object().Get(name); ok && v.Kind() != Null {
			row.Object().Put(name, typed(v, kind))
		}
	}
	return row.Object()
}

// typed gives an attribute a Java type, as the oracle does.
func typed(v Value, kind string) Value {
	s := v.scalar()
	switch kind {
	case "string":
		return OfText(s)
	case "integer", "long":
		n, _ := parseWhole(s, 64)
		if kind == "long" {
			return OfLong(n)
		}
		return OfInt(n)
	case "bigint":
		n, _ := parseBig(s)
		return OfBig(n)
	case "decimal":
		d, _ := parseDecimal(s)
		return ofDecimal(d)
	case "double":
		f, _ := parseFloat(s, 64)
		return OfDouble(f)
	case "float":
		f, _ := parseFloat(s, 32)
		return OfFloat(float32(f))
	case "boolean":
		return OfBool(strings.EqualFold(s, "true"))
	case "date":
		return OfDate(isoDate(s))
	}
	panic(kind)
}

func isoDate(s string) javatime.Time {
	p, err := javatime.Compile("uuuu-MM-dd'T'HH:mm:ss[.SSS][.S]XXXXX")
	if err != nil {
		panic(err)
	}
	d, err := p.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

var classes = map[Kind]string{
	Null: "null", Bool: "java.lang.Boolean", Int: "java.lang.Integer", Long: "java.lang.Long",
	Big: "java.math.BigInteger", Float: "java.lang.Float", Double: "java.lang.Double",
	Decimal: "java.math.BigDecimal", Text: "java.lang.String", Date: "java.time.ZonedDateTime",
}

// agree reports whether a value is what the oracle says, type and all.
func agree(v Value, a answer) bool {
	switch want, scalar := classes[v.kind]; {
	case scalar && a.Class != want:
		return false
	case v.kind == List && v.isArray() != strings.HasSuffix(a.Class, "[]"):
		return false
	}
	return reflect.DeepEqual(plain(members(v)), plain(a.Value))
}

// members is a value as the oracle's is read from JSON, without an order of members.
func members(v Value) any {
	d := json.NewDecoder(bytes.NewReader(AppendJSON(nil, v)))
	d.UseNumber()
	var got any
	if err := d.Decode(&got); err != nil {
		panic(err)
	}
	return got
}

// plain makes floating numbers comparable: Java before 19 prints more digits of some.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			f, _ := v.Float64()
			return f
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

// explained are the differences from the oracle that are meant, each with the entry
// of the table of choices that says so, or the limit of the oracle.
var explained = []struct {
	choice  string
	applies func(r request, v outcome, err *Error, a answer) bool
}{
	{"number-text", func(r request, v outcome, err *Error, a answer) bool {
		if err == nil && a.Error == "" && reflect.DeepEqual(rounded(plain(members(v.Value))), rounded(plain(a.Value))) {
			return true
		}
		floatDigits = 16 // does it depend on them?
		other, fault := evaluate(r, modeOf(r))
		floatDigits = -1
		return (fault == nil) != (err == nil) || !same(other.Value, v.Value)
	}},
	{"surrogates", func(r request, v outcome, err *Error, a answer) bool {
		halved := func(b []byte) bool { return bytes.ContainsRune(b, '\uFFFD') }
		if err != nil || halved(AppendJSON(nil, v.Value)) || halved(asJSON(a.Value)) {
			return err == nil
		}
		r.Expr = encoders.ReplaceAllString(r.Expr, "concat(") // they hide half of a pair
		shown, _ := evaluate(r, modeOf(r))
		return halved(AppendJSON(nil, shown.Value))
	}},
	{"array-text", func(_ request, v outcome, _ *Error, _ answer) bool { return v.wroteArray }},
}

// encoders are the functions that show a text only as its bytes.
var encoders = regexp.MustCompile(`\b(md5|sha1|sha256|sha512|crc32|hash|get_url_encoded)\(`)

var floating = regexp.MustCompile(`-?\d+\.\d+([eE][-+]?\d+)?`)

// rounded is what plain returns, with six digits of floating numbers, also in texts.
func rounded(v any) any {
	short := func(s string) string {
		f, _ := parseFloat(s, 64)
		return strconv.FormatFloat(f, 'g', 6, 64)
	}
	switch v := v.(type) {
	case float64:
		return short(strconv.FormatFloat(v, 'g', -1, 64))
	case string:
		return floating.ReplaceAllStringFunc(v, short)
	case []any:
		for i := range v {
			v[i] = rounded(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = rounded(v[k])
		}
	}
	return v
}

func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// TestOracle compares generated expressions on generated rows, in both modes.
func TestOracle(t *testing.T) {
	modern := oracleIsModern(t)
	pairs := 1500
	if os.Getenv("ORACLE_ALL") != "" {
		pairs = 100_000
	}
	seed := uint64(15)
	if s := os.Getenv("ORACLE_SEED"); s != "" {
		fmt.Sscan(s, &seed)
	}
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), modern: modern}
	c := comparison{reasons: map[string]int{}}
	const batch = 10_000
	for left := pairs; left > 0; left -= batch {
		c.compare(t, g.requests(min(left, batch)))
	}
	t.Logf("%d pairs of expression and row in two modes: %d errors on both sides or one, %d unexplained, explained: %v",
		pairs, c.failed, c.differ, c.reasons)
}

// TestGenerator: the pairs try each function that the oracle has.
func TestGenerator(t *testing.T) {
	known, err := exec.Command(oracleCommand(t), "--functions").Output()
	if err != nil {
		t.Fatal(err)
	}
	rest := map[string]bool{}
	for name := range strings.FieldsSeq(string(known)) {
		rest[name] = true
	}
	g := &generator{Rand: rand.New(rand.NewPCG(15, 1))}
	for n := 0; len(rest) > 0 && n < 20_000; n++ {
		for _, call := range called.FindAllStringSubmatch(g.pair().Expr, -1) {
			delete(rest, call[1])
		}
	}
	if len(rest) > 0 {
		t.Errorf("never called: %v", rest)
	}
}

var called = regexp.MustCompile(`(\w+)\(`)

// requests are pairs of an expression and a row, each in both modes.
func (g *generator) requests(pairs int) []request {
	var all []request
	for range pairs {
		r := g.pair()
		for _, mode := range []string{"lenient", "strict"} {
			r.Variants = map[string]string{"engine": mode}
			r.modern = g.modern
			all = append(all, r)
		}
	}
	return all
}

// comparison counts how this evaluator and the oracle differ.
type comparison struct {
	differ, failed int
	reasons        map[string]int // by choice
}

func (c *comparison) compare(t *testing.T, requests []request) {
	for i, a := range oracle(t, requests) {
		r := requests[i]
		v, err := evaluate(r, modeOf(r))
		if err != nil {
			c.failed++
		}
		if err != nil && a.Error != "" || err == nil && a.Error == "" && agree(v.Value, a) {
			continue
		}
		if reason := explain(r, v, err, a); reason != "" {
			c.reasons[reason]++
			continue
		}
		if c.differ++; c.differ <= 25 {
			row, _ := json.Marshal(r.Row)
			types, _ := json.Marshal(r.Types)
			t.Errorf("%s: %s\n on %s %s\n here   %s %v (%v)\n oracle %v %s %s", r.Variants["engine"], r.Expr, row, types,
				AppendJSON(nil, v.Value), v.kind, err, a.Value, a.Class, a.Error)
		}
	}
}

// explain is the choice that explains a difference; "" for none.
func explain(r request, v outcome, err *Error, a answer) string {
	for _, e := range explained {
		if e.applies(r, v, err, a) {
			return e.choice
		}
	}
	return ""
}
