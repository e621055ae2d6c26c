package main

import (
	"os"
	"testing"

	"github.com/aepflow/aepflow/internal/connectordoc"
)

func TestConnectorPagesAreFresh(t *testing.T) {
	pages := connectordoc.Pages()
	for name, want := range pages {
		if have, err := os.ReadFile(pagesDir + "/" + name); err != nil || string(have) != want {
			t.Errorf("docs/connectors/%s is stale: run go generate ./schemas", name)
		}
	}
	files, err := os.ReadDir(pagesDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := pages[f.Name()]; !ok {
			t.Errorf("docs/connectors/%s is of no connector: run go generate ./schemas", f.Name())
		}
	}
}
