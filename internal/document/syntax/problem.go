package syntax

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// also appends a label when its place is known.
func also(labels []diag.Label, s source.Span, text string) []diag.Label {
	if s.IsZero() || s.Start == s.End {
		return labels
	}
	return append(labels, diag.Label{Span: s, Text: text})
}

func syntaxError(code diag.Code, message, help string, labels []diag.Label) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Severity: diag.Error, Message: message, Labels: labels, Help: help}
}

// quoteFor writes text as a YAML scalar in quotes, in the style that needs no
// escapes if there is one.
func quoteFor(text string) string {
	if strings.ContainsAny(text, `"\`) {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return `"` + text + `"`
}

func quoteFix(value source.Span) *diag.Fix {
	text := value.Text()
	if strings.ContainsAny(text, "\n\r") {
		return nil
	}
	return &diag.Fix{Title: "put the value in quotes", Edits: []diag.Edit{{Span: value, Text: quoteFor(text)}}}
}

type brokenSyntax struct {
	at    source.Span
	cause string
}

func (p brokenSyntax) Diagnose() diag.Diagnostic {
	label := p.cause
	if label == "" {
		label = "the fault is here or just before"
	}
	return syntaxError(diag.YAMLSyntax, "the text cannot be read as YAML from here on",
		"check quotes, brackets and indentation here and on the line before, and the blank after each `:`", diag.At(p.at, label))
}

type tabIndent struct{ at source.Span }

func (p tabIndent) Diagnose() diag.Diagnostic {
	d := syntaxError(diag.YAMLTab, "a tab stands in the indentation", "indent with spaces only; most editors can convert tabs",
		diag.At(p.at, "expected spaces"))
	if strings.Trim(p.at.Text(), "\t") == "" && (p.at.Start == 0 || p.at.File.Text[p.at.Start-1] == '\n') {
		d.Notes = []string{"YAML forbids tabs here, since editors differ in how wide they show them"}
	}
	return d
}

type unclosedQuote struct {
	open   source.Span
	closed source.Span // the quote that closes it by accident
	next   source.Span // the first key that it swallows
}

func (p unclosedQuote) Diagnose() diag.Diagnostic {
	q := p.open.Text()
	labels := diag.At(p.open, "the quote opens here")
	labels = also(labels, p.closed, "and closes only here, where another one was meant to open")
	labels = also(labels, p.next, "this key is taken as part of the quoted text")
	return syntaxError(diag.YAMLUnclosedQuote, fmt.Sprintf("a quoted text has no closing `%s`", q),
		fmt.Sprintf("close it with `%s` where the text ends", q), labels)
}

type unclosedFlow struct {
	open source.Span
	char byte
	next source.Span // the first key that it swallows
}

func (p unclosedFlow) Diagnose() diag.Diagnostic {
	labels := diag.At(p.open, "the bracket opens here")
	labels = also(labels, p.next, "this key is taken as part of the brackets")
	return syntaxError(diag.YAMLUnclosedFlow, fmt.Sprintf("`%c` has no closing `%c`", p.char, closer(p.char)),
		fmt.Sprintf("close it with `%c`, or put the text in quotes if the bracket belongs to it", closer(p.char)), labels)
}

type wrongBracket struct {
	open, closed source.Span
	want         byte
}

func (p wrongBracket) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLUnclosedFlow,
		fmt.Sprintf("`%s` is closed by `%s`, expected `%c`", p.open.Text(), p.closed.Text(), p.want),
		"close brackets in the order in which they opened",
		[]diag.Label{{Span: p.closed, Text: fmt.Sprintf("expected `%c`", p.want)}, {Span: p.open, Text: "opened here"}})
}

type missingComma struct{ at, value source.Span }

func (p missingComma) Diagnose() diag.Diagnostic {
	labels := diag.At(p.at, "expected `,` before this")
	d := syntaxError(diag.YAMLFlow, "values in brackets must be separated by `,`",
		"write a comma, or put the text in quotes if it is one value", also(labels, p.value, "this value has ended"))
	return d
}

type emptyEntry struct{ at source.Span }

func (p emptyEntry) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLFlow, "a value is missing before `,`", "remove the comma or write the value", diag.At(p.at, "nothing stands before it"))
}

type secondColon struct{ at, value, open source.Span }

func (p secondColon) Diagnose() diag.Diagnostic {
	labels := also(diag.At(p.at, "unexpected `:`"), p.value, "a `,` may be missing in or before this")
	help := "separate entries by `,`, or put the value in quotes if the colon belongs to it"
	if p.open.Pos().Line != p.at.Pos().Line {
		labels = also(labels, p.open, "inside this bracket")
		help = "close the bracket, or separate entries by `,`"
	}
	return syntaxError(diag.YAMLFlow, "an entry in brackets has two `:`", help, labels)
}

type itemInFlow struct{ at source.Span }

func (p itemInFlow) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLFlow, "`- ` begins no item inside brackets", "separate items by `,`, or put a text that begins with a dash in quotes",
		diag.At(p.at, "unexpected dash"))
}

type innerColon struct{ colon, value source.Span }

func (p innerColon) Diagnose() diag.Diagnostic {
	d := syntaxError(diag.YAMLColon, "a `:` with a blank behind it stands inside a value",
		"put the value in quotes: "+quoteFor(diag.FirstLine(p.value.Text())), diag.At(p.colon, "this would begin a second value on the line"))
	if first := p.value.Text(); first != "" && (first[0] == '"' || first[0] == '\'') {
		d.Help = "put the whole value in one pair of quotes, or the second key on a line of its own"
		return d
	}
	d.Fix = quoteFix(p.value)
	return d
}

type missingColon struct{ line, before source.Span }

func (p missingColon) Diagnose() diag.Diagnostic {
	text := p.line.Text()
	if i := strings.IndexByte(text, ':'); i > 0 && i+1 < len(text) {
		gap := p.line.File.Span(p.line.Start+i+1, p.line.Start+i+1)
		d := syntaxError(diag.YAMLMissingColon, fmt.Sprintf("a blank is missing behind `%s`", diag.FirstLine(text[:i+1])),
			"write "+"`"+diag.FirstLine(text[:i+1]+" "+text[i+1:])+"`", diag.At(p.line, "without the blank this is one word, not a key and its value"))
		d.Fix = &diag.Fix{Title: "add the blank", Edits: []diag.Edit{{Span: gap, Text: " "}}}
		return d
	}
	if strings.HasPrefix(text, "-") && !strings.HasPrefix(text, "- ") {
		return syntaxError(diag.YAMLMissingColon, "a blank is missing behind `-`", "write `- "+diag.FirstLine(text[1:])+"`",
			diag.At(p.line, "expected a key and `:`, or an item that begins with `- `"))
	}
	help := "write `key: value`"
	if words := strings.Fields(text); len(words) >= 2 && len(text) < 60 {
		help = fmt.Sprintf("write `%s: %s` if the first word is the key", words[0], strings.Join(words[1:], " "))
	} else if len(words) == 1 && len(text) < 60 {
		help = fmt.Sprintf("write `%s:` and its value; a text that goes on from the line before must be indented deeper", words[0])
	}
	return syntaxError(diag.YAMLMissingColon, "expected a key with `:`, found text", help, diag.At(p.line, "no `:` on this line"))
}

type unevenIndent struct {
	at                   source.Span
	col, outer, inner    int
	outerItem, innerItem source.Span
}

func (p unevenIndent) Diagnose() diag.Diagnostic {
	labels := diag.At(p.at, fmt.Sprintf("indented by %d", p.col))
	labels = also(labels, p.innerItem, fmt.Sprintf("indented by %d", p.inner))
	labels = also(labels, p.outerItem, fmt.Sprintf("indented by %d", p.outer))
	return syntaxError(diag.YAMLIndent, fmt.Sprintf("an indentation of %d fits no line above, expected %d or %d", p.col, p.outer, p.inner),
		"indent lines that belong together by the same number of spaces", labels)
}

type deeperIndent struct {
	at          source.Span
	col, outer  int
	item, value source.Span
}

func (p deeperIndent) Diagnose() diag.Diagnostic {
	labels := diag.At(p.at, fmt.Sprintf("indented by %d, expected %d", p.col, max(p.outer, 0)))
	name := diag.FirstLine(p.item.Text())
	if p.value.IsZero() || p.value.Start == p.value.End {
		labels = also(labels, p.item, "this line takes nothing below it")
	} else {
		labels = also(labels, p.value, fmt.Sprintf("`%s` already has this value", name))
	}
	return syntaxError(diag.YAMLIndent, "this line is indented too deep",
		"indent it like the line above, or leave the place behind the `:` above empty", labels)
}

type behindRoot struct {
	at   source.Span
	col  int
	root source.Span
}

func (p behindRoot) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLIndent, "this line is indented less than the first line of the document",
		"indent all keys of the document alike, best by nothing", also(diag.At(p.at, fmt.Sprintf("indented by %d", p.col)), p.root, "deeper than this line"))
}

type afterComment struct{ at, value source.Span }

func (p afterComment) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLIndent, "text goes on behind a comment", "move the comment to a line of its own before the key",
		also(diag.At(p.at, "unexpected text"), p.value, "the comment has ended this value"))
}

type leftBlock struct {
	at    source.Span
	col   int
	block blockText
}

func (p leftBlock) Diagnose() diag.Diagnostic {
	labels := diag.At(p.at, fmt.Sprintf("indented by %d, which ends the text", p.col))
	labels = also(labels, p.block.first, fmt.Sprintf("the text is indented by %d", p.block.indent))
	return syntaxError(diag.YAMLIndent, fmt.Sprintf("a line of the text under `%s` is indented less than its first line", p.block.header.Text()),
		"indent every line of the text at least as deep as its first", labels)
}

type strayItem struct{ at, key, value source.Span }

func (p strayItem) Diagnose() diag.Diagnostic {
	labels := diag.At(p.at, "a list item among keys")
	if !p.value.IsZero() && p.value.Start < p.value.End {
		labels = also(labels, p.value, "the key above already has this value")
	} else {
		labels = also(labels, p.key, "the key above already has its value")
	}
	return syntaxError(diag.YAMLIndent, "expected a key, found a list item",
		"write the list under a key that has nothing behind its `:`", labels)
}

type missingDash struct{ at, item source.Span }

func (p missingDash) Diagnose() diag.Diagnostic {
	text := p.at.Text()
	if len(text) > 1 && text[0] == '-' && text[1] != '-' {
		gap := p.at.File.Span(p.at.Start+1, p.at.Start+1)
		d := syntaxError(diag.YAMLIndent, "a blank is missing behind `-`", "write `- "+diag.FirstLine(text[1:])+"`", also(diag.At(p.at, "not an item of the list"), p.item, "an item"))
		d.Fix = &diag.Fix{Title: "add the blank", Edits: []diag.Edit{{Span: gap, Text: " "}}}
		return d
	}
	return syntaxError(diag.YAMLIndent, "expected a list item, found a key or text",
		"begin it with `- `, indent it deeper to make it part of the item, or less deep to end the list",
		also(diag.At(p.at, "stands at the column of the dashes"), p.item, "an item of the list"))
}

type inlineItem struct{ at, key source.Span }

func (p inlineItem) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLIndent, "a list cannot begin on the line of its key",
		"put the item on the next line, or write `[a, b]`; a text that begins with a dash needs quotes", diag.At(p.at, "expected a value"))
}

type reservedChar struct{ at, value source.Span }

func (p reservedChar) Diagnose() diag.Diagnostic {
	char := "`" + p.at.Text() + "`"
	if p.at.Text() == "`" {
		char = "a backtick"
	}
	d := syntaxError(diag.YAMLReservedChar, "a value cannot begin with "+char,
		"put it in quotes: "+quoteFor(diag.FirstLine(p.value.Text())), diag.At(p.at, "reserved by YAML"))
	d.Fix = quoteFix(p.value)
	return d
}

