package syntax

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// also appends a label unless its span is empty.
func also(labels []diag.Label, s source.Span, text string) []diag.Label {
	if s.IsZero() || s.Start == s.End {
		return labels
	}
	return append(labels, diag.Label{Span: s, Text: text})
}

// quoteLine writes one line of text as a quoted YAML scalar, in the style that
// needs no escapes if there is one.
func quoteLine(text string) string {
	if strings.ContainsAny(text, `"\`) {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return `"` + text + `"`
}

func quoteHelp(text string) string {
	return "put the value in quotes: " + quoteLine(diag.FirstLine(text))
}

func quoteFix(value source.Span) *diag.Fix {
	text := value.Text()
	if strings.ContainsAny(text, "\n\r") {
		return nil
	}
	return diag.Replace("put the value in quotes", value, quoteLine(text))
}

type brokenSyntax struct {
	at    source.Span
	cause string
}

func (p brokenSyntax) Diagnose() diag.Diagnostic {
	label := p.cause
	if label == "" {
		label = "the error is here or on the line before"
	}
	return diag.NewError(diag.YAMLSyntax, "invalid YAML syntax",
		"check the quotes, brackets, and indentation here and on the line before, and the space after each `:`",
		diag.Label{Span: p.at, Text: label})
}

type tabIndent struct{ at source.Span }

func (p tabIndent) Diagnose() diag.Diagnostic {
	d := diag.NewError(diag.YAMLTab, "tab in the indentation", "indent with spaces; most editors can convert tabs",
		diag.Label{Span: p.at, Text: "expected spaces"})
	if strings.Trim(p.at.Text(), "\t") == "" && (p.at.Start == 0 || p.at.File.Text[p.at.Start-1] == '\n') {
		d.Notes = []string{"YAML forbids tabs here because their width differs between editors"}
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
	labels := diag.At(p.open, "opened here")
	labels = also(labels, p.closed, "closed only here, probably by a quote that was meant to open another text")
	labels = also(labels, p.next, "this key becomes part of the quoted text")
	return diag.NewError(diag.YAMLUnclosedQuote, fmt.Sprintf("missing closing quote `%s`", q),
		fmt.Sprintf("add `%s` where the text ends", q), labels...)
}

type unclosedFlow struct {
	open source.Span
	char byte
	next source.Span // the first key that it swallows
}

func (p unclosedFlow) Diagnose() diag.Diagnostic {
	labels := also(diag.At(p.open, "opened here"), p.next, "this key becomes part of the brackets")
	return diag.NewError(diag.YAMLUnclosedFlow, fmt.Sprintf("missing closing `%c`", closer(p.char)),
		fmt.Sprintf("add `%c`, or put the text in quotes if the `%c` is part of it", closer(p.char), p.char), labels...)
}

type wrongBracket struct {
	open, closed source.Span
	want         byte
}

func (p wrongBracket) Diagnose() diag.Diagnostic {
	expected := fmt.Sprintf("expected `%c`", p.want)
	return diag.NewError(diag.YAMLUnclosedFlow, fmt.Sprintf("mismatched bracket `%s`, %s", p.closed.Text(), expected),
		"close the innermost bracket first",
		diag.Label{Span: p.closed, Text: expected}, diag.Label{Span: p.open, Text: "opened here"})
}

type missingComma struct{ at, value source.Span }

func (p missingComma) Diagnose() diag.Diagnostic {
	if whole, ok := p.placeholder(); ok {
		d := diag.NewError(diag.YAMLFlow, "unquoted `{` inside brackets",
			"put it in quotes: "+quoteLine(whole.Text())+", or write it on its own line, without brackets around it",
			diag.At(whole, "not allowed without quotes")...)
		d.Fix = diag.Replace("put it in quotes", whole, quoteLine(whole.Text()))
		return d
	}
	return diag.NewError(diag.YAMLFlow, "missing `,` between values in brackets",
		"add a comma, or put the text in quotes if it is a single value",
		also(diag.At(p.at, "expected `,` before this"), p.value, "value ends here")...)
}

// placeholder is a key or value such as _{TENANT_ID}.crm.id, whose brace is read as that of
// a map: to its end on the line.
func (p missingComma) placeholder() (whole source.Span, ok bool) {
	text, at := p.at.File.Text, p.at.Start
	first := p.value.Text()
	n := strings.IndexByte(string(text[at:]), '}')
	if p.value.End != at || first != "_" && first != "$" || text[at] != '{' || n < 0 {
		return source.Span{}, false
	}
	if strings.ContainsAny(string(text[at+1:at+n]), " \t\r\n,:{}[]\"'") {
		return source.Span{}, false
	}
	end := at + n + 1
	for end < len(text) && !strings.ContainsRune(" \t\r\n,:}]", rune(text[end])) {
		end++
	}
	return p.at.File.Span(p.value.Start, end), true
}

type emptyEntry struct{ at source.Span }

func (p emptyEntry) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLFlow, "missing value before `,`", "remove the comma, or add the value",
		diag.Label{Span: p.at, Text: "no value before this"})
}

type secondColon struct{ at, value, open source.Span }

func (p secondColon) Diagnose() diag.Diagnostic {
	labels := also(diag.At(p.at, "unexpected `:`"), p.value, "possibly missing a `,` here or before")
	help := "separate entries with `,`, or put the value in quotes if the colon is part of it"
	if p.open.Pos().Line != p.at.Pos().Line {
		labels = also(labels, p.open, "inside this bracket")
		help = "close the bracket, or separate entries with `,`"
	}
	return diag.NewError(diag.YAMLFlow, "second `:` in one entry", help, labels...)
}

type itemInFlow struct{ at source.Span }

func (p itemInFlow) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLFlow, "`- ` is not allowed inside brackets",
		"separate items with `,`; put text that begins with a dash in quotes",
		diag.Label{Span: p.at, Text: "unexpected dash"})
}

type innerColon struct{ colon, value source.Span }

func (p innerColon) Diagnose() diag.Diagnostic {
	d := diag.NewError(diag.YAMLColon, "unexpected `:` inside a value", quoteHelp(p.value.Text()),
		diag.Label{Span: p.colon, Text: "would start a second value on this line"})
	if first := p.value.Text(); first != "" && (first[0] == '"' || first[0] == '\'') {
		d.Help = "put one pair of quotes around the whole value, or move the second key to its own line"
		return d
	}
	d.Fix = quoteFix(p.value)
	return d
}

// missingSpace is the problem of a key or dash at the start of a text without a
// space after it. n is the length of the key with its colon, or of the dash.
func missingSpace(code diag.Code, n int, labels []diag.Label) diag.Diagnostic {
	at := labels[0].Span
	text := at.Text()
	return diag.NewError(code, fmt.Sprintf("missing space after `%s`", diag.FirstLine(text[:n])),
		"write `"+diag.FirstLine(text[:n]+" "+text[n:])+"`", labels...)
}

func spaceFix(at source.Span, n int) *diag.Fix {
	return diag.Replace("add the space", at.File.Span(at.Start+n, at.Start+n), " ")
}

type missingColon struct{ line source.Span }

func (p missingColon) Diagnose() diag.Diagnostic {
	text := p.line.Text()
	if i := strings.IndexByte(text, ':'); i > 0 && i+1 < len(text) {
		d := missingSpace(diag.YAMLMissingColon, i+1,
			diag.At(p.line, "without the space, this is one word instead of a key and a value"))
		d.Fix = spaceFix(p.line, i+1)
		return d
	}
	if strings.HasPrefix(text, "-") && !strings.HasPrefix(text, "- ") {
		return missingSpace(diag.YAMLMissingColon, 1,
			diag.At(p.line, "expected `key:`, or a list item that begins with `- `"))
	}
	help := "write `key: value`"
	if words := strings.Fields(text); len(words) >= 2 && len(text) < 60 {
		help = fmt.Sprintf("write `%s: %s` if the first word is the key", words[0], strings.Join(words[1:], " "))
	} else if len(words) == 1 && len(text) < 60 {
		help = fmt.Sprintf("write `%s:` and a value, or indent the line if it continues the text above", words[0])
	}
	return diag.NewError(diag.YAMLMissingColon, "expected `key:`, found text", help,
		diag.Label{Span: p.line, Text: "no `:` on this line"})
}

func indentedBy(n int) string { return fmt.Sprintf("indented by %d", n) }

type unevenIndent struct {
	at                   source.Span
	col, outer, inner    int
	outerItem, innerItem source.Span
}

func (p unevenIndent) Diagnose() diag.Diagnostic {
	labels := diag.At(p.at, indentedBy(p.col))
	labels = also(labels, p.innerItem, indentedBy(p.inner))
	labels = also(labels, p.outerItem, indentedBy(p.outer))
	return diag.NewError(diag.YAMLIndent,
		fmt.Sprintf("inconsistent indentation of %d, expected %d or %d", p.col, p.outer, p.inner),
		"indent lines of the same level by the same number of spaces", labels...)
}

type deeperIndent struct {
	at          source.Span
	col, outer  int
	item, value source.Span
}

func (p deeperIndent) Diagnose() diag.Diagnostic {
	labels := diag.At(p.at, fmt.Sprintf("%s, expected %d", indentedBy(p.col), max(p.outer, 0)))
	if p.value.IsZero() || p.value.Start == p.value.End {
		labels = also(labels, p.item, "nothing can be nested under this")
	} else {
		labels = also(labels, p.value, fmt.Sprintf("`%s` already has this value", diag.FirstLine(p.item.Text())))
	}
	return diag.NewError(diag.YAMLIndent, "unexpected indentation",
		"align the line with the one above; to nest it, leave nothing after the `:` above", labels...)
}

type belowRootIndent struct {
	at   source.Span
	col  int
	root source.Span
}

func (p belowRootIndent) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLIndent, "line is indented less than the first line of the document",
		"indent all top-level keys equally, preferably not at all",
		also(diag.At(p.at, indentedBy(p.col)), p.root, "indented more")...)
}

type textAfterComment struct{ at, value source.Span }

func (p textAfterComment) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLIndent, "unexpected text after a comment",
		"move the comment to its own line above the key",
		also(diag.At(p.at, "not part of the value above"), p.value, "the comment ends this value")...)
}

type dedentedText struct {
	at    source.Span
	col   int
	block blockText
}

func (p dedentedText) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLIndent,
		fmt.Sprintf("line of the text under `%s` is indented less than the first line", p.block.header.Text()),
		"indent every line of the text at least as much as the first",
		also(diag.At(p.at, indentedBy(p.col)+", which ends the text"), p.block.first, indentedBy(p.block.indent))...)
}

type strayItem struct{ at, key, value source.Span }

func (p strayItem) Diagnose() diag.Diagnostic {
	labels := diag.At(p.at, "list item among keys")
	if !p.value.IsZero() && p.value.Start < p.value.End {
		labels = also(labels, p.value, "the key above already has this value")
	} else {
		labels = also(labels, p.key, "this key already has a value")
	}
	return diag.NewError(diag.YAMLIndent, "expected a key, found a list item",
		"put the list under a key with nothing after its `:`", labels...)
}

type missingDash struct{ at, item source.Span }

func (p missingDash) Diagnose() diag.Diagnostic {
	text := p.at.Text()
	if len(text) > 1 && text[0] == '-' && text[1] != '-' {
		d := missingSpace(diag.YAMLIndent, 1, also(diag.At(p.at, "not a list item"), p.item, "list item"))
		d.Fix = spaceFix(p.at, 1)
		return d
	}
	return diag.NewError(diag.YAMLIndent, "expected a list item, found a key or text",
		"begin the line with `- `, indent it to make it part of the item above, or unindent it to end the list",
		also(diag.At(p.at, "aligned with the dashes"), p.item, "list item")...)
}

type inlineItem struct{ at source.Span }

func (p inlineItem) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLIndent, "list item on the same line as its key",
		"put the item on the next line, or write `[a, b]`; put text that begins with a dash in quotes",
		diag.Label{Span: p.at, Text: "expected a value"})
}

type reservedChar struct{ at, value source.Span }

func (p reservedChar) Diagnose() diag.Diagnostic {
	char := "`" + p.at.Text() + "`"
	if p.at.Text() == "`" {
		char = "a backtick"
	}
	d := diag.NewError(diag.YAMLReservedChar, "a value cannot begin with "+char, quoteHelp(p.value.Text()),
		diag.Label{Span: p.at, Text: "reserved by YAML"})
	d.Fix = quoteFix(p.value)
	return d
}

type trailingText struct {
	at, value source.Span
	open      byte
}

func (p trailingText) Diagnose() diag.Diagnostic {
	label, whole := "value ends here", p.value.Join(p.at)
	var what, help string
	switch p.open {
	case '\'', '"':
		what, help = "closing quote", "put one pair of quotes around the whole value"
		switch {
		case !strings.ContainsRune(p.at.Text(), rune(p.open)):
		case p.open == '"':
			help = "inside double quotes, write `\"` as `\\\"`"
		default:
			help = "inside single quotes, write `'` as `''`"
		}
	case '*':
		what, help = "alias", "remove the text, or put the value in quotes if the `*` is part of it"
	default:
		what, help = "closing bracket", quoteHelp(whole.Text())
	}
	if p.open == '{' {
		label = "a value that begins with `{` is a map"
	}
	d := diag.NewError(diag.YAMLTrailing, "unexpected text after "+what, help,
		diag.Label{Span: p.at, Text: "unexpected text"}, diag.Label{Span: p.value, Text: label})
	if p.open == '{' {
		d.Fix = quoteFix(whole)
	}
	return d
}

type blockHeader struct{ header, text source.Span }

func (p blockHeader) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLTrailing, fmt.Sprintf("unexpected text after `%s`", p.header.Text()),
		"begin the text on the next line, indented, or "+quoteHelp(p.header.Join(p.text).Text()),
		diag.Label{Span: p.text, Text: "expected a line break before this"},
		diag.Label{Span: p.header, Text: "introduces text on the next lines"})
}

