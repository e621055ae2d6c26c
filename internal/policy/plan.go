package policy

// Head is what an expression about one change knows about the plan.
type Head struct {
	At        string  `json:"at" expr:"at"`
	Target    Target  `json:"target" expr:"target"`
	Refreshed bool    `json:"refreshed" expr:"refreshed"`
	Summary   Summary `json:"summary" expr:"summary"`
}

// Plan is a plan as expressions see it: its JSON, under the same names, with the action of a change in one word.
type Plan struct {
	At        string   `json:"at" expr:"at"`
	Target    Target   `json:"target" expr:"target"`
	Refreshed bool     `json:"refreshed" expr:"refreshed"`
	Summary   Summary  `json:"summary" expr:"summary"`
	Changes   []Change `json:"changes" expr:"changes"`
}

func (p Plan) head() Head { return Head{p.At, p.Target, p.Refreshed, p.Summary} }

// Target is where a plan is to be applied.
type Target struct {
	Name       string `json:"name" expr:"name"`
	Org        string `json:"org" expr:"org"`
	Sandbox    string `json:"sandbox" expr:"sandbox"`
	Host       string `json:"host" expr:"host"`
	Production bool   `json:"-" expr:"production"`
}

// Summary counts changes by action.
type Summary struct {
	Create  int `json:"create" expr:"create"`
	Update  int `json:"update" expr:"update"`
	Replace int `json:"replace" expr:"replace"`
	Delete  int `json:"delete" expr:"delete"`
	Import  int `json:"import" expr:"import"`
	Move    int `json:"move" expr:"move"`
	Forget  int `json:"forget" expr:"forget"`
	NoOp    int `json:"noop" expr:"noop"`
	Drift   int `json:"drift" expr:"drift"`
}

// Change is what happens to one resource.
type Change struct {
	Address string   `json:"address" expr:"address"`
	Kind    string   `json:"kind" expr:"kind"`
	Name    string   `json:"-" expr:"name"`
	ID      string   `json:"id" expr:"id"`
	Action  string   `json:"-" expr:"action"`
	Actions []string `json:"actions" expr:"actions"`
	Reason  string   `json:"reason" expr:"reason"`
	Effect  string   `json:"data_effect" expr:"data_effect"`
	Protect bool     `json:"protect" expr:"protect"`
	Fields  []Field  `json:"fields" expr:"fields"`
	Desired any      `json:"desired" expr:"desired"`
	Origin  Origin   `json:"origin" expr:"origin"`
}

// Field is one field that differs. Values of secret fields are absent.
type Field struct {
	Path          string `json:"path" expr:"path"`
	Action        string `json:"action" expr:"action"`
	Reason        string `json:"reason" expr:"reason"`
	Applied       any    `json:"applied" expr:"applied"`
	Desired       any    `json:"desired" expr:"desired"`
	Live          any    `json:"live" expr:"live"`
	ForcesReplace bool   `json:"forces_replace" expr:"forces_replace"`
}

// Origin is a place in the documents.
type Origin struct {
	Filename string `json:"filename" expr:"filename"`
	Line     int    `json:"line" expr:"line"`
}
