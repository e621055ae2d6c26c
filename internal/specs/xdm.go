package specs

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
)

// XDMModel is what Adobe's Experience Data Model says about the standard classes
// and field groups: https://github.com/adobe/xdm, Copyright Adobe, CC BY 4.0,
// flattened into paths (see NOTICE).
type XDMModel struct {
	Components []XDMComponent // classes first, then field groups by slug
	DataTypes  []XDMDataType  // by $id
	Profile    []XDMField     // every path of the profile behaviour, sorted
	Event      []XDMField     // every path of the experience event behaviour, sorted
}

// XDMComponent is a class or a field group.
type XDMComponent struct {
	Slug     string
	ID       string // $id
	Title    string
	Kind     string // class or fieldgroup
	Status   string
	Extends  []string // $ids; empty for a field group: fits every class
	Required []string // what every record of a class must have
}

// XDMDataType is a data type that fields of the model are of. Its own fields are
// those below one of its paths.
type XDMDataType struct {
	ID    string // $id
	Event bool   // Path is one of the experience event behaviour
	Path  string
}

// XDMField is one path in compatibility form: `[*]` is any element of an
// array, a segment `*` any key of a map.
type XDMField struct {
	Path string
	*XDMShape
	From []int // numbers of the components that give the path, ascending
}

// XDMShape is what is known about a field; fields that agree share one.
type XDMShape struct {
	Type       string          `json:"type"`
	Format     string          `json:"format"`
	XDMType    string          `json:"xdmType"` // where it differs from Type
	Enum       []string        `json:"enum"`
	Pattern    string          `json:"pattern"`
	MinLength  int             `json:"minLength"`
	MaxLength  int             `json:"maxLength"` // 0: none
	Minimum    *float64        `json:"minimum"`
	Maximum    *float64        `json:"maximum"`
	Default    json.RawMessage `json:"default"`
	Required   bool            `json:"required"` // by its parent object
	Deprecated bool            `json:"deprecated"`
}

//go:embed data/xdm.tsv
var xdmText string

var xdmModel = sync.OnceValue(func() *XDMModel { return parseXDM(xdmText) })

// XDM returns the embedded model, parsed on the first call. Callers only read it.
func XDM() *XDMModel { return xdmModel() }

// parseXDM reads the line format that the head of xdm.tsv describes. All
// strings but those in shapes are parts of text, so that 3,300 paths cost no
// allocations; a line that is not understood is our own bug.
func parseXDM(text string) *XDMModel {
	x := &XDMModel{Profile: make([]XDMField, 0, 1300), Event: make([]XDMField, 0, 2100)}
	var from [][]int
	var shapes []*XDMShape
	var into *[]XDMField
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if strings.HasPrefix(line, "#") {
			continue
		}
		word, more, _ := strings.Cut(line, "\t")
		switch {
		case into != nil && word != "behaviour":
			shape, set, _ := strings.Cut(more, "\t")
			*into = append(*into, XDMField{Path: word, XDMShape: shapes[xdmNumber(shape)], From: from[xdmNumber(set)]})
		case word == "component":
			x.Components = append(x.Components, parseXDMComponent(more))
		case word == "datatype":
			f := strings.Split(more, "\t")
			x.DataTypes = append(x.DataTypes, XDMDataType{ID: f[0], Event: f[1] == "experienceEvent", Path: f[2]})
		case word == "from":
			var set []int
			for n := range strings.FieldsSeq(more) {
				set = append(set, xdmNumber(n))
			}
			from = append(from, set)
		case word == "shape":
			s := new(XDMShape)
			if err := json.Unmarshal([]byte(more), s); err != nil {
				panic("specs: xdm.tsv: " + line + ": " + err.Error())
			}
			shapes = append(shapes, s)
		case word == "behaviour" && more == "profile":
			into = &x.Profile
		case word == "behaviour" && more == "experienceEvent":
			into = &x.Event
		default:
			panic("specs: xdm.tsv: " + line)
		}
	}
	return x
}

func parseXDMComponent(line string) XDMComponent {
	f := strings.Split(line, "\t")
	return XDMComponent{
		Kind: f[0], Slug: f[1], ID: f[2], Title: f[3], Status: f[4],
		Extends: strings.Fields(f[5]), Required: strings.Fields(f[6]),
	}
}

func xdmNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("specs: xdm.tsv: " + err.Error())
	}
	return n
}

// The behaviors that a class can have.
const (
	RecordBehavior     = "https://ns.adobe.com/xdm/data/record"
	TimeSeriesBehavior = "https://ns.adobe.com/xdm/data/time-series"
)

// BehaviorFields returns the fields that a behavior gives the classes that are of it, nil for what is not a behavior.
// Records of a time series need a time.
func BehaviorFields(id string) []XDMField {
	field := func(path, format, xdmType string, required bool) XDMField {
		return XDMField{Path: path, XDMShape: &XDMShape{Type: "string", Format: format, XDMType: xdmType, Required: required}}
	}
	switch id {
	case RecordBehavior:
		return []XDMField{field("_id", "uri-reference", "", false)}
	case TimeSeriesBehavior:
		return []XDMField{
			field("_id", "uri-reference", "", false), field("timestamp", "date-time", "date-time", true),
			field("eventType", "", "", false),
		}
	}
	return nil
}
