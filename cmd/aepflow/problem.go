package main

import (
	"fmt"
	"net/url"

	"github.com/aepflow/aepflow/internal/allow"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

type unreadable struct{ path, why string }

func (p unreadable) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FileUnreadable, Severity: diag.Error,
		Message: fmt.Sprintf("%s cannot be read: %s", p.path, p.why),
		Help:    "check the file's permissions, or move it out of the project",
	}
}

type unreadableFolder unreadable

func (p unreadableFolder) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FolderUnreadable, Severity: diag.Warning,
		Message: fmt.Sprintf("%s cannot be searched for documents: %s", p.path, p.why),
		Help:    "check the folder's permissions, or move it out of the project",
	}
}

// notRead: a file looks like a document or a project file; or more of them do.
type notRead struct {
	path, better string
	more         int
}

func (p notRead) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.FileNotRead, Severity: diag.Warning,
		Message: p.path + " looks like a document, but is not read",
		Help:    "rename it to " + p.better + ", or move it out of the project",
	}
	switch {
	case p.more > 0:
		d.Message, d.Help = fmt.Sprintf("%d more files look like documents, but are not read", p.more), ""
	case p.better == projectFile:
		d.Message = p.path + " is not read"
		d.Help = "rename it to " + p.better
	}
	return d
}

// nestedProject: a folder of the project has a project file.
type nestedProject struct{ path string }

func (p nestedProject) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.NestedProject, Severity: diag.Note,
		Message: p.path + " is a project of its own: its documents are not part of this one",
	}
}

// belowProject: a folder above has a project file, and the project has none.
type belowProject struct{ dir, project string }

func (p belowProject) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.BelowProject, Severity: diag.Warning,
		Message: fmt.Sprintf("%s belongs to the project in %s, which has an %s", p.dir, p.project, projectFile),
		Help:    "run the command there, such as with -C " + p.project,
	}
}

type tooLarge struct {
	path        string
	size, limit int64
}

func (p tooLarge) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FileTooLarge, Severity: diag.Error,
		Message: fmt.Sprintf("%s has %.1f MiB; expected at most %d MiB", p.path, float64(p.size)/(1<<20), p.limit>>20),
		Help:    "split it; a project may have any number of files",
	}
}

// projectTooLarge: the documents together exceed the limit.
type projectTooLarge struct {
	path string // of the file that exceeds it
}

func (p projectTooLarge) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ProjectTooLarge, Severity: diag.Error,
		Message: fmt.Sprintf("%s exceeds the limit of %d MiB for the documents of a project", p.path, maxProject>>20),
		Help:    "reading stopped there; split the project, or move files that are not documents elsewhere",
	}
}

// unsetSecret: a document refers to a secret that is missing.
type unsetSecret struct {
	at   source.Span
	from string // env.NAME or file.PATH
	of   resource.Address
	why  string
}

func (p unsetSecret) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnsetSecret, Severity: diag.Error,
		Labels: []diag.Label{{Span: p.at, Text: "needed by " + p.of.String()}},
	}
	if name, ok := secretEnv(p.from); ok {
		d.Message = fmt.Sprintf("the environment variable %s is %s", name, p.why)
		d.Help = fmt.Sprintf("set it (export %s=…), or add it to .env in the project's folder; "+
			"`aepflow plan --no-secrets` plans without secrets", name)
		return d
	}
	d.Message = fmt.Sprintf("the secret file %s cannot be read: %s", p.from[len("file."):], p.why)
	d.Help = "the path is relative to the project's folder"
	return d
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
		Message: fmt.Sprintf("target %s would send credentials to %s, which is not one of Adobe's hosts",
			p.target, p.to.Host),
		Labels: []diag.Label{{Span: p.at, Text: "nothing was sent there"}},
		Help: howToAllow("trust this host with your client secret and the secrets of your connections",
			allow.HostsVar, p.to.Host),
	}
	switch {
	case p.target == localTarget:
		d.Message = fmt.Sprintf("target %s is on this machine, %s is not", p.target, p.to.Host)
		d.Help = "rename the target, or use an address such as http://127.0.0.1:8090; " +
			"without `platform` it is the embedded emulator"
	case p.to.Scheme != "https":
		d.Message = fmt.Sprintf("target %s would send credentials to %s without encryption", p.target, p.to.Host)
		d.Help = "use https://; plain http is only for this machine"
	}
	return d
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

// shortSecret: a secret is too short to be distinguished from ordinary words.
type shortSecret struct{ at source.Span }

func (p shortSecret) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ShortSecret, Severity: diag.Warning,
		Message: "the secret is too short to be hidden in answers of the platform",
		Labels:  []diag.Label{{Span: p.at, Text: "fewer than six characters"}},
		Help:    "use a longer secret; logs and messages show this one if the platform repeats it",
	}
}
