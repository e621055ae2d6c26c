package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/cache"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/schemas"
)

// compileCached compiles the documents, those that are in the project's cache
// aside. Notes about known files are left out; whoever shows notes compiles all.
func (p *project) compileCached() (*resource.Graph, *diag.Report) {
	o := p.options()
	kept := cache.Open(filepath.Join(p.dir, ".aepflow", "cache"), p.cacheKey(o))
	known, rest := kept.Split(p.files)
	graph, report, fresh := compiler.CompileParts(rest, o, known)
	if !p.report.HasErrors() { // wrong documents leave nothing behind
		_ = kept.Save(known, fresh) // a cache that cannot be written is a slow one, not a fault
	}
	return graph, report
}

// cacheKey covers all that a compilation depends on beside the documents.
func (p *project) cacheKey(o compiler.Options) cache.Key {
	config, _ := os.ReadFile(filepath.Join(p.dir, projectFile)) // an absent one is an empty one
	texts := [][]byte{[]byte(toolBuild()), schemas.JSONSchema, config, []byte(o.Target), fmt.Appendf(nil, "%q %t", o.Tenant, o.Production)}
	for _, v := range o.Vars {
		texts = append(texts, fmt.Appendf(nil, "%q %q %q %t", v.Name, v.Value, v.From, v.Loose))
	}
	return cache.KeyOf(texts...)
}

// toolBuild tells this build from every other: builds between releases share a
// version.
func toolBuild() string {
	build := toolVersion()
	if path, err := os.Executable(); err == nil {
		if info, err := os.Stat(path); err == nil {
			build += fmt.Sprintf(" %d %d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return build
}
