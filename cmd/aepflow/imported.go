package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/importing"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
)

// read reads the whole sandbox.
func (i *sandboxImport) read(ctx context.Context) error {
	inventory, stop := i.reading(i.conn)
	defer stop()
	kinds := slices.DeleteFunc(resource.Kinds(), func(k resource.Kind) bool { return k == resource.Namespace })
	lists, err := inventory.Lists(ctx, kinds...)
	if err != nil {
		return fmt.Errorf("read sandbox %s: %w", i.Sandbox, err)
	}
	tenant, err := platform.Tenant(ctx, i.conn)
	if err != nil {
		return fmt.Errorf("ask for the tenant: %w", err)
	}
	i.sandbox = lift.Sandbox{
		Tenant: tenant, Now: i.now(), Protect: i.isProduction(), Pinned: map[lift.Pin]*lift.Object{},
		Owned: map[resource.ObjectKey]resource.Address{}, Adopted: map[string]bool{}, Refused: map[string]string{},
	}
	seen := map[resource.ObjectKey]bool{}
	for _, kind := range kinds {
		for _, o := range lists[kind] {
			seen[resource.KeyOfObject(kind, o.ID)] = true
			object, err := lift.NewObject(kind, o.ID, o.ETag, o.Body, remote.Created(o))
			if err != nil {
				return fmt.Errorf("read %s %s: %w", resource.SpecOf(kind).Noun, o.ID, err)
			}
			i.sandbox.Objects = append(i.sandbox.Objects, object)
		}
	}
	i.count = len(i.sandbox.Objects)
	for _, e := range i.lock.Entries {
		if e.ID == "" {
			continue
		}
		key := resource.KeyOfObject(e.Address.Kind, e.ID)
		i.sandbox.Owned[key] = e.Address
		if seen[key] || e.Address.Kind == resource.Namespace {
			continue
		}
		// Absence from a list proves nothing.
		if _, ok, err := remote.Read(ctx, i.conn, e.Address.Kind, e.ID); err != nil {
			return err
		} else if !ok {
			i.result.Gone = append(i.result.Gone, e)
		}
	}
	return i.readPinned(ctx)
}

// isProduction reports whether the sandbox holds what must not be lost.
func (i *sandboxImport) isProduction() bool {
	return i.project.options().Production || i.conn.sandbox.Type == "production"
}

// readPinned reads mapping sets at the versions that flows use where those are not the newest.
func (i *sandboxImport) readPinned(ctx context.Context) error {
	newest := map[string]string{}
	for _, o := range i.sandbox.Objects {
		if o.Kind == resource.Mapping {
			newest[o.ID] = o.ETag
		}
	}
	for _, o := range i.sandbox.Objects {
		pin, ok := lift.PinOf(o)
		_, known := i.sandbox.Pinned[pin]
		if o.Kind != resource.Flow || !ok || known || newest[pin.ID] == "" && pin.Version == "0" ||
			newest[pin.ID] == pin.Version {
			continue
		}
		set, err := platform.MappingSetAt(ctx, i.conn, pin.ID, pin.Version)
		switch {
		case platform.IsNotFound(err):
			continue
		case err != nil:
			return err
		}
		object, err := lift.NewObject(resource.Mapping, set.ID, pin.Version, set.Body, remote.Created(set))
		if err != nil {
			return err
		}
		i.sandbox.Pinned[pin] = object
	}
	return nil
}

// lift makes documents of the sandbox.
func (i *sandboxImport) lift(ctx context.Context) error {
	if err := i.checkNames(); err != nil {
		return err
	}
	skip, wants := glob(i.Skip), glob(i.Flows)
	i.sandbox.Wants = func(id, title string) bool {
		return !skip(title) && (len(i.Flows) == 0 || slices.Contains(i.Flows, id) || wants(title))
	}
	result, wrong, err := importing.Import(importing.Input{
		Sandbox: i.sandbox, Files: i.project.files, Options: i.project.options(), Graph: i.project.graph, Lock: i.lock,
		Place: func(name string) (string, bool) {
			file := i.project.root.File(filepath.FromSlash(name))
			return display(file.Path()), !file.IsAbsent()
		},
	}, func(datasets []string) ([]*lift.Object, error) {
		return i.readLabels(ctx, datasets)
	})
	switch {
	case err != nil:
		return err
	case wrong != nil:
		return i.diagnose(wrong)
	}
	i.result.Result = result
	i.result.Sandbox, i.result.Org, i.result.Client = i.Sandbox, i.project.target.config.Org, clientOf(i.project)
	return nil
}

// checkNames refuses a name of a dataflow that none has: a misspelled one would be left out without a word.
func (i *sandboxImport) checkNames() error {
	var ids, titles, shown []string
	for _, o := range i.sandbox.Objects {
		if o.Kind == resource.Flow {
			title, _ := o.Body.Get("name")
			ids, titles, shown = append(ids, o.ID), append(titles, title.Text), append(shown, output.Line(title.Text))
		}
	}
	for _, name := range i.Flows {
		if slices.Contains(ids, name) || slices.ContainsFunc(titles, glob([]string{name})) {
			continue
		}
		help := "a title is matched as a whole, and * is any text: \"CRM *\""
		if near, ok := diag.Nearest(name, shown); ok {
			help = "did you mean `" + near + "`? " + help
		}
		return exitHelp(exitUsage, help, "no dataflow of sandbox %s has the ID or title %s", i.Sandbox, name)
	}
	return nil
}

// clientOf is the client that reads a sandbox.
func clientOf(p *project) string {
	id, ok := p.env.get("IMS_OAUTH_S2S_CLIENT_ID")
	if !ok {
		return localTarget
	}
	return id
}

// readLabels reads the labels of datasets.
func (i *sandboxImport) readLabels(ctx context.Context, datasets []string) (out []*lift.Object, err error) {
	inventory, stop := i.reading(i.conn)
	defer stop()
	labels, err := inventory.LabelsOf(ctx, datasets)
	if err != nil {
		return nil, fmt.Errorf("read the labels of datasets: %w", err)
	}
	for _, o := range labels {
		object, err := lift.NewObject(resource.DatasetLabels, o.ID, o.ETag, o.Body, time.Time{})
		if err != nil {
			return nil, fmt.Errorf("read the labels of dataset %s: %w", o.ID, err)
		}
		out = append(out, object)
	}
	return out, nil
}
