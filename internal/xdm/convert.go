package xdm

import "strings"

// Outcome says whether a value of one type can fill a field of another.
type Outcome uint8

// The outcomes, best first.
const (
	Fits     Outcome = iota
	Doubtful         // depends on the values
	Unfit            // never works
)

func (o Outcome) String() string {
	switch o {
	case Fits:
		return "ok"
	case Doubtful:
		return "warning"
	default:
		return "error"
	}
}

// Conversion is an outcome with its reason, empty when it fits.
type Conversion struct {
	Outcome Outcome
	Reason  string
}

// Reasons of conversions.
const (
	TextToNumber  = "text-to-number"  // only texts that are numbers
	TextToDate    = "text-to-date"    // only texts in one of the platform's formats; date(…) says which
	TextToBoolean = "text-to-boolean" // only y yes Y YES on ON true TRUE and their opposites
	Lossy         = "lossy"           // the fraction is lost
	Narrowing     = "narrowing"       // values beyond the target's range are refused
	NumberToDate  = "number-to-date"  // needs date(…) or dformat(…)
	NoConversion  = "no-conversion"   // there is none
	NeedsObject   = "needs-object"    // a single value cannot fill an object, array or map
	NeedsScalar   = "needs-scalar"    // an object, array or map cannot fill a single value
)

// widths orders the integer types.
var widths = map[string]int{"byte": 1, "short": 2, "int": 3, "integer": 3, "long": 4}

// Convertible compares a value of type from (a column type, object, map, array,
// array<…>, null, or "" when it is not known) with a field. Only some cells
// of the table are published; where the platform's behavior is a guess, the
// outcome is Doubtful.
func Convertible(from string, to Field) Conversion {
	base, _, _ := strings.Cut(from, "<")
	if base == "" || base == "null" || !to.Checked {
		return Conversion{}
	}
	composite := base == "object" || base == "map" || base == "array"
	switch to.Kind {
	case Object, Map:
		switch {
		case base == "object" || base == "map":
			return Conversion{}
		case base == "array":
			return Conversion{Unfit, NoConversion}
		}
		return Conversion{Unfit, NeedsObject}
	case Array:
		switch {
		case base == "array":
			return Conversion{}
		case composite:
			return Conversion{Unfit, NoConversion}
		}
		return Conversion{Unfit, NeedsObject}
	}
	if composite {
		return Conversion{Unfit, NeedsScalar}
	}
	return scalarConversion(base, to.Type)
}

func scalarConversion(from, to string) Conversion {
	if to == "string" {
		return Conversion{}
	}
	switch from {
	case "string":
		switch to {
		case "boolean":
			return Conversion{Doubtful, TextToBoolean}
		case "date", "date-time":
			return Conversion{Doubtful, TextToDate}
		}
		return Conversion{Doubtful, TextToNumber}
	case "boolean":
		if to == "boolean" {
			return Conversion{}
		}
	case "integer", "long":
		switch {
		case to == "number":
			return Conversion{}
		case to == "date" || to == "date-time":
			return Conversion{Doubtful, NumberToDate}
		case widths[to] > 0 && widths[to] < widths[from]:
			return Conversion{Doubtful, Narrowing}
		case widths[to] > 0:
			return Conversion{}
		}
	case "double":
		switch {
		case to == "number":
			return Conversion{}
		case widths[to] > 0:
			return Conversion{Doubtful, Lossy}
		}
	case "date", "date-time":
		if to == "date" || to == "date-time" {
			return Conversion{}
		}
	}
	return Conversion{Unfit, NoConversion}
}
