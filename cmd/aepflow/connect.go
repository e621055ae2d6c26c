package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/view"
)

// adobeRate is the default limit of requests per second to Adobe's platform. The platform publishes none; its
// sibling services accept two.
const adobeRate = 2

// connection is a client and what is closed with it.
type connection struct {
	*platform.Client
	sandbox platform.Sandbox
	emu     *emulator.Server // of an embedded target, otherwise nil
	log     *requestLog      // nil without a log
}

func (c *connection) close() error {
	if c.Client != nil {
		c.Client.Close()
	}
	var err error
	if c.emu != nil {
		err = c.emu.Close()
	}
	return errors.Join(err, c.log.close())
}

// noteLineage keeps the lineage of the lockfile with the state of the embedded emulator, if any.
func (c *connection) noteLineage(lineage string) error {
	if c.emu == nil || lineage == "" {
		return nil
	}
	return c.emu.NoteLineage(lineage)
}

// connect opens a connection to the project's target, which is Adobe's platform, another address, or the embedded
// emulator, and finds the sandbox. The rate is in requests per second; nil is the default of the target.
func (a *app) connect(
	ctx context.Context, p *project, rate *float64, notify func(platform.Retry),
) (_ *connection, err error) {
	if err := a.checkHosts(p); err != nil {
		return nil, err
	}
	lists, err := readAllowed()
	if err != nil {
		return nil, err
	}
	t := p.target
	cfg := platform.Config{
		AllowsHost: lists.AllowsHost,
		Org:        t.config.Org, Sandbox: t.config.Sandbox,
		Platform: t.platform, IMS: t.ims,
		UserAgent: "aepflow/" + toolVersion(),
		Notify:    notify,
		Redactor:  redact.New(),
	}
	c := &connection{}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	switch {
	case rate != nil:
		cfg.Rate = *rate
	case !t.isEmbedded() && (t.platform == nil || !platform.IsLoopback(t.platform)):
		cfg.Rate = adobeRate
	}
	if t.isEmbedded() {
		if c.emu, err = a.openEmulator(p); err != nil {
			return nil, err
		}
		cfg.Transport, cfg.ClientID, cfg.ClientSecret = c.emu.Transport(), "local", "local"
		cfg.Scopes = []string{"openid"}
	} else {
		if err := p.env.credentials(&cfg, t); err != nil {
			return nil, err
		}
		if cfg.TokenCache, err = p.tokenFile(); err != nil {
			return nil, err
		}
	}
	if c.log, err = openLog(a); err != nil {
		return nil, err
	}
	if c.log != nil {
		cfg.Log, cfg.LogBodies = c.log.exchange, c.log.level == levelTrace
	}
	if c.Client, err = platform.New(cfg); err != nil {
		return nil, err
	}
	c.sandbox, err = findSandbox(ctx, c, t)
	return c, err
}

// checkHosts refuses a target that would send credentials to a host that is neither Adobe's nor allowed by the user.
// It comes before any call.
func (a *app) checkHosts(p *project) error {
	report := &diag.Report{}
	t := p.target
	for key, to := range map[string]*url.URL{"platform": t.platform, "ims": t.ims} {
		if to == nil {
			continue
		}
		refused := platform.CheckHost(to, nil)
		if refused != nil && t.name != localTarget {
			lists, err := readAllowed()
			if err != nil {
				return err
			}
			refused = platform.CheckHost(to, lists.AllowsHost)
		}
		if refused != nil || t.name == localTarget && !platform.IsLoopback(to) {
			report.Add(hostRefused{at: p.config.Place("targets", t.name, key), target: t.name, to: to})
		}
	}
	return a.diagnoseAs(exitRefused, report)
}

// credentials reads the variables of Adobe's own tools. An emulator at a loopback
// address takes any, so a target there needs none.
func (e environment) credentials(cfg *platform.Config, t target) error {
	var missing []string
	read := func(name string) string {
		v, ok := e.get(name)
		if !ok || v == "" {
			missing = append(missing, name)
		}
		return v
	}
	cfg.ClientID = read("IMS_OAUTH_S2S_CLIENT_ID")
	cfg.ClientSecret = read("IMS_OAUTH_S2S_CLIENT_SECRET")
	switch {
	case len(missing) == 2 && t.isLoopback():
		cfg.ClientID, cfg.ClientSecret = "local", "local"
	case len(missing) > 0:
		return exit(exitWorld, "no credentials for %s: set %s in the environment or in .env",
			cfg.Org, strings.Join(missing, " and "))
	}
	scopes, _ := e.get("IMS_OAUTH_S2S_SCOPES")
	cfg.Scopes = splitScopes(scopes)
	return nil
}

