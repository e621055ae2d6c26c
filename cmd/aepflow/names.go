package main

import (
	"path"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// dataflowNames returns the names of the dataflows in the documents and in a lock that arguments select: names,
// addresses such as flow.orders, or globs. No argument selects all.
func (p *project) dataflowNames(lock *lockfile.Lock, args []string) ([]string, error) {
	var all []string
	for _, r := range p.graph.All() {
		if r.Address.Kind == resource.Flow {
			all = append(all, r.Address.Name)
		}
	}
	for _, e := range lock.Entries {
		if e.Address.Kind == resource.Flow && e.ID != "" {
			all = append(all, e.Address.Name)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(args) == 0 {
		return all, nil
	}
	return selected(all, args)
}

// selected returns those of all names of dataflows that arguments select, each of which has to select one.
func selected(all, args []string) ([]string, error) {
	var chosen []string
	for _, arg := range args {
		pattern := strings.TrimPrefix(arg, "flow.")
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, exit(exitUsage, "%s is neither a name nor a pattern such as crm-*", arg)
		}
		before := len(chosen)
		for _, name := range all {
			if ok, _ := path.Match(pattern, name); ok {
				chosen = append(chosen, name)
			}
		}
		if len(chosen) == before {
			return nil, noDataflow(arg, all)
		}
	}
	slices.Sort(chosen)
	return slices.Compact(chosen), nil
}

// noDataflow is the error for an argument that selects nothing. The folder of a project is given with -C.
func noDataflow(arg string, all []string) error {
	switch is, _ := files.ChosenFolder(arg).IsFolder(); {
	case is:
		return exitHelp(exitUsage, "give the folder of the project with -C "+shellWords([]string{arg}),
			"%s is a folder, and not the name of a dataflow", arg)
	case !files.Chosen(arg).IsAbsent() && len(all) > 0:
		return exitHelp(exitUsage, "give the name that the document has, such as "+shellWords(all[:1]),
			"%s is a file, and not the name of a dataflow", arg)
	}
	if near, ok := diag.Nearest(strings.TrimPrefix(arg, "flow."), all); ok {
		return exit(exitUsage, "no dataflow %s; did you mean %s?", arg, near)
	}
	return exit(exitUsage, "no dataflow %s in the documents or the lockfile", arg)
}
