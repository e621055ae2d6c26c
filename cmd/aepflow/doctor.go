package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/gitlock"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
)

type doctorCmd struct {
	Path string `arg:"" optional:"" default:"." help:"Folder of the project."`
	rateFlag
}

func (doctorCmd) Help() string {
	return `Checks what an apply needs: documents, credentials, clock, sandbox, a permission of each
service, the lockfile, the journal, and the locks. Each check is ok, or says what to do.
Writes nothing to the platform; takes and releases the lock that a team shares.

  aepflow doctor --target prod    # 0 all is well, 2 something is not`
}

// doctorResult is the JSON of `aepflow doctor`; docs/doctor.md has the meaning of its members.
type doctorResult struct {
	resultHead
	Checks  []view.Check `json:"checks"`
	Summary struct {
		Checks int `json:"checks"`
		NotOK  int `json:"not_ok"`
	} `json:"summary"`
}

func (c doctorCmd) Run(ctx context.Context, a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	p, err := a.load(c.Path)
	if err != nil {
		return err
	}
	e := examination{a: a, p: p}
	e.documents()
	has, err := e.target()
	if err != nil {
		return err
	}
	if has {
		e.platform(ctx, c.Rate)
		e.lockfile()
		e.catalog()
		e.teamLock(ctx)
	}
	result := doctorResult{resultHead: headOf("doctor", p), Checks: e.checks}
	for _, check := range e.checks {
		result.Summary.Checks++
		if !check.OK {
			result.Summary.NotOK++
		}
	}
	if a.Output == "json" {
		err = a.printJSON(result)
	} else {
		err = view.Checks(a.stdout, e.checks, a.viewOptions(a.stdout))
	}
	if err == nil && result.Summary.NotOK > 0 {
		return quiet(exitPending)
	}
	return err
}

// examination collects checks. Each works with what the earlier ones found.
type examination struct {
	a      *app
	p      *project
	checks []view.Check
}

func (e *examination) ok(name, format string, args ...any) {
	e.checks = append(e.checks, view.Check{Name: name, OK: true, Found: fmt.Sprintf(format, args...)})
}

func (e *examination) wrong(name, help, format string, args ...any) {
	e.checks = append(e.checks, view.Check{Name: name, Found: fmt.Sprintf(format, args...), Help: help})
}

// failed adds a check that ended with an error, which may say itself what to do.
func (e *examination) failed(name, help string, err error) {
	if way := wayOut(err); way != "" {
		help = way
	}
	var coded *exitError
	if errors.As(err, &coded) {
		for _, line := range coded.details {
			if way, ok := strings.CutPrefix(line, "= help: "); ok {
				help = way
			}
		}
	}
	e.wrong(name, help, "%v", err)
}

// catalog checks the file of the catalog, if there is one.
func (e *examination) catalog() {
	file := e.p.catalogFile()
	if file.IsAbsent() {
		return // a project may do without
	}
	if _, err := e.p.readCatalog(); err != nil {
		e.wrong("catalog", "run `aepflow catalog`", "%s is ignored: %v", display(file.Path()), err)
		return
	}
	e.ok("catalog", "%s; `aepflow catalog --check` compares it with the platform", display(file.Path()))
}

func (e *examination) documents() {
	if err := e.p.compile(); err != nil {
		e.failed("documents", "run `aepflow validate`", err)
		return
	}
	errs, warnings := e.p.report.Count(diag.Error), e.p.report.Count(diag.Warning)
	if errs > 0 {
		e.wrong("documents", "run `aepflow validate`", "%s", words.Count(errs, "error"))
		return
	}
	e.ok("documents", "%s, %s", words.Count(len(e.p.files), "file"), words.Count(warnings, "warning"))
}

// target reports whether there is a target to go on with. The error is for one that --target misspells.
func (e *examination) target() (bool, error) {
	t, err := e.p.findTarget()
	switch {
	case codeOf(err) == exitUsage:
		return false, err
	case err != nil:
		e.failed("target", "correct the target in "+projectFile, err)
		return false, nil
	}
	e.p.target = t
	e.ok("target", "%s", view.TargetText(t.planTarget()))
	return true, nil
}

// mostSkew is how far the clock may be from the platform's: tokens and start times depend on it.
const mostSkew = time.Minute