type badEscape struct{ at source.Span }

func (p badEscape) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLEscape, fmt.Sprintf("unknown escape `%s`", p.at.Text()),
		"write `\\\\` for a backslash, or use single quotes, which have no escapes",
		diag.Label{Span: p.at, Text: "not an escape in double quotes"})
}

type badAnchor struct{ at, value source.Span }

func (p badAnchor) Diagnose() diag.Diagnostic {
	kind := "anchor"
	if strings.HasPrefix(p.value.Text(), "*") {
		kind = "alias"
	}
	d := diag.NewError(diag.YAMLReservedChar, fmt.Sprintf("invalid %s `%s`", kind, diag.FirstLine(p.value.Text())),
		quoteHelp(p.value.Text()), diag.Label{Span: p.at, Text: "expected letters, digits, `-`, or `_`"})
	d.Fix = quoteFix(p.value)
	return d
}

type badDirective struct {
	at   source.Span
	name string
}

func (p badDirective) Diagnose() diag.Diagnostic {
	if p.name == "%YAML" {
		return diag.NewError(diag.YAMLDirective, "unsupported YAML version", "write `%YAML 1.2`, or remove the line",
			diag.Label{Span: p.at, Text: "expected 1.2"})
	}
	return diag.NewError(diag.YAMLDirective, fmt.Sprintf("unknown directive `%s`", p.name),
		"remove the line, or put the text in quotes", diag.Label{Span: p.at, Text: "expected `%YAML` or `%TAG`"})
}

