package decode

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/schemas"
)

// envStart begins a reference to the environment.
const envStart = "${env."

// endOfReference is the length of the reference that a text begins with.
func endOfReference(text string) int {
	if end := strings.IndexByte(text, '}'); end >= 0 {
		return end + 1
	}
	return len(text)
}

// takesEnv reports whether ${env.NAME} may be right at a path: a secret in
// auth.params, in an expression the member NAME of a column env, and anything
// below an unknown key.
func (s *substitution) takesEnv(path document.Path) bool {
	kind, ok := s.d.Kind()
	switch {
	case !ok || !format.Has(kind, path):
		return true // the unknown key is the error
	case kind == schemas.KindConnection:
		return len(path) > 2 && path[0].Key == "auth" && path[1].Key == "params"
	case kind == schemas.KindDataflow && len(path) > 1 && path[0].Key == "mappings":
		return path[len(path)-1].Key != "value" || len(path) == 2
	}
	return false
}

type misplacedEnv struct {
	at         Place
	start, end int // of the reference in the text
	name       string
}

func (p misplacedEnv) Diagnose() diag.Diagnostic {
	variable := strings.TrimSuffix(strings.TrimPrefix(p.name, envStart), "}")
	return diag.Diagnostic{
		Code: diag.MisplacedEnv, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is only read in `auth.params` of a Connection", p.name),
		Labels:  p.at.PartLabels(p.start, p.end, "would be sent as it is"),
		Help:    fmt.Sprintf("write `${var.%[1]s}` and set AEPFLOW_VAR_%[1]s, or pass --var %[1]s=VALUE", variable),
	}
}
