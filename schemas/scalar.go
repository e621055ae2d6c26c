package schemas

import (
	"fmt"
	"strconv"
	"time"
)

// ScalarKind is the sort of a scalar in a document.
type ScalarKind uint8

// The sorts of scalars.
const (
	Text ScalarKind = iota
	Integer
	Decimal
	Boolean
)

// Constant is a text, a number or a boolean, kept as it was written.
type Constant struct {
	Kind ScalarKind
	Text string
}

// TakeScalar sets c to a scalar of a document.
func (c *Constant) TakeScalar(kind ScalarKind, text string) bool {
	*c = Constant{kind, text}
	return true
}

// DatasetProfile says whether and how the data of a dataset go into Real-Time
// Customer Profile: true, false, or upsert.
type DatasetProfile string

// The values of a DatasetProfile.
const (
	NoProfile     DatasetProfile = ""
	InProfile     DatasetProfile = "true"
	ProfileUpsert DatasetProfile = "upsert"
)

// TakeScalar sets p to a scalar of a document.
func (p *DatasetProfile) TakeScalar(kind ScalarKind, text string) bool {
	switch {
	case kind == Boolean && text == "false":
		*p = NoProfile
	case kind == Boolean && text == "true", kind == Text && text == string(ProfileUpsert):
		*p = DatasetProfile(text)
	default:
		return false
	}
	return true
}

// Instant is a point in time: RFC 3339 text or epoch seconds.
type Instant struct {
	Kind ScalarKind
	Text string
}

// TakeScalar sets i to a scalar of a document; only text and integers are taken.
func (i *Instant) TakeScalar(kind ScalarKind, text string) bool {
	*i = Instant{kind, text}
	return kind == Text || kind == Integer
}

// Epoch returns the instant in seconds since 1970.
func (i Instant) Epoch() (int64, error) {
	if i.Kind == Integer {
		return strconv.ParseInt(i.Text, 10, 64)
	}
	t, err := time.Parse(time.RFC3339, i.Text)
	if err != nil {
		return 0, fmt.Errorf("%q is not an RFC 3339 time", i.Text)
	}
	return t.Unix(), nil
}

// Data is a map that is passed on as it is written, as JSON.
type Data struct{ JSON []byte }
