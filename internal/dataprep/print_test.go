package dataprep

import (
	"fmt"
	"strings"
	"unicode"
)

// Print writes e in one canonical way: operators as symbols with spaces around
// them, texts in double quotes, no more parentheses than needed.
func Print(e Expr) string {
	p := &printer{}
	p.expr(e, levelChoice)
	return p.String()
}

type printer struct{ strings.Builder }

// level is how tightly the outermost operator of e binds.
func level(e Expr) int {
	switch e := e.(type) {
	case *Choice:
		return levelChoice
	case *Binary:
		if n := binaryOps[e.Op]; n != 0 {
			return n
		}
		return levelChoice
	case *Unary:
		return levelUnary
	}
	return levelPostfix
}

// expr prints e where something of at least that level is expected.
func (p *printer) expr(e Expr, least int) {
	if level(e) < least {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	switch e := e.(type) {
	case *Null:
		p.WriteString("null")
	case *Bool:
		fmt.Fprint(p, e.Value)
	case *Number:
		p.WriteString(e.Text)
	case *Text:
		p.text(e.Value)
	case *Name:
		p.WriteString(nameText(e))
	case *Member:
		p.expr(e.Of, levelPostfix)
		p.WriteString("." + memberName(e.Name))
	case *Element:
		p.expr(e.Of, levelPostfix)
		p.WriteByte('[')
		if e.Index == nil {
			p.WriteByte('*')
		} else {
			p.expr(e.Index, levelChoice)
		}
		p.WriteByte(']')
	case *Call:
		p.WriteString(e.Name)
		p.args(e.Args)
	case *Method:
		p.expr(e.On, levelPostfix)
		p.WriteString("." + memberName(e.Name))
		p.args(e.Args)
	case *Unary:
		p.unary(e)
	case *Binary:
		p.binary(e)
	case *Choice:
		p.expr(e.If, levelOr)
		p.WriteString(" ? ")
		p.expr(e.Then, levelChoice)
		p.WriteString(" : ")
		p.expr(e.Else, levelChoice)
	case *Lambda:
		if len(e.Params) == 1 {
			p.WriteString(e.Params[0])
		} else {
			p.WriteString("(" + strings.Join(e.Params, ", ") + ")")
		}
		p.WriteString(" -> ")
		p.expr(e.Body, levelChoice)
	case *List:
		p.WriteByte('[')
		p.items(e.Items)
		p.WriteByte(']')
	case *Map:
		p.mapping(e)
	default:
		panic(fmt.Sprintf("dataprep: print %T", e))
	}
}

func nameText(n *Name) string {
	if n.Quoted || !isIdentifier(n.Name) || reservedWords[n.Name] {
		return "${" + escape(n.Name, `.}\`) + "}"
	}
	return n.Name
}

func (p *printer) args(args []Expr) {
	p.WriteByte('(')
	p.items(args)
	p.WriteByte(')')
}

func (p *printer) items(items []Expr) {
	for i, x := range items {
		if i > 0 {
			p.WriteString(", ")
		}
		p.expr(x, levelChoice)
	}
}

func (p *printer) mapping(m *Map) {
	if len(m.Entries) == 0 {
		p.WriteString("{:}")
		return
	}
	p.WriteByte('{')
	for i, e := range m.Entries {
		if i > 0 {
			p.WriteString(", ")
		}
		p.expr(e.Key, levelChoice)
		p.WriteString(": ")
		p.expr(e.Value, levelChoice)
	}
	p.WriteByte('}')
}

func (p *printer) unary(e *Unary) {
	p.WriteString(string(e.Op))
	if e.Op == "empty" || e.Op == "size" {
		p.WriteByte('(')
		p.expr(e.X, levelChoice)
		p.WriteByte(')')
		return
	}
	start := p.Len()
	p.expr(e.X, levelUnary)
	// `!$a` would read as the operator `!$`, `--a` as one day a decrement.
	if rest := p.String()[start:]; rest != "" && strings.IndexByte("$-+~!", rest[0]) >= 0 &&
		!strings.HasPrefix(rest, "${") {
		head := p.String()[:start]
		p.Reset()
		p.WriteString(head + " " + rest)
	}
}

func (p *printer) binary(e *Binary) {
	n := binaryOps[e.Op]
	switch {
	case n == 0: // ?: and ?? group from the right
		p.expr(e.X, levelOr)
		p.WriteString(" " + string(e.Op) + " ")
		p.expr(e.Y, levelChoice)
		return
	case chains(n):
		p.expr(e.X, n)
	default:
		p.expr(e.X, n+1)
	}
	p.WriteString(" " + string(e.Op) + " ")
	p.expr(e.Y, n+1)
}

func (p *printer) text(s string) {
	p.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			p.WriteByte('\\')
			p.WriteByte(c)
		case '\n':
			p.WriteString(`\n`)
		case '\r':
			p.WriteString(`\r`)
		case '\t':
			p.WriteString(`\t`)
		case '\b':
			p.WriteString(`\b`)
		case '\f':
			p.WriteString(`\f`)
		default:
			p.WriteByte(c)
		}
	}
	p.WriteByte('"')
}

// memberName spells a name after a dot. Only `\.` is documented there; other
// characters that end a name take the same backslash.
func memberName(name string) string {
	var b strings.Builder
	for i, r := range name {
		if !isNameRune(r, i == 0) {
			b.WriteByte('\\')
		}
		b.WriteString(runeText(name, i, r))
	}
	return b.String()
}

// runeText is the bytes of s that range yielded as r at i; it differs from
// string(r) where s is not UTF-8.
func runeText(s string, i int, r rune) string {
	if r == unicode.ReplacementChar && !strings.HasPrefix(s[i:], "\uFFFD") {
		return s[i : i+1]
	}
	return string(r)
}
