package main

import (
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/schemas"
)

// found is what a walk through a project sees, as paths below its folder.
type found struct {
	documents  []string
	projects   []string // folders with a project file of their own
	lookalikes []string // files that may be documents by mistake
	leftovers  []string // of killed commands that were writing documents
}

// discover returns the documents below the project's folder, sorted by path. It skips node_modules, folders whose name
// begins with a dot, and projects in the project. It reports these, files that only look like documents, and folders
// that cannot be read.
func discover(p *project, root files.Folder) ([]files.File, error) {
	seen := found{}
	err := root.Walk(mayHoldDocuments, func(path string, err error) {
		if err != nil {
			p.report.Add(unreadableFolder{display(filepath.Join(p.dir, path)), reason(err)})
			return
		}
		seen.add(path)
	})
	if err != nil {
		return nil, exit(exitDocuments, "read project %s: %s", display(p.dir), reason(err))
	}
	reportAbove(p)
	for _, dir := range seen.projects {
		p.report.Add(nestedProject{display(filepath.Join(p.dir, dir))})
	}
	reportLookalikes(p, root, slices.DeleteFunc(seen.lookalikes, seen.isNested))
	for _, path := range slices.DeleteFunc(seen.leftovers, seen.isNested) {
		p.leftovers = append(p.leftovers, p.root.File(path))
	}
	paths := slices.DeleteFunc(seen.documents, seen.isNested)
	slices.Sort(paths)
	list := make([]files.File, len(paths))
	for i, path := range paths {
		list[i] = root.File(path)
	}
	return list, nil
}

// mayHoldDocuments reports whether documents are looked for in a folder with a name.
func mayHoldDocuments(name string) bool {
	return !strings.HasPrefix(name, ".") && name != "node_modules"
}

func (f *found) add(path string) {
	dir, name := filepath.Split(path)
	of, isTemp := files.Replaces(name)
	switch ext := filepath.Ext(name); {
	case isTemp && isDocument(of):
		f.leftovers = append(f.leftovers, path)
	case isDocument(name):
		f.documents = append(f.documents, path) // even a folder: reading it reports what it is
	case name == projectFile && dir != "":
		f.projects = append(f.projects, filepath.Clean(dir))
	case (ext == ".yaml" || ext == ".yml") && name != projectFile:
		f.lookalikes = append(f.lookalikes, path)
	}
}

// isNested reports whether a path belongs to a project in the project.
func (f *found) isNested(path string) bool {
	return slices.ContainsFunc(f.projects, func(dir string) bool { return isBelow(dir, path) })
}

func isDocument(name string) bool {
	return name == "dataflow.yaml" || strings.HasSuffix(name, ".dataflow.yaml")
}

// mostLookalikes is how many files that look like documents are named; the others are counted.
const mostLookalikes = 20

func reportLookalikes(p *project, root files.Folder, paths []string) {
	n := 0
	for _, path := range paths {
		name := filepath.Base(path)
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		better := stem + ".yaml"
		if !isDocument(better) && better != projectFile {
			if !looksLikeDocument(root.File(path)) {
				continue
			}
			better = stem + ".dataflow.yaml"
		}
		if n++; n <= mostLookalikes {
			p.report.Add(notRead{path: display(filepath.Join(p.dir, path)), better: better})
		}
	}
	if n > mostLookalikes {
		p.report.Add(notRead{more: n - mostLookalikes})
	}
}

// topKey matches a key of a YAML document that is not inside another one.
var topKey = regexp.MustCompile(`(?m)^([A-Za-z]+):[ \t]*([^\s#]*)`)

// looksLikeDocument reports whether a file begins like a document: it has a kind of ours, or a table and more of what a
// dataflow has.
func looksLikeDocument(file files.File) bool {
	const head = 16 << 10
	open, err := file.Open()
	if err != nil {
		return false
	}
	defer open.Close()
	text, err := io.ReadAll(io.LimitReader(open, head))
	if err != nil {
		return false
	}
	has := map[string]bool{}
	for _, m := range topKey.FindAllSubmatch(text, -1) {
		key := string(m[1])
		if key == "kind" && slices.Contains(schemas.Kinds(), strings.Trim(string(m[2]), `"'`)) {
			return true
		}
		has[key] = true
	}
	return has["table"] && (has["columns"] || has["mappings"] || has["database"] || has["target"])
}

// reportAbove reports a project file in a folder above the project's, which has none itself. The search ends at
// the root of a repository.
func reportAbove(p *project) {
	at, err := filepath.Abs(p.dir)
	if err != nil || !p.root.File(projectFile).IsAbsent() {
		return
	}
	for up := ".."; files.Project(at).File(".git").IsAbsent() && filepath.Dir(at) != at; up += "/.." {
		at = filepath.Dir(at)
		if !files.Project(at).File(projectFile).IsAbsent() {
			p.report.Add(belowProject{dir: display(p.dir), project: display(filepath.Join(p.dir, up))})
			return
		}
	}
}
