package main

import (
	"errors"
	"sync"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/dotenv"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// maxProject is the most text that the documents of a project may have together, in bytes.
const maxProject = 256 << 20

// projectFile is the name of the file with targets and defaults.
const projectFile = "aepflow.yaml"

// localTarget is the name of the target on this machine: the embedded emulator, or one at a loopback address.
const localTarget = lockfile.LocalTarget

// project is what a command reads of the folder of a project.
type project struct {
	dir    string
	root   files.Folder
	flags  *globals
	config compiler.ProjectFile
	env    environment
	files  []*source.File
	size   int                   // bytes of files
	places map[string]files.File // of files and of aepflow.yaml, by source path
	report *diag.Report          // of reading and compiling
	// leftovers are temporary files of killed commands.
	leftovers []files.File
	whole     bool            // every document is in files
	blind     bool            // the documents are compiled without the catalog
	known     *knownFacts     // read when they are needed first
	target    target          // with needTarget
	graph     *resource.Graph // with needGraph
}

func newProject(dir string, flags *globals) *project {
	return &project{
		dir: dir, root: files.Project(dir), flags: flags, env: environment{dir: dir, given: &sync.Map{}},
		places: map[string]files.File{}, report: &diag.Report{}, known: &knownFacts{},
	}
}

// need says how far open prepares a project.
type need int

const (
	needGraph  need = 1 << iota // compiled documents
	needTarget                  // a target with its organization, sandbox, and addresses
	noCatalog                   // the documents are compiled without the catalog
)

// open reads the project in dir as far as the command needs it, after checking that the command writes the format
// that --output asks for. It prints the diagnostics of the documents if it compiles them.
func (a *app) open(dir string, needs need, formats ...string) (*project, error) {
	if err := a.writes(formats...); err != nil {
		return nil, err
	}
	p, err := a.load(dir)
	if err != nil {
		return nil, err
	}
	p.blind = needs&noCatalog != 0
	if needs&needGraph != 0 {
		if err := p.compile(); err != nil {
			return nil, err
		}
		if err := a.diagnose(p.report.AtLeast(diag.Warning)); err != nil { // notes are for validate
			return nil, err
		}
	}
	if needs&needTarget != 0 {
		if p.target, err = p.findTarget(); err == nil {
			err = moveRootLock(a, p)
		}
	}
	return p, err
}

// load reads the project in dir. Wrong documents are reported in the project; the error is for a folder that cannot
// be read at all.
func (a *app) load(dir string) (*project, error) {
	p := newProject(dir, a.globals)
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
	list, err := discover(p, held)
	if err != nil {
		return nil, err
	}
	p.add(list...)
	p.whole = true
	return p, nil
}

// compile adds the graph and the compiler's diagnostics to the project. The error is for a project without
// documents and for an unknown target.
func (p *project) compile() error {
	if len(p.files) == 0 && !p.report.HasErrors() {
		return exit(exitDocuments, "no documents in %s: a project has files named dataflow.yaml or NAME.dataflow.yaml; "+
			"`aepflow init` writes a first one", display(p.dir))
	}
	if _, err := p.targetName(); err != nil {
		return err
	}
	if err := p.checkVars(); err != nil {
		return err
	}
	if _, fault := p.facts(); fault != nil {
		p.report.Add(catalogIgnored{display(p.catalogFile().Path()), fault.Error()})
	}
	graph, report := compiler.Compile(p.files, p.options())
	p.report.Append(report)
	p.graph = graph
	return nil
}

func (p *project) readConfig() {
	file := p.root.File(projectFile)
	if file.IsAbsent() {
		return
	}
	f, problem := readFile(file, files.MaxDocument)
	if problem != nil {
		p.report.Add(problem)
		p.config.Incomplete = true
		return
	}
	config, report := compiler.ParseProject(f)
	p.report.Append(report)
	p.config = *config
	p.places[f.Path] = file
}

// add reads files into the project. A file that cannot be read is a diagnostic. Reading stops at the file with which
// the documents exceed maxProject.
func (p *project) add(list ...files.File) {
	const batch = 16 // files that are read before their size is checked
	for len(list) > 0 && p.size <= maxProject {
		n := min(batch, len(list))
		p.addAll(list[:n])
		list = list[n:]
	}
}

// addAll reads a batch of files on all cores.
func (p *project) addAll(list []files.File) {
	texts, problems := make([]*source.File, len(list)), make([]diag.Problem, len(list))
	parallel.Each(len(list), func(i int) { texts[i], problems[i] = readFile(list[i], files.MaxDocument) })
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
		p.env.dotenv = dotenv.Values(entries)
	}
	if problem != nil {
		p.report.Add(problem)
	}
}

// paths are the lockfile and the journal of the project's target.
func (p *project) paths() lockfile.Paths { return lockfile.PathsIn(p.dir, p.target.name) }

// applied reads the lock of the project's target without locking it.
func (p *project) applied() (lockfile.View, error) {
	seen, err := lockfile.LoadFor(p.paths(), p.graph)
	if err == nil {
		err = p.owns(seen.Lock)
	}
	return seen, err
}

// has reports whether the documents, if they were compiled, or a lock have a resource.
func (p *project) has(lock *lockfile.Lock, address resource.Address) bool {
	if _, ok := lock.Get(address); ok || p.graph == nil {
		return ok
	}
	_, ok := p.graph.Get(address)
	return ok
}

// owns refuses a lock of another target.
func (p *project) owns(lock *lockfile.Lock) error {
	have, want := lock.Target, p.target.lockTarget()
	if have.Org == "" && have.Sandbox == "" || have.Org == want.Org && have.Sandbox == want.Sandbox {
		return nil
	}
	return &lockfile.TargetError{Path: p.paths().Lock, Have: have, Asked: want}
}
