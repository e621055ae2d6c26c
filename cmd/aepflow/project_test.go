package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
)

// Reading stops at the file with which the documents exceed what a project may
// hold, at any place in the order.
func TestProjectSize(t *testing.T) {
	dir := t.TempDir()
	var list []files.File
	for i := range 40 {
		path := filepath.Join(dir, fmt.Sprintf("%02d.dataflow.yaml", i))
		if err := os.WriteFile(path, []byte("a: 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		list = append(list, files.Chosen(path))
	}
	for room, want := range map[int]int{200: 40, 199: 39, 20: 4, 4: 0} {
		p := newProject(dir, &globals{})
		p.size = maxProject - room
		p.add(list...)
		if len(p.files) != want {
			t.Errorf("room for %d bytes: read %d files, want %d", room, len(p.files), want)
		}
		if found := p.report.Sorted(); len(found) != min(1, 40-want) || len(found) == 1 && found[0].Code != diag.ProjectTooLarge {
			t.Errorf("room for %d bytes: said %+v", room, found)
		}
	}
}
