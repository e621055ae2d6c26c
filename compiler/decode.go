package compiler

import (
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// Decode reads a checked document strictly into the type of its kind. What it
// refuses the schema refuses too, and the other way round; a property test
// holds the two together. The result is one of *schemas.Dataflow, Connection,
// Schema, Dataset.
func Decode(d *Document, report *diag.Report) any {
	k, ok := KindOf(d)
	if !ok {
		report.Add(unknownKind{d.Root.Get("kind")})
		return nil
	}
	var out any
	switch k {
	case schemas.KindConnection:
		out = new(schemas.Connection)
	case schemas.KindSchema:
		out = new(schemas.Schema)
	case schemas.KindDataset:
		out = new(schemas.Dataset)
	case schemas.KindProject:
		out = new(schemas.Project)
	default:
		out = new(schemas.Dataflow)
	}
	dec := decoder{d: d, report: report}
	dec.structure(nil, d.Root, reflect.ValueOf(out).Elem())
	return out
}

type decoder struct {
	d      *Document
	report *diag.Report
}

// scalarTaker is a type that keeps a scalar as it was written.
type scalarTaker interface {
	TakeScalar(kind schemas.ScalarKind, text string) bool
}

func (dec *decoder) value(path Path, n *Node, v reflect.Value, r rules) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if taker, ok := v.Addr().Interface().(scalarTaker); ok {
		dec.scalar(path, n, taker, v.Type())
		return
	}
	if v.Type() == reflect.TypeFor[schemas.Partial]() {
		if n.Kind != MapKind {
			dec.refuseType(path, n, "a map of keys and values")
		}
		dec.finite(path, n)
		return
	}
	switch v.Kind() {
	case reflect.String:
		if n.Kind != StringKind {
			dec.refuseType(path, n, "text")
			return
		}
		dec.limits(path, n, r)
		v.SetString(n.Text)
	case reflect.Bool:
		if n.Kind != BoolKind {
			dec.refuseType(path, n, "true or false")
			return
		}
		v.SetBool(strings.EqualFold(n.Text, "true"))
	case reflect.Int64, reflect.Float64:
		dec.number(path, n, v, r)
	case reflect.Struct:
		dec.structure(path, n, v)
	case reflect.Slice:
		dec.slice(path, n, v, r)
	default:
		panic("compiler: no decoding of " + v.Type().String())
	}
}

// scalar gives a scalar to a type that keeps it. A number is given in JSON's
// spelling, a whole one as an integer however it was written.
func (dec *decoder) scalar(path Path, n *Node, taker scalarTaker, t reflect.Type) {
	sort, text := schemas.Text, n.Text
	switch n.Kind {
	case StringKind:
	case BoolKind:
		sort, text = schemas.Boolean, strings.ToLower(n.Text)
	case IntKind, FloatKind:
		literal, ok := numberLiteral(n)
		if !ok {
			dec.report.Add(notFinite{at: place{dec.d, path}, got: n})
			return
		}
		sort, text = schemas.Decimal, literal
		if rat, ok := new(big.Rat).SetString(literal); ok && rat.IsInt() {
			sort, text = schemas.Integer, rat.Num().String()
		}
	default:
		dec.refuseType(path, n, "text or a number")
		return
	}
	if !taker.TakeScalar(sort, text) {
		dec.refuseType(path, n, "another kind of value for "+strings.ToLower(t.Name()))
	}
}

func (dec *decoder) number(path Path, n *Node, v reflect.Value, r rules) {
	want := "a number"
	if v.Kind() == reflect.Int64 {
		want = "an integer"
	}
	if n.Kind != IntKind && n.Kind != FloatKind {
		dec.refuseType(path, n, want)
		return
	}
	literal, ok := numberLiteral(n)
	if !ok {
		dec.report.Add(notFinite{at: place{dec.d, path}, got: n})
		return
	}
	rat, _ := new(big.Rat).SetString(literal)
	if v.Kind() == reflect.Int64 && !rat.IsInt() {
		dec.refuseType(path, n, want)
		return
	}
	for _, limit := range []struct {
		rule string
		bad  func(int) bool
		word string
	}{
		{"minimum", func(c int) bool { return c < 0 }, "at least "},
		{"maximum", func(c int) bool { return c > 0 }, "at most "},
		{"exclusiveMinimum", func(c int) bool { return c <= 0 }, "more than "},
	} {
		if text, ok := r.get(limit.rule); ok {
			bound, _ := new(big.Rat).SetString(text)
			if limit.bad(rat.Cmp(bound)) {
				dec.report.Add(outOfRange{at: place{dec.d, path}, got: n, want: limit.word + text})
				return
			}
		}
	}
	if v.Kind() == reflect.Int64 {
		v.SetInt(rat.Num().Int64())
		return
	}
	f, _ := rat.Float64()
	v.SetFloat(f)
}

