package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/draft"
	"github.com/aepflow/aepflow/internal/explore"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/view"
)

type exploreCmd struct {
	Connection string `arg:"" help:"A Connection document that was applied, the ID of a connection, or data-landing-zone."`
	Object     string `arg:"" optional:"" name:"path" help:"A table, a file, or a folder, which ends with a slash."`
	Preview    bool   `help:"Also print rows."`
	Limit      int    `default:"10" placeholder:"N" help:"Most rows to print."`
	ShowData   bool   `help:"Print rows in a pipeline too, where logs may be public."`
	Write      string `placeholder:"DATAFLOW" help:"Write the columns into the document of this dataflow."`
	New        string `placeholder:"NAME" help:"Write a new dataflow for the table, with mappings guessed by name."`
	rateFlag
}

func (exploreCmd) Help() string {
	return `Shows what is at the source: tables and folders, then columns and rows. The platform asks
the source, which can take a while.

  aepflow explore crm                            # tables
  aepflow explore crm public.customers           # columns
  aepflow explore sftp /exports/                 # files
  aepflow explore crm public.customers --new customers
  aepflow explore crm public.customers --write customers`
}

// exploreResult is the JSON of `aepflow explore`; docs/explore.md has the meaning of its members.
type exploreResult struct {
	resultHead
	Path     string            `json:"path,omitempty"`
	Objects  []explore.Item    `json:"objects,omitempty"`
	Contents *explore.Contents `json:"contents,omitempty"`
}

func (c exploreCmd) Run(ctx context.Context, a *app) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	p, err := a.open(".", needGraph|needTarget, "text", "json")
	if err != nil {
		return err
	}
	seen, err := p.applied()
	if err != nil {
		return err
	}
	conn, err := a.connect(ctx, p, c.Rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	from, err := findSource(ctx, conn, p, seen.Lock, c.Connection)
	if err != nil {
		return err
	}
	result, err := c.explore(ctx, conn, p, from)
	if err != nil {
		return err
	}
	switch {
	case c.New != "":
		return c.writeNew(a, p, from, *result.Contents)
	case c.Write != "":
		return c.writeColumns(a, p, *result.Contents)
	case a.Output == "json":
		return a.printJSON(result)
	case result.Contents != nil:
		return view.Contents(a.stdout, *result.Contents, a.viewOptions(a.stdout))
	}
	return view.Items(a.stdout, result.Objects, a.viewOptions(a.stdout))
}

// check refuses flags that do not go together.
func (c exploreCmd) check() error {
	isTable := c.Object != "" && !strings.HasSuffix(c.Object, "/")
	switch {
	case c.Preview && !c.ShowData && isPipeline():
		return exitHelp(exitUsage, "add --show-data if the log of this pipeline may contain them", "--preview prints rows")
	case c.Write != "" && c.New != "":
		return exit(exitUsage, "--write changes a dataflow and --new writes another one: give one of them")
	case (c.Write != "" || c.New != "" || c.Preview) && !isTable:
		return exit(exitUsage, "--preview, --write, and --new need the path of a table or file")
	case c.Limit < 1 || c.Limit > mostPreview:
		return exit(exitUsage, "--limit %d: expected 1 to %d, which is what the platform returns", c.Limit, mostPreview)
	}
	return nil
}

// landingZone is the connector without a connection.
const landingZone = "data-landing-zone"

// mostPreview is how many rows the platform returns at most.
const mostPreview = 100

func isPipeline() bool {
	ci := os.Getenv("CI")
	return ci != "" && ci != "false"
}

func (c exploreCmd) explore(
	ctx context.Context, d platform.Doer, p *project, from sourcePlace,
) (out exploreResult, err error) {
	out = exploreResult{resultHead: headOf("explore", p), Path: c.Object}
	if c.Object == "" || strings.HasSuffix(c.Object, "/") {
		out.Objects, err = remote.ExploreItems(ctx, d, from.Place, c.Object)
		return out, err
	}
	read := remote.ExploreTable
	if from.connector.FlowSpec == "CloudStorageToAEP" {
		read = remote.ExploreFile
	}
	contents, err := read(ctx, d, from.Place, c.Object, c.Preview)
	contents.Rows = contents.Rows[:min(len(contents.Rows), c.Limit)]
	out.Contents = &contents
	return out, err
}

// sourcePlace is where to explore, and how documents name it.
type sourcePlace struct {
	remote.Place
	connector specs.Connector
	document  string // name of a Connection document, "" for a connection of the platform
}

// named is how a new dataflow names its connection.
func (p sourcePlace) named() draft.Connection {
	return draft.Connection{Document: p.document, Connector: p.connector.Slug, ConnectionID: p.ConnectionID}
}

// findSource finds a connection by the name of its document, or by its ID.
func findSource(
	ctx context.Context, d platform.Doer, p *project, lock *lockfile.Lock, name string,
) (sourcePlace, error) {
	if zone, ok := specs.ConnectorBySlug(name); ok && zone.Slug == landingZone {
		return sourcePlace{Place: remote.Place{SpecID: zone.ID}, connector: zone}, nil
	}
	address := resource.Address{Kind: resource.Connection, Name: strings.TrimPrefix(name, "connection.")}
	if e, ok := lock.Get(address); ok && e.ID != "" {
		out := sourcePlace{Place: remote.Place{ConnectionID: e.ID}, document: address.Name}
		out.connector = connectorOf(e.Applied)
		return out, nil
	}
	if _, ok := p.graph.Get(address); ok {
		return sourcePlace{}, exitHelp(exitUsage, "run `aepflow apply --target-resource "+address.String()+"` first",
			"connection %s was not applied to %s", address.Name, p.target.name)
	}
	if len(name) < wholeID {
		return sourcePlace{}, noConnection(p, name)
	}
	o, ok, err := remote.Read(ctx, d, resource.Connection, name)
	switch {
	case err != nil:
		return sourcePlace{}, err
	case !ok:
		return sourcePlace{}, exit(exitUsage, "the platform shows no connection %s", name)
	}
	return sourcePlace{Place: remote.Place{ConnectionID: o.ID}, connector: connectorOf(o.Body)}, nil
}

func noConnection(p *project, name string) error {
	var known []string
	for _, r := range p.graph.All() {
		if r.Address.Kind == resource.Connection {
			known = append(known, r.Address.Name)
		}
	}
	if near, ok := diag.Nearest(name, known); ok {
		return exit(exitUsage, "no connection %s; did you mean %s?", name, near)
	}
	return exit(exitUsage, "no connection %s; give the name of a Connection document, or the ID of a connection", name)
}

// connectorOf is the connector of a connection, with only its ID if it is not known.
func connectorOf(body []byte) specs.Connector {
	v, err := resource.Parse(body)
	if err != nil {
		return specs.Connector{}
	}
	spec, _ := v.Get("connectionSpec")
	id, _ := spec.Get("id")
	if c, _, ok := specs.ConnectorByID(id.Text); ok {
		return c
	}
	return specs.Connector{ID: id.Text, Slug: id.Text}
}
