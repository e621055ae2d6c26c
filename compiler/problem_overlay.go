package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/source"
)

type overlayKey struct{ at place }

func (p overlayKey) Diagnose() diag.Diagnostic {
	key := p.at.path[len(p.at.path)-1].Key
	return diag.Diagnostic{
		Code: diag.OverlayKey, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("`%s` is not allowed in an overlay", key),
		Labels:  p.at.keyLabels("must be the same for every target"),
		Help:    "move it to the top level, or write two documents with `only` and `except`",
	}
}

type onlyAndExcept struct{ d *variant }

func (p onlyAndExcept) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.OnlyAndExcept, Severity: diag.Warning, Path: "except",
		Message: "`only` and `except` are mutually exclusive",
		Labels: []diag.Label{
			{Span: place{p.d, document.At("except")}.key(), Text: "excludes targets"},
			{Span: place{p.d, document.At("only")}.key(), Text: "already names the targets"},
		},
		Help: "remove one of the two",
	}
}

type unknownTarget struct {
	at    place
	name  string
	known *nearest.Names
}

func (p unknownTarget) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownTarget, Severity: diag.Warning, Path: p.at.path.String(),
		Message: fmt.Sprintf("unknown target `%s`", p.name),
		Labels:  p.at.labels("not defined in aepflow.yaml"),
		Help:    "targets are " + list(p.known.List(), "and"),
	}
	span := p.at.span()
	if last := p.at.path[len(p.at.path)-1]; !last.IsIndex { // an overlay: its name is a key
		span = p.at.key()
		d.Labels = p.at.keyLabels("not defined in aepflow.yaml")
	}
	if near := p.known.AllBegun(p.name); len(near) > 0 {
		d.Help = "did you mean " + quotedList(near, "or") + "?"
		if len(near) == 1 && span.Text() == p.name {
			d.Fix = replace(span, near[0])
		}
	}
	return d
}

type unknownVariable struct {
	at         place
	start, end int
	name       string // "" when the reference is never closed
	known      *nearest.Names
}

func (p unknownVariable) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownVariable, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("undefined variable `%s`", p.name),
		Labels:  p.at.partLabels(p.start, p.end, "not defined for this target"),
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
		d.Help = "did you mean " + quotedList(near, "or") + "?"
		if s := d.Labels[0].Span; len(near) == 1 && s.Text() == varStart+p.name+"}" {
			d.Fix = replace(s, varStart+near[0]+"}")
		}
	}
	return d
}

// excludedReference: a document is needed that is not for the target.
type excludedReference struct {
	at     place
	kind   string
	name   string
	target string
	named  source.Span // the document
}

func (p excludedReference) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.UnknownReference, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("%s `%s` is excluded from target %s", p.kind, p.name, p.target),
		Labels: append(p.at.labels("required here"),
			diag.Label{Span: p.named, Text: "excluded by its `only` or `except`"}),
		Help: "give both documents the same targets",
	}
}
