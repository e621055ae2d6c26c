package decode

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/words"
)

type overlayKey struct{ at Place }

func (p overlayKey) Diagnose() diag.Diagnostic {
	key := p.at.Path[len(p.at.Path)-1].Key
	return diag.Diagnostic{
		Code: diag.OverlayKey, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is not allowed in an overlay", key),
		Labels:  p.at.KeyLabels("must be the same for every target"),
		Help:    "move it to the top level, or write two documents with `only` and `except`",
	}
}

type onlyAndExcept struct{ d *Variant }

func (p onlyAndExcept) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.OnlyAndExcept, Severity: diag.Warning, Path: "except",
		Message: "`only` and `except` are mutually exclusive",
		Labels: []diag.Label{
			{Span: Place{p.d, document.At("except")}.Key(), Text: "excludes targets"},
			{Span: Place{p.d, document.At("only")}.Key(), Text: "already names the targets"},
		},
		Help: "remove one of the two",
	}
}

type unknownTarget struct {
	at    Place
	name  string
	known *nearest.Names
}

func (p unknownTarget) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownTarget, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown target `%s`", p.name),
		Labels:  p.at.Labels("not defined in aepflow.yaml"),
		Help:    "targets are " + words.List(p.known.List(), "and"),
	}
	span := p.at.Span()
	if last := p.at.Path[len(p.at.Path)-1]; !last.IsIndex { // an overlay: its name is a key
		span = p.at.Key()
		d.Labels = p.at.KeyLabels("not defined in aepflow.yaml")
	}
	if near := p.known.AllBegun(p.name); len(near) > 0 {
		d.Help = "did you mean " + words.Quoted(near, "or") + "?"
		if len(near) == 1 && span.Text() == p.name {
			d.Fix = Replace(span, near[0])
		}
	}
	return d
}

type unknownVariable struct {
	at         Place
	start, end int
	name       string // "" when the reference is never closed
	known      *nearest.Names
}

func (p unknownVariable) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownVariable, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("undefined variable `%s`", p.name),
		Labels:  p.at.PartLabels(p.start, p.end, "not defined for this target"),
		Help: fmt.Sprintf("add `%s` to `vars` in aepflow.yaml, or pass --var %s=VALUE; write $${ for a literal ${",
			p.name, p.name),
	}
	if p.name == "" {
		d.Message = "missing `}` after a variable reference"
		d.Labels[0].Text = "expected ${var.NAME}"
		d.Help = "add the closing brace; write $${ for a literal ${"
		return d
	}
	if near := p.known.AllBegun(p.name); len(near) > 0 {
		d.Help = "did you mean " + words.Quoted(near, "or") + "?"
		if s := d.Labels[0].Span; len(near) == 1 && s.Text() == varStart+p.name+"}" {
			d.Fix = Replace(s, varStart+near[0]+"}")
		}
	}
	return d
}
