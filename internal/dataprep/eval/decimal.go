package eval

import (
	"math/big"
	"strconv"
	"strings"
)

// decimal is a BigDecimal: unscaled × 10^-scale.
type decimal struct {
	unscaled *big.Int
	scale    int64
}

// precision is that of JEXL's arithmetic, in digits; it rounds half to even.
const precision = 34

// maxScale bounds exponents, so that no number needs more memory than it is worth.
const maxScale = 10_000

var ten = big.NewInt(10)

func pow10(n int64) *big.Int { return new(big.Int).Exp(ten, big.NewInt(n), nil) }

func (d *decimal) digits() int64 {
	if d.unscaled.Sign() == 0 {
		return 1
	}
	return int64(len(new(big.Int).Abs(d.unscaled).String()))
}

// parseDecimal reads what Java's BigDecimal takes.
func parseDecimal(s string) (*decimal, bool) {
	mantissa, exponent := asciiDigits(s), int64(0)
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		n, err := strconv.ParseInt(mantissa[i+1:], 10, 32)
		if err != nil || strings.Contains(mantissa[i+1:], "_") {
			return nil, false
		}
		mantissa, exponent = mantissa[:i], n
	}
	whole, part, _ := strings.Cut(mantissa, ".")
	digits := whole + part
	body := strings.TrimLeft(digits, "+-")
	if len(digits)-len(body) > 1 || body == "" || strings.Trim(body, "0123456789") != "" ||
		strings.ContainsAny(part, "+-") {
		return nil, false
	}
	n, ok := new(big.Int).SetString(digits, 10)
	scale := int64(len(part)) - exponent
	if !ok || scale > maxScale || scale < -maxScale {
		return nil, false
	}
	return &decimal{n, scale}, true
}

func decimalOf(n int64) *decimal { return &decimal{big.NewInt(n), 0} }

// round cuts d to the precision of the arithmetic.
func (d *decimal) round() *decimal {
	drop := d.digits() - precision
	if drop <= 0 {
		return d
	}
	r := &decimal{roundedQuotient(d.unscaled, pow10(drop)), d.scale - drop}
	return r.round() // 99…95 grows a digit
}

// roundedQuotient divides, half to even.
func roundedQuotient(x, y *big.Int) *big.Int {
	q, rest := new(big.Int).QuoRem(x, y, new(big.Int))
	twice := new(big.Int).Abs(rest)
	twice.Lsh(twice, 1)
	c := twice.Cmp(new(big.Int).Abs(y))
	if c > 0 || c == 0 && q.Bit(0) == 1 {
		if x.Sign()*y.Sign() < 0 {
			q.Sub(q, big.NewInt(1))
		} else {
			q.Add(q, big.NewInt(1))
		}
	}
	return q
}

// align returns both unscaled numbers at the larger scale.
func align(a, b *decimal) (x, y *big.Int, scale int64) {
	x, y = a.unscaled, b.unscaled
	switch {
	case a.scale < b.scale:
		x = new(big.Int).Mul(x, pow10(b.scale-a.scale))
	case b.scale < a.scale:
		y = new(big.Int).Mul(y, pow10(a.scale-b.scale))
	}
	return x, y, max(a.scale, b.scale)
}

func (d *decimal) cmp(e *decimal) int {
	x, y, _ := align(d, e)
	return x.Cmp(y)
}

func (d *decimal) equal(e *decimal) bool {
	return d.scale == e.scale && d.unscaled.Cmp(e.unscaled) == 0
}

func (d *decimal) add(e *decimal) *decimal {
	// Java: a zero gives the other number, rounded and with the larger scale.
	if d.unscaled.Sign() == 0 || e.unscaled.Sign() == 0 {
		other := d
		if d.unscaled.Sign() == 0 {
			other = e
		}
		scale := max(d.scale, e.scale)
		if other.unscaled.Sign() == 0 {
			return &decimal{new(big.Int), scale}
		}
		r := other.round()
		if grow := min(scale-r.scale, precision-r.digits()); grow > 0 {
			return &decimal{new(big.Int).Mul(r.unscaled, pow10(grow)), r.scale + grow}
		}
		return r
	}
	x, y, scale := align(d, e)
	return (&decimal{new(big.Int).Add(x, y), scale}).round()
}