type trailingText struct {
	at, value source.Span
	open      byte
}

func (p trailingText) Diagnose() diag.Diagnostic {
	whole := p.value.Join(p.at).Text()
	var what, help string
	switch p.open {
	case '\'', '"':
		what, help = "a closing quote", "put the whole value in one pair of quotes"
		switch {
		case !strings.ContainsRune(p.at.Text(), rune(p.open)):
		case p.open == '"':
			help = "write a quote inside double quotes as `\\\"`"
		default:
			help = "write a quote inside single quotes twice: `''`"
		}
	case '*':
		what, help = "an alias", "an alias stands alone; put the text in quotes if the star belongs to it"
	default:
		what = "a closing bracket"
		help = "put the whole value in quotes: " + quoteFor(diag.FirstLine(whole))
		if p.open == '{' {
			d := syntaxError(diag.YAMLTrailing, "text follows "+what, help, []diag.Label{{Span: p.at, Text: "unexpected text"}, {Span: p.value, Text: "a value that begins with `{` is a map"}})
			d.Fix = quoteFix(p.value.Join(p.at))
			return d
		}
	}
	return syntaxError(diag.YAMLTrailing, "text follows "+what, help,
		[]diag.Label{{Span: p.at, Text: "unexpected text"}, {Span: p.value, Text: "the value ends here"}})
}

