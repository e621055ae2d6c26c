package emulator

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

type routeKey struct {
	svc   core.Service
	depth int
}

// router is the whole surface; each family of handlers adds its part.
type router map[routeKey][]routed

// routed is a route with its pattern split.
type routed struct {
	core.Route
	steps []string
}

func newRouter(families ...[]core.Route) router {
	index := router{}
	for _, family := range families {
		for _, r := range family {
			steps := segments(r.Pattern)
			k := routeKey{r.Service, len(steps)}
			index[k] = append(index[k], routed{r, steps})
		}
	}
	return index
}

func segments(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// find matches an escaped path. Segments are unescaped only after the
// split, because ids of the registry are URLs. known is true when the path
// exists with another method.
func (index router) find(svc core.Service, method, escaped string) (rt *core.Route, args map[string]string, known bool) {
	steps := segments(escaped)
	for i, s := range steps {
		if u, err := url.PathUnescape(s); err == nil {
			steps[i] = u
		}
	}
	candidates := index[routeKey{svc, len(steps)}]
	for i := range candidates {
		r := &candidates[i]
		args, ok := r.match(steps)
		if !ok {
			continue
		}
		if r.Method == method || (method == http.MethodHead && r.Method == http.MethodGet) {
			return &r.Route, args, true
		}
		known = true
	}
	return nil, nil, known
}

func (r *routed) match(steps []string) (map[string]string, bool) {
	var args map[string]string
	for i, want := range r.steps {
		if want[0] != '{' {
			if want != steps[i] {
				return nil, false
			}
			continue
		}
		name := want[1 : len(want)-1]
		if name == "container" && steps[i] != "tenant" && steps[i] != "global" {
			return nil, false
		}
		if args == nil {
			args = make(map[string]string, 2)
		}
		args[name] = steps[i]
	}
	return args, true
}

// roots are the paths of the services, longest match by order.
var roots = []struct {
	path string
	svc  core.Service
}{
	{"/data/foundation/flowservice", core.FlowService},
	{"/data/foundation/schemaregistry", core.SchemaRegistry},
	{"/data/foundation/catalog", core.CatalogService},
	{"/data/foundation/conversion", core.DataPrep},
	{"/data/foundation/sandbox-management", core.SandboxService},
	{"/data/foundation/export", core.ExportService},
	{"/data/foundation/import", core.ImportService},
	{"/data/core/idnamespace", core.IdentityService},
	{"/ims", core.IMSService},
	{"/_emulator", core.OwnService},
}

// serviceOf splits a request path, still escaped, into service and rest.
func serviceOf(path string) (core.Service, string, bool) {
	for _, r := range roots {
		if rest, ok := strings.CutPrefix(path, r.path); ok && (rest == "" || rest[0] == '/') {
			return r.svc, rest, true
		}
	}
	return "", "", false
}
