package emulator

import (
	"net/http"
	"net/url"
	"strings"
)

type routeKey struct {
	svc   service
	depth int
}

// router is the whole surface; each family of handlers adds its part.
type router map[routeKey][]routed

// routed is a route with its pattern split.
type routed struct {
	route
	steps []string
}

func newRouter(families ...[]route) router {
	index := router{}
	for _, family := range families {
		for _, r := range family {
			steps := segments(r.pattern)
			k := routeKey{r.svc, len(steps)}
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
func (index router) find(svc service, method, escaped string) (rt *route, args map[string]string, known bool) {
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
		if r.method == method || (method == http.MethodHead && r.method == http.MethodGet) {
			return &r.route, args, true
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
	svc  service
}{
	{"/data/foundation/flowservice", svcFlow},
	{"/data/foundation/schemaregistry", svcRegistry},
	{"/data/foundation/catalog", svcCatalog},
	{"/data/foundation/conversion", svcDataPrep},
	{"/data/foundation/sandbox-management", svcSandbox},
	{"/data/foundation/export", svcExport},
	{"/data/foundation/import", svcImport},
	{"/data/core/idnamespace", svcIdentity},
	{"/ims", svcIMS},
	{"/_emulator", svcAdmin},
}

// serviceOf splits a request path, still escaped, into service and rest.
func serviceOf(path string) (service, string, bool) {
	for _, r := range roots {
		if rest, ok := strings.CutPrefix(path, r.path); ok && (rest == "" || rest[0] == '/') {
			return r.svc, rest, true
		}
	}
	return "", "", false
}
