package emulator

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// NewHTTPServer wraps the handler in a server with limits fit for a port,
// closed to web pages. Host is the host that the server listens on, as it was
// written: calls must name it, or a loopback address, as theirs.
func NewHTTPServer(h http.Handler, host string) *http.Server {
	return &http.Server{
		Handler:           gate{h, host},
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      5 * time.Minute, // a fault rule may wait before the answer
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// gate keeps web pages out, which share the machine with the emulator whenever
// its user has a browser open. A page of another origin may not write, and one
// whose name was rebound to this machine is known by its Host header. Reads of
// another origin need no check: without CORS headers, a browser shows no page
// what they return.
type gate struct {
	next http.Handler
	host string // that the server listens on
}

var crossOrigin http.CrossOriginProtection

func (g gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
	switch {
	case !g.accepts(r.Host):
		turnAway(w, "the Host header is not a loopback address nor the one that --listen names")
	case crossOrigin.Check(r) != nil:
		turnAway(w, "a web page of another origin may not write here")
	default:
		g.next.ServeHTTP(w, r)
	}
}

func turnAway(w http.ResponseWriter, why string) {
	no := core.Refuse(core.OwnService, http.StatusForbidden, "", "%s", why)
	a := core.Answer{Status: no.Status, Body: core.ToJSON(no.Body)}
	send(&a, w)
}

// accepts reports whether a Host header names this server. A server on every
// address accepts every address, but no name: only names can be rebound.
func (g gate) accepts(hostport string) bool {
	name := hostport
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		name = host
	}
	if strings.EqualFold(name, "localhost") || name != "" && strings.EqualFold(name, g.host) {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
	if err != nil {
		return false
	}
	listen, err := netip.ParseAddr(g.host)
	return ip.IsLoopback() || g.host == "" || err == nil && (listen.IsUnspecified() || listen == ip)
}
