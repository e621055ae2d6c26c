package main

import (
	"errors"
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
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/planner"
	"github.com/aepflow/aepflow/schemas"
)

// maxProject is how much text the documents of a project may hold.
const maxProject = 256 << 20

// projectFile is the name of the file that holds targets and defaults.
const projectFile = "aepflow.yaml"

// localTarget is the embedded emulator.
const localTarget = "local"

// project is a folder with documents, read.
type project struct {
	dir     string
	root    files.Folder
	flags   *globals
	config  compiler.ProjectFile
	env     map[string]string // of .env; the environment wins, and little else is read from it: see getenv
	files   []*source.File
	size    int                   // bytes of the files that were read
	places  map[string]files.File // of the files and of aepflow.yaml, by the path that they are shown with
	graph   *resource.Graph
	report  *diag.Report // what the compiler said
	allowed func() (allow.Lists, error)
	open    *connection // of an apply that has connected already: the embedded emulator opens once
}

// project returns a project of which nothing is read.
func (a *app) project(dir string) *project {
	return &project{
		dir: dir, root: files.Project(dir), flags: a.globals, places: map[string]files.File{}, report: &diag.Report{}, allowed: a.allowed,
	}
}

// load reads the project in dir. Documents that are wrong are reported by
// diagnose later; the error is for what cannot be read at all.
func (a *app) load(dir string) (*project, error) {
	p := a.project(dir)
	is, err := p.root.IsFolder()
	switch {
	case err != nil:
		return nil, exit(exitDocuments, "read project %s: %s", display(dir), reason(err))
	case !is:
		return nil, exit(exitUsage, "%s is a file: give the folder of the project", display(dir))
	}
	removeOldCaches(p.root)
	held, release, err := p.root.Hold()
	if err != nil {
		return nil, exit(exitDocuments, "read project %s: %s", display(dir), reason(err))
	}
	defer release()
	p.readConfig()
	p.readEnv()
	list, err := p.discover(held)
	if err != nil {
		return nil, err
	}
	p.add(list...)
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

func (p *project) readConfig() {
	file := p.root.File(projectFile)
	if file.IsAbsent() {
		return
	}
	f, problem := readFile(file, files.MaxDocument)
	if problem != nil {
		p.report.Add(problem)
		return
	}
	config, report := compiler.ParseProject(f)
	p.report.Append(report)
	if config != nil {
		p.config = *config
	}
	p.places[f.Path] = file
}

// add reads files into the project; one that cannot be read is a fault among the
// others, so that all are told at once. Reading stops at the file with which the
// documents exceed what a project may hold.
func (p *project) add(list ...files.File) {
	const batch = 16 // files that are read before their size counts
	for len(list) > 0 && p.size <= maxProject {
		n := min(batch, len(list))
		p.addAll(list[:n])
		list = list[n:]
	}
}

// addAll is add of a few files, on all cores.
func (p *project) addAll(list []files.File) {
	texts, problems := make([]*source.File, len(list)), make([]diag.Problem, len(list))
	var next atomic.Int64
	var wg bug.Group
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(list)); i = next.Add(1) - 1 {
				texts[i], problems[i] = readFile(list[i], files.MaxDocument)
			}
		})
	}
	wg.Wait()
	for i, problem := range problems {
		if problem != nil {
			p.report.Add(problem)
			continue
		}
		if p.size += len(texts[i].Text); p.size > maxProject {
			p.report.Add(projectTooLarge{texts[i].Path})
			return
		}
		p.files = append(p.files, texts[i])
		p.places[texts[i].Path] = list[i]
	}
}

// readFile reads a document of at most limit bytes.
func readFile(file files.File, limit int64) (*source.File, diag.Problem) {
	text, err := file.Read(limit)
	var refused *files.Error
	switch {
	case errors.As(err, &refused) && refused.Size > 0:
		return nil, tooLarge{display(file.Path()), refused.Size, limit}
	case err != nil:
		return nil, unreadable{display(file.Path()), reason(err)}
	}
	return source.NewFile(display(file.Path()), text), nil
}

// discover returns the documents below the project's folder, sorted by path.
// Folders that begin with a dot and node_modules are left out; one that cannot be
// read is a fault among the others.
func (p *project) discover(root files.Folder) ([]files.File, error) {
	var paths []string
	enter := func(name string) bool { return !strings.HasPrefix(name, ".") && name != "node_modules" }
	err := root.Walk(enter, func(path string, err error) {
		switch {
		case err != nil:
			p.report.Add(unreadable{display(filepath.Join(p.dir, path)), reason(err)})
		case isDocument(filepath.Base(path)):
			paths = append(paths, path) // a folder too: reading it says what it is
		}
	})
	if err != nil {
		return nil, exit(exitDocuments, "read project %s: %s", display(p.dir), reason(err))
	}
	slices.Sort(paths)
	list := make([]files.File, len(paths))
	for i, path := range paths {
		list[i] = root.File(path)
	}
	return list, nil
}

func isDocument(name string) bool {
	return name == "dataflow.yaml" || strings.HasSuffix(name, ".dataflow.yaml")
}

// readEnv reads .env, if there is one.
func (p *project) readEnv() {
	file := p.root.File(".env")
	if file.IsAbsent() {
		return
	}
	f, problem := readFile(file, files.MaxSecret)
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