func (d *decimal) neg() *decimal { return &decimal{new(big.Int).Neg(d.unscaled), d.scale} }

func (d *decimal) mul(e *decimal) *decimal {
	return (&decimal{new(big.Int).Mul(d.unscaled, e.unscaled), d.scale + e.scale}).round()
}

// div divides; the divisor is not zero.
func (d *decimal) div(e *decimal) *decimal {
	preferred := d.scale - e.scale
	if d.unscaled.Sign() == 0 {
		return &decimal{new(big.Int), preferred}
	}
	// Enough digits for the precision and one more than can be lost.
	extra := max(precision+3+e.digits()-d.digits(), 0)
	x := new(big.Int).Mul(d.unscaled, pow10(extra))
	q, rest := new(big.Int).QuoRem(x, e.unscaled, new(big.Int))
	r := &decimal{q, preferred + extra}
	if rest.Sign() != 0 { // a digit that rounds what is not zero
		q.Mul(q, ten)
		if x.Sign()*e.unscaled.Sign() < 0 {
			q.Sub(q, big.NewInt(1))
		} else {
			q.Add(q, big.NewInt(1))
		}
		r.scale++
		return r.round()
	}
	return r.round().strip(preferred) // exact: as few digits as the scale allows
}

// rem is what is left after dividing toward zero; the divisor is not zero.
func (d *decimal) rem(e *decimal) (*decimal, bool) {
	x, y, _ := align(d, e)
	if x.CmpAbs(y) < 0 {
		return d, true
	}
	q := &decimal{new(big.Int).Quo(x, y), 0}
	if q.digits() > precision {
		return nil, false // Java: division impossible
	}
	// Java scales the quotient to the difference of the scales where it can.
	preferred := d.scale - e.scale
	if grow := min(preferred, precision-q.digits()); grow > 0 {
		q = &decimal{new(big.Int).Mul(q.unscaled, pow10(grow)), grow}
	} else {
		q = q.strip(preferred)
	}
	product := &decimal{new(big.Int).Mul(q.unscaled, e.unscaled), q.scale + e.scale}
	a, b, scale := align(d, product)
	return &decimal{new(big.Int).Sub(a, b), scale}, true
}

// strip removes zeros at the end, down to a scale.
func (d *decimal) strip(scale int64) *decimal {
	for d.scale > scale {
		q, rest := new(big.Int).QuoRem(d.unscaled, ten, new(big.Int))
		if rest.Sign() != 0 {
			break
		}
		d = &decimal{q, d.scale - 1}
	}
	return d
}

// whole is d without its fraction.
func (d *decimal) whole() *big.Int {
	if d.scale <= 0 {
		return new(big.Int).Mul(d.unscaled, pow10(-d.scale))
	}
	return new(big.Int).Quo(d.unscaled, pow10(d.scale))
}

// exact is d as a long, if it is one.
func (d *decimal) exact() (int64, bool) {
	n := d.whole()
	if !n.IsInt64() || (&decimal{n, 0}).cmp(d) != 0 {
		return 0, false
	}
	return n.Int64(), true
}

func (d *decimal) float() float64 {
	f, _ := strconv.ParseFloat(d.String(), 64)
	return f
}

// String is Java's: plain while the exponent is small, else scientific.
func (d *decimal) String() string {
	s := new(big.Int).Abs(d.unscaled).String()
	sign := ""
	if d.unscaled.Sign() < 0 {
		sign = "-"
	}
	exponent := int64(len(s)) - 1 - d.scale
	switch {
	case d.scale == 0:
	case d.scale > 0 && exponent >= -6:
		if pad := d.scale - int64(len(s)) + 1; pad > 0 {
			s = strings.Repeat("0", int(pad)) + s
		}
		at := int64(len(s)) - d.scale
		s = s[:at] + "." + s[at:]
	default:
		if len(s) > 1 {
			s = s[:1] + "." + s[1:]
		}
		if exponent != 0 {
			s += "E" + map[bool]string{true: "+", false: ""}[exponent > 0] + strconv.FormatInt(exponent, 10)
		}
	}
	return sign + s
}
