package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/pull"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

type pullCmd struct {
	rateFlag
	Addresses   []string      `arg:"" optional:"" name:"address" complete:"entry" help:"${pull_addresses}"`
	AutoApprove bool          `help:"Do not ask."`
	LockTimeout time.Duration `default:"0s" placeholder:"TIME" help:"Time to wait for another apply to end."`
	LostAfter   time.Duration `default:"92s" placeholder:"TIME" help:"${lost_after}"`
}

func (c pullCmd) Validate() error {
	return errors.Join(checkLostAfter(c.LostAfter), c.rateFlag.Validate())
}

func (pullCmd) Help() string {
	return `Brings changes that were made on the platform into the documents: the other answer to
drift. Replaces only the values that differ; comments, order, and quotes stay. Shows the
changes of the files, asks, and writes the files and the lockfile. Changes nothing on the
platform. Exit code 2: done, but something was skipped, such as a field that the documents
changed too, or a value that comes from a variable.

  aepflow pull --target prod
  aepflow pull flow.orders            # with its source, target, and mapping set
  aepflow pull --auto-approve         # in a pipeline`
}

func (c pullCmd) Run(ctx context.Context, a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	p, err := a.open(".", needGraph|needTarget, "text", "json")
	if err != nil {
		return failedJSON(a, "pull", err)
	}
	out := pullJSON{resultHead: headOf("pull", p), Objects: []pulledJSON{}, Files: []string{}}
	op := a.operation(p, applyFlags{
		rateFlag: c.rateFlag, AutoApprove: c.AutoApprove, LockTimeout: c.LockTimeout, LostAfter: c.LostAfter,
		Parallelism: 4, Production: true, // pull changes nothing there
	}, "pull")
	err = op.held(ctx, func(ctx context.Context) (err error) {
		ctx, _, stop := op.interrupts(ctx, "interrupted, nothing was changed")
		defer stop()
		defer func() { err = silenced(ctx, err) }()
		return c.pull(ctx, op, &out)
	})
	if a.Output == "json" {
		out.Error = errorJSON(err)
		err = errors.Join(err, a.printJSON(out))
	}
	return err
}

func (c pullCmd) pull(ctx context.Context, op *operation, out *pullJSON) error {
	if err := op.start(ctx); err != nil {
		return err
	}
	only, err := addresses("address", c.Addresses)
	if err == nil {
		err = op.has("address", only)
	}
	if err != nil {
		return err
	}
	if err := op.connect(ctx); err != nil {
		return err
	}
	lock := op.session.Lock()
	o := planner.Options{At: op.now()}
	if err := op.refresh(ctx, op.project, op.conn, lock, resource.NewGraph(nil), &o); err != nil {
		return err
	}
	got, err := pull.Pull(pull.Input{
		Files: op.project.files, Options: op.project.options(), Graph: op.project.graph, Alone: op.project.servesAlone(),
		Lock: lock, Live: o.Live, Only: only, Tenant: o.Tenant, At: o.At,
	})
	if err != nil {
		return err
	}
	out.add(got)
	if op.Output != "json" {
		if err := showPull(op, got); err != nil {
			return err
		}
	}
	if len(got.Pulled) == 0 {
		if len(got.Skipped) > 0 {
			return quiet(exitPending)
		}
		switch target := op.project.target.name; {
		case len(lock.Entries) == 0:
			op.say("Nothing to pull: nothing was applied to %s.", target)
		default:
			op.say("Nothing to pull: the platform is as it was applied to %s.", target)
		}
		return nil
	}
	if err := askPull(ctx, op, len(got.Texts)); err != nil {
		return err
	}
	if err := writePull(op, got, lock.Secrets); err != nil {
		return err
	}
	out.Written = true
	op.say("Pulled %s into %s.", words.Count(len(got.Pulled), "object"), words.Count(len(got.Texts), "file"))
	if len(got.Skipped) > 0 {
		return quiet(exitPending)
	}
	return nil
}

// pullJSON is the JSON of a pull.
type pullJSON struct {
	resultHead
	Objects []pulledJSON `json:"objects"`
	Files   []string     `json:"files"` // that change
	Written bool         `json:"written"`
	Summary pullSummary  `json:"summary"`
}

