package main

import (
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/allow"
	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/dotenv"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/planner"
	"github.com/aepflow/aepflow/schemas"
)

// maxFile is the largest document that is read.
const maxFile = 4 << 20

// maxProject is how much text the documents of a project may hold.
const maxProject = 256 << 20

// projectFile is the name of the file that holds targets and defaults.
const projectFile = "aepflow.yaml"

// localTarget is the embedded emulator.
const localTarget = "local"

// project is a folder with documents, read.
type project struct {
	dir     string
	flags   *globals
	config  compiler.ProjectFile
	env     map[string]string // of .env; the environment wins, and little else is read from it: see getenv
	files   []*source.File
	size    int // bytes of the files that were read
	graph   *resource.Graph
	report  *diag.Report // what the compiler said
	allowed func() (allow.Lists, error)
	open    *connection // of an apply that has connected already: the embedded emulator opens once
}

// load reads the project in dir. Documents that are wrong are reported by
// diagnose later; the error is for what cannot be read at all.
func (a *app) load(dir string) (*project, error) {
	p := &project{dir: dir, flags: a.globals, report: &diag.Report{}, allowed: a.allowed}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, exit(exitDocuments, "read project %s: %s", display(dir), reason(err))
	case !info.IsDir():
		return nil, exit(exitUsage, "%s is a file: give the folder of the project", display(dir))
	}
	removeOldCaches(dir)
	if err := p.readConfig(); err != nil {
		return nil, err
	}
	p.readEnv()
	paths, err := discover(dir)
	if err != nil {
		return nil, err
	}
	p.add(paths...)
	return p, nil
}

// compile turns the documents into a graph and prints what is wrong with them.
func (a *app) compile(p *project) error {
	if len(p.files) == 0 && !p.report.HasErrors() {
		return exit(exitDocuments, "no documents in %s: a project has files named dataflow.yaml or NAME.dataflow.yaml; `aepflow init` writes a first one", display(p.dir))
	}
	if _, err := p.targetName(); err != nil {
		return err
	}
	graph, report := compiler.Compile(p.files, p.options())
	p.report.Append(report)
	p.graph = graph
	return a.diagnose(p.report.AtLeast(diag.Warning)) // notes are for validate
}

func (p *project) readConfig() error {
	path := filepath.Join(p.dir, projectFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	f, problem := readFile(path)
	if problem != nil {
		p.report.Add(problem)
		return nil
	}
	config, report := compiler.ParseProject(f)
	p.report.Append(report)
	if config != nil {
		p.config = *config
	}
	return nil
}

// add reads files into the project; one that cannot be read is a fault among the
// others, so that all are told at once. Reading stops at the file with which the
// documents exceed what a project may hold.
func (p *project) add(paths ...string) {
	const batch = 16 // files that are read before their size counts
	for len(paths) > 0 && p.size <= maxProject {
		n := min(batch, len(paths))
		p.addAll(paths[:n])
		paths = paths[n:]
	}
}

// addAll is add of a few files, on all cores.
func (p *project) addAll(paths []string) {
	files, problems := make([]*source.File, len(paths)), make([]diag.Problem, len(paths))
	var next atomic.Int64
	var wg bug.Group
	for range min(runtime.GOMAXPROCS(0), len(paths)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(paths)); i = next.Add(1) - 1 {
				files[i], problems[i] = readFile(paths[i])
			}
		})
	}
	wg.Wait()
	for i, problem := range problems {
		if problem != nil {
			p.report.Add(problem)
			continue
		}
		if p.size += len(files[i].Text); p.size > maxProject {
			p.report.Add(projectTooLarge{files[i].Path})
			return
		}
		p.files = append(p.files, files[i])
	}
}

func readFile(path string) (*source.File, diag.Problem) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable{display(path), reason(err)}
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, unreadable{display(path), reason(err)}
	case info.IsDir():
		return nil, unreadable{display(path), "it is a folder"}
	case info.Size() > maxFile:
		return nil, tooLarge{display(path), info.Size()}
	}
	// A byte more than there should be: a file that has grown is read on.
	text := make([]byte, info.Size()+1)
	n, err := io.ReadFull(f, text)
	switch text = text[:n]; {
	case err == nil:
		rest, err := io.ReadAll(f)
		if err != nil {
			return nil, unreadable{display(path), reason(err)}
		}
		text = append(text, rest...)
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, unreadable{display(path), reason(err)}
	}
	return source.NewFile(display(path), text), nil
}

