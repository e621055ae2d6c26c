package compiler

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// localTarget is the target that every project has: the embedded emulator,
// unless it names a platform.
const localTarget = "local"

// distinctTargets reports targets that are one place under two names: each has a
// lockfile of its own, so that the second apply would create everything again.
func (f *ProjectFile) distinctTargets(report *diag.Report) {
	first := map[string]string{}
	for _, t := range f.Targets {
		key, known := placeOfTarget(t)
		if !known {
			continue
		}
		if other, taken := first[key]; taken {
			at := func(name string) decode.Place { return decode.Place{Doc: f.doc, Path: document.At("targets", name)} }
			report.Add(duplicateTarget{first: at(other), second: at(t.Name)})
			continue
		}
		first[key] = t.Name
	}
}

// placeOfTarget spells platform, organization, and sandbox in one way; false when
// the file does not say where the target is. An organization that the file leaves
// out is the one of the environment, so two such targets have the same.
func placeOfTarget(t schemas.TargetConfig) (string, bool) {
	org, sandbox := t.Org, t.Sandbox
	if t.Name == localTarget {
		if t.Platform == "" {
			return "", false // no other target reaches the embedded emulator
		}
		org, sandbox = cmp.Or(org, specs.EmulatorOrg), cmp.Or(sandbox, specs.EmulatorSandbox)
	}
	u, err := url.Parse(cmp.Or(t.Platform, specs.AdobePlatform))
	if err != nil || u.Hostname() == "" || sandbox == "" {
		return "", false
	}
	scheme := strings.ToLower(u.Scheme)
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		host = "loopback"
	}
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[scheme])
	return strings.Join([]string{
		scheme, host, port, path.Clean("/" + u.Path), strings.ToLower(org), strings.ToLower(sandbox),
	}, " "), true
}

type duplicateTarget struct{ first, second decode.Place }

func (p duplicateTarget) Diagnose() diag.Diagnostic {
	a, b := p.second.Path[1].Key, p.first.Path[1].Key
	return diag.Diagnostic{
		Code: diag.DuplicateTarget, Severity: diag.Error, Path: p.second.Path.String(),
		Message: fmt.Sprintf("targets `%s` and `%s` use the same sandbox of the same organization", b, a),
		Labels: []diag.Label{
			{Span: p.second.Key(), Text: "an apply here creates every object again"},
			{Span: p.first.Key(), Text: "same sandbox"},
		},
		Help: "remove one of the two, or give it another `sandbox`, `org`, or `platform`",
	}
}
