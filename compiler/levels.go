package compiler

import (
	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// applyLevels gives warnings and notes the level that the project asks
// for, and drops what comments silence. Errors keep their level: a comment does not
// make a document valid.
func (p *project) applyLevels() {
	j := lintLevels{levels: map[diag.Code]LintLevel{}, ignores: map[*source.File]map[ignoreKey]document.Ignore{},
		used: map[source.Span]bool{}}
	for _, l := range p.options.Lint {
		j.levels[l.Code] = l
	}
	if d := p.options.Project; d != nil {
		j.add(d)
	}
	for i := range p.units {
		j.add(p.units[i].doc.Document)
	}
	p.report = p.report.Map(j.one)
	if len(j.ignores) == 0 {
		return
	}
	complete := !p.report.HasErrors() // otherwise some checks were not made
	for i := range p.units {
		u := &p.units[i]
		for _, ig := range u.doc.Ignores {
			entry, known := diag.Lookup(ig.Code)
			switch {
			case !known:
				p.report.Add(unknownCode{span: codeSpan(ig), code: ig.Code})
			case j.used[ig.Span]:
			case entry.Severity == diag.Error:
				p.report.Add(fixedLevel{span: codeSpan(ig), code: ig.Code})
			case complete && !u.doc.Excluded:
				p.report.Add(unusedIgnore{ig})
			}
		}
	}
}

type lintLevels struct {
	levels  map[diag.Code]LintLevel
	ignores map[*source.File]map[ignoreKey]document.Ignore // the first of each
	used    map[source.Span]bool                           // comments that silence something
}

// ignoreKey is what a comment silences.
type ignoreKey struct {
	code diag.Code
	line int
}

func (j *lintLevels) add(d *document.Document) {
	for _, ig := range d.Ignores {
		if j.ignores[d.File] == nil {
			j.ignores[d.File] = map[ignoreKey]document.Ignore{}
		}
		key := ignoreKey{ig.Code, ig.Line}
		if _, taken := j.ignores[d.File][key]; !taken {
			j.ignores[d.File][key] = ig
		}
	}
}

func (j *lintLevels) one(d diag.Diagnostic) (diag.Diagnostic, bool) {
	if d.Severity == diag.Error {
		return d, true
	}
	s := d.Primary()
	if ignores := j.ignores[s.File]; ignores != nil {
		if ig, ok := ignores[ignoreKey{d.Code, s.Pos().Line}]; ok {
			j.used[ig.Span] = true
			return d, false
		}
	}
	if l, ok := j.levels[d.Code]; ok {
		d.Severity = l.Level
		return d, !l.Off
	}
	return d, true
}

// codeSpan is the place of the code in a comment.
func codeSpan(ig document.Ignore) source.Span {
	text := ig.Span.Text()
	for i := 0; i+len(ig.Code) <= len(text); i++ {
		if text[i:i+len(ig.Code)] == string(ig.Code) {
			return ig.Span.File.Span(ig.Span.Start+i, ig.Span.Start+i+len(ig.Code))
		}
	}
	return ig.Span
}

// explain says of every value that came by an overlay, a default or a variable
// how it came.
func (p *project) explain() {
	if p.report.Len() == 0 {
		return
	}
	docs := make([]*decode.Variant, len(p.units))
	for i := range p.units {
		docs[i] = p.units[i].doc
	}
	x := decode.NewOrigins(docs...)
	p.report = p.report.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) { return x.Explain(d), true })
}

// checkLevels checks the codes of `lint` in aepflow.yaml.
func checkLevels(d *decode.Variant, levels schemas.Levels, report *diag.Report) {
	for _, l := range levels {
		key := decode.Place{Doc: d, Path: document.At("lint", l.Code)}.Key()
		entry, known := diag.Lookup(diag.Code(l.Code))
		switch {
		case !known:
			report.Add(unknownCode{span: key, code: diag.Code(l.Code)})
		case entry.Severity == diag.Error && l.Level != "error":
			report.Add(fixedLevel{span: key, code: entry.Code})
		}
	}
}

type unknownCode struct {
	span source.Span
	code diag.Code
}

func (p unknownCode) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownCode, Severity: diag.Warning,
		Message: "unknown diagnostic code `" + string(p.code) + "`",
		Labels:  diag.At(p.span, "has no effect"),
		Help:    "codes are in brackets after messages; docs/diagnostics.md lists them",
	}
	var known []string
	for _, e := range diag.Codes() {
		if e.Severity < diag.Error {
			known = append(known, string(e.Code))
		}
	}
	if near := diag.NearestAll(string(p.code), known); len(near) > 0 {
		d.Help = "did you mean " + words.Quoted(near, "or") + "?"
		if len(near) == 1 && p.span.Text() == string(p.code) {
			d.Fix = decode.Replace(p.span, near[0])
		}
	}
	return d
}

type fixedLevel struct {
	span source.Span
	code diag.Code
}

func (p fixedLevel) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FixedLevel, Severity: diag.Warning,
		Message: "`" + string(p.code) + "` is an error and cannot be silenced",
		Labels:  diag.At(p.span, "has no effect"),
		Help:    "fix the document; only warnings and notes can be silenced",
	}
}

type unusedIgnore struct{ ignore document.Ignore }

func (p unusedIgnore) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnusedIgnore, Severity: diag.Note,
		Message: "unused ignore comment",
		Labels:  diag.At(p.ignore.Span, "no "+string(p.ignore.Code)+" on the line it applies to"),
		Help:    "remove it",
	}
	return d
}

type defaultKey struct{ at decode.Place }

func (p defaultKey) Diagnose() diag.Diagnostic {
	key := p.at.Path[len(p.at.Path)-1].Key
	return diag.Diagnostic{
		Code: diag.OverlayKey, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "`" + key + "` cannot have a default",
		Labels:  p.at.KeyLabels("specific to each document"),
		Help:    "set it in the documents",
	}
}
