package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/aepflow/aepflow/internal/allow"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/source"
)

// readAllowed reads what the person allows, from the process environment and
// the person's own file. Nothing of the project takes part in it.
func readAllowed() (allow.Lists, error) {
	lists, err := allow.Read(os.Getenv, allow.DefaultFile())
	if err != nil {
		return allow.Lists{}, exit(exitUsage, "read what you allow: %w", err)
	}
	return lists, nil
}

// checkHosts refuses a target that would send credentials to a host that neither
// Adobe runs nor the person has named. It comes before any call.
func (a *app) checkHosts(p *project, t target) error {
	report := &diag.Report{}
	for _, to := range []struct {
		key string
		url *url.URL
	}{{"platform", t.platform}, {"ims", t.ims}} {
		if to.url == nil {
			continue
		}
		refused := platform.CheckHost(to.url, nil)
		if refused != nil && t.name != localTarget {
			lists, err := a.allowed()
			if err != nil {
				return err
			}
			refused = platform.CheckHost(to.url, lists.AllowsHost)
		}
		if refused != nil || t.name == localTarget && !platform.IsLoopback(to.url) {
			report.Add(hostRefused{at: p.config.Place("targets", t.name, to.key), target: t.name, to: to.url})
		}
	}
	return a.diagnoseAs(exitRefused, report)
}

// hostRefused: aepflow.yaml names a host that gets no credentials.
type hostRefused struct {
	at     source.Span
	target string
	to     *url.URL
}

func (p hostRefused) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.HostNotAllowed, Severity: diag.Error,
		Message: fmt.Sprintf("target %s would send credentials to %s, which is not one of Adobe's hosts", p.target, p.to.Host),
		Labels:  []diag.Label{{Span: p.at, Text: "nothing was sent there"}},
		Help:    howToAllow("trust this host with your client secret and the secrets of your connections", allow.HostsVar, p.to.Host),
	}
	switch {
	case p.target == localTarget:
		d.Message = fmt.Sprintf("target %s is on this machine, %s is not", p.target, p.to.Host)
		d.Help = "give the target another name, or an address such as http://127.0.0.1:8090; without `platform` it is the embedded emulator"
	case p.to.Scheme != "https":
		d.Message = fmt.Sprintf("target %s would send credentials to %s without encryption", p.target, p.to.Host)
		d.Help = "write https://: plain http is for this machine only"
	}
	return d
}

// howToAllow says how the person, and nobody else, allows an entry of a list.
func howToAllow(what, list, entry string) string {
	text := fmt.Sprintf("if you %s, add %s to %s in your own environment", what, entry, list)
	if file := allow.DefaultFile(); file != "" {
		text += " or in " + filepath.ToSlash(file)
	}
	return text + "; the project and its .env cannot allow it"
}

// secretRefusal is the error for a secret that the project may not read.
type secretRefusal struct{ message, help string }

func (e *secretRefusal) Error() string { return e.message }

// secretRefused: a document names such a secret.
type secretRefused struct {
	at  source.Span
	why *secretRefusal
}

func (p secretRefused) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.SecretNotAllowed, Severity: diag.Error, Message: p.why.message, Help: p.why.help,
		Labels: []diag.Label{{Span: p.at, Text: "it was not read"}},
	}
}

// shortSecret: a secret cannot be told from ordinary words.
type shortSecret struct{ at source.Span }

func (p shortSecret) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ShortSecret, Severity: diag.Warning,
		Message: "the secret is too short to be hidden in what the platform answers",
		Labels:  []diag.Label{{Span: p.at, Text: "less than six characters"}},
		Help:    "use a longer secret; logs and messages show this one when the platform repeats it",
	}
}

// mayReadEnv refuses the variables that belong to something else.
func (p *project) mayReadEnv(name string) error {
	owner, foreign := allow.OwnerOf(name)
	if !foreign {
		return nil
	}
	lists, err := p.allowed()
	if err != nil || lists.AllowsEnv(name) {
		return err
	}
	return &secretRefusal{
		fmt.Sprintf("the environment variable %s belongs to %s, not to a connection", name, owner),
		"use a name of its own, such as CRM_DB_PASSWORD; " + howToAllow("want its value to be sent", allow.EnvVar, name),
	}
}

// readSecretFile reads a file of the project, or one outside that the person
// allows. A link that leads out of the project is outside.
func (p *project) readSecretFile(name string) ([]byte, error) {
	root, err := filepath.Abs(p.dir)
	if err != nil {
		return nil, err
	}
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	path = filepath.Clean(path)
	if isBelow(root, path) {
		file := files.Project(root).At(path)
		text, err := file.Read(files.MaxSecret)
		if !errors.Is(err, files.ErrOutside) {
			return text, err
		}
		if path, err = file.Target(); err != nil {
			return nil, err
		}
	}
	lists, err := p.allowed()
	if err != nil {
		return nil, err
	}
	if !lists.AllowsFile(path) {
		return nil, &secretRefusal{
			fmt.Sprintf("the secret file %s is outside the project", filepath.ToSlash(path)),
			howToAllow("want its content to be sent", allow.FilesVar, filepath.ToSlash(path)),
		}
	}
	return files.Chosen(path).Read(files.MaxSecret)
}

func isBelow(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}
