package main

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/allow"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/planner"
	"github.com/aepflow/aepflow/schemas"
)

// target is the sandbox that a command works on.
type target struct {
	name       string
	config     schemas.TargetConfig
	production bool     // holds what must not be lost
	platform   *url.URL // nil: Adobe's own
	ims        *url.URL
}

// isEmbedded reports whether the target is the emulator in this process.
func (t target) isEmbedded() bool { return t.name == localTarget && t.platform == nil }

// isLoopback reports whether all calls of a target, sign-in included, stay on this machine.
func (t target) isLoopback() bool {
	return t.platform != nil && t.ims != nil && platform.IsLoopback(t.platform) && platform.IsLoopback(t.ims)
}

// planTarget is the target as it is in a plan.
func (t target) planTarget() planner.Target {
	out := planner.Target{Name: t.name, Org: t.config.Org, Sandbox: t.config.Sandbox, Production: t.production}
	if !t.isEmbedded() {
		out.Host, out.SignInHost = platform.Hosts(t.platform, t.ims)
	}
	return out
}

// lockTarget is the target as it is in the lockfile.
func (t target) lockTarget() lockfile.Target {
	return lockfile.Target{Org: t.config.Org, Sandbox: t.config.Sandbox, Tenant: t.config.Tenant}
}

// targetName is the name of the target that --target, aepflow.yaml, or the default selects.
func (p *project) targetName() (string, error) {
	name := cmp.Or(p.flags.Target, p.config.DefaultTarget, localTarget)
	if _, err := resource.ParseAddress(name); err == nil {
		return "", exit(
			exitUsage,
			"--target takes the name of a target; to select a resource, use --target-resource %s",
			name,
		)
	}
	if !compiler.IsTargetName(name) && (p.flags.Target != "" || !p.report.HasErrors()) {
		return "", exit(exitUsage, "--target %q: the name of a target has letters, digits, - and _", name)
	}
	if p.report.HasErrors() {
		return name, nil // aepflow.yaml may be what is wrong, and that is reported first
	}
	names := []string{localTarget}
	for _, c := range p.config.Targets {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	if slices.Contains(names, name) {
		return name, nil
	}
	if near, ok := diag.Nearest(name, names); ok {
		return "", exit(exitUsage, "unknown target %s; did you mean %s?", name, near)
	}
	return "", exit(exitUsage, "unknown target %s; the targets are %s", name, strings.Join(names, ", "))
}

// findTarget returns the target that targetName selects, with its defaults.
func (p *project) findTarget() (target, error) {
	name, err := p.targetName()
	if err != nil {
		return target{}, err
	}
	t := target{name: name, config: schemas.TargetConfig{Name: name}, production: p.config.Options(name).Production}
	i := slices.IndexFunc(p.config.Targets, func(c schemas.TargetConfig) bool { return c.Name == name })
	if i >= 0 {
		t.config = p.config.Targets[i]
	}
	if name == localTarget {
		t.config.Org = cmp.Or(t.config.Org, emulator.DefaultOrg)
		t.config.Sandbox = cmp.Or(t.config.Sandbox, specs.EmulatorSandbox)
	}
	if org, ok := p.env.get("IMS_OAUTH_S2S_ORG_ID"); ok && t.config.Org == "" {
		t.config.Org = org
	}
	if t.config.Org == "" || t.config.Sandbox == "" {
		return target{}, exit(exitDocuments, "target %s needs `org` and `sandbox` in %s; IMS_OAUTH_S2S_ORG_ID can supply org",
			name, projectFile)
	}
	if t.platform, err = address(t.config.Platform); err != nil {
		return target{}, exit(exitDocuments, "target %s: platform %s: %v", name, t.config.Platform, err)
	}
	if t.ims, err = address(t.config.IMS); err != nil {
		return target{}, exit(exitDocuments, "target %s: ims %s: %v", name, t.config.IMS, err)
	}
	if name == localTarget && t.ims == nil && t.platform != nil && platform.IsLoopback(t.platform) {
		t.ims = t.platform // an emulator serves both, and must not get Adobe's token
	}
	return t, nil
}

func address(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !allow.IsHost(u.Host) {
		return nil, errors.New("expected an address such as https://platform.adobe.io")
	}
	return u, nil
}