func (e *examination) platform(ctx context.Context, rate *float64) {
	conn, err := e.a.connect(ctx, e.p, rate, nil)
	if err != nil {
		e.failed("sign-in", "check the credentials and the network", err)
		return
	}
	defer func() { _ = conn.close() }() // nothing was written
	e.ok("sign-in", "the platform accepts the credentials")
	e.clock(conn)
	if s := conn.sandbox; s.State != "" && s.State != "active" {
		e.wrong("sandbox", "wait, or ask who administers the sandboxes", "sandbox %s is %s", s.Name, s.State)
	} else {
		e.ok("sandbox", "%s, %s", conn.sandbox.Name, conn.sandbox.Type)
	}
	for _, s := range services {
		e.service(ctx, conn, s)
	}
}

func (e *examination) clock(conn *connection) {
	theirs := conn.Date()
	skew := e.a.now().Sub(theirs).Round(time.Second)
	switch {
	case theirs.IsZero():
		e.ok("clock", "the platform does not say its time")
	case skew.Abs() > mostSkew:
		e.wrong("clock", "set the clock of this machine", "%s from the platform's", skew)
	default:
		e.ok("clock", "within a minute of the platform's")
	}
}

// service is a service of the platform, one read of it, and the permissions of a role that reading and writing need, by
// the names of Adobe's permission page.
type service struct{ name, path, accept, view, manage string }

var services = []service{
	{"Flow Service", specs.FlowService + "/flows?limit=1", "", "View Sources", "Manage Sources"},
	{"Schema Registry", specs.SchemaRegistry + "/tenant/schemas?limit=1", platform.AcceptXEDList, "View Schemas",
		"Manage Schemas"},
	{"Catalog Service", specs.Catalog + "/dataSets?limit=1", "", "View Datasets", "Manage Datasets"},
	{"Data Prep", specs.DataPrep + "/mappingSets?limit=1&start=0", "", "View Sources", "Manage Sources"},
	{"Identity Service", "/data/core/idnamespace/identities", "", "View Identity Namespaces",
		"Manage Identity Namespaces"},
}

// service reads a service. What writing needs cannot be found out without writing.
func (e *examination) service(ctx context.Context, conn *connection, s service) {
	_, err := conn.Do(ctx, platform.Request{Method: "GET", Path: s.path, Accept: s.accept})
	var refused *platform.Error
	switch {
	case errors.As(err, &refused) && refused.Status == 403:
		help := fmt.Sprintf("add %s and, to apply, %s to a role of the API credential", s.view, s.manage)
		e.wrong(s.name, help, "not permitted: %v", refused)
	case err != nil:
		e.failed(s.name, "try again; with --log-level debug, the request ID is what Adobe's support asks for", err)
	default:
		e.ok(s.name, "can be read (%s)", s.view)
	}
}

func (e *examination) lockfile() {
	seen, err := lockfile.Look(e.p.paths())
	if err == nil {
		err = e.p.owns(seen.Lock)
	}
	switch {
	case err != nil:
		e.failed("lockfile", "run `aepflow state repair`", err)
		return
	case seen.Lock.Serial == 0:
		e.ok("lockfile", "nothing was applied yet")
	default:
		e.ok("lockfile", "serial %d, %s", seen.Lock.Serial, words.Count(len(seen.Lock.Entries), "entry"))
	}
	if len(seen.Open) > 0 {
		e.wrong("journal", "run `aepflow apply`, which first finds out what they did",
			"%s of an interrupted apply without an answer", words.Count(len(seen.Open), "call"))
	} else {
		e.ok("journal", "no call without an answer")
	}
	if holder, held := lockfile.NotedHolder(e.p.paths()); held {
		e.wrong("lock", "wait until it ends, or run `aepflow unlock`", "an apply is running (process %d on %s since %s)",
			holder.PID, holder.Host, holder.Since.UTC().Format(time.RFC3339))
	} else {
		e.ok("lock", "free")
	}
}

// teamLock takes and releases the lock that a team shares: only that shows that it can be taken.
func (e *examination) teamLock(ctx context.Context) {
	l, has := e.p.teamLock()
	if !has {
		return
	}
	had, err := lockfile.ReadBase(e.p.paths())
	var taken *gitlock.Taken
	if err == nil {
		taken, err = l.Take(ctx, owner(), had, 0)
	}
	if err == nil {
		err = taken.Release(context.WithoutCancel(ctx), had, had, time.Now())
	}
	if err != nil {
		e.failed("team lock", "check that you may push to "+l.Ref+" of remote "+l.Remote, err)
		return
	}
	e.ok("team lock", "%s can be taken and released", l)
}
