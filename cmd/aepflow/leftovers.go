package main

import (
	"os"
	"path"
	"path/filepath"
)

// oldCaches are the names in .aepflow/cache of what earlier releases kept there,
// and of the temporary files that they wrote it to.
var oldCaches = []string{"parts", ".parts-*", "dataflow.*.lock", ".lock-*"}

// removeOldCaches deletes the caches of compiled documents and lockfiles that
// earlier releases kept below the project. What cannot be deleted is never read.
func removeOldCaches(dir string) {
	project, err := os.OpenRoot(dir)
	if err != nil {
		return
	}
	defer project.Close()
	folder, err := project.OpenRoot(filepath.Join(".aepflow", "cache"))
	if err != nil {
		return
	}
	defer folder.Close()
	list, err := folder.Open(".")
	if err != nil {
		return
	}
	defer list.Close()
	names, _ := list.Readdirnames(-1)
	for _, name := range names {
		for _, pattern := range oldCaches {
			if old, _ := path.Match(pattern, name); old {
				_ = folder.Remove(name)
			}
		}
	}
}
