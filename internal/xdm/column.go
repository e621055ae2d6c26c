package xdm

import (
	"encoding/json"
	"strings"

	"github.com/aepflow/aepflow/internal/nearest"
)

// Column is a source column as the platform's explore call describes it and as
// a source connection carries it.
type Column struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	XDMType string `json:"meta:xdmType,omitempty"` // says that a string is a time
	XDM     Shape  `json:"xdm"`
}

var columnShapes = []struct {
	word          string
	typ, metaType string
	shape         Shape
}{
	{"string", "string", "", Shape{Type: "string"}},
	{"boolean", "boolean", "", Shape{Type: "boolean"}},
	{"integer", "integer", "", bounded("-2147483648", "2147483647")},
	// No page shows a 64-bit column; this is the range that XDM calls long.
	{"long", "integer", "", bounded("-9007199254740991", "9007199254740991")},
	{"double", "double", "", Shape{Type: "number"}},
	// The platform tells dates and times apart nowhere in a source column.
	{"date", "string", "date-time", Shape{Type: "string", Format: "date-time"}},
	{"date-time", "string", "date-time", Shape{Type: "string", Format: "date-time"}},
}

// ColumnTypes are the words for types of columns.
func ColumnTypes() []string {
	var out []string
	for _, c := range columnShapes {
		out = append(out, c.word)
	}
	return out
}

// SourceColumn returns the column of that name and type word.
func SourceColumn(name, word string) (Column, bool) {
	for _, c := range columnShapes {
		if c.word == word {
			return Column{Name: name, Type: c.typ, XDMType: c.metaType, XDM: c.shape}, true
		}
	}
	return Column{}, false
}

// ColumnType returns the type word of a column that the platform described;
// date and date-time read the same and come back as date-time.
func ColumnType(c Column) string {
	switch {
	case c.XDMType == "date-time" || c.XDM.Format == "date-time" || c.XDM.Format == "date":
		return "date-time"
	case c.Type == "boolean":
		return "boolean"
	case c.Type == "integer" && wider(c.XDM.Maximum):
		return "long"
	case c.Type == "integer":
		return "integer"
	case c.Type == "double" || c.Type == "number":
		return "double"
	default:
		return "string"
	}
}

func wider(most json.Number) bool {
	n, err := most.Float64()
	return err == nil && n > 1<<31
}

// NearestColumnType suggests a word for a type that is none: another database's
// word for it, or the nearest spelling.
func NearestColumnType(word string) string {
	folded, _, _ := strings.Cut(strings.ToLower(word), "(") // varchar(255)
	if other := map[string]string{
		"text": "string", "varchar": "string", "char": "string", "nvarchar": "string", "str": "string", "uuid": "string", "guid": "string", "json": "string",
		"bool": "boolean", "bit": "boolean", "int": "integer", "int32": "integer", "smallint": "integer", "tinyint": "integer", "serial": "integer",
		"bigint": "long", "int64": "long", "bigserial": "long", "float": "double", "float64": "double", "number": "double", "numeric": "double",
		"decimal": "double", "real": "double", "datetime": "date-time", "timestamp": "date-time", "timestamptz": "date-time", "time": "date-time",
	}[strings.TrimSpace(folded)]; other != "" {
		return other
	}
	return only(word, nearest.Of(ColumnTypes()))
}
