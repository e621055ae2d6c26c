package rowtest

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/xdm"
)

// comparison compares the record of a row with an expected one.
type comparison struct {
	*run
	seen  map[string]bool // paths of the record that were compared as a whole
	above map[string]bool // paths that they lie below
}

// value compares what is at a path; ok says whether the record has something there.
func (c *comparison) value(where []string, path string, want, got eval.Value, ok bool) {
	c.Work++
	if want.Kind() == eval.Text {
		c.Work += int64(len(want.Str()) / 16)
	}
	differs := func(code Code) {
		d := Difference{Row: c.row, Path: path, Code: code, Where: where}
		if !want.IsNull() {
			d.Want = jsonText(want)
		}
		if ok {
			d.Got = jsonText(got)
		}
		if code == Missing {
			d.Message = c.failure(path)
		}
		c.add(d)
	}
	switch {
	case want.IsNull():
		if ok {
			differs(Unexpected)
		}
	case !ok:
		differs(Missing)
	case want.Kind() == eval.Object && got.Kind() == eval.Object && (want.Object().Len() > 0 || !c.test.Exactly):
		for i := range want.Object().Len() {
			key, value := want.Object().At(i)
			member, has := got.Object().Get(key.Str())
			c.value(append(slices.Clip(where), key.Str()), xdm.Join(path, key.Str()), value, member, has && !member.IsNull())
		}
		return
	case want.Kind() == eval.List && got.Kind() == eval.List && len(want.Items()) == len(got.Items()):
		for i, value := range want.Items() {
			index := strconv.Itoa(i)
			c.value(append(slices.Clip(where), index), path+"["+index+"]", value, got.Items()[i], !got.Items()[i].IsNull())
		}
	case !equal(want, got):
		differs(Different)
	}
	if ok && c.test.Exactly {
		c.see(path)
	}
}

// see notes that a path was compared. Only lists are asked whether it lies below them.
func (c *comparison) see(path string) {
	if c.seen == nil {
		c.seen, c.above = map[string]bool{}, map[string]bool{}
	}
	c.seen[path] = true
	for i := strings.LastIndexByte(path, '['); i >= 0; i = strings.LastIndexByte(path[:i], '[') {
		if c.above[path[:i]] {
			return
		}
		c.above[path[:i]] = true
	}
}

// rest reports what the record has besides what was compared. The last of where is replaced by its path.
func (c *comparison) rest(where []string, path string, got eval.Value) {
	c.Work++
	switch {
	case path != "" && c.seen[path]:
	case got.Kind() == eval.Object && (path == "" || got.Object().Len() > 0):
		for i := range got.Object().Len() {
			key, value := got.Object().At(i)
			c.rest(where, xdm.Join(path, key.Str()), value)
		}
	case got.Kind() == eval.List && c.above[path]:
		for i, value := range got.Items() {
			c.rest(where, path+"["+strconv.Itoa(i)+"]", value)
		}
	case !got.IsNull():
		at := append(slices.Clip(where[:len(where)-1]), path)
		c.add(Difference{Row: c.row, Path: path, Code: Unexpected, Got: jsonText(got), Where: at})
	}
}

// find follows a path in a record and returns what is there, with its path in full: of an array without an index, the
// first element.
func find(v eval.Value, at, path string) (eval.Value, string, bool) {
	steps, fault := xdm.Steps(path)
	if fault != nil {
		return eval.Value{}, path, false
	}
	for _, s := range steps {
		if v.Kind() == eval.List && len(v.Items()) > 0 {
			v, at = v.Items()[0], at+"[0]"
		}
		at = xdm.Join(at, s.Name)
		if v.Kind() != eval.Object {
			return eval.Value{}, path, false
		}
		v, _ = v.Object().Get(s.Name)
		for _, index := range s.Indexes {
			n, err := strconv.Atoi(index)
			if err != nil || v.Kind() != eval.List || n >= len(v.Items()) {
				return eval.Value{}, path, false
			}
			v, at = v.Items()[n], at+"["+index+"]"
		}
	}
	if v.IsNull() {
		return v, path, false
	}
	return v, at, true
}

func jsonText(v eval.Value) string { return string(eval.AppendJSON(nil, v)) }

// equal compares values as JSON has them: 1 is 1.0.
func equal(a, b eval.Value) bool {
	if isNumber(a) && isNumber(b) {
		x, okX := new(big.Rat).SetString(a.Scalar())
		y, okY := new(big.Rat).SetString(b.Scalar())
		return okX && okY && x.Cmp(y) == 0
	}
	return a.Kind() == b.Kind() && jsonText(a) == jsonText(b)
}

func isNumber(v eval.Value) bool { return v.Kind() >= eval.Int && v.Kind() <= eval.Decimal }
