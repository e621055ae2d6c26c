package specs

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// Connector is one entry of the platform's source catalogue: a connection
// specification with what is publicly known about signing in to it. The JSON
// members are the format of data/connectors.json, one connector a line.
type Connector struct {
	Name    string `json:"name"`
	Slug    string `json:"slug"`         // how a document names it
	ID      string `json:"id,omitempty"` // connection specification ID, the same in every org; "" when not published
	Kind    string `json:"kind"`         // database, crm, cloudStorage, streaming, target, …
	APIName string `json:"apiName,omitempty"`

	// FlowSpec is the name of the batch flow specification that takes it
	// ("CRMToAEP", "CloudStorageToAEP", "RestStorageToAEP"), "" for streaming and targets.
	FlowSpec string `json:"flowSpec,omitempty"`
	// InFlowSpec says that a published list of CRMToAEP has the ID.
	InFlowSpec bool `json:"inFlowSpec,omitempty"`
	// Current says that the newest published list still has it.
	Current bool `json:"current,omitempty"`

	Clouds []string `json:"clouds,omitempty"` // where it is available: azure, aws; empty: not published
	// AuthComplete says that Auth holds every sign-in method with all its
	// parameters: anything else is wrong. Auth is empty when no sign-in is needed.
	AuthComplete bool   `json:"authComplete,omitempty"`
	Auth         []Auth `json:"auth,omitempty"`

	// SourceParams are the parameters that Adobe publishes of a self-serve source: nil when
	// it publishes none, empty when the source has none.
	SourceParams []Param `json:"sourceParams,omitzero"`

	DeltaColumnFormat string   `json:"deltaColumnFormat,omitempty"`
	OriginalTypes     bool     `json:"originalTypes,omitempty"` // its specification asks for the original types of columns
	FilterAtSource    bool     `json:"filterAtSource,omitempty"`
	CDC               bool     `json:"cdc,omitempty"`
	WrongIDs          []string `json:"wrongIds,omitempty"`   // misprints in circulation
	Deprecated        string   `json:"deprecated,omitempty"` // why, "" when it is not
	Notes             []string `json:"notes,omitempty"`      // what to watch for, a sentence each
}

// UsualDeltaFormat is the format of delta columns of nearly every connector.
const UsualDeltaFormat = "yyyy-MM-dd HH:mm:ss"

// Auth is one sign-in method. Cloud is "azure", "aws", or "" when the method is
// the same on both. Methods of the same name differ in parameters or cloud.
type Auth struct {
	Name      string  `json:"name"` // auth.specName, letter by letter
	Type      string  `json:"type,omitempty"`
	Cloud     string  `json:"cloud,omitempty"`
	Withdrawn string  `json:"withdrawn,omitempty"` // why it should not be used any more, "" when it may
	Note      string  `json:"note,omitempty"`
	Params    []Param `json:"params"`
}

// Param is one member of auth.params. Pattern is a shape with {PLACEHOLDERS},
// not a regular expression. Names are case-sensitive and not consistent
// between connectors.
type Param struct {
	Name     string   `json:"name"`
	Alias    string   `json:"alias,omitempty"` // another spelling that the platform's own samples use
	Type     string   `json:"type"`            // string, integer, boolean
	Required bool     `json:"required,omitempty"`
	Secret   bool     `json:"secret,omitempty"`
	Enum     []string `json:"enum,omitempty"`
	Pattern  string   `json:"pattern,omitempty"`
	Default  string   `json:"default,omitempty"`
	Example  string   `json:"example,omitempty"`
	Note     string   `json:"note,omitempty"`
}

// IsSource reports whether a document may name the connector: its ID is
// published, and data come from it.
func (c Connector) IsSource() bool {
	return c.ID != "" && c.Kind != "target" && c.Kind != "system" && !strings.HasPrefix(c.Slug, "unknown-")
}

// Methods returns the sign-in methods of a name.
func (c Connector) Methods(name string) []Auth {
	var out []Auth
	for _, a := range c.Auth {
		if a.Name == name {
			out = append(out, a)
		}
	}
	return out
}

// MethodNames returns the names of the sign-in methods, each once, in order.
func (c Connector) MethodNames() []string {
	var out []string
	for _, a := range c.Auth {
		if !slices.Contains(out, a.Name) {
			out = append(out, a.Name)
		}
	}
	return out
}

// Param returns the parameter of a name or alias.
func (a Auth) Param(name string) (Param, bool) {
	for _, p := range a.Params {
		if p.Name == name || p.Alias == name && name != "" {
			return p, true
		}
	}
	return Param{}, false
}

//go:embed data/connectors.json
var connectorsJSON []byte

type connectorIndex struct {
	all    []Connector // sorted by slug
	byID   map[string]int
	wrong  map[string]int
	bySlug map[string]int
}

var connectors = sync.OnceValue(func() *connectorIndex {
	x := &connectorIndex{byID: map[string]int{}, wrong: map[string]int{}, bySlug: map[string]int{}}
	if err := json.Unmarshal(connectorsJSON, &x.all); err != nil {
		panic("specs: connectors.json: " + err.Error())
	}
	slices.SortFunc(x.all, func(a, b Connector) int { return cmp.Compare(a.Slug, b.Slug) })
	for i, c := range x.all {
		x.bySlug[c.Slug] = i
		if c.ID != "" {
			x.byID[c.ID] = i
		}
		for _, id := range c.WrongIDs {
			x.wrong[id] = i
		}
	}
	return x
})

// Connectors lists every known connector, sorted by slug. The slice is shared:
// callers must not change it.
func Connectors() []Connector { return connectors().all }

// SourceSlugs returns the names of the connectors that a document may use, sorted.
func SourceSlugs() []string {
	var out []string
	for _, c := range Connectors() {
		if c.IsSource() {
			out = append(out, c.Slug)
		}
	}
	return out
}

// ConnectorBySlug finds a connector by the name that a document uses.
func ConnectorBySlug(slug string) (Connector, bool) {
	x := connectors()
	i, ok := x.bySlug[slug]
	if !ok {
		return Connector{}, false
	}
	return x.all[i], true
}

// ConnectorByID finds a connector by its connection specification id.
// misprint is true when id is not the connector's own but a wrong spelling
// that circulates, such as the MariaDB id that lost its first digit; the right
// one is the result's ID.
func ConnectorByID(id string) (c Connector, misprint, ok bool) {
	x := connectors()
	id = strings.ToLower(id)
	if i, found := x.byID[id]; found {
		return x.all[i], false, true
	}
	if i, found := x.wrong[id]; found {
		return x.all[i], true, true
	}
	return Connector{}, false, false
}