type blockHeader struct{ header, text source.Span }

func (p blockHeader) Diagnose() diag.Diagnostic {
	value := p.header.Join(p.text)
	d := syntaxError(diag.YAMLTrailing, fmt.Sprintf("text follows `%s` on the same line", p.header.Text()),
		"begin the text on the next line, indented; or put the value in quotes: "+quoteFor(diag.FirstLine(value.Text())),
		[]diag.Label{{Span: p.text, Text: "unexpected text"}, {Span: p.header, Text: "announces text on the next lines"}})
	return d
}

type badEscape struct{ at, value source.Span }

func (p badEscape) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLEscape, fmt.Sprintf("`%s` is no escape", p.at.Text()),
		"write `\\\\` for a backslash, or use single quotes, where it stands for itself", diag.At(p.at, "unknown within double quotes"))
}

type badAnchor struct{ at, value source.Span }

func (p badAnchor) Diagnose() diag.Diagnostic {
	kind := "an anchor"
	if strings.HasPrefix(p.value.Text(), "*") {
		kind = "an alias"
	}
	d := syntaxError(diag.YAMLReservedChar, fmt.Sprintf("`%s` is no name of %s", diag.FirstLine(p.value.Text()), kind),
		"put the value in quotes: "+quoteFor(diag.FirstLine(p.value.Text())), diag.At(p.at, "expected letters, digits, `-` and `_`"))
	d.Fix = quoteFix(p.value)
	return d
}