type colonBelow struct{ at, key source.Span }

func (p colonBelow) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLFlow, "`:` on the line after its key", "write the `:` directly after the key",
		also(diag.At(p.at, "unexpected `:`"), p.key, "key")...)
}

type queryInFlow struct{ at, value source.Span }

func (p queryInFlow) Diagnose() diag.Diagnostic {
	d := diag.NewError(diag.YAMLFlow, "unquoted `?` inside brackets", quoteHelp(p.value.Text()),
		diag.Label{Span: p.at, Text: "not allowed without quotes"})
	d.Fix = quoteFix(p.value)
	return d
}

type deepBlankLine struct {
	at, first source.Span
	indent    int
}

func (p deepBlankLine) Diagnose() diag.Diagnostic {
	d := diag.NewError(diag.YAMLIndent, "blank line before the text is indented more than the text",
		"remove the spaces from the blank line",
		diag.Label{Span: p.at, Text: fmt.Sprintf("%d spaces", p.at.End-p.at.Start)},
		diag.Label{Span: p.first, Text: indentedBy(p.indent)})
	d.Fix = diag.Replace("remove the spaces", p.at, "")
	return d
}

type keyAfterMarker struct{ at, marker source.Span }

func (p keyAfterMarker) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLIndent, "key on the same line as `---`", "move the key to the next line",
		also(diag.At(p.at, "expected a line break before this"), p.marker, "document begins here")...)
}

type textAfterEnd struct{ at source.Span }

func (p textAfterEnd) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLSyntax, "unexpected text after the end of the document",
		"add `---` before the next document", diag.Label{Span: p.at, Text: "the document ended at `...`"})
}
