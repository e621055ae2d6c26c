package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// access says how a call takes its sandbox.
type access uint8

const (
	noSpace access = iota // needs no sandbox
	reads                 // shares it with other readers
	writes                // has it alone, from its first check to its last change
)

type handler func(*call) (answer, error)

// route binds a method and a path below a service's root; {name} stands for
// one segment.
type route struct {
	svc     service
	method  string
	pattern string
	access  access
	run     handler

	steps []string
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

type routeKey struct {
	svc   service
	depth int
}

// routes is the whole surface; each family of handlers adds its part.
var routes = sync.OnceValue(func() map[routeKey][]route {
	index := map[routeKey][]route{}
	for _, family := range [][]route{
		imsRoutes(), sandboxRoutes(), connectionRoutes(), endpointRoutes(), flowRoutes(), runRoutes(), specRoutes(),
		registryRoutes(), descriptorRoutes(), catalogRoutes(), batchRoutes(), batchWriteRoutes(), uploadRoutes(), dataPrepRoutes(), namespaceRoutes(), adminRoutes(),
	} {
		for _, r := range family {
			r.steps = segments(r.pattern)
			k := routeKey{r.svc, len(r.steps)}
			index[k] = append(index[k], r)
		}
	}
	return index
})

func segments(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// findRoute matches an escaped path. Segments are unescaped only after the
// split, because ids of the registry are URLs. known is true when the path
// exists with another method.
func findRoute(svc service, method, escaped string) (rt *route, args map[string]string, known bool) {
	steps := segments(escaped)
	for i, s := range steps {
		if u, err := url.PathUnescape(s); err == nil {
			steps[i] = u
		}
	}
	candidates := routes()[routeKey{svc, len(steps)}]
	for i := range candidates {
		r := &candidates[i]
		args, ok := r.match(steps)
		if !ok {
			continue
		}
		if r.method == method || (method == http.MethodHead && r.method == http.MethodGet) {
			return r, args, true
		}
		known = true
	}
	return nil, nil, known
}

func (r *route) match(steps []string) (map[string]string, bool) {
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
