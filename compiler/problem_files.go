package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
)

// otherPattern is a sign of a pattern that the platform does not know.
type otherPattern struct {
	u           *unit
	start       int
	sign, label string
}

func (p otherPattern) Diagnose() diag.Diagnostic {
	at := p.u.at("files", "path")
	return diag.Diagnostic{
		Code: diag.FilePath, Severity: diag.Warning, Path: at.Path.String(),
		Message: fmt.Sprintf("`%s` reads like another kind of pattern", p.sign),
		Labels:  at.PartLabels(p.start, p.start+len(p.sign), p.label),
		Help: "`*` is the only wildcard; if the name is right, silence this with # aepflow:ignore " +
			string(diag.FilePath) + " REASON",
	}
}

// encryptedName is a contradiction between the names of files and their encryption.
type encryptedName struct {
	u                    *unit
	message, label, help string
}

func (p encryptedName) Diagnose() diag.Diagnostic {
	at := p.u.at("files", "path")
	return diag.Diagnostic{
		Code: diag.FileEncryption, Severity: diag.Warning, Path: at.Path.String(), Message: p.message,
		Labels: at.Labels(p.label), Help: p.help,
	}
}

// shortLife is a landing zone whose files are gone before they are read.
type shortLife struct{ u *unit }

func (p shortLife) Diagnose() diag.Diagnostic {
	at := p.u.at("schedule", "interval")
	return diag.Diagnostic{
		Code: diag.FileSchedule, Severity: diag.Warning, Path: at.Path.String(),
		Message: "the landing zone deletes files before they are read",
		Labels:  at.Labels("more than 7 days between two runs"),
		Help:    "the landing zone keeps a file for 7 days: run at least once a week",
	}
}

// originalTypeElsewhere is an originalType that is not sent.
type originalTypeElsewhere struct{ at decode.Place }

func (p originalTypeElsewhere) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.OriginalType, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "only columns of tables have an `originalType`",
		Labels:  p.at.KeyLabels("is not sent"),
		Help:    "remove it: columns of other sources are checked here only",
	}
}

// missingOriginalType is a note: Adobe's specification asks for it, its tutorials do without.
type missingOriginalType struct {
	at   decode.Place
	name string
}

func (p missingOriginalType) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.OriginalType, Severity: diag.Note, Path: p.at.Path.String(),
		Message: fmt.Sprintf("the specification of %s asks for the original type of each column", p.name),
		Labels:  p.at.KeyLabels("no `originalType`"),
		Help:    "write `{type: string, originalType: …}` with the source's own word, or remove `columns`",
	}
}
