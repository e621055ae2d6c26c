package draft

import (
	_ "embed"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

//go:embed dataflow.yaml.tmpl
var documentTemplate string

//go:embed aepflow.yaml.tmpl
var projectTemplate string

//go:embed emulator.yaml.tmpl
var seedTemplate string

// Project is a first project for a table.
type Project struct {
	Name, Connector, Table string
	Columns                []schemas.Column // at least one
	Connects               bool             // it has a document of the connection
}

// File is a file of a project.
type File struct {
	Name string // below the folder of the project
	Text []byte
}

// projectData is the data of the templates.
type projectData struct {
	Name, Connector, Table string
	Columns                []projectColumn
	Key, Delta             string
	Email                  string // field with the identity of a record, "" for none
	Connection             string // document of the connection, "" for one that exists on the platform
}

// projectColumn is a column and the name of the field that it is mapped to.
type projectColumn struct {
	schemas.Column
	Field string
}

func (p Project) data() projectData {
	out := projectData{Name: p.Name, Connector: p.Connector, Table: p.Table}
	if p.Connects {
		out.Connection = firstConnection(p.Connector)
	}
	fields := fieldNames{}
	for i, c := range p.Columns {
		column := projectColumn{c, fields.of(c.Name, i)}
		if strings.HasPrefix(strings.ToLower(column.Field), "email") && c.Type == "string" {
			out.Email = column.Field
		}
		out.Columns = append(out.Columns, column)
	}
	out.Key, out.Delta = p.Columns[0].Name, compiler.LikelyDelta(p.Columns)
	return out
}

// Files returns the documents of the project and its other files, all in the order in which they are written.
func (p Project) Files() (documents, others []File, err error) {
	data := p.data()
	add := func(to *[]File, name, text string) {
		var filled []byte
		if err == nil {
			filled, err = render(text, data)
			*to = append(*to, File{name, filled})
		}
	}
	add(&documents, "dataflow.yaml", documentTemplate)
	add(&others, "aepflow.yaml", projectTemplate)
	if data.Connection != "" {
		documents = append(documents, File{p.Connector + ".dataflow.yaml", []byte(data.Connection)})
	} else {
		add(&others, "emulator.yaml", seedTemplate)
	}
	others = append(others,
		File{".gitignore", []byte(".aepflow/\n.env\n")},
		File{"dataflow.schema.json", schemas.EditorSchema},
		File{".vscode/settings.json", []byte(editorSettings)},
	)
	return documents, others, err
}

const editorSettings = `{
  "yaml.schemas": {
    "./dataflow.schema.json": ["dataflow.yaml", "*.dataflow.yaml"]
  }
}
`

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