// pulledJSON is an object that is pulled, or a field of one, or all of it, that is skipped.
type pulledJSON struct {
	Status  string           `json:"status"` // pulled or skipped
	Address resource.Address `json:"address"`
	ID      string           `json:"id,omitempty"`
	Fields  []pulledField    `json:"fields,omitempty"` // of one that is pulled
	Path    string           `json:"path,omitempty"`   // the field that is skipped; absent for the whole object
	Reason  string           `json:"reason,omitempty"`
	File    string           `json:"file,omitempty"`
	Line    int              `json:"line,omitempty"`
}

// pulledField is a field that the documents get the value of the platform for. A value is absent where the field is.
type pulledField struct {
	Path    string          `json:"path"`
	Applied json.RawMessage `json:"applied,omitempty"`
	Live    json.RawMessage `json:"live,omitempty"`
}

type pullSummary struct {
	Pulled  int `json:"pulled"`
	Skipped int `json:"skipped"`
	Files   int `json:"files"`
}

// add notes what is pulled and what is skipped.
func (out *pullJSON) add(got pull.Result) {
	for _, p := range got.Pulled {
		o := pulledJSON{Status: "pulled", Address: p.Entry.Address, ID: p.Entry.ID}
		for _, f := range p.Fields {
			o.Fields = append(o.Fields, pulledField{f.Path, shownJSON(f.Applied), shownJSON(f.Live)})
		}
		out.Objects = append(out.Objects, o)
	}
	for _, s := range got.Skipped {
		o := pulledJSON{Status: "skipped", Address: s.Address, Path: s.Path, Reason: output.Line(s.Reason)}
		if s.At.File != nil {
			o.File, o.Line = filepath.ToSlash(s.At.File.Path), s.At.Pos().Line
		}
		out.Objects = append(out.Objects, o)
	}
	for path := range got.Texts {
		out.Files = append(out.Files, filepath.ToSlash(path))
	}
	slices.Sort(out.Files)
	out.Summary = pullSummary{len(got.Pulled), len(got.Skipped), len(got.Texts)}
}

// shownJSON is a value as the platform has it, nil for none. Secrets stay references.
func shownJSON(v *resource.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	return bytes.ReplaceAll(v.JSON(), []byte("$${"), []byte("${"))
}

// showPull prints how files change, and what is skipped.
func showPull(op *operation, got pull.Result) error {
	for _, f := range op.project.files {
		text, ok := got.Texts[f.Path]
		if !ok {
			continue
		}
		if err := view.FileDiff(op.stdout, f.Path, string(f.Text), string(text), op.viewOptions(op.stdout)); err != nil {
			return err
		}
	}
	for _, s := range got.Skipped {
		what := s.Address.String()
		if s.Path != "" {
			what += " " + output.Line(s.Path)
		}
		where := ""
		if s.At.File != nil {
			where = fmt.Sprintf(" (%s:%d)", display(s.At.File.Path), s.At.Pos().Line)
		}
		if err := op.stdout.Printf("skipped: %s: %s%s\n", what, output.Line(s.Reason), where); err != nil {
			return err
		}
	}
	return nil
}

func askPull(ctx context.Context, op *operation, files int) error {
	if op.AutoApprove {
		return nil
	}
	if !op.canAsk() {
		return exit(exitUsage, "no terminal to ask on; add --auto-approve")
	}
	yes, err := op.confirms(ctx, fmt.Sprintf("Write %s and %s? Type \"yes\" to continue:",
		words.Count(files, "file"), display(op.project.paths().Lock)))
	if err == nil && !yes {
		op.say("Not pulled. Nothing was changed.")
		err = quiet(exitRefused)
	}
	return err
}

// writePull writes the files, then the entries. Where a file cannot be written, those before it get their old text
// back.
func writePull(op *operation, got pull.Result, secrets string) error {
	p := op.project
	var written []string
	for _, path := range slices.Sorted(maps.Keys(got.Texts)) {
		err := p.places[path].Write(0o644, got.Texts[path])
		if err == nil {
			written = append(written, path)
			continue
		}
		failed := exit(exitWorld, "write %s: %s", display(path), reason(err))
		for _, f := range p.files {
			if !slices.Contains(written, f.Path) {
				continue
			}
			if err := p.places[f.Path].Write(0o644, f.Text); err != nil {
				failed = errors.Join(failed, exit(exitWorld, "write %s: %s", display(f.Path), reason(err)))
			}
		}
		return failed
	}
	var last lockfile.Ticket
	for _, g := range got.Pulled {
		last = op.session.Edit(lockfile.Edit{Put: &lockfile.EntryText{Entry: g.Entry}})
	}
	if err := op.session.Wait(last); err != nil {
		return err
	}
	return op.session.Commit(secrets)
}
