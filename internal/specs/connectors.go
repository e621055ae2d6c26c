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
// specification with what is publicly known about signing in to it.
type Connector struct {
	Name    string `json:"name"`
	Slug    string `json:"slug"` // how a dataflow.yaml names it
	ID      string `json:"id"`   // connection specification id, the same in every org
	Kind    string `json:"kind"` // database, crm, cloudStorage, streaming, target, …
	APIName string `json:"apiName,omitempty"`

	// FlowSpec is the name of the flow specification that takes it
	// ("CRMToAEP", "CloudStorageToAEP"), empty for streaming and targets.
	FlowSpec string `json:"flowSpec,omitempty"`
	// InFlowSpec says that the id stands in the published list of CRMToAEP.
	InFlowSpec bool `json:"inFlowSpec,omitempty"`
	// Current says that the newest published list still has it.
	Current bool `json:"current,omitempty"`

	Auth []Auth `json:"auth,omitempty"` // empty: no source publishes it

	DeltaColumnFormat string   `json:"deltaColumnFormat,omitempty"`
	FilterAtSource    bool     `json:"filterAtSource,omitempty"`
	CDC               bool     `json:"cdc,omitempty"`
	WrongIDs          []string `json:"wrongIds,omitempty"`   // misprints in circulation
	Deprecated        string   `json:"deprecated,omitempty"` // why, empty when it is not
}

// Auth is one way to sign in. Cloud is "azure", "aws" or, when the way holds
// for both or is not published, empty.
type Auth struct {
	Name   string  `json:"name"` // goes into auth.specName, letter by letter
	Type   string  `json:"type,omitempty"`
	Cloud  string  `json:"cloud,omitempty"`
	Params []Param `json:"params"`
}

// Param is one member of auth.params. Pattern is a shape with {PLACEHOLDERS},
// not a regular expression. Names are case-sensitive and not consistent
// between connectors.
type Param struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"` // string, integer, boolean
	Required bool     `json:"required,omitempty"`
	Secret   bool     `json:"secret,omitempty"`
	Enum     []string `json:"enum,omitempty"`
	Pattern  string   `json:"pattern,omitempty"`
	Default  string   `json:"default,omitempty"`
	Example  string   `json:"example,omitempty"`
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
		x.byID[c.ID] = i
		for _, id := range c.WrongIDs {
			x.wrong[id] = i
		}
	}
	return x
})

// Connectors lists every known connector, sorted by slug. The slice is shared:
// callers must not change it.
func Connectors() []Connector { return connectors().all }

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
