package xdm

import (
	"errors"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/javatime"
	"github.com/aepflow/aepflow/internal/nearest"
)

// ConstantFault says why a text can never fill a field.
type ConstantFault struct {
	Code string
	Near string   // a value that was likely meant
	Want []string // what is possible, where that can be listed
}

// Codes of constants.
const (
	NotInEnum    = "not-in-enum"
	NotAPattern  = "pattern-mismatch"
	NotANumber   = "not-a-number"
	NotABoolean  = "not-a-boolean"
	NotADate     = "not-a-date"
	BelowMinimum = "below-minimum"
	AboveMaximum = "above-maximum"
	TooShort     = "too-short"
	TooLong      = "too-long"
)

// booleanWords are the texts that become true, then those that become false; no others do.
var booleanWords = []string{"y", "yes", "Y", "YES", "on", "ON", "true", "TRUE", "n", "N", "no", "NO", "off", "OFF",
	"false", "FALSE"}

// CheckConstant compares a text that is written into a mapping with its
// field; nil when it can fill it. Objects, arrays and unchecked fields take
// anything here: Convertible compares those.
func CheckConstant(value string, f Field) *ConstantFault {
	if !f.Checked || f.Kind != Scalar {
		return nil
	}
	switch f.Type {
	case "boolean":
		if !slices.Contains(booleanWords, value) {
			return &ConstantFault{Code: NotABoolean,
				Near: foldIn(value, []string{"true", "false", "yes", "no", "on", "off"}),
				Want: []string{"true", "false"}}
		}
	case "byte", "short", "int", "long":
		n, ok := ParseWhole(value)
		if !ok {
			return &ConstantFault{Code: NotANumber}
		}
		return CheckNumber(n, &f)
	case "number":
		n, ok := ParseNumber(value)
		if !ok {
			return &ConstantFault{Code: NotANumber}
		}
		return CheckNumber(n, &f)
	case "date", "date-time":
		if _, ok := javatime.ParseForm(value); !ok {
			return &ConstantFault{Code: NotADate}
		}
	case "string":
		return CheckText(value, &f)
	}
	return nil
}

// ParseNumber reads a number as fields of the type number take it: not infinite, and a number.
func ParseNumber(text string) (n float64, ok bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// ParseWhole reads a whole number of any size. Beyond 53 bits it is about that number, and beyond all ranges.
func ParseWhole(text string) (n float64, ok bool) {
	whole, err := strconv.ParseInt(text, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return ParseNumber(text)
	}
	return float64(whole), err == nil
}

// widthBounds are the ranges of the integer types.
var widthBounds = map[string][2]float64{
	"byte": {-128, 127}, "short": {-32768, 32767}, "int": {-2147483648, 2147483647},
	"long": {-9007199254740991, 9007199254740991},
}

// CheckNumber compares a number with the range of a field; nil when it lies in it.
func CheckNumber(n float64, f *Field) *ConstantFault {
	low, high, bounded := 0.0, 0.0, false
	if b, ok := widthBounds[f.Type]; ok {
		low, high, bounded = b[0], b[1], true
	}
	switch {
	case bounded && n < low || f.Minimum != nil && n < *f.Minimum:
		return &ConstantFault{Code: BelowMinimum}
	case bounded && n > high || f.Maximum != nil && n > *f.Maximum:
		return &ConstantFault{Code: AboveMaximum}
	}
	return nil
}

// CheckText compares a text with the enumeration, the lengths, and the pattern of a field; nil when it fits.
func CheckText(value string, f *Field) *ConstantFault {
	n := utf8.RuneCountInString(value)
	switch {
	case len(f.Enum) > 0 && !slices.Contains(f.Enum, value):
		near := foldIn(value, f.Enum)
		if near == "" {
			near = only(value, nearest.Of(f.Enum))
		}
		return &ConstantFault{Code: NotInEnum, Near: near, Want: f.Enum}
	case f.MaxLength > 0 && n > f.MaxLength:
		return &ConstantFault{Code: TooLong}
	case n < f.MinLength:
		return &ConstantFault{Code: TooShort}
	case f.Pattern != "":
		// A pattern that Go cannot read, or that takes long, is left to the platform.
		if re := patternOf(f.Pattern); re != nil && len(value) <= maxMatched && !re.MatchString(value) {
			return &ConstantFault{Code: NotAPattern, Want: []string{f.Pattern}}
		}
	}
	return nil
}

// The bounds of patterns and texts that are matched: the time is that of their product.
const (
	maxPattern = 4096      // bytes
	maxProgram = 10_000    // instructions
	maxMatched = 256 << 10 // bytes
)

// patterns are the compiled patterns of schemas; one that is not matched is nil.
var patterns sync.Map

func patternOf(pattern string) *regexp.Regexp {
	if re, ok := patterns.Load(pattern); ok {
		return re.(*regexp.Regexp)
	}
	re := compilePattern(pattern)
	patterns.Store(pattern, re)
	return re
}

func compilePattern(pattern string) *regexp.Regexp {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || len(pattern) > maxPattern {
		return nil
	}
	if program, err := syntax.Compile(tree.Simplify()); err != nil || len(program.Inst) > maxProgram {
		return nil
	}
	re, _ := regexp.Compile(pattern)
	return re
}

// IsBooleanText reports whether a text becomes true or false, and which.
func IsBooleanText(text string) (value, ok bool) {
	i := slices.Index(booleanWords, text)
	return i >= 0 && i < len(booleanWords)/2, i >= 0
}

func foldIn(value string, words []string) string {
	for _, w := range words {
		if strings.EqualFold(w, value) {
			return w
		}
	}
	return ""
}
