package platform

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// regionalHost is the platform's host of one region, such as platform-va7.adobe.io.
var regionalHost = regexp.MustCompile(`^platform-[a-z0-9-]+\.adobe\.io$`)

// isAdobe reports whether a host, on the port of https, is one of Adobe's that
// take these credentials.
func isAdobe(u *url.URL) bool {
	name := strings.ToLower(u.Hostname())
	known := name == "platform.adobe.io" || name == "ims-na1.adobelogin.com" || regionalHost.MatchString(name)
	return known && (u.Port() == "" || u.Port() == "443")
}

// IsLoopback reports whether an address cannot leave this machine: its host is an
// IP address of 127.0.0.0/8, ::1, or exactly localhost. No other name is looked up.
func IsLoopback(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.Zone() == "" && ip.Unmap().IsLoopback()
}

// HostError says that credentials are not sent to a host.
type HostError struct {
	Host   string // with its port where the address has one
	Scheme string // of the address; only https can be allowed
}

func (e *HostError) Error() string {
	if e.Scheme != "https" {
		return fmt.Sprintf("credentials are sent to %s over https only, not over %s", e.Host, e.Scheme)
	}
	return fmt.Sprintf("credentials are not sent to %s: it is not one of Adobe's hosts", e.Host)
}

// CheckHost returns a *HostError unless an address may get credentials: Adobe's
// hosts and those that allows reports, over https, and this machine.
func CheckHost(u *url.URL, allows func(host, port string) bool) error {
	switch {
	case (u.Scheme == "http" || u.Scheme == "https") && IsLoopback(u):
		return nil
	case u.Scheme == "https" && (isAdobe(u) || allows != nil && allows(u.Hostname(), u.Port())):
		return nil
	}
	return &HostError{Host: u.Host, Scheme: u.Scheme}
}

// Hosts are the hosts, with their ports, of a platform and its sign-in; nil is
// for Adobe's own.
func Hosts(platform, ims *url.URL) (host, signIn string) {
	name := func(u *url.URL, fallback string) string {
		if u != nil {
			return u.Host
		}
		return strings.TrimPrefix(fallback, "https://")
	}
	return name(platform, DefaultPlatform), name(ims, DefaultIMS)
}

// host checks an address that credentials go to.
func host(u *url.URL, fallback string, allows func(host, port string) bool) (*url.URL, error) {
	if u == nil {
		return url.Parse(fallback)
	}
	switch {
	case u.Hostname() == "":
		return nil, fmt.Errorf("%q has no host", u.Redacted())
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%q has more than scheme, host, and path", u.Redacted())
	}
	return u, CheckHost(u, allows)
}

// hostGuard is the last layer before the network: whatever an answer said, a request
// goes to the platform or to sign-in, as New has checked them, or nowhere.
type hostGuard struct {
	next          layer
	platform, ims *url.URL
}

func (t hostGuard) send(c *call, req *http.Request) (*http.Response, error) {
	to := t.platform
	if c.signIn {
		to = t.ims
	}
	if req.URL.Scheme != to.Scheme || req.URL.Host != to.Host {
		return nil, &UnsentError{
			Method: req.Method, URL: req.URL.Redacted(), Err: fmt.Errorf("%s is not the host of the target", req.URL.Host),
		}
	}
	return t.next.send(c, req)
}
