package main

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

type unreadable struct{ path, why string }

func (p unreadable) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FileUnreadable, Severity: diag.Error,
		Message: fmt.Sprintf("%s cannot be read: %s", p.path, p.why),
		Help:    "look at the file's permissions, or move it out of the project",
	}
}

type tooLarge struct {
	path        string
	size, limit int64
}

func (p tooLarge) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FileTooLarge, Severity: diag.Error,
		Message: fmt.Sprintf("%s has %.1f MiB, expected at most %d MiB", p.path, float64(p.size)/(1<<20), p.limit>>20),
		Help:    "split it: a project may have any number of files",
	}
}

// projectTooLarge: the documents together exceed the limit.
type projectTooLarge struct {
	path string // of the file that exceeds it
}

func (p projectTooLarge) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ProjectTooLarge, Severity: diag.Error,
		Message: fmt.Sprintf("%s exceeds the %d MiB that the documents of a project may hold", p.path, maxProject>>20),
		Help:    "reading stopped there: split the project, or move what is no document of it elsewhere",
	}
}

// unsetSecret: a document refers to a secret that is not there.
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
		d.Help = fmt.Sprintf("set it: export %s=…, or write it into .env beside the documents; `plan --no-secrets` plans without", name)
		return d
	}
	d.Message = fmt.Sprintf("the secret file %s cannot be read: %s", p.from[len("file."):], p.why)
	d.Help = "the path is read from the project's folder"
	return d
}