type badDirective struct {
	at   source.Span
	name string
}

func (p badDirective) Diagnose() diag.Diagnostic {
	if p.name == "%YAML" {
		return syntaxError(diag.YAMLDirective, "the version of YAML is not known", "write `%YAML 1.2` or remove the line", diag.At(p.at, "expected 1.2"))
	}
	return syntaxError(diag.YAMLDirective, fmt.Sprintf("`%s` is no directive", p.name),
		"remove the line, or put the text in quotes", diag.At(p.at, "only %YAML and %TAG are known"))
}

type colonBelow struct{ at, key source.Span }

func (p colonBelow) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLFlow, "a `:` stands on the line below its key", "write the `:` directly behind the key",
		also(diag.At(p.at, "unexpected `:`"), p.key, "the key"))
}

type queryInFlow struct{ at, value source.Span }

func (p queryInFlow) Diagnose() diag.Diagnostic {
	d := syntaxError(diag.YAMLFlow, "a `?` stands in a text inside brackets", "put the text in quotes: "+quoteFor(diag.FirstLine(p.value.Text())),
		diag.At(p.at, "not allowed without quotes"))
	d.Fix = quoteFix(p.value)
	return d
}

type deepBlank struct {
	at, first source.Span
	indent    int
}

func (p deepBlank) Diagnose() diag.Diagnostic {
	d := syntaxError(diag.YAMLIndent, "an empty line before the text is indented deeper than the text",
		"remove the blanks of the empty line", []diag.Label{
			{Span: p.at, Text: fmt.Sprintf("%d blanks", p.at.End-p.at.Start)},
			{Span: p.first, Text: fmt.Sprintf("the text is indented by %d", p.indent)}})
	d.Fix = &diag.Fix{Title: "remove the blanks", Edits: []diag.Edit{{Span: p.at}}}
	return d
}

type besideMarker struct{ at, marker source.Span }

func (p besideMarker) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLIndent, "a key cannot begin on the line of `---`", "put the key on the next line",
		also(diag.At(p.at, "expected a line break before this"), p.marker, "the document begins here"))
}

type behindEnd struct{ at source.Span }

func (p behindEnd) Diagnose() diag.Diagnostic {
	return syntaxError(diag.YAMLSyntax, "text follows the end of a document", "write `---` before the next document",
		diag.At(p.at, "`...` has ended the document"))
}