// tokenFile is the file that keeps the target's token between commands; the zero File keeps none. That is the
// default in a pipeline, which stores .aepflow as an artifact.
func (p *project) tokenFile() (files.File, error) {
	switch how := os.Getenv("AEPFLOW_TOKEN_CACHE"); how {
	case "off":
		return files.File{}, nil
	case "":
		if ci := os.Getenv("CI"); ci != "" && ci != "false" {
			return files.File{}, nil
		}
	case "on":
	default:
		return files.File{}, exit(exitUsage, "AEPFLOW_TOKEN_CACHE is %q; expected on or off", how)
	}
	folder := p.root.Sub(".aepflow/cache")
	// A project that does not ignore .aepflow must not commit a token. If this fails, writing the token fails too.
	if folder.Make() == nil {
		_ = folder.File(".gitignore").Create(0o644, []byte("*\n"))
	}
	return folder.File(p.target.name + ".token"), nil
}

// splitScopes reads a JSON list, as Adobe's tools write it, or a list with commas or spaces.
func splitScopes(text string) []string {
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil {
		return list
	}
	list = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	if len(list) == 0 {
		return []string{"openid", "AdobeID", "read_organizations", "additional_info.projectedProductContext", "session"}
	}
	return list
}

// openEmulator opens the embedded emulator with its state in the project's .aepflow. Its seed is the file that the
// target names, or emulator.yaml in the project's folder, if any.
func (a *app) openEmulator(p *project) (*emulator.Server, error) {
	t, seed := p.target, &emulator.Seed{}
	file := p.root.File(cmp.Or(t.config.Seed, "emulator.yaml"))
	if t.config.Seed != "" || !file.IsAbsent() {
		var err error
		if seed, err = a.parseSeed(file); err != nil {
			return nil, err
		}
	}
	// The emulator must accept the target.
	seed.Org = cmp.Or(seed.Org, t.config.Org)
	seed.Tenant = cmp.Or(seed.Tenant, t.config.Tenant)
	return emulator.Open(emulator.Options{Dir: p.root.Sub(".aepflow"), Now: a.now, Seed: seed, KeepRequests: -1,
		IsSecret: p.env.isSecret,
		Switches: emulator.Switches{Cloud: t.config.Cloud}})
}

// parseSeed reads a seed in YAML or JSON.
func (a *app) parseSeed(file files.File) (*emulator.Seed, error) {
	f, problem := readFile(file, files.MaxSeed)
	if problem != nil {
		return nil, exit(exitDocuments, "%s", problem.Diagnose().Message)
	}
	text, report := compiler.ToJSON(f)
	if err := a.diagnose(report); err != nil {
		return nil, err
	}
	seed, err := emulator.ParseSeed(text)
	if err != nil {
		return nil, exit(exitDocuments, "read %s: %v", f.Path, err)
	}
	return seed, nil
}

// findSandbox finds the target's sandbox, before anything else is called.
func findSandbox(ctx context.Context, c *connection, t target) (platform.Sandbox, error) {
	s, ok, err := platform.FindSandbox(ctx, c.Client, t.config.Sandbox)
	switch {
	case err != nil:
		return platform.Sandbox{}, noContact(err, t)
	case !ok:
		return platform.Sandbox{}, exit(exitWorld, "organization %s has no sandbox %s that these credentials can see; "+
			"correct `sandbox` of target %s in %s", t.config.Org, t.config.Sandbox, t.name, projectFile)
	}
	return s, nil
}

// noContact adds help to the error of the first call to a target.
func noContact(err error, t target) error {
	var refused *platform.Error
	switch {
	case errors.As(err, &refused) && refused.Status < 500 && strings.Contains(refused.URL, "/ims/"):
		return exitHelp(exitWorld,
			"check IMS_OAUTH_S2S_CLIENT_ID and IMS_OAUTH_S2S_CLIENT_SECRET in the environment or in .env",
			"sign in for target %s: %w", t.name, refused)
	case is[net.Error](err):
		return exitHelp(exitWorld, "check the network, and `platform` and `ims` of the target in "+projectFile,
			"target %s does not answer: %w", t.name, err)
	}
	return err
}

// explain returns the parts of a refusal of the platform, for views.
func explain(err error) view.ErrorInfo {
	var refused *platform.Error
	if errors.As(err, &refused) {
		return view.ErrorInfo{
			Status: refused.Status, Code: refused.Code, Title: refused.Title, Detail: refused.Detail,
			RequestID: refused.RequestID,
		}
	}
	return view.ErrorInfo{Title: err.Error()}
}