// discover returns the documents below a folder, sorted by path. Folders that
// begin with a dot and node_modules are left out.
func discover(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch name := e.Name(); {
		case err != nil:
			return exit(exitDocuments, "read %s: %s", display(path), reason(err))
		case e.IsDir() && path != dir && (strings.HasPrefix(name, ".") || name == "node_modules"):
			return filepath.SkipDir
		case isDocument(name) && path != dir:
			out = append(out, path) // a folder too: reading it says what it is
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}

func isDocument(name string) bool {
	return name == "dataflow.yaml" || strings.HasSuffix(name, ".dataflow.yaml")
}

// readEnv reads .env, if there is one.
func (p *project) readEnv() {
	path := filepath.Join(p.dir, ".env")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return
	}
	f, problem := readFile(path)
	if problem == nil {
		var entries []dotenv.Entry
		entries, problem = dotenv.Parse(f)
		p.env = dotenv.Values(entries)
	}
	if problem != nil {
		p.report.Add(problem)
	}
}

// getenv reads a variable of the environment, then of .env: how to sign in, and
// the secrets of connections. Nothing else may come from .env, which a
// repository supplies, but variables of documents.
func (p *project) getenv(name string) (string, bool) {
	if v, ok := os.LookupEnv(name); ok {
		return v, true
	}
	v, ok := p.env[name]
	return v, ok
}

// target is where to apply.
type target struct {
	name     string
	config   schemas.TargetConfig
	platform *url.URL // nil: Adobe's own
	ims      *url.URL
}

// target finds the target that --target or the project names.
func (a *app) target(p *project) (target, error) {
	name, err := p.targetName()
	if err != nil {
		return target{}, err
	}
	t := target{name: name, config: schemas.TargetConfig{Name: name}}
	i := slices.IndexFunc(p.config.Targets, func(c schemas.TargetConfig) bool { return c.Name == name })
	if i >= 0 {
		t.config = p.config.Targets[i]
	}
	if name == localTarget {
		t.config.Org = orDefault(t.config.Org, emulator.DefaultOrg)
		t.config.Sandbox = orDefault(t.config.Sandbox, specs.EmulatorSandbox)
	}
	if org, ok := p.getenv("IMS_OAUTH_S2S_ORG_ID"); ok && t.config.Org == "" {
		t.config.Org = org
	}
	if t.config.Org == "" || t.config.Sandbox == "" {
		return target{}, exit(exitDocuments, "target %s of %s needs org and sandbox (org may also come from IMS_OAUTH_S2S_ORG_ID)", name, projectFile)
	}
	if t.platform, err = address(t.config.Platform); err != nil {
		return target{}, exit(exitDocuments, "target %s: platform %s: %v", name, t.config.Platform, err)
	}
	if t.ims, err = address(t.config.IMS); err != nil {
		return target{}, exit(exitDocuments, "target %s: ims %s: %v", name, t.config.IMS, err)
	}
	if name == localTarget && t.ims == nil && t.platform != nil && platform.IsLoopback(t.platform) {
		t.ims = t.platform // an emulator is both, and Adobe's token is not for it
	}
	return t, nil
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func address(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !allow.IsHost(u.Host) {
		return nil, errors.New("expected an address such as https://platform.adobe.io")
	}
	return u, nil
}

func unknownTarget(name string, known schemas.Targets) error {
	names := []string{localTarget}
	for _, c := range known {
		names = append(names, c.Name)
	}
	if near, ok := diag.Nearest(name, names); ok {
		return exit(exitUsage, "no target is called %s; did you mean %s?", name, near)
	}
	return exit(exitUsage, "no target is called %s; there are %s", name, strings.Join(names, ", "))
}

// paths are the lockfile and the journal of a target.
func (p *project) paths(t target) lockfile.Paths { return lockfile.PathsIn(p.dir, t.name) }

// isEmbedded reports whether the target is the emulator in this process.
func (t target) isEmbedded() bool { return t.name == localTarget && t.platform == nil }

// planTarget is the target as a plan names it.
func (t target) planTarget() planner.Target {
	out := planner.Target{Name: t.name, Org: t.config.Org, Sandbox: t.config.Sandbox}
	if !t.isEmbedded() {
		out.Host, out.SignInHost = platform.Hosts(t.platform, t.ims)
	}
	return out
}

// lockTarget is the target's identity as the lockfile keeps it.
func (t target) lockTarget() lockfile.Target {
	return lockfile.Target{Org: t.config.Org, Sandbox: t.config.Sandbox, Tenant: t.config.Tenant}
}
