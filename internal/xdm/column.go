package xdm

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
	// A source column does not distinguish dates from times.
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
