package document

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document/syntax"
	"github.com/aepflow/aepflow/internal/source"
)

const (
	// maxDocuments is how many documents a file may hold, with or without a value.
	maxDocuments = 10_000
	// maxAliased is how many values aliases may repeat in one document. Ten
	// lines of nested aliases can name more values than memory has room for.
	maxAliased = 50_000
	// aliasedFree and aliasedPerByte say how many values the aliases of a file may
	// repeat, so that a project of many small files stays in proportion as well.
	aliasedFree    = 1_000
	aliasedPerByte = 2
	// maxFaults is how many documents of a file are tried after a syntax error.
	// Each try reads the rest of the file.
	maxFaults = 20
	// maxProblems is how many problems of one document's tree are reported.
	maxProblems = 200
)

// aliasedIn is how many values the aliases of a file of that size may repeat.
func aliasedIn(size int) int { return aliasedFree + aliasedPerByte*size }

// Parse reads every YAML document of a file. Whatever is wrong with
// the text is in the report; a document with a syntax error is left out and the
// next one is read. A document without a value is left out, but a file that holds no
// value at all is an error.
func Parse(f *source.File) ([]*Document, *diag.Report) {
	report := &diag.Report{}
	text, problem := readable(f)
	if problem != nil {
		report.Add(problem)
		return nil, report
	}

	var docs []*Document
	t := newTextMap(f)
	aliases := aliasedIn(len(text))
	left := maxDocuments
	for from, faults := 0, 0; from >= 0 && faults < maxFaults; faults++ {
		roots, fault := parseFrom(f, text, from, left+1)
		if left -= len(roots); left < 0 {
			first := t.start(roots[len(roots)-1])
			report = &diag.Report{}
			report.Add(TooManyDocuments{f.Span(first, first+1), "file", maxDocuments})
			return nil, report
		}
		for _, root := range roots {
			b := builder{textMap: t, report: report, aliases: &aliases}
			doc := &Document{File: f, Root: b.root(root)}
			if doc.Root.Kind != NullKind && !b.refused {
				docs = append(docs, doc)
			}
		}
		next := -1
		if fault != nil {
			report.Add(fault)
			next = nextDocument(text, max(from, fault.Diagnose().Primary().Start))
		}
		from = next
	}
	if len(docs) == 0 && !report.HasErrors() {
		report.Add(emptyFile{f})
	}
	addIgnores(f, docs)
	return docs, report
}

// parseFrom reads the documents that begin at or after an offset, up to the
// first that is at fault, and no more than most.
func parseFrom(f *source.File, text []byte, from, most int) ([]*yaml.Node, diag.Problem) {
	if from > 0 {
		text = blanked(text, from)
	}
	roots, err := parseNodes(text, most)
	if err == nil {
		return roots, nil
	}
	fault, tabs := syntax.Find(f, from)
	if fault == nil && len(tabs) > 0 {
		// The library refuses tabs even on lines without text, where YAML allows
		// them unseen.
		if roots, err = parseNodes(withoutTabs(text, tabs), most); err == nil {
			return roots, nil
		}
	}
	if fault == nil {
		fault = syntax.Place(f, from, err)
	}
	return roots, fault
}

// parseNodes is the one call of the YAML library. It returns the documents
// before the first fault, and no more than most.
func parseNodes(text []byte, most int) (roots []*yaml.Node, err error) {
	defer func() {
		// The library signals what it did not foresee by panics. The text of a
		// user must not bring us down, whatever is in it.
		if r := recover(); r != nil {
			err = errors.New("yaml: unexpected end of the parser")
		}
	}()
	for d := yaml.NewDecoder(bytes.NewReader(text)); len(roots) < most; {
		root := new(yaml.Node)
		switch err := d.Decode(root); {
		case errors.Is(err, io.EOF):
			return roots, nil
		case err != nil:
			return roots, err
		}
		roots = append(roots, root)
	}
	return roots, nil
}

// builder makes the tree of one document out of the library's nodes.
type builder struct {
	*textMap
	report   *diag.Report
	slab     []Node
	begin    int          // offset of the document's first value
	alias    source.Span  // the outermost alias that is being followed
	open     []*yaml.Node // anchored collections that are being built
	aliased  int          // values made through aliases so far
	aliases  *int         // how many more the file may have
	depth    int
	problems int  // reported so far
	refused  bool // too deep or too many: said once, the rest is cut off
}

func (b *builder) root(doc *yaml.Node) *Node {
	if len(doc.Content) == 0 {
		return b.node(NullKind, 0, 0)
	}
	b.begin = b.start(doc.Content[0])
	// One slab of the right size: slabs of 32 nodes left 20 MB unused in 10,000 documents.
	b.slab = make([]Node, values(doc.Content[0]))
	return b.build(doc.Content[0])
}

// values counts the values of a tree, keys included and aliases not followed.
func values(y *yaml.Node) int {
	n := 1
	for _, child := range y.Content {
		n += values(child)
	}
	return n
}

func (b *builder) node(kind Kind, start, end int) *Node {
	if len(b.slab) == 0 {
		b.slab = make([]Node, 1) // what an alias repeats
	}
	n := &b.slab[0]
	b.slab = b.slab[1:]
	n.Kind = kind
	n.Span = b.file.Span(start, end)
	if !b.alias.IsZero() {
		n.link = &link{alias: b.alias}
	}
	return n
}

// anchor notes the anchor that a value carries.
func (n *Node) anchor(name string) {
	if name == "" {
		return
	}
	if n.link == nil {
		n.link = &link{}
	}
	n.link.anchor = name
}

