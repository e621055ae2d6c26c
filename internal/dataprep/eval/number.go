package eval

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// floatDigits is -1 for as few digits as needed; a test tries more, as older Java does.
var floatDigits = -1

// floatText writes a number as Java's Double.toString and Float.toString do.
func floatText(f float64, bits int) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		if math.Signbit(f) {
			return "-0.0"
		}
		return "0.0"
	}
	if abs := math.Abs(f); abs >= 1e-3 && abs < 1e7 {
		s := strconv.FormatFloat(f, 'f', -1, bits)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	s := strconv.FormatFloat(f, 'e', floatDigits, bits)
	mantissa, exponent, _ := strings.Cut(s, "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exponent)
	return mantissa + "E" + strconv.Itoa(n)
}

// parseFloat reads what Java's Double.valueOf takes: blanks around, a suffix d or f,
// NaN, Infinity, and hexadecimal numbers with an exponent.
func parseFloat(s string, bits int) (float64, bool) {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	sign, body := "", s
	if s != "" && (s[0] == '+' || s[0] == '-') {
		sign, body = s[:1], s[1:]
	}
	switch body {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		if sign == "-" {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	case "":
		return 0, false
	}
	hex := strings.HasPrefix(body, "0x") || strings.HasPrefix(body, "0X")
	if last := body[len(body)-1]; strings.IndexByte("dDfF", last) >= 0 && (!hex || strings.ContainsAny(body, "pP")) {
		body = body[:len(body)-1]
	}
	digits := "0123456789"
	rest := strings.Trim(body, digits+".eE+-")
	if hex {
		rest = strings.Trim(body, digits+"abcdefABCDEFxX.pP+-")
		if !strings.ContainsAny(body, "pP") {
			return 0, false
		}
	}
	if body == "" || rest != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(sign+body, bits)
	if err != nil && !isRange(err) {
		return 0, false
	}
	return f, true
}

func isRange(err error) bool {
	e, ok := err.(*strconv.NumError)
	return ok && e.Err == strconv.ErrRange
}

// parseWhole reads what Java's Integer.valueOf takes: a sign and digits of any script.
func parseWhole(s string, bits int) (int64, bool) {
	n, err := strconv.ParseInt(asciiDigits(s), 10, bits)
	return n, err == nil && !strings.Contains(s, "_")
}

func parseBig(s string) (*big.Int, bool) {
	if strings.Contains(s, "_") {
		return nil, false
	}
	return new(big.Int).SetString(asciiDigits(s), 10)
}

// asciiDigits rewrites the digits of other scripts.
func asciiDigits(s string) string {
	if ascii(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < 0x80 || !unicode.IsDigit(r) {
			return r
		}
		zero := r
		for unicode.IsDigit(zero-1) && r-zero < 9 { // each script has its ten digits in a row
			zero--
		}
		if d := r - zero; d <= 9 && (zero&0xf == 0 || zero&0xf == 6) {
			return '0' + d
		}
		return r
	}, s)
}

// saturate is Java's cast of a floating number to a long.
func saturate(f float64) int64 {
	switch {
	case math.IsNaN(f):
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}
