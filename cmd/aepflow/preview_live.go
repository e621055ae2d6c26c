package main

import (
	"context"
	"errors"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/remote"
)

// live makes records of rows that the platform reads at the source.
func (previewCmd) live(
	ctx context.Context, a *app, p *project, flow string, t compiler.Transform, s *previewed,
) (err error) {
	if t.Connection == "" || t.Object == "" {
		return exitHelp(exitUsage, "save some of its data, and give --rows FILE",
			"the platform shows no rows of the source of %s", flow)
	}
	seen, err := p.applied()
	if err != nil {
		return err
	}
	conn, err := a.connect(ctx, p, nil, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	from, err := findSource(ctx, conn, p, seen.Lock, t.Connection)
	if err != nil {
		return err
	}
	object := t.Object
	read := remote.ExploreTable
	if t.IsFiles {
		read = remote.ExploreFile
	}
	if t.IsFolder {
		first, ok, err := remote.FirstFile(ctx, conn, from.Place, t.Object, t.IsRecursive)
		if err != nil {
			return err
		}
		if !ok {
			return exit(exitUsage, "the platform shows no file at %s", t.Object)
		}
		object = first.Path
	}
	contents, err := read(ctx, conn, from.Place, object, true)
	if err != nil {
		return err
	}
	a.say("rows of %s, as the platform shows them", object)
	for _, row := range contents.Rows[:min(len(contents.Rows), mostPreview)] {
		if err := s.machine.JSON(row); err != nil {
			return exit(exitWorld, "row %d of %s: %s", s.tally.Rows+1, object, err)
		}
		s.add()
	}
	return nil
}
