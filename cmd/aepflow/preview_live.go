package main

import (
	"context"
	"errors"
	"path"
	"strings"

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
		if object, err = oneFile(ctx, conn, from.Place, object); err != nil {
			return err
		}
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

// oneFile is the first file at a path, which may be a folder or a pattern.
func oneFile(ctx context.Context, conn *connection, place remote.Place, object string) (string, error) {
	folder, pattern := path.Split(object)
	switch {
	case pattern == "":
		pattern = "*"
	case !strings.Contains(pattern, "*"):
		return object, nil
	}
	items, err := remote.ExploreItems(ctx, conn, place, folder)
	if err != nil {
		return "", err
	}
	for _, item := range items {
		if fits, _ := path.Match(pattern, path.Base(item.Path)); fits && item.Type == "file" {
			return item.Path, nil
		}
	}
	return "", exit(exitUsage, "the platform shows no file at %s", object)
}
