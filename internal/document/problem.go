package document

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

type emptyFile struct{ file *source.File }

func (p emptyFile) Diagnose() diag.Diagnostic {
	message := "the file is empty"
	if len(p.file.Text) > 0 {
		message = "the file contains only whitespace and comments"
	}
	return diag.NewError(diag.EmptyFile, message, "write a document, or remove the file",
		diag.Label{Span: p.file.Span(0, 0), Text: "expected `name:` and the other keys of a document"})
}

type utf16File struct{ span source.Span }

func (p utf16File) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLEncoding, "the file is encoded as UTF-16, expected UTF-8", "save the file as UTF-8",
		diag.Label{Span: p.span})
}

type notUTF8 struct {
	span source.Span
	b    byte
}

func (p notUTF8) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLEncoding, fmt.Sprintf("byte 0x%02X is not valid UTF-8", p.b),
		"save the file as UTF-8",
		diag.Label{Span: p.span, Text: "not a character"})
}

type binaryFile struct {
	span source.Span
	b    byte
}

func (p binaryFile) Diagnose() diag.Diagnostic {
	d := diag.NewError(diag.NotYAML, "expected YAML, found binary data",
		"use a text file; decompress compressed files first",
		diag.Label{Span: source.Span{File: p.span.File, Start: p.span.Start, End: p.span.Start}})
	d.Notes = []string{fmt.Sprintf("the first byte that is not text is 0x%02X at offset %d", p.b, p.span.Start)}
	return d
}

type controlChar struct {
	span source.Span
	r    rune
}

func (p controlChar) Diagnose() diag.Diagnostic {
	d := diag.NewError(diag.YAMLControl, fmt.Sprintf("control character U+%04X is not allowed in YAML", p.r),
		"remove it, or write it as an escape inside double quotes",
		diag.Label{Span: p.span, Text: "invisible character"})
	if p.r == 0xFEFF {
		d.Message = "byte order mark in the middle of the file"
		d.Help = "remove it; it is only allowed at the start of the file"
	}
	d.Fix = diag.Replace("remove the character", p.span, "")
	return d
}

type duplicateKey struct {
	Name         string
	First, Again source.Span
}

func (p duplicateKey) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.DuplicateKey, fmt.Sprintf("duplicate key `%s`", p.Name),
		"remove or rename one of the two",
		diag.Label{Span: p.Again, Text: "defined again"}, diag.Label{Span: p.First, Text: "first defined here"})
}

type complexKey struct {
	span source.Span
	kind Kind
}

func (p complexKey) Diagnose() diag.Diagnostic {
	d := diag.NewError(diag.YAMLComplexKey, fmt.Sprintf("expected text as a key, found %s", p.kind),
		"write the key as text", diag.Label{Span: p.span, Text: "key of a map"})
	if text := p.span.Text(); len(text) > 0 && text[0] == '{' {
		d.Help = "put the text in quotes if the braces are part of it"
	}
	return d
}

type badMerge struct {
	key   source.Span
	value *Node
}

func (p badMerge) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLMerge, fmt.Sprintf("`<<` merges maps, found %s", p.value.Kind),
		"merge an alias of a map (`<<: *name`) or a list of such aliases (`<<: [*a, *b]`)",
		append(diag.At(p.key, "merged here"), p.value.Where("this is "+p.value.Kind.String())...)...)
}

type tagMismatch struct {
	span source.Span
	tag  string
	want Kind
	text string
}

func (p tagMismatch) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLTag,
		fmt.Sprintf("tag `%s` requires %s, found `%s`", p.tag, p.want, diag.FirstLine(p.text)),
		"remove the tag, or fix the value", diag.Label{Span: p.span, Text: "not " + p.want.String()})
}

type aliasCycle struct {
	use  source.Span
	name string
}

func (p aliasCycle) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLAliasCycle, fmt.Sprintf("alias `*%s` is inside the value of its own anchor", p.name),
		"move the anchor to another value", diag.Label{Span: p.use, Text: "the value would contain itself"})
}

type aliasBomb struct {
	use   source.Span
	where string // "file" or "document": what has the limit
	limit int
}

func (p aliasBomb) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLAliasLimit,
		fmt.Sprintf("the aliases of the %s repeat more than %d values", p.where, p.limit),
		"use fewer aliases of values that contain aliases themselves",
		diag.Label{Span: p.use, Text: "this alias exceeds the limit"})
}

// TooManyDocuments reports a file or project with more documents than its limit.
type TooManyDocuments struct {
	First source.Span // the first document over the limit
	Where string      // "file" or "project": what has the limit
	Limit int
}

func (p TooManyDocuments) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.TooManyDocuments, fmt.Sprintf("the %s has more than %d documents", p.Where, p.Limit),
		"move some documents to another "+p.Where, diag.Label{Span: p.First, Text: "exceeds the limit"})
}
