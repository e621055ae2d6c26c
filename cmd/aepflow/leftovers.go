package main

import (
	"path"

	"github.com/aepflow/aepflow/internal/files"
)

// oldCaches are the names in .aepflow/cache of what earlier releases kept there,
// and of the temporary files that they wrote it to.
var oldCaches = []string{"parts", ".parts-*", "dataflow.*.lock", ".lock-*", ".token-*"}

// removeOldCaches deletes the caches of compiled documents and lockfiles that
// earlier releases kept below the project. What cannot be deleted is never read.
func removeOldCaches(root files.Folder) {
	folder := root.Sub(".aepflow/cache")
	names, _ := folder.List()
	for _, name := range names {
		for _, pattern := range oldCaches {
			if old, _ := path.Match(pattern, name); old {
				_ = folder.File(name).Remove()
			}
		}
	}
}
