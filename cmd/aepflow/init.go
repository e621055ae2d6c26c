package main

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	_ "embed"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

//go:embed init.dataflow.yaml.tmpl
var initDocument string

//go:embed init.aepflow.yaml.tmpl
var initProject string

//go:embed init.emulator.yaml.tmpl
var initSeed string

type initCmd struct {
	Path      string `arg:"" optional:"" default:"." help:"Folder of the new project."`
	Name      string `placeholder:"NAME" help:"Name of the dataflow. Default: the name of the table."`
	Connector string `placeholder:"NAME" help:"Also write the connection, with the connector's sign-in."`
	Table     string `default:"public.customers" placeholder:"PATH" help:"Table to ingest."`
	Columns   string `default:"${first_columns}" placeholder:"NAME:TYPE,…" help:"Columns of the table."`
}

func (initCmd) Help() string {
	return `Writes a first project that validates: a commented dataflow.yaml, aepflow.yaml,
.gitignore, and the JSON Schema with settings for editors. Overwrites nothing.

  aepflow init                        # PostgreSQL, through a connection that exists
  aepflow init --connector mysql --table shop.orders --columns id:string,changed:date-time`
}

// firstProject is the data of the templates.
type firstProject struct {
	Name, Connector, Table string
	Columns                []firstColumn
	Key, Delta             string
	Email                  string // field with the identity of a record, "" for none
	Connection             string // document of the connection, "" for one that exists on the platform
}

// firstColumn is a column and the name of the field that it is mapped to.
type firstColumn struct {
	schemas.Column
	Field string
}

func (c initCmd) Run(a *app) error {
	if err := a.writes("text"); err != nil {
		return err
	}
	first, err := c.first()
	if err != nil {
		return err
	}
	text, err := render(initDocument, first)
	if err != nil {
		return err
	}
	list := []newFile{{"dataflow.yaml", text}}
	sources := []*source.File{source.NewFile("dataflow.yaml", text)}
	if first.Connection != "" {
		name := first.Connector + ".dataflow.yaml"
		list = append(list, newFile{name, []byte(first.Connection)})
		sources = append(sources, source.NewFile(name, []byte(first.Connection)))
	}
	if _, report := compiler.Compile(sources, compiler.Options{}); report.HasErrors() {
		return a.diagnose(report)
	}
	project, err := render(initProject, first)
	if err != nil {
		return err
	}
	seed, err := render(initSeed, first)
	if err != nil {
		return err
	}
	list = append(list, newFile{"aepflow.yaml", project})
	if first.Connection == "" {
		list = append(list, newFile{"emulator.yaml", seed})
	}
	return c.write(a, append(list,
		newFile{".gitignore", []byte(".aepflow/\n.env\n")},
		newFile{"dataflow.schema.json", schemas.EditorSchema},
		newFile{".vscode/settings.json", []byte(editorSettings)},
	))
}

const editorSettings = `{
  "yaml.schemas": {
    "./dataflow.schema.json": ["dataflow.yaml", "*.dataflow.yaml"]
  }
}
`

type newFile struct {
	name string
	text []byte
}

// write creates the files that do not exist.
func (c initCmd) write(a *app, list []newFile) error {
	folder := files.Project(c.Path)
	if err := folder.Make(); err != nil {
		return exit(exitWorld, "%v", err)
	}
	for _, f := range list {
		file := folder.File(filepath.FromSlash(f.name))
		if err := file.MakeFolder(); err != nil {
			return exit(exitWorld, "%v", err)
		}
		err := file.Create(0o644, f.text)
		if files.IsExist(err) {
			a.say("kept   %s: already exists", display(file.Path()))
			continue
		}
		if err != nil {
			return exit(exitWorld, "%v", err)
		}
		a.say("wrote  %s", display(file.Path()))
	}
	where := ""
	if c.Path != "." {
		where = " " + display(c.Path)
	}
	edit := "dataflow.yaml"
	if c.Connector != "" {
		edit += " and " + c.Connector + ".dataflow.yaml, set its ${env.…} in the environment or in .env"
	}
	a.say("\nNext: edit "+edit+", then run\n  aepflow validate%s\n  aepflow plan%s\n"+
		"  aepflow apply%s   # on the embedded emulator; needs no account", where, where, where)
	return nil
}

// first returns the data of the templates. Errors name the flag.
func (c initCmd) first() (firstProject, error) {
	first := firstProject{Name: c.Name, Connector: cmp.Or(c.Connector, "postgresql"), Table: c.Table}
	if first.Name == "" {
		parts := strings.FieldsFunc(c.Table, func(r rune) bool { return r == '.' || r == '/' })
		if len(parts) > 0 {
			first.Name = strings.ReplaceAll(strings.ToLower(parts[len(parts)-1]), "_", "-")
		}
	}
	if known := specs.SourceSlugs(); !slices.Contains(known, first.Connector) {
		if near, ok := diag.Nearest(c.Connector, known); ok {
			return first, exit(exitUsage, "--connector %s: unknown connector; did you mean %s?", c.Connector, near)
		}
		return first, exit(exitUsage, "--connector %s: unknown connector; `aepflow explain dataflow.database.connector` "+
			"lists them", c.Connector)
	}
	if c.Connector != "" {
		first.Connection = firstConnection(c.Connector)
	}
	var columns []schemas.Column
	for _, part := range strings.Split(c.Columns, ",") {
		name, typ, ok := strings.Cut(strings.TrimSpace(part), ":")
		if !ok || name == "" || typ == "" {
			return first, exit(exitUsage, "--columns %s: expected NAME:TYPE pairs, such as id:string,changed:date-time",
				c.Columns)
		}
		column := firstColumn{schemas.Column{Name: name, Type: typ}, fieldName(name, len(first.Columns))}
		if strings.HasPrefix(strings.ToLower(column.Field), "email") && typ == "string" {
			first.Email = column.Field
		}
		columns = append(columns, column.Column)
		first.Columns = append(first.Columns, column)
	}
	first.Delta = compiler.LikelyDelta(columns)
	first.Key = first.Columns[0].Name
	return first, nil
}

// firstConnection returns a Connection document with the first sign-in method of a connector that is not withdrawn; ""
// if none is known.
func firstConnection(connector string) string {
	known, _ := specs.ConnectorBySlug(connector)
	for _, method := range known.Auth {
		if method.Withdrawn == "" {
			return connectordoc.Connection(known, method)
		}
	}
	return ""
}

// fieldName returns the schema field of a column: customer_id becomes customerId. n is the index of the column, for
// names without a letter.
func fieldName(column string, n int) string {
	if strings.ToUpper(column) == column {
		column = strings.ToLower(column)
	}
	words := strings.FieldsFunc(column, func(r rune) bool { return !isWord(r) })
	for i, w := range words {
		if i > 0 {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	name := strings.Join(words, "")
	if name == "" || '0' <= name[0] && name[0] <= '9' {
		return fmt.Sprintf("column%d%s", n+1, name)
	}
	return name
}

// isWord reports whether a rune is allowed in the name of a field.
func isWord(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func render(text string, data any) ([]byte, error) {
	t, err := template.New("").Funcs(template.FuncMap{"yaml": document.QuoteKey}).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("fill template: %w", err)
	}
	return b.Bytes(), nil
}
