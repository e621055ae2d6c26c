package decode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// validators are the compiled definitions of the file format, one for each kind
// of document. They are built on first use: most commands need none.
var (
	validators = sync.OnceValue(func() map[string]*jsonschema.Schema {
		return compiledSchema(schemas.JSONSchema, schemas.SchemaID)
	})
	looseValidators = sync.OnceValue(func() map[string]*jsonschema.Schema {
		return compiledSchema(schemas.EditorSchema, schemas.EditorSchemaID)
	})
)

func compiledSchema(text []byte, id string) map[string]*jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		panic("compiler: embedded schema: " + err.Error())
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(id, doc); err != nil {
		panic("compiler: embedded schema: " + err.Error())
	}
	out := map[string]*jsonschema.Schema{}
	for _, k := range append(schemas.Kinds(), schemas.KindProject) {
		out[k] = c.MustCompile(id + "#/definitions/" + k)
	}
	return out
}

// check validates a document against the schema of its kind and puts every
// fault back on its place.
func check(d *Variant, report *diag.Report) {
	k, ok := d.Kind()
	if !ok {
		report.Add(unknownKind{d.Root.Get("kind")})
		return
	}
	checkAs(d, k, validators()[k], report)
}

// checkLoose validates a document whose variables are not filled in. Only what
// lies inside of a value is reported, everything when there is none.
func checkLoose(d *Variant, within *document.Node, report *diag.Report) {
	k, ok := d.Kind()
	if !ok {
		report.Add(unknownKind{d.Root.Get("kind")})
		return
	}
	found := &diag.Report{}
	checkAs(d, k, looseValidators()[k], found)
	x := NewOrigins(d)
	report.Append(found.Map(func(f diag.Diagnostic) (diag.Diagnostic, bool) {
		s := f.Primary()
		return x.Explain(f), within == nil || s.File == within.Span.File && within.Span.Start <= s.Start &&
			s.End <= within.Span.End
	}))
}

func checkAs(d *Variant, k string, schema *jsonschema.Schema, report *diag.Report) {
	if d.Root.Kind != document.MapKind {
		report.Add(WrongType{At: Place{Doc: d}, Want: "a map of keys and values", Got: d.Root})
		return
	}
	v, finite := plain(d, nil, d.Root, report)
	if !finite {
		return
	}
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(v); errors.As(err, &invalid) {
		checkLeaves(d, k, invalid, report)
	}
}

// variablePattern is what the schema for editors requires of text that replaces
// something else.
const variablePattern = `\$\{var\.`

// checkLeaves turns the leaves of a tree of schema errors into problems; the
// nodes above only say that something below is wrong.
func checkLeaves(d *Variant, docKind string, e *jsonschema.ValidationError, report *diag.Report) {
	if _, ok := e.ErrorKind.(*kind.AnyOf); ok && len(e.Causes) > 0 {
		checkLeaves(d, docKind, e.Causes[0], report) // what it may be besides a variable
		return
	}
	if len(e.Causes) > 0 {
		for _, c := range e.Causes {
			checkLeaves(d, docKind, c, report)
		}
		return
	}
	path := pathOf(d, e.InstanceLocation)
	at := Place{Doc: d, Path: path}
	n := d.Find(path).Node
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			report.Add(unknownKey{at: Place{Doc: d, Path: path.Field(key)}, key: key, known: format.Keys(docKind, path)})
		}
	case *kind.Required:
		for _, key := range k.Missing {
			if misspelt(docKind, path, n, key) {
				continue // reported at the key
			}
			report.Add(MissingKey{At: at, Key: key})
		}
	case *kind.Type:
		report.Add(WrongType{At: at, Want: format.InWords(k.Want), Got: n})
	case *kind.Enum:
		report.Add(notInEnum{at: at, got: n, want: texts(k.Want)})
	case *kind.Pattern:
		if k.Want == variablePattern {
			report.Add(WrongType{At: at, Want: "another type of value", Got: n})
			return
		}
		k.Want, _, _ = strings.Cut(strings.TrimPrefix(k.Want, "("), ")|"+variablePattern)
		report.Add(badName{at: at, got: n, pattern: k.Want})
	case *kind.MinLength:
		report.Add(outOfRange{at: at, got: n, want: "text that is not empty"})
	case *kind.MaxLength:
		report.Add(outOfRange{at: at, got: n, want: "at most " + words.Spelled(k.Want, "character")})
	case *kind.MinProperties:
		report.Add(outOfRange{at: at, got: n, want: "at least " + words.Spelled(k.Want, "key")})
	case *kind.MinItems:
		report.Add(outOfRange{at: at, got: n, want: "at least " + words.Spelled(k.Want, "item")})
	case *kind.Minimum:
		report.Add(outOfRange{at: at, got: n, want: "at least " + number(k.Want)})
	case *kind.Maximum:
		report.Add(outOfRange{at: at, got: n, want: "at most " + number(k.Want)})
	case *kind.ExclusiveMinimum:
		report.Add(outOfRange{at: at, got: n, want: "more than " + number(k.Want)})
	default:
		report.Add(outOfRange{at: at, got: n, want: "another value"})
	}
}

// misspelt reports whether a map has an unknown key that may mean the given one.
func misspelt(docKind string, path document.Path, n *document.Node, key string) bool {
	known := nearest.Of(format.Keys(docKind, path))
	for _, p := range n.Pairs {
		if !slices.Contains(known.List(), p.Key.Text) && slices.Contains(MeantKeys(p.Key.Text, known), key) {
			return true
		}
	}
	return false
}

func number(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func texts(values []any) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		switch v.(type) {
		case string, bool:
			out = append(out, fmt.Sprint(v))
		}
	}
	return out
}

// pathOf turns the validator's location into a path; only the document knows
// whether a step is a key or an index.
func pathOf(d *Variant, location []string) document.Path {
	var path document.Path
	n := d.Root
	for _, step := range location {
		if n.Kind == document.ListKind {
			i, _ := strconv.Atoi(step) // a list is only entered by index
			path, n = path.Index(i), n.Items[i]
			continue
		}
		path, n = path.Field(step), n.Get(step)
	}
	return path
}

// plain returns a node as the values that the validator reads. It is false when
// a number has no place in JSON; that is reported here.
func plain(d *Variant, path document.Path, n *document.Node, report *diag.Report) (any, bool) {
	switch n.Kind {
	case document.NullKind:
		return nil, true
	case document.BoolKind:
		return strings.EqualFold(n.Text, "true"), true
	case document.IntKind, document.FloatKind:
		literal, ok := numberLiteral(n)
		if !ok {
			report.Add(notFinite{at: Place{Doc: d, Path: path}, got: n})
			return nil, false
		}
		return json.Number(literal), true
	case document.MapKind:
		m := make(map[string]any, len(n.Pairs))
		fine := true
		for _, p := range n.Pairs {
			v, ok := plain(d, path.Field(p.Key.Text), p.Value, report)
			m[p.Key.Text] = v
			fine = fine && ok
		}
		return m, fine
	case document.ListKind:
		l := make([]any, len(n.Items))
		fine := true
		for i, item := range n.Items {
			v, ok := plain(d, path.Index(i), item, report)
			l[i] = v
			fine = fine && ok
		}
		return l, fine
	default:
		return n.Text, true
	}
}
