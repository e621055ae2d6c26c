package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"strings"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/view"
)

// adobeRate is how many requests a second Adobe's platform is sent by default;
// the platform publishes no limit, its siblings take two.
const adobeRate = 2

// connection is a client and what must be closed with it.
type connection struct {
	*platform.Client
	emu *emulator.Server // of the local target
	log *requestLog      // nil where none is asked for
}

func (c *connection) close() error {
	c.Client.Close()
	return errors.Join(c.closeBox(), c.log.close())
}

// connect opens the way to a target: Adobe's platform, another address, or the
// embedded emulator. rate is in requests a second, negative for the default.
func (a *app) connect(p *project, t target, rate float64, notify func(platform.Retry)) (*connection, error) {
	if err := a.checkHosts(p, t); err != nil {
		return nil, err
	}
	lists, err := a.allowed()
	if err != nil {
		return nil, err
	}
	cfg := platform.Config{
		AllowsHost: lists.AllowsHost,
		Org:        t.config.Org, Sandbox: t.config.Sandbox,
		Platform: t.platform, IMS: t.ims,
		UserAgent: "aepflow/" + toolVersion(),
		Notify:    notify,
	}
	c := &connection{}
	if t.isEmbedded() {
		emu, err := a.openEmulator(p, t)
		if err != nil {
			return nil, err
		}
		c.emu = emu
		cfg.Transport, cfg.ClientID, cfg.ClientSecret = emu.Transport(), "local", "local"
		cfg.Scopes = []string{"openid"}
	} else if err := p.credentials(&cfg); err != nil {
		return nil, err
	} else if cfg.TokenCache, err = p.tokenFile(t); err != nil {
		return nil, err
	}
	cfg.Rate = rate
	if rate < 0 {
		cfg.Rate = 0
		if c.emu == nil && (t.platform == nil || !platform.IsLoopback(t.platform)) {
			cfg.Rate = adobeRate
		}
	}
	cfg.Redactor = redact.New()
	if c.log, err = a.openLog(); err != nil {
		return nil, errors.Join(err, c.closeBox())
	}
	if c.log != nil {
		cfg.Log, cfg.LogBodies = c.log.exchange, c.log.level == levelTrace
	}
	client, err := platform.New(cfg)
	if err != nil {
		return nil, errors.Join(err, c.closeBox(), c.log.close())
	}
	c.Client = client
	return c, nil
}

func (c *connection) closeBox() error {
	if c.emu == nil {
		return nil
	}
	return c.emu.Close()
}

// credentials reads how to sign in, by the names that Adobe's own tools write.
func (p *project) credentials(cfg *platform.Config) error {
	var missing []string
	read := func(name string) string {
		v, ok := p.getenv(name)
		if !ok || v == "" {
			missing = append(missing, name)
		}
		return v
	}
	cfg.ClientID = read("IMS_OAUTH_S2S_CLIENT_ID")
	cfg.ClientSecret = read("IMS_OAUTH_S2S_CLIENT_SECRET")
	if len(missing) > 0 {
		return exit(exitWorld, "no credentials for %s: set %s in the environment or in .env; a target named local needs none",
			cfg.Org, strings.Join(missing, " and "))
	}
	scopes, _ := p.getenv("IMS_OAUTH_S2S_SCOPES")
	cfg.Scopes = splitScopes(scopes)
	return nil
}

// tokenFile is where the token of a target is kept between commands, "" for nowhere.
// In a pipeline that is the default: there .aepflow is stored as an artifact.
func (p *project) tokenFile(t target) (files.File, error) {
	switch how := os.Getenv("AEPFLOW_TOKEN_CACHE"); how {
	case "off":
		return files.File{}, nil
	case "":
		if ci := os.Getenv("CI"); ci != "" && ci != "false" {
			return files.File{}, nil
		}
	case "on":
	default:
		return files.File{}, exit(exitUsage, "AEPFLOW_TOKEN_CACHE is %q, expected on or off", how)
	}
	folder := p.root.Sub(".aepflow/cache")
	// A project that does not ignore the folder must not commit a token. Without
	// the note nothing is lost: a folder that takes no note takes no token.
	if folder.Make() == nil {
		_ = folder.File(".gitignore").Create(0o644, []byte("*\n"))
	}
	return folder.File(t.name + ".token"), nil
}

// splitScopes reads a JSON list, as Adobe's tools write it, or a list with
// commas or blanks.
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

// openEmulator opens the embedded emulator with its state in the project's .aepflow.
func (a *app) openEmulator(p *project, t target) (*emulator.Server, error) {
	seed, err := a.readSeed(p, t.config.Seed)
	if err != nil {
		return nil, err
	}
	return emulator.Open(emulator.Options{Dir: p.root.Sub(".aepflow"), Now: a.now, Seed: seedFor(seed, t), KeepRequests: -1})
}

// seedFor gives the emulator the organisation of the target where the seed names
// none, so that it lets the target in.
func seedFor(seed *emulator.Seed, t target) *emulator.Seed {
	if seed == nil {
		seed = &emulator.Seed{}
	}
	out := *seed
	if out.Org == "" {
		out.Org = t.config.Org
	}
	if out.Tenant == "" {
		out.Tenant = t.config.Tenant
	}
	return &out
}

// readSeed reads what the emulator is to hold from the start: the file that is
// named, or emulator.yaml beside the documents if there is one.
func (a *app) readSeed(p *project, name string) (*emulator.Seed, error) {
	file := p.root.File(orDefault(name, "emulator.yaml"))
	if name == "" && file.IsAbsent() {
		return nil, nil
	}
	return a.parseSeed(file)
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

// checkSandbox says early, and in words, when the sandbox is not there.
func checkSandbox(ctx context.Context, c *connection, t target) (platform.Sandbox, error) {
	s, ok, err := platform.FindSandbox(ctx, c.Client, t.config.Sandbox)
	switch {
	case err != nil:
		return platform.Sandbox{}, noContact(err, t)
	case !ok:
		return platform.Sandbox{}, exit(exitWorld, "organisation %s has no sandbox %s that these credentials may see: mend `sandbox` of target %s in %s",
			t.config.Org, t.config.Sandbox, t.name, projectFile)
	}
	return s, nil
}

// noContact says what to look at when the first call to a target fails. Nothing
// was changed then.
func noContact(err error, t target) error {
	var refused *platform.Error
	var network net.Error
	switch {
	case errors.As(err, &refused) && refused.Status < 500 && strings.Contains(refused.URL, "/ims/"):
		return exitHelp(exitWorld, "check IMS_OAUTH_S2S_CLIENT_ID and IMS_OAUTH_S2S_CLIENT_SECRET, in the environment or in .env",
			"sign in for target %s: %w", t.name, refused)
	case errors.As(err, &network):
		return exitHelp(exitWorld, "check the network, and `platform` and `ims` of the target in "+projectFile,
			"target %s does not answer: %w", t.name, err)
	}
	return err
}

// explain takes an error of the platform apart for views.
func explain(err error) view.ErrorInfo {
	var refused *platform.Error
	if errors.As(err, &refused) {
		return view.ErrorInfo{
			Status: refused.Status, Code: refused.Code, Title: refused.Title, Detail: refused.Detail, RequestID: refused.RequestID,
		}
	}
	return view.ErrorInfo{Title: err.Error()}
}

// elapsed is how long the command has been running.
func (a *app) elapsed() time.Duration { return time.Since(a.started) }
