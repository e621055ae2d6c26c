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
		message = "the file holds no values, only blanks and comments"
	}
	return diag.Diagnostic{
		Code: diag.EmptyFile, Severity: diag.Error, Message: message,
		Labels: diag.At(p.file.Span(0, 0), "expected `name:` and the other keys of a document"),
		Help:   "write a document, or remove the file",
	}
}

type utf16File struct{ span source.Span }

func (p utf16File) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLEncoding, Severity: diag.Error,
		Message: "the file is encoded as UTF-16, expected UTF-8",
		Labels:  []diag.Label{{Span: p.span}},
		Help:    "save the file as UTF-8",
	}
}

type notUTF8 struct {
	span source.Span
	b    byte
}

func (p notUTF8) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLEncoding, Severity: diag.Error,
		Message: fmt.Sprintf("byte 0x%02X is not UTF-8", p.b),
		Labels:  diag.At(p.span, "not a character"),
		Help:    "save the file as UTF-8",
	}
}

type binaryFile struct {
	span source.Span
	b    byte
}

func (p binaryFile) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.NotYAML, Severity: diag.Error,
		Message: "this is not YAML: the file holds binary data",
		Labels:  []diag.Label{{Span: source.Span{File: p.span.File, Start: p.span.Start, End: p.span.Start}}},
		Notes:   []string{fmt.Sprintf("the first byte that is no text is 0x%02X at offset %d", p.b, p.span.Start)},
		Help:    "name a text file; compressed files must be unpacked first",
	}
}

type controlChar struct {
	span source.Span
	r    rune
}

func (p controlChar) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.YAMLControl, Severity: diag.Error,
		Message: fmt.Sprintf("control character U+%04X is not allowed in YAML", p.r),
		Labels:  diag.At(p.span, "invisible character"),
		Help:    "remove it, or write it as an escape inside double quotes",
		Fix:     &diag.Fix{Title: "remove the character", Edits: []diag.Edit{{Span: p.span}}},
	}
	if p.r == 0xFEFF {
		d.Message = "a byte order mark stands in the middle of the file"
		d.Help = "remove it; it is only allowed at the very start"
	}
	return d
}

type duplicateKey struct {
	Name         string
	First, Again source.Span
}

func (p duplicateKey) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DuplicateKey, Severity: diag.Error,
		Message: fmt.Sprintf("key `%s` stands twice in the same map", p.Name),
		Labels:  []diag.Label{{Span: p.Again, Text: "second time"}, {Span: p.First, Text: "first time"}},
		Help:    "keep one of the two",
	}
}

type complexKey struct {
	span source.Span
	kind Kind
}

func (p complexKey) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.YAMLComplexKey, Severity: diag.Error,
		Message: fmt.Sprintf("expected a name as key, found %s", p.kind),
		Labels:  diag.At(p.span, "this is the key of a map"),
		Help:    "write the key as text",
	}
	if text := p.span.Text(); len(text) > 0 && text[0] == '{' {
		d.Help = "put the text in quotes if the braces belong to it"
	}
	return d
}

type badMerge struct {
	key   source.Span
	value *Node
}

func (p badMerge) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLMerge, Severity: diag.Error,
		Message: fmt.Sprintf("`<<` merges maps, found %s", p.value.Kind),
		Labels:  append([]diag.Label{{Span: p.key, Text: "merged here"}}, p.value.Where("this is "+p.value.Kind.String())...),
		Help:    "merge an alias of a map (`<<: *name`) or a list of those (`<<: [*a, *b]`)",
	}
}

type tagMismatch struct {
	span source.Span
	tag  string
	want Kind
	text string
}

func (p tagMismatch) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLTag, Severity: diag.Error,
		Message: fmt.Sprintf("tag `%s` asks for %s, found `%s`", p.tag, p.want, diag.FirstLine(p.text)),
		Labels:  diag.At(p.span, "not "+p.want.String()),
		Help:    "remove the tag or mend the value",
	}
}

type aliasCycle struct {
	use  source.Span
	name string
}

func (p aliasCycle) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLAliasCycle, Severity: diag.Error,
		Message: fmt.Sprintf("alias `*%s` stands inside the value that it names", p.name),
		Labels:  diag.At(p.use, "the value would contain itself"),
		Help:    "move the anchor to a value outside",
	}
}

type aliasBomb struct {
	use   source.Span
	where string // that has the limit
	limit int
}

func (p aliasBomb) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLAliasLimit, Severity: diag.Error,
		Message: fmt.Sprintf("the aliases of the %s repeat more than %d values", p.where, p.limit),
		Labels:  diag.At(p.use, "the limit is passed within this alias"),
		Help:    "write fewer aliases of values that hold aliases themselves",
	}
}

// TooManyDocuments is the problem of a file or a project with more documents than
// it may have.
type TooManyDocuments struct {
	First source.Span // the first document over the limit
	Where string      // what has the limit: "file" or "project"
	Limit int
}

func (p TooManyDocuments) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.TooManyDocuments, Severity: diag.Error,
		Message: fmt.Sprintf("the %s has more than %d documents", p.Where, p.Limit),
		Labels:  diag.At(p.First, "one too many"),
		Help:    "move some of them into another " + p.Where,
	}
}
