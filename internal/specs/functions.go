package specs

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

// Function is one function of the mapping language, as published or, where
// the publication contradicts itself, as its samples behave.
type Function struct {
	Name   string `json:"name"`
	Group  string `json:"group"`
	Method bool   `json:"method,omitempty"` // called on a value: x.equals(y); Params[0] is x

	// Scope is empty when the function is for sources, "destinations" when it
	// is only documented for activation, "analytics" when it only works in Web
	// SDK and Analytics flows.
	Scope string `json:"scope,omitempty"`
	// Status is empty when documented, "hidden" when it is only in the
	// source text of the page, "secondary" when it is on another page.
	Status string `json:"status,omitempty"`

	Params  []FunctionParam `json:"params,omitempty"`
	MinArgs int             `json:"minArgs,omitempty"` // the receiver of a method is not counted
	MaxArgs int             `json:"maxArgs,omitempty"` // -1: any number
	Pairs   bool            `json:"pairs,omitempty"`   // arguments are key, value, key, value…

	Returns  string            `json:"returns"`
	Aliases  []FunctionAlias   `json:"aliases,omitempty"`
	Syntax   string            `json:"syntax"`
	Examples []FunctionExample `json:"examples"`
}

// FunctionParam is one parameter. Type is one or more words joined by `|`:
// string, integer, long, number, boolean, date-time, array, map, object,
// lambda, comparable, any, and array<…>.
type FunctionParam struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required,omitempty"`
	Variadic bool   `json:"variadic,omitempty"`
	Default  string `json:"default,omitempty"`
}

// FunctionAlias is a further name. Status is empty when it is as good as the
// name, "deprecated", or "variant" for a spelling that some page has by mistake.
type FunctionAlias struct {
	Name   string `json:"name"`
	Status string `json:"status,omitempty"`
}

// FunctionExample is a call and its result. Given holds the attributes that it
// reads. Sample says how far the published sample can be trusted: empty (as
// printed), "corrected" (printed wrongly, fixed here), "unreliable" (printed
// like this, contradicts the function), "derived" (not printed, follows from
// another), "varies" (depends on clock or chance), "unpublished" (the algorithm
// is not public).
type FunctionExample struct {
	Expr   string          `json:"expr"`
	Result json.RawMessage `json:"result"`
	Given  json.RawMessage `json:"given,omitempty"`
	Sample string          `json:"sample,omitempty"`
}

//go:embed data/functions.json
var functionsJSON []byte

type functionIndex struct {
	all    []Function // sorted by name
	byName map[string]int
}

var functions = sync.OnceValue(func() *functionIndex {
	x := &functionIndex{byName: map[string]int{}}
	if err := json.Unmarshal(functionsJSON, &x.all); err != nil {
		panic("specs: functions.json: " + err.Error())
	}
	slices.SortFunc(x.all, func(a, b Function) int { return cmp.Compare(a.Name, b.Name) })
	for i, f := range x.all {
		x.byName[f.Name] = i
		for _, a := range f.Aliases {
			x.byName[a.Name] = i
		}
	}
	return x
})

// Functions returns every function of the mapping language by name. The slice
// is shared: callers only read it.
func Functions() []Function { return functions().all }

// FunctionByName finds a function by its name or an alias, letter by letter.
func FunctionByName(name string) (*Function, bool) {
	x := functions()
	i, ok := x.byName[name]
	if !ok {
		return nil, false
	}
	return &x.all[i], true
}

// Alias returns the alias of f that is spelled name, false when name is f's own.
func (f *Function) Alias(name string) (FunctionAlias, bool) {
	for _, a := range f.Aliases {
		if a.Name == name {
			return a, true
		}
	}
	return FunctionAlias{}, false
}