// structure reads a map into a struct, or a bare value into the member that
// takes it.
func (dec *decoder) structure(path Path, n *Node, v reflect.Value) {
	s := shapeOf(v.Type())
	if s.whole != nil {
		dec.value(path, n, v.FieldByIndex(s.whole.Index), rules{tag: s.whole.Tag.Get("jsonschema")})
		return
	}
	if n.Kind != MapKind {
		if s.short == nil || n.Kind == NullKind || n.Kind == ListKind {
			dec.refuseType(path, n, "a map of keys and values")
			return
		}
		r := rules{tag: s.short.Tag.Get("jsonschema"), connectors: s.short.Tag.Get("values") == "connectors"}
		if s.short.Tag.Get("yaml") == "-" {
			r.tag = "minLength=1"
		}
		dec.value(path, n, v.FieldByIndex(s.short.Index), r)
		return
	}
	for _, p := range n.Pairs {
		f, ok := s.fields[p.Key.Text]
		if !ok {
			k, _ := KindOf(dec.d)
			dec.report.Add(unknownKey{at: place{dec.d, path.Field(p.Key.Text)}, key: p.Key.Text, known: knownKeys(k, path)})
			continue
		}
		dec.value(path.Field(p.Key.Text), p.Value, v.FieldByIndex(f.Index),
			rules{tag: f.Tag.Get("jsonschema"), connectors: f.Tag.Get("values") == "connectors"})
	}
	for _, key := range s.required {
		if n.Get(key) == nil {
			dec.report.Add(missingDocumentKey{at: place{dec.d, path}, key: key})
		}
	}
}

// slice reads a list of texts, or a map whose keys go into the elements.
func (dec *decoder) slice(path Path, n *Node, v reflect.Value, r rules) {
	if v.Type().Elem().Kind() != reflect.Struct {
		if n.Kind != ListKind {
			dec.refuseType(path, n, "a list")
			return
		}
		for i, item := range n.Items {
			e := reflect.New(v.Type().Elem()).Elem()
			dec.value(path.Index(i), item, e, rules{})
			v.Set(reflect.Append(v, e))
		}
		return
	}
	if n.Kind != MapKind {
		dec.refuseType(path, n, "a map of keys and values")
		return
	}
	if least, ok := r.get("minProperties"); ok {
		if want, _ := strconv.Atoi(least); len(n.Pairs) < want {
			dec.report.Add(outOfRange{at: place{dec.d, path}, got: n, want: "at least " + plural(want, "key")})
		}
	}
	key := shapeOf(v.Type().Elem()).key
	for _, p := range n.Pairs {
		e := reflect.New(v.Type().Elem()).Elem()
		e.FieldByIndex(key.Index).SetString(p.Key.Text)
		dec.structure(path.Field(p.Key.Text), p.Value, e)
		v.Set(reflect.Append(v, e))
	}
}

// finite refuses the numbers of a part that is decoded later which no JSON has.
func (dec *decoder) finite(path Path, n *Node) {
	if n.Kind == IntKind || n.Kind == FloatKind {
		if _, ok := numberLiteral(n); !ok {
			dec.report.Add(notFinite{at: place{dec.d, path}, got: n})
		}
	}
	for _, p := range n.Pairs {
		dec.finite(path.Field(p.Key.Text), p.Value)
	}
	for i, item := range n.Items {
		dec.finite(path.Index(i), item)
	}
}

func (dec *decoder) refuseType(path Path, n *Node, want string) {
	dec.report.Add(wrongType{at: place{dec.d, path}, want: want, got: n})
}

// limits checks a text against the limits of its tag.
func (dec *decoder) limits(path Path, n *Node, r rules) {
	at := place{dec.d, path}
	length := utf8.RuneCountInString(n.Text)
	if least, ok := r.get("minLength"); ok {
		if want, _ := strconv.Atoi(least); length < want {
			dec.report.Add(outOfRange{at: at, got: n, want: "text that is not empty"})
		}
	}
	if most, ok := r.get("maxLength"); ok {
		if want, _ := strconv.Atoi(most); length > want {
			dec.report.Add(outOfRange{at: at, got: n, want: "at most " + most + " characters"})
		}
	}
	if pattern, ok := r.get("pattern"); ok && !compiled(pattern).MatchString(n.Text) {
		dec.report.Add(badName{at: at, got: n, pattern: pattern})
	}
	enum := r.all("enum")
	if r.connectors {
		enum = Connectors()
	}
	if len(enum) > 0 && !slices.Contains(enum, n.Text) {
		dec.report.Add(notInEnum{at: at, got: n, want: enum})
	}
}

// Connectors returns the connectors that a document may name, sorted.
func Connectors() []string {
	var out []string
	for _, c := range specs.Connectors() {
		if c.FlowSpec != "" && !strings.HasPrefix(c.Slug, "unknown-") {
			out = append(out, c.Slug)
		}
	}
	return out
}

var patterns sync.Map // pattern → *regexp.Regexp; there are three

func compiled(pattern string) *regexp.Regexp {
	if re, ok := patterns.Load(pattern); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(pattern)
	patterns.Store(pattern, re)
	return re
}

// rules are the limits of a value, as the tags of package schemas write them.
type rules struct {
	tag        string
	connectors bool
}

func (r rules) get(name string) (string, bool) {
	all := r.all(name)
	if len(all) == 0 {
		return "", false
	}
	return all[0], true
}

func (r rules) all(name string) []string {
	var out []string
	for part := range strings.SplitSeq(r.tag, ",") {
		if k, v, ok := strings.Cut(part, "="); ok && k == name {
			out = append(out, v)
		}
	}
	return out
}

// shape is what a struct of package schemas says about its form in a document.
type shape struct {
	fields   map[string]reflect.StructField
	required []string
	key      *reflect.StructField // takes the key of a map's pair
	short    *reflect.StructField // takes a bare value
	whole    *reflect.StructField // takes the whole value
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{fields: map[string]reflect.StructField{}}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Anonymous:
			continue
		case f.Tag.Get("key") == "true":
			s.key = &f
		case f.Tag.Get("whole") == "true":
			s.whole = &f
		}
		if f.Tag.Get("short") == "true" {
			s.short = &f
		}
		if name != "" && name != "-" {
			s.fields[name] = f
			if options != "omitempty" {
				s.required = append(s.required, name)
			}
		}
	}
	shapes.Store(t, s)
	return s
}
