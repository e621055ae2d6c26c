package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/completion"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
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
		return completion.Names(targetsAt(folderOf(line)))
	case "address":
		return completion.Names(append(appliedAt(line), writtenAt(folderOf(line))...))
	case "entry":
		return completion.Names(appliedAt(line))
	case "dataflow", "flow":
		return completion.Names(dataflowsAt(folderOf(line)))
	case "connector":
		return completion.Connectors()
	case "topic":
		return slices.Concat(completion.Keys(line.Current), completion.Codes(), completion.Connectors())
	}
	return nil
}

func formatsOf(line completion.Line) []completion.Word {
	if line.Command.Tag == nil {
		return nil
	}
	return completion.Names(strings.Split(line.Command.Tag.Get("formats"), ","))
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
		kinds := []resource.Kind{resource.Kind(strings.ToLower(d.Kind))}
		if d.Kind == schemas.KindDataflow {
			kinds = []resource.Kind{resource.Source, resource.Target, resource.Mapping, resource.Flow}
		}
		for _, k := range kinds {
			if resource.IsKind(k) {
				out = append(out, resource.Address{Kind: k, Name: d.Name})
			}
		}
	}
	return addressTexts(out)
}

func dataflowsAt(dir string) []string {
	var out []string
	for _, d := range documentsAt(dir) {
		if d.Kind == schemas.KindDataflow {
			out = append(out, d.Name)
		}
	}
	return out
}

// documentsAt lists the documents of a project whose names are valid.
func documentsAt(dir string) []completion.Heading {
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
	var out []completion.Heading
	size := 0
	for batch := range slices.Chunk(paths, 256) {
		texts := make([][]byte, len(batch))
		parallel.Each(len(batch), func(i int) { texts[i], _ = root.File(batch[i]).Read(files.MaxDocument) })
		for _, text := range texts {
			size += len(text)
			out = append(out, completion.Headings(text)...)
		}
		if size > mostProposed {
			break
		}
	}
	return out
}