func (b *builder) build(y *yaml.Node) *Node {
	if b.refused {
		return b.node(NullKind, b.start(y), b.start(y))
	}
	if !b.alias.IsZero() {
		b.aliased++
		*b.aliases--
		switch {
		case b.aliased > maxAliased:
			b.refuse(aliasBomb{b.alias, "document", maxAliased})
			return b.node(NullKind, b.start(y), b.start(y))
		case *b.aliases < 0:
			b.refuse(aliasBomb{b.alias, "file", aliasedIn(len(b.text))})
			return b.node(NullKind, b.start(y), b.start(y))
		}
	}
	switch y.Kind {
	case yaml.AliasNode:
		return b.follow(y)
	case yaml.MappingNode, yaml.SequenceNode:
		return b.collection(y)
	default:
		return b.scalar(y)
	}
}

// add reports a problem. A document that has very many holds no document, and
// more of them would not help.
func (b *builder) add(p diag.Problem) {
	if b.problems++; b.problems <= maxProblems {
		b.report.Add(p)
	}
}

func (b *builder) refuse(p diag.Problem) {
	b.refused = true
	b.add(p)
}

// follow builds the anchored value once more for this use, so that every value
// knows the alias through which it came.
func (b *builder) follow(y *yaml.Node) *Node {
	start := b.start(y)
	use := b.file.Span(start, start+1+len(y.Value))
	if slices.Contains(b.open, y.Alias) {
		b.add(aliasCycle{use, y.Value})
		return b.node(NullKind, start, start)
	}
	if b.start(y.Alias) < b.begin {
		// The library keeps anchors from one document to the next; YAML does not.
		b.add(syntax.UnknownAnchor{At: use, Name: y.Value})
		return b.node(NullKind, start, start)
	}
	if b.alias.IsZero() {
		b.alias = use
		defer func() { b.alias = source.Span{} }()
	}
	return b.build(y.Alias)
}

func (b *builder) collection(y *yaml.Node) *Node {
	start := b.start(y)
	if b.depth++; b.depth > syntax.MaxDepth {
		b.refuse(syntax.TooDeep{At: b.file.Span(start, start+1)})
		return b.node(NullKind, start, start)
	}
	defer func() { b.depth-- }()
	if y.Anchor != "" {
		b.open = append(b.open, y)
		defer func() { b.open = b.open[:len(b.open)-1] }()
	}

	kind := MapKind
	if y.Kind == yaml.SequenceNode {
		kind = ListKind
	}
	first := b.content(start, y)
	n := b.node(kind, first, first)
	n.anchor(y.Anchor)
	n.Style = Block
	if y.Style&yaml.FlowStyle != 0 {
		n.Style = Flow
	}
	if y.Style&yaml.TaggedStyle != 0 {
		b.checkTag(y, kind)
	}
	end := first
	if kind == ListKind {
		n.Items = make([]*Node, 0, len(y.Content))
		for _, item := range y.Content {
			child := b.build(item)
			n.Items = append(n.Items, child)
			end = b.reach(end, item, child)
		}
	} else {
		end = b.pairs(n, y, end)
	}
	// One pair inside brackets has none of its own: it starts with its key.
	if n.Style == Flow && (len(y.Content) == 0 || b.start(y.Content[0]) > first) {
		end = b.closing(first, end)
	}
	n.Span.End = end
	return n
}

// reach returns where a collection ends, now that a child of it was built. A
// child through an alias takes the room of the alias.
func (b *builder) reach(end int, y *yaml.Node, child *Node) int {
	if y.Kind == yaml.AliasNode {
		return max(end, b.start(y)+1+len(y.Value))
	}
	return max(end, child.Span.End)
}

func (b *builder) scalar(y *yaml.Node) *Node {
	start := b.start(y)
	first := b.content(start, y)
	style := scalarStyle(y.Style)
	n := b.node(StringKind, first, b.scalarEnd(first, style, y.Value))
	n.Style = style
	n.anchor(y.Anchor)
	n.Text = y.Value
	switch {
	case y.Style&yaml.TaggedStyle != 0:
		n.Kind = b.taggedKind(y, n)
	case style == Plain:
		n.Kind = ResolveScalar(y.Value)
	}
	return n
}

func scalarStyle(s yaml.Style) Style {
	switch {
	case s&yaml.DoubleQuotedStyle != 0:
		return DoubleQuoted
	case s&yaml.SingleQuotedStyle != 0:
		return SingleQuoted
	case s&yaml.LiteralStyle != 0:
		return Literal
	case s&yaml.FoldedStyle != 0:
		return Folded
	}
	return Plain
}

// taggedKind gives a scalar the kind that its tag asks for.
func (b *builder) taggedKind(y *yaml.Node, n *Node) Kind {
	kind, known := map[string]Kind{
		"!!str": StringKind, "!!int": IntKind, "!!float": FloatKind, "!!bool": BoolKind, "!!null": NullKind,
	}[y.Tag]
	found := ResolveScalar(y.Value)
	switch {
	case !known:
		b.add(syntax.UnknownTag{At: b.tag(y), Tag: y.Tag})
		return StringKind
	case kind == StringKind, kind == found, kind == FloatKind && found == IntKind:
		return kind
	}
	b.add(tagMismatch{n.Span, y.Tag, kind, n.Text})
	return kind
}

func (b *builder) checkTag(y *yaml.Node, kind Kind) {
	want := "!!map"
	if kind == ListKind {
		want = "!!seq"
	}
	if y.Tag != want {
		b.add(syntax.UnknownTag{At: b.tag(y), Tag: y.Tag})
	}
}

// isMerge reports whether a key is the merge key: a bare <<.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && !strings.HasPrefix(key.Tag, "!!str") &&
		scalarStyle(key.Style) == Plain
}
