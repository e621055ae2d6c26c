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
	seen []string // paths of the record that were compared as a whole
}

// value compares what is at a path; ok says whether the record has something there.
func (c *comparison) value(where []string, path string, want, got eval.Value, ok bool) {
	d := Difference{Row: c.row, Path: path, Want: text(want), Where: where}
	if ok {
		d.Got = text(got)
	}
	switch {
	case want.IsNull():
		if ok {
			d.Code, d.Want = Unexpected, ""
			c.add(d)
		}
	case !ok:
		d.Code, d.Message = Missing, c.failure(path)
		c.add(d)
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
			c.value(append(slices.Clip(where), index), path+"["+index+"]", value, got.Items()[i], true)
		}
	case !equal(want, got):
		d.Code = Different
		c.add(d)
	}
	c.seen = append(c.seen, path)
}

// rest reports what the record has besides what was compared. The last of where is replaced by its path.
func (c *comparison) rest(where []string, path string, got eval.Value) {
	switch {
	case path != "" && slices.ContainsFunc(c.seen, func(seen string) bool { return within(path, seen) }):
	case got.Kind() == eval.Object && (path == "" || got.Object().Len() > 0):
		for i := range got.Object().Len() {
			key, value := got.Object().At(i)
			c.rest(where, xdm.Join(path, key.Str()), value)
		}
	case got.Kind() == eval.List && slices.ContainsFunc(c.seen, func(seen string) bool { return within(seen, path) }):
		for i, value := range got.Items() {
			c.rest(where, path+"["+strconv.Itoa(i)+"]", value)
		}
	case !got.IsNull():
		at := append(slices.Clip(where[:len(where)-1]), path)
		c.add(Difference{Row: c.row, Path: path, Code: Unexpected, Got: text(got), Where: at})
	}
}

// within reports whether a path is another one or lies below it.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
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

func text(v eval.Value) string { return string(eval.AppendJSON(nil, v)) }

// equal compares values as JSON has them: 1 is 1.0.
func equal(a, b eval.Value) bool {
	if isNumber(a) && isNumber(b) {
		x, okX := new(big.Rat).SetString(a.Scalar())
		y, okY := new(big.Rat).SetString(b.Scalar())
		return okX && okY && x.Cmp(y) == 0
	}
	return a.Kind() == b.Kind() && text(a) == text(b)
}

func isNumber(v eval.Value) bool { return v.Kind() >= eval.Int && v.Kind() <= eval.Decimal }
