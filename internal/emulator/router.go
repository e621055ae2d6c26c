package emulator

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// router finds the route of a call. paths has every path without its methods:
// it tells a wrong method from a wrong path.
type router struct{ calls, paths *http.ServeMux }

// match is what calls has for a path.
type match struct {
	http.Handler // never called: the mux only looks up
	pattern      string
	route        core.Route
}

func newRouter(routes []core.Route) router {
	m, known := router{http.NewServeMux(), http.NewServeMux()}, map[string]bool{}
	for _, r := range routes {
		pattern := strings.TrimSuffix(rootOf(r.Service)+r.Pattern, "/")
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

func rootOf(svc core.Service) string {
	for _, r := range roots {
		if r.svc == svc {
			return r.path
		}
	}
	panic("emulator: service " + string(svc) + " has no path")
}

// find matches an escaped path. A slash at its end does not count; a path with
// empty or dotted segments is nowhere. Ids of the registry are URLs, so segments
// are unescaped only after the split. known is true when the path exists with
// another method.
func (r router) find(method, escaped string) (rt *core.Route, args map[string]string, known bool) {
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

// serviceOf names the service of a request path.
func serviceOf(path string) (core.Service, bool) {
	for _, r := range roots {
		if rest, ok := strings.CutPrefix(path, r.path); ok && (rest == "" || rest[0] == '/') {
			return r.svc, true
		}
	}
	return "", false
}
