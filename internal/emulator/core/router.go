package core

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Router finds the route of a call. paths has every path without its methods:
// it tells a wrong method from a wrong path.
type Router struct{ calls, paths *http.ServeMux }

// match is what calls has for a path.
type match struct {
	http.Handler // never called: the mux only looks up
	pattern      string
	route        Route
}

// NewRouter returns a router of routes. {container} matches tenant and global.
func NewRouter(routes []Route) Router {
	m, known := Router{http.NewServeMux(), http.NewServeMux()}, map[string]bool{}
	for _, r := range routes {
		pattern := strings.TrimSuffix(RootOf(r.Service)+r.Pattern, "/")
		for _, container := range []string{"tenant", "global"} {
			named := strings.Replace(pattern, "{container}", container, 1)
			if container == "global" && named == pattern {
				break
			}
			m.calls.Handle(r.Method+" "+named, &match{pattern: pattern, route: r})
			if !known[named] {
				known[named] = true
				m.paths.Handle(named, http.NotFoundHandler())
			}
		}
	}
	return m
}

// RootOf is the path of a service.
func RootOf(svc Service) string {
	for _, r := range roots {
		if r.svc == svc {
			return r.path
		}
	}
	panic("emulator: service " + string(svc) + " has no path")
}

// Find matches an escaped path. A slash at its end does not count; a path with
// empty or dotted segments is nowhere. Ids of the registry are URLs, so segments
// are unescaped only after the split. known is true when the path exists with
// another method.
func (r Router) Find(method, escaped string) (rt *Route, args map[string]string, known bool) {
	escaped = strings.TrimRight(escaped, "/")
	plain, err := url.PathUnescape(escaped)
	if err != nil || escaped != path.Clean(escaped) {
		return nil, nil, false
	}
	req := &http.Request{Method: method, URL: &url.URL{Path: plain, RawPath: escaped}}
	h, _ := r.calls.Handler(req)
	m, found := h.(*match)
	if !found {
		_, pattern := r.paths.Handler(req)
		return nil, nil, pattern != ""
	}
	values := strings.Split(escaped, "/")
	for i, name := range strings.Split(m.pattern, "/") {
		if !strings.HasPrefix(name, "{") {
			continue
		}
		if args == nil {
			args = make(map[string]string, 2)
		}
		args[strings.Trim(name, "{}")], _ = url.PathUnescape(values[i])
	}
	return &m.route, args, true
}

// roots are the paths of the services, longest match by order.
var roots = []struct {
	path string
	svc  Service
}{
	{specs.FlowService, FlowService},
	{specs.SchemaRegistry, SchemaRegistry},
	{specs.Catalog, CatalogService},
	{specs.DataPrep, DataPrep},
	{specs.Sandboxes, SandboxService},
	{"/data/foundation/export", ExportService},
	{"/data/foundation/import", ImportService},
	{specs.ConnectorSetup, ConnectorService},
	{"/data/foundation/dataset", DatasetService},
	{"/data/core/idnamespace", IdentityService},
	{"/ims", IMSService},
	{"/collection", InletService},
	{"/_emulator", OwnService},
}

// ServiceOf names the service of a request path.
func ServiceOf(path string) (Service, bool) {
	for _, r := range roots {
		if rest, ok := strings.CutPrefix(path, r.path); ok && (rest == "" || rest[0] == '/') {
			return r.svc, true
		}
	}
	return "", false
}
