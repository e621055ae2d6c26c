package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/draft"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

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

func (c initCmd) Run(a *app) error {
	if err := a.writes("text"); err != nil {
		return err
	}
	first, err := c.first()
	if err != nil {
		return err
	}
	documents, others, err := first.Files()
	if err != nil {
		return err
	}
	var sources []*source.File
	for _, f := range documents {
		sources = append(sources, source.NewFile(f.Name, f.Text))
	}
	if _, report := compiler.Compile(sources, compiler.Options{}); report.HasErrors() {
		return a.diagnose(report)
	}
	return c.write(a, slices.Concat(documents, others))
}

// write creates the files that do not exist.
func (c initCmd) write(a *app, list []draft.File) error {
	folder := files.Project(c.Path)
	if err := folder.Make(); err != nil {
		return exit(exitWorld, "%v", err)
	}
	for _, f := range list {
		file := folder.File(filepath.FromSlash(f.Name))
		if err := file.MakeFolder(); err != nil {
			return exit(exitWorld, "%v", err)
		}
		err := file.Create(0o644, f.Text)
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

// first returns the project of the flags. Errors name the flag.
func (c initCmd) first() (draft.Project, error) {
	first := draft.Project{
		Name: c.Name, Connector: cmp.Or(c.Connector, "postgresql"), Table: c.Table, Connects: c.Connector != "",
	}
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
	for _, part := range strings.Split(c.Columns, ",") {
		name, typ, ok := strings.Cut(strings.TrimSpace(part), ":")
		if !ok || name == "" || typ == "" {
			return first, exit(exitUsage, "--columns %s: expected NAME:TYPE pairs, such as id:string,changed:date-time",
				c.Columns)
		}
		first.Columns = append(first.Columns, schemas.Column{Name: name, Type: typ})
	}
	return first, nil
}
