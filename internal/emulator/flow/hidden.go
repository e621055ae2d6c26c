package flow

import (
	"net/http"
	"regexp"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Labels: a client that was seeded with the labels it may see finds no object
// that carries another one. Lists leave it out, GET answers 404 as if it were
// not there, and writes, which cannot hide that it is, answer 403. An absence
// therefore proves nothing to such a client.

func hidden(c *core.Call, k core.Kind) error {
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		return noEntity(k, c.Arg("id"))
	}
	return core.FlowError(core.ErrPermission, "the %s carries a label that the client has no access to", kindNames[k])
}

// labelName is a label of Flow Service: the list that has it, and its name there.
var labelName = regexp.MustCompile(`^(core|custom)/[^/\s]+$`)

// checkLabels refuses labels that no list has.
func checkLabels(before, after object) error {
	labels := after["labels"]
	if core.Same(before["labels"], labels) || labels == nil {
		return nil
	}
	list, isList := labels.([]any)
	if !isList {
		return core.FlowError(core.ErrPatchInstruction, "labels must be an array such as [\"core/C12\"]")
	}
	for _, l := range list {
		if s, _ := l.(string); !labelName.MatchString(s) {
			return core.FlowError(core.ErrPatchInstruction, "%v is not a label such as core/C12", l)
		}
	}
	return nil
}
