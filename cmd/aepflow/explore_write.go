package main

import (
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/explore"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

//go:embed explore.dataflow.yaml.tmpl
var exploredDocument string

// exploredDataflow is the data of the template.
type exploredDataflow struct {
	Name, Table                       string
	Document, Connector, ConnectionID string
	Columns, Own                      []guessedColumn
	Key, Delta                        string
	Identity, Namespace               string
}

// guessedColumn is a column and the field that it fills.
type guessedColumn struct {
	schemas.Column
	Unknown bool   // the source does not say its type
	Path    string // destination of its mapping, "" if the field is taken
	Guess   bool   // the destination is a standard field
	Field   string // own field, "" if the destination is a standard one
}

// guessedGroups are the field groups in which columns find their fields.
var guessedGroups = []string{"profile-person-details", "profile-personal-details"}

// guessDataflow returns a first dataflow of a table. What a column fills is guessed from its name; a column that
// resembles no standard field gets a field of its own.
func guessDataflow(name, table string, from sourcePlace, list []explore.Column) exploredDataflow {
	out := exploredDataflow{
		Name: name, Table: table, Document: from.document, Connector: from.connector.Slug, ConnectionID: from.ConnectionID,
	}
	schema, _ := xdm.NewSchema("profile", guessedGroups, nil, "")
	taken := map[string]bool{}
	var columns []schemas.Column
	for i, c := range list {
		column := guessedColumn{Column: schemas.Column{Name: c.Name, Type: c.Type}, Unknown: c.Type == ""}
		if column.Unknown {
			column.Type = "string"
		}
		path, ok := schema.Guess(c.Name, column.Type)
		if ok && !taken[path] {
			column.Path, column.Guess = path, true
		} else {
			column.Field = fieldName(name, 0) + "." + fieldName(c.Name, i)
			path = "_{TENANT_ID}." + column.Field
			column.Path = path
		}
		if taken[path] {
			column.Path, column.Field = "", ""
		}
		taken[path] = true
		if column.Field != "" {
			out.Own = append(out.Own, column)
		}
		if path == "personalEmail.address" {
			out.Identity, out.Namespace = path, "Email"
		}
		columns = append(columns, column.Column)
		out.Columns = append(out.Columns, column)
	}
	out.Key, out.Delta = likelyKey(columns, table), compiler.LikelyDelta(columns)
	return out
}

// likelyKey is the column that most likely identifies a row: id, or the table's name and id, else the first one.
func likelyKey(columns []schemas.Column, table string) string {
	last := strings.ToLower(table[strings.LastIndexByte(table, '.')+1:])
	single := strings.TrimSuffix(last, "s")
	for _, name := range []string{"id", last + "_id", single + "_id", last + "id", single + "id"} {
		for _, c := range columns {
			if strings.EqualFold(c.Name, name) {
				return c.Name
			}
		}
	}
	return columns[0].Name
}

// writeNew writes a new dataflow, if there is none of that name.
func (c exploreCmd) writeNew(a *app, p *project, from sourcePlace, found explore.Contents) error {
	name := files.Project(p.dir).File(filepath.FromSlash(c.New + ".dataflow.yaml"))
	switch {
	case !isDocumentName(c.New):
		return exit(exitUsage, "--new %s: a name has lowercase letters, digits, and dashes", c.New)
	case from.connector.FlowSpec != "CRMToAEP":
		return exit(exitUsage, "--new writes dataflows of tables; `aepflow connectors %s` shows one to start from",
			from.connector.Slug)
	case !name.IsAbsent():
		return exit(exitRefused, "%s already exists", display(name.Path()))
	case len(found.Columns) == 0:
		return exit(exitUsage, "%s has no columns", c.Object)
	}
	text, err := render(exploredDocument, guessDataflow(c.New, c.Object, from, found.Columns))
	if err != nil {
		return err
	}
	next := *p
	next.files = append(slices.Clone(p.files), source.NewFile(display(name.Path()), text))
	next.report = &diag.Report{}
	if err := next.compile(); err != nil {
		return err
	}
	if next.report.HasErrors() {
		return a.diagnose(next.report)
	}
	if err := name.Create(0o644, text); err != nil {
		return exit(exitWorld, "%v", err)
	}
	a.say("wrote  %s", display(name.Path()))
	return a.diagnose(next.report.AtLeast(diag.Warning))
}

var documentName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func isDocumentName(s string) bool { return len(s) <= 63 && documentName.MatchString(s) }

// writeColumns adds the columns of a table to the document of a dataflow and corrects their types. It removes none: a
// mapping may use it.
func (c exploreCmd) writeColumns(a *app, p *project, found explore.Contents) error {
	f, root, err := p.dataflowDocument(strings.TrimPrefix(c.Write, "flow."))
	if err != nil {
		return err
	}
	edits, did, err := columnEdits(f, root, found.Columns)
	if err != nil {
		return err
	}
	if len(edits) == 0 {
		a.say("%s has these columns already%s", display(f.Path), did)
		return nil
	}
	text, err := edit.Apply(f.Text, edits)
	if err != nil {
		return err
	}
	next := *p // what comes from the source must not break the document
	next.files, next.report = slices.Clone(p.files), &diag.Report{}
	next.files[slices.Index(p.files, f)] = source.NewFile(f.Path, text)
	if err := next.compile(); err != nil {
		return err
	}
	if next.report.HasErrors() {
		return errors.Join(a.diagnose(next.report),
			exitHelp(exitDocuments, "correct what the new columns break", "%s was not changed", display(f.Path)))
	}
	if err := p.places[f.Path].Write(0o644, text); err != nil {
		return exit(exitWorld, "write %s: %s", display(f.Path), reason(err))
	}
	a.say("wrote  %s: %s", display(f.Path), strings.TrimPrefix(did, "; "))
	return nil
}

// dataflowDocument finds the document of a dataflow in the files of the project.
func (p *project) dataflowDocument(name string) (*source.File, *document.Node, error) {
	for _, f := range p.files {
		docs, _ := document.Parse(f)
		for _, d := range docs {
			kind, own := d.Root.Get("kind"), d.Root.Get("name")
			if own != nil && own.Text == name && (kind == nil || kind.Text == schemas.KindDataflow) {
				return f, d.Root, nil
			}
		}
	}
	return nil, nil, exit(exitUsage, "no document of a dataflow %s", name)
}

// columnEdits are the edits that bring columns into a document, and in words what they do.
func columnEdits(f *source.File, root *document.Node, list []explore.Column) ([]diag.Edit, string, error) {
	has := root.Get("columns")
	if has == nil {
		var b strings.Builder
		for _, c := range list {
			fmt.Fprintf(&b, "\n  %s: %s", document.QuoteKey(c.Name), typeOf(c))
		}
		after := "table"
		if root.Get("files") != nil {
			after = "files"
		}
		did := "; added " + view.Count(len(list), "column")
		return []diag.Edit{edit.AddPairAfter(f, root, after, "columns", b.String())}, did, nil
	}
	if !has.Alias().IsZero() || has.Kind != document.MapKind {
		at := has.Where("")[0].Span
		return nil, "", exit(exitRefused, "%s:%d: the columns come from elsewhere; write them there", display(at.Path()),
			at.Pos().Line)
	}
	var edits []diag.Edit
	added, changed := 0, 0
	for _, c := range list {
		at := has.Get(c.Name)
		typed := at
		if at != nil && at.Kind == document.MapKind {
			typed = at.Get("type")
		}
		switch {
		case at == nil:
			edits = append(edits, edit.AddPair(f, has, c.Name, typeOf(c)))
			added++
		case typed != nil && typed.Alias().IsZero() && c.Type != "" && !isSameType(typed.Text, c.Type):
			edits = append(edits, diag.Edit{Span: typed.Span, Text: c.Type})
			changed++
		}
	}
	did := ""
	if added > 0 {
		did += "; added " + view.Count(added, "column")
	}
	if changed > 0 {
		did += "; changed " + view.Count(changed, "type")
	}
	for _, pair := range has.Pairs {
		if !slices.ContainsFunc(list, func(c explore.Column) bool { return c.Name == pair.Key.Text }) {
			did += "; " + pair.Key.Text + " is not at the source"
		}
	}
	return edits, did, nil
}

// isSameType reports whether a document may keep its type: the source does not distinguish dates from times, and does
// not say how large integers are.
func isSameType(has, found string) bool {
	return has == found || has == "date" && found == "date-time" || has == "long" && found == "integer"
}

func typeOf(c explore.Column) string {
	if c.Type == "" {
		return "string"
	}
	return c.Type
}
