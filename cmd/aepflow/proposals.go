package main

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/completion"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// mostProposed is how many bytes of documents are searched for names.
const mostProposed = 64 << 20

// proposals are the values of flags and arguments that a shell completes. Names in documents and in the lockfile are
// read without checking; one that no valid document can have is left out.
func proposals(kind string, line completion.Line) []completion.Word {
	switch kind {
	case "format":
		return formatsOf(line)
	case "target":
		return texts(targetsAt(folderOf(line)))
	case "address":
		return texts(append(appliedAt(line), writtenAt(folderOf(line))...))
	case "entry":
		return texts(appliedAt(line))
	case "dataflow", "flow":
		return texts(dataflowsAt(folderOf(line)))
	case "connector":
		return connectorWords()
	case "topic":
		return slices.Concat(keyWords(line.Current), codeWords(), connectorWords())
	}
	return nil
}

// texts makes words of names: sorted, each once.
func texts(names []string) []completion.Word {
	slices.Sort(names)
	var out []completion.Word
	for _, name := range slices.Compact(names) {
		out = append(out, completion.Word{Text: name})
	}
	return out
}

func formatsOf(line completion.Line) []completion.Word {
	if line.Command.Tag == nil {
		return nil
	}
	return texts(strings.Split(line.Command.Tag.Get("formats"), ","))
}

func connectorWords() []completion.Word {
	var out []completion.Word
	for _, c := range specs.Connectors() {
		if c.IsSource() {
			out = append(out, completion.Word{Text: c.Slug, Help: c.Name})
		}
	}
	return out
}

func codeWords() []completion.Word {
	var out []completion.Word
	for _, e := range diag.Codes() {
		out = append(out, completion.Word{Text: string(e.Code), Help: e.Title})
	}
	return out
}

// keyWords are the keys of the file format one level below the path that was typed.
func keyWords(typed string) []completion.Word {
	i := strings.LastIndexByte(typed, '.')
	if i < 0 {
		return texts([]string{"dataflow", "connection", "schema", "dataset", "project"})
	}
	e, _, _ := format.Explain(typed[:i])
	var out []completion.Word
	for _, k := range e.Keys {
		out = append(out, completion.Word{Text: k.Path, Help: k.Description})
	}
	return out
}

// folderOf is the folder of the project that a command line names.
func folderOf(line completion.Line) string {
	dir := cmp.Or(line.Arg("path"), line.Flag("path"), ".")
	if isPlanFile(dir) {
		dir = "."
	}
	if up := line.Flag("chdir"); up != "" && !filepath.IsAbs(dir) {
		dir = filepath.Join(up, dir)
	}
	return dir
}

// configAt reads the targets of a project, as far as they can be read.
func configAt(dir string) compiler.ProjectFile {
	f, problem := readFile(files.Project(dir).File(projectFile), files.MaxDocument)
	if problem != nil {
		return compiler.ProjectFile{}
	}
	config, _ := compiler.ParseProject(f)
	return *config
}

func targetsAt(dir string) []string {
	names := []string{localTarget}
	for _, t := range configAt(dir).Targets {
		if compiler.IsTargetName(t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

// appliedAt are the addresses in the lockfile of the target that a command line selects.
func appliedAt(line completion.Line) []string {
	dir := folderOf(line)
	name := cmp.Or(line.Flag("target"), os.Getenv("AEPFLOW_TARGET"), configAt(dir).DefaultTarget, localTarget)
	if !compiler.IsTargetName(name) {
		return nil
	}
	return addressTexts(lockfile.Addresses(lockfile.PathsIn(dir, name)))
}

func addressTexts(list []resource.Address) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.String())
	}
	return out
}

// writtenAt are the addresses that documents define under their own names. Those that contain more than the name of a
// document are proposed once they are in the lockfile.
func writtenAt(dir string) []string {
	var out []resource.Address
	for _, d := range documentsAt(dir) {
		kinds := []resource.Kind{resource.Kind(strings.ToLower(d.kind))}
		if d.kind == schemas.KindDataflow {
			kinds = []resource.Kind{resource.Source, resource.Target, resource.Mapping, resource.Flow}
		}
		for _, k := range kinds {
			if resource.IsKind(k) {
				out = append(out, resource.Address{Kind: k, Name: d.name})
			}
		}
	}
	return addressTexts(out)
}

func dataflowsAt(dir string) []string {
	var out []string
	for _, d := range documentsAt(dir) {
		if d.kind == schemas.KindDataflow {
			out = append(out, d.name)
		}
	}
	return out
}

// heading is the kind and the name of a document.
type heading struct{ kind, name string }

// documentsAt lists the documents of a project whose names are valid.
func documentsAt(dir string) []heading {
	root, release, err := files.Project(dir).Hold()
	if err != nil {
		return nil
	}
	defer release()
	seen := found{}
	if root.Walk(mayHoldDocuments, func(path string, err error) { seen.add(path) }) != nil {
		return nil
	}
	paths := slices.DeleteFunc(seen.documents, seen.isNested)
	var out []heading
	size := 0
	for batch := range slices.Chunk(paths, 256) {
		texts := make([][]byte, len(batch))
		parallel.Each(len(batch), func(i int) { texts[i], _ = root.File(batch[i]).Read(files.MaxDocument) })
		for _, text := range texts {
			size += len(text)
			out = append(out, headingsIn(text)...)
		}
		if size > mostProposed {
			break
		}
	}
	return out
}

// headingsIn returns those of the documents in a file, found without parsing it: keys at the beginning of a line.
func headingsIn(text []byte) []heading {
	var out []heading
	now := heading{kind: schemas.KindDataflow}
	end := func() {
		if resource.IsName(now.name) {
			out = append(out, now)
		}
		now = heading{kind: schemas.KindDataflow}
	}
	for line := range bytes.Lines(text) {
		key, rest, isKey := bytes.Cut(line, []byte(":"))
		switch string(key) {
		case "kind":
			now.kind = scalar(rest)
		case "name":
			now.name = scalar(rest)
		default:
			if !isKey && bytes.HasPrefix(line, []byte("---")) {
				end()
			}
		}
	}
	end()
	return out
}

// scalar is a value of one word, without its quotes and a comment after it.
func scalar(text []byte) string {
	words := bytes.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return string(bytes.Trim(words[0], `"'`))
}
