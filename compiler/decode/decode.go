// Package decode reads documents for a target: it applies defaults, overlays, and variables, and decodes the result
// strictly into the types of package schemas.
//
// In: trees in which every value has a position, and a target. Out: Go values, variants of documents that know where
// each value comes from, and diagnostics. Law: the JSON Schema accepts exactly what the decoder accepts.
package decode

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
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// Read decodes a document. The schema accepts exactly what the decoder
// accepts and takes longer for it: it is asked only what is wrong with the rest, of
// which the value is nil.
func Read(d *Variant) (any, *diag.Report) {
	found := &diag.Report{}
	if d.Root.Kind == document.MapKind {
		if v := decode(d, found); !found.HasErrors() {
			return v, found
		}
	}
	explained := &diag.Report{}
	if check(d, explained); explained.HasErrors() {
		return nil, explained
	}
	return nil, found
}

// ReadPart decodes what can be read of a document that has faults, which Read has reported.
func ReadPart(d *Variant) any { return decode(d, &diag.Report{}) }

// decode reads a checked document strictly into the type of its kind. What it
// refuses the schema refuses too, and the other way round; a property test
// holds the two together. The result is one of *schemas.Dataflow, Connection,
// Schema, Dataset, FieldGroup, Class, DataType, Namespace.
func decode(d *Variant, report *diag.Report) any {
	k, ok := d.Kind()
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
	case schemas.KindFieldGroup:
		out = new(schemas.FieldGroup)
	case schemas.KindClass:
		out = new(schemas.Class)
	case schemas.KindDataType:
		out = new(schemas.DataType)
	case schemas.KindNamespace:
		out = new(schemas.Namespace)
	case schemas.KindProject:
		out = new(schemas.Project)
	default:
		out = new(schemas.Dataflow)
	}
	dec := decoder{d: d, report: report}
	dec.structure(make(document.Path, 0, 8), d.Root, reflect.ValueOf(out).Elem())
	return out
}

// decoder reads one document. The steps of a path are written over by the next
// value: a fault says its words when it is reported.
type decoder struct {
	d      *Variant
	report *diag.Report
}

func field(key string) document.Step { return document.Step{Key: key} }

func item(i int) document.Step { return document.Step{Index: i, IsIndex: true} }

// scalarTaker is a type that keeps a scalar as it was written.
type scalarTaker interface {
	TakeScalar(kind schemas.ScalarKind, text string) bool
}

func (dec *decoder) value(path document.Path, n *document.Node, v reflect.Value, r *rules) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if taker, ok := v.Addr().Interface().(scalarTaker); ok {
		dec.scalar(path, n, taker, v.Type())
		return
	}
	if v.Type() == reflect.TypeFor[schemas.Partial]() {
		if n.Kind != document.MapKind {
			dec.refuseType(path, n, "a map of keys and values")
		}
		dec.finite(path, n)
		return
	}
	if free, ok := v.Addr().Interface().(*schemas.Free); ok {
		dec.finite(path, n)
		free.JSON = JSON(n)
		return
	}
	if data, ok := v.Addr().Interface().(*schemas.Data); ok {
		dec.data(path, n, data, r)
		return
	}
	switch v.Kind() {
	case reflect.String:
		if n.Kind != document.StringKind {
			dec.refuseType(path, n, "text")
			return
		}
		dec.limits(path, n, r)
		v.SetString(n.Text)
	case reflect.Bool:
		if n.Kind != document.BoolKind {
			dec.refuseType(path, n, "true or false")
			return
		}
		v.SetBool(strings.EqualFold(n.Text, "true"))
	case reflect.Int64, reflect.Float64:
		dec.number(path, n, v, r)
	case reflect.Struct:
		dec.structure(path, n, v)
	case reflect.Slice:
		if paths, ok := v.Addr().Interface().(*schemas.Paths); ok {
			dec.paths(path, n, paths)
			return
		}
		dec.slice(path, n, v, r)
	default:
		panic("compiler: no decoding of " + v.Type().String())
	}
}

