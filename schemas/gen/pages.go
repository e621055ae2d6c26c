package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/aepflow/aepflow/internal/connectordoc"
)

// pagesDir is the folder of the connector pages.
const pagesDir = "../../docs/connectors"

// writePages writes the connector pages and removes those of connectors that are
// gone.
func writePages(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	pages := connectordoc.Pages()
	for _, path := range old {
		if _, stays := pages[filepath.Base(path)]; !stays {
			err = errors.Join(err, os.Remove(path))
		}
	}
	err = errors.Join(err, os.MkdirAll(dir, 0o755))
	for name, text := range pages {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return err
}
