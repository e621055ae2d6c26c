package core

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Switches settle what no public source does. The zero value is the default;
// docs/emulator.md lists each with its reason.
type Switches struct {
	// Secrets: what GET of a connection does with secret params: "omit"
	// (default), "mask" or "show".
	Secrets string `json:"secrets,omitempty"`
	// DeleteStatus of Flow Service: 204 (default) or 202.
	DeleteStatus int `json:"deleteStatus,omitempty"`
	// SandboxHeader: "default" takes prod when x-sandbox-name is absent,
	// "required" refuses.
	SandboxHeader string `json:"sandboxHeader,omitempty"`
	// PageSize of Flow Service lists without limit; 0 is 20.
	PageSize int `json:"pageSize,omitempty"`
	// ListDelayMillis hides a created object from lists for a while, as an
	// eventually consistent index does; 0 shows it at once.
	ListDelayMillis int64 `json:"listDelayMillis,omitempty"`
	// StartGraceSeconds lets a start time lie this far in the past; 0 is none.
	StartGraceSeconds int64 `json:"startGraceSeconds,omitempty"`
	// RunsKeepEtag: a finished run leaves the flow's etag alone. By default
	// the run's summary on the flow is a write like any other.
	RunsKeepEtag bool `json:"runsKeepEtag,omitempty"`
	// CheckMappings: Data Prep compares destinations with the schema on POST
	// and PUT without being asked by ?validate=true.
	CheckMappings bool `json:"checkMappings,omitempty"`
	// MappingDelete: "allow" (default) or "refuse" with 405.
	MappingDelete string `json:"mappingDelete,omitempty"`
	// MappingStart: "optional" (default) lists mapping sets from 0 when start is
	// absent, "required" refuses, as the reference reads.
	MappingStart string `json:"mappingStart,omitempty"`
	// Namespaces: identities need one that is "known" (default), or may name "any".
	Namespaces string `json:"namespaces,omitempty"`
	// ExpressionCheck: shape of the answer of languages/el/validate, "object"
	// (default) or "boolean".
	ExpressionCheck string `json:"expressionCheck,omitempty"`
	// Preview: shape of the answer of mappingSets/preview, "array" (default)
	// or "object".
	Preview string `json:"preview,omitempty"`
	// Additive: schemas only grow once "used" by a dataset (default), once
	// they have "data", or "never".
	Additive string `json:"additive,omitempty"`
	// FreeSources lets source and target connections be deleted while a flow
	// uses them.
	FreeSources bool `json:"freeSources,omitempty"`
	// UniqueDatasets refuses a dataset whose name is taken.
	UniqueDatasets bool `json:"uniqueDatasets,omitempty"`
	// AnyKey takes an x-api-key other than the token's client.
	AnyKey bool `json:"anyKey,omitempty"`
	// DraftState is the state of drafts; "" is "draft".
	DraftState string `json:"draftState,omitempty"`
	// CreateRunShape of POST /runs: "items" (default), "bare" or "full".
	CreateRunShape string `json:"createRunShape,omitempty"`
	// LooseColumns skips the comparison of mapped columns with the source
	// connection's columns at POST /flows.
	LooseColumns bool `json:"looseColumns,omitempty"`
	// KeepCopy refuses a PATCH that overwrites a flow's Copy transformation. By
	// default it is taken, as in the guide whose sample replaces
	// /transformations/0, and the flow has lost its delta column.
	KeepCopy bool `json:"keepCopy,omitempty"`
	// CDCDelta: recurring flows of change data capture need a delta column too.
	CDCDelta bool `json:"cdcDelta,omitempty"`
	// InternalFlows: which flows the platform makes by itself: one to the
	// profile store for each dataset in "profile" (default), or "none".
	InternalFlows string `json:"internalFlows,omitempty"`
	// FixedConnectors names connectors, by commas, whose connections refuse
	// every PATCH.
	FixedConnectors string `json:"fixedConnectors,omitempty"`
	// SandboxMillis is how long a sandbox that is made or reset cannot be used.
	SandboxMillis int64 `json:"sandboxMillis,omitempty"`
	// Cloud: which sign-in parameters connectors take: "azure" (default),
	// "aws" or "any".
	Cloud string `json:"cloud,omitempty"`
}

// WithDefaults fills in the switches that are not set.
func (sw Switches) WithDefaults() Switches {
	def := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	def(&sw.Secrets, "omit")
	def(&sw.SandboxHeader, "default")
	def(&sw.MappingDelete, "allow")
	def(&sw.ExpressionCheck, "object")
	def(&sw.Preview, "array")
	def(&sw.Additive, "used")
	def(&sw.DraftState, "draft")
	def(&sw.CreateRunShape, "items")
	def(&sw.Cloud, "azure")
	def(&sw.InternalFlows, "profile")
	if sw.DeleteStatus == 0 {
		sw.DeleteStatus = 204
	}
	if sw.PageSize == 0 {
		sw.PageSize = 20
	}
	return sw
}

var SwitchValues = map[string][]string{
	"secrets":         {"omit", "mask", "show"},
	"sandboxHeader":   {"default", "required"},
	"mappingDelete":   {"allow", "refuse"},
	"mappingStart":    {"optional", "required"},
	"namespaces":      {"known", "any"},
	"expressionCheck": {"object", "boolean"},
	"preview":         {"array", "object"},
	"additive":        {"used", "data", "never"},
	"createRunShape":  {"items", "bare", "full"},
	"internalFlows":   {"profile", "none"},
	"cloud":           {"azure", "aws", "any"},
}

// SwitchNames lists the switches in the order of the documentation.
func SwitchNames() []string {
	var names []string
	t := reflect.TypeFor[Switches]()
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// Set turns one switch by its name, as the command line writes it.
func (sw *Switches) Set(name, value string) error {
	known := false
	for _, n := range SwitchNames() {
		known = known || n == name
	}
	if !known {
		return fmt.Errorf("unknown switch %q, expected one of %s", name, strings.Join(SwitchNames(), ", "))
	}
	if allowed := SwitchValues[name]; allowed != nil {
		ok := false
		for _, a := range allowed {
			ok = ok || a == value
		}
		if !ok {
			return fmt.Errorf("switch %s is %q, expected %s", name, value, strings.Join(allowed, " or "))
		}
	}
	if name == "fixedConnectors" {
		for slug := range strings.SplitSeq(value, ",") {
			if _, ok := specs.ConnectorBySlug(slug); !ok {
				return fmt.Errorf("switch %s names %q, which is not a connector", name, slug)
			}
		}
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		return err
	}
	for _, v := range []string{value, string(quoted)} {
		if json.Unmarshal(fmt.Appendf(nil, "{%q:%s}", name, v), sw) == nil {
			return nil
		}
	}
	return fmt.Errorf("switch %s cannot be %q", name, value)
}