// scalar gives a scalar to a type that keeps it. A number is given in JSON's
// spelling, a whole one as an integer however it was written.
func (dec *decoder) scalar(path document.Path, n *document.Node, taker scalarTaker, t reflect.Type) {
	sort, text := schemas.Text, n.Text
	switch n.Kind {
	case document.StringKind:
	case document.BoolKind:
		sort, text = schemas.Boolean, strings.ToLower(n.Text)
	case document.IntKind, document.FloatKind:
		literal, ok := numberLiteral(n)
		if !ok {
			dec.report.Add(notFinite{at: Place{dec.d, path}, got: n})
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

func (dec *decoder) number(path document.Path, n *document.Node, v reflect.Value, r *rules) {
	want := "a number"
	if v.Kind() == reflect.Int64 {
		want = "an integer"
	}
	if n.Kind != document.IntKind && n.Kind != document.FloatKind {
		dec.refuseType(path, n, want)
		return
	}
	literal, ok := numberLiteral(n)
	if !ok {
		dec.report.Add(notFinite{at: Place{dec.d, path}, got: n})
		return
	}
	rat, _ := new(big.Rat).SetString(literal)
	if v.Kind() == reflect.Int64 && !rat.IsInt() {
		dec.refuseType(path, n, want)
		return
	}
	for _, b := range r.bounds {
		if b.bad(rat.Cmp(b.limit)) {
			dec.report.Add(outOfRange{at: Place{dec.d, path}, got: n, want: b.word + b.text})
			return
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
func (dec *decoder) structure(path document.Path, n *document.Node, v reflect.Value) {
	s := shapeOf(v.Type())
	if s.whole != nil {
		dec.value(path, n, v.FieldByIndex(s.whole.index), &s.whole.rules)
		return
	}
	if n.Kind != document.MapKind {
		if s.short == nil || n.Kind == document.NullKind || n.Kind == document.ListKind {
			dec.refuseType(path, n, "a map of keys and values")
			return
		}
		dec.value(path, n, v.FieldByIndex(s.short.index), &s.short.rules)
		return
	}
	for _, p := range n.Pairs {
		at := append(path, field(p.Key.Text))
		f, ok := s.fields[p.Key.Text]
		if !ok {
			k, _ := dec.d.Kind()
			dec.report.Add(unknownKey{at: Place{dec.d, at}, key: p.Key.Text, known: format.Keys(k, path)})
			continue
		}
		dec.value(at, p.Value, v.FieldByIndex(f.index), &f.rules)
	}
	for _, key := range s.required {
		if n.Get(key) == nil {
			dec.report.Add(MissingKey{At: Place{dec.d, path}, Key: key})
		}
	}
}

// slice reads a list, or a map whose keys go into the elements.
func (dec *decoder) slice(path document.Path, n *document.Node, v reflect.Value, r *rules) {
	if of := v.Type().Elem(); of.Kind() != reflect.Struct || isListed(of) {
		if n.Kind != document.ListKind {
			dec.refuseType(path, n, "a list")
			return
		}
		makeRoom(v, len(n.Items))
		for i, value := range n.Items {
			dec.value(append(path, item(i)), value, v.Index(i), &rules{})
		}
		return
	}
	if choices, ok := v.Addr().Interface().(*schemas.Choices); ok && n.Kind == document.ListKind {
		for i, value := range n.Items {
			var c schemas.Choice
			dec.value(append(path, item(i)), value, reflect.ValueOf(&c.Value).Elem(), &rules{})
			*choices = append(*choices, c)
		}
		return
	}
	if n.Kind != document.MapKind {
		dec.refuseType(path, n, "a map of keys and values")
		return
	}
	if len(n.Pairs) < r.minProperties {
		dec.report.Add(outOfRange{at: Place{dec.d, path}, got: n, want: "at least " + words.Spelled(r.minProperties, "key")})
	}
	key := shapeOf(v.Type().Elem()).key
	makeRoom(v, len(n.Pairs))
	for i, p := range n.Pairs {
		v.Index(i).FieldByIndex(key.index).SetString(p.Key.Text)
		dec.structure(append(path, field(p.Key.Text)), p.Value, v.Index(i))
	}
}

// isListed reports whether the elements of a type are written as a list: those of others are written as a map.
func isListed(of reflect.Type) bool {
	s := shapeOf(of)
	return s.key == nil && s.whole == nil
}

// paths reads one path, or a list of them.
func (dec *decoder) paths(path document.Path, n *document.Node, v *schemas.Paths) {
	one := &rules{minLength: 1}
	switch n.Kind {
	case document.StringKind:
		dec.limits(path, n, one)
		*v = schemas.Paths{n.Text}
	case document.ListKind:
		if len(n.Items) == 0 {
			dec.report.Add(outOfRange{at: Place{dec.d, path}, got: n, want: "at least one item"})
		}
		*v = make(schemas.Paths, len(n.Items))
		for i, value := range n.Items {
			dec.value(append(path, item(i)), value, reflect.ValueOf(*v).Index(i), one)
		}
	default:
		dec.refuseType(path, n, "text or a list")
	}
}

// makeRoom makes a slice of n elements; none stays nil.
func makeRoom(v reflect.Value, n int) {
	if n > 0 {
		v.Set(reflect.MakeSlice(v.Type(), n, n))
	}
}

// finite refuses the numbers of a part that is decoded later which no JSON has.
func (dec *decoder) finite(path document.Path, n *document.Node) {
	if n.Kind == document.IntKind || n.Kind == document.FloatKind {
		if _, ok := numberLiteral(n); !ok {
			dec.report.Add(notFinite{at: Place{dec.d, path}, got: n})
		}
	}
	for _, p := range n.Pairs {
		dec.finite(append(path, field(p.Key.Text)), p.Value)
	}
	for i, value := range n.Items {
		dec.finite(append(path, item(i)), value)
	}
}

// data keeps a map as JSON.
func (dec *decoder) data(path document.Path, n *document.Node, v *schemas.Data, r *rules) {
	if n.Kind != document.MapKind {
		dec.refuseType(path, n, "a map of keys and values")
		return
	}
	if len(n.Pairs) < r.minProperties {
		dec.report.Add(outOfRange{at: Place{dec.d, path}, got: n, want: "at least " + words.Spelled(r.minProperties, "key")})
	}
	dec.finite(path, n)
	v.JSON = JSON(n)
}

func (dec *decoder) refuseType(path document.Path, n *document.Node, want string) {
	dec.report.Add(WrongType{At: Place{dec.d, path}, Want: want, Got: n})
}

// limits checks a text against the limits of its tag.
func (dec *decoder) limits(path document.Path, n *document.Node, r *rules) {
	at := Place{dec.d, path}
	if r.minLength+r.maxLength > 0 {
		length := utf8.RuneCountInString(n.Text)
		if length < r.minLength {
			dec.report.Add(outOfRange{at: at, got: n, want: "text that is not empty"})
		}
		if r.maxLength > 0 && length > r.maxLength {
			dec.report.Add(outOfRange{at: at, got: n, want: "at most " + words.Spelled(r.maxLength, "character")})
		}
	}
	if r.pattern != nil && !r.pattern.MatchString(n.Text) {
		dec.report.Add(badName{at: at, got: n, pattern: r.pattern.String()})
	}
	if len(r.enum) > 0 && !slices.Contains(r.enum, n.Text) {
		dec.report.Add(notInEnum{at: at, got: n, want: r.enum})
	}
}

// rules are the limits of a value, as the tags of package schemas write them. The
// zero rules allow everything.
type rules struct {
	minLength, maxLength, minProperties int // 0: any
	pattern                             *regexp.Regexp
	enum                                []string
	bounds                              []bound
}

// bound is one limit of a number.
type bound struct {
	word, text string // as messages say it: at least 1
	limit      *big.Rat
	bad        func(compared int) bool
}

// limits are the words of the tag `jsonschema` that limit a value; docs/schema-tags.md explains them.
var limits = map[string]func(r *rules, value string){
	"minLength":        func(r *rules, value string) { r.minLength, _ = strconv.Atoi(value) },
	"maxLength":        func(r *rules, value string) { r.maxLength, _ = strconv.Atoi(value) },
	"minProperties":    func(r *rules, value string) { r.minProperties, _ = strconv.Atoi(value) },
	"pattern":          func(r *rules, value string) { r.pattern = regexp.MustCompile(value) },
	"enum":             func(r *rules, value string) { r.enum = append(r.enum, value) },
	"minimum":          func(r *rules, value string) { r.bind("at least ", value, func(c int) bool { return c < 0 }) },
	"maximum":          func(r *rules, value string) { r.bind("at most ", value, func(c int) bool { return c > 0 }) },
	"exclusiveMinimum": func(r *rules, value string) { r.bind("more than ", value, func(c int) bool { return c <= 0 }) },
}

func parseRules(tag reflect.StructTag) rules {
	var r rules
	for part := range strings.SplitSeq(tag.Get("jsonschema"), ",") {
		word, value, _ := strings.Cut(part, "=")
		if set := limits[word]; set != nil {
			set(&r, value)
		}
	}
	switch tag.Get("values") {
	case "connectors":
		r.enum = specs.SourceSlugs()
	case "column-types":
		r.enum = schemas.ColumnTypes()
	case "namespace-types":
		r.enum = specs.NamespaceTypes()
	}
	return r
}

// bind adds a limit of a number.
func (r *rules) bind(word, text string, bad func(int) bool) {
	limit, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("compiler: no number in a tag: " + text)
	}
	r.bounds = append(r.bounds, bound{word, text, limit, bad})
}

// shape is what a struct of package schemas says about its form in a document.
type shape struct {
	fields   map[string]*member
	required []string
	key      *member // takes the key of a map's pair
	short    *member // takes a bare value
	whole    *member // takes the whole value
}

// member is a field of a struct with the rules of its tags.
type member struct {
	index []int
	rules rules
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{fields: map[string]*member{}}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		m := &member{f.Index, parseRules(f.Tag)}
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Tag.Get("key") == "true":
			s.key = m
		case f.Tag.Get("whole") == "true":
			s.whole = m
		}
		if f.Tag.Get("short") == "true" {
			s.short = m
			if name == "-" {
				s.short = &member{f.Index, rules{minLength: 1}}
			}
		}
		if name != "" && name != "-" {
			s.fields[name] = m
			if options != "omitempty" {
				s.required = append(s.required, name)
			}
		}
	}
	shapes.Store(t, s)
	return s
}
