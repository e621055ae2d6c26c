package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGoroutinesAreRaced: `make test` runs every package that starts goroutines with the race detector.
func TestGoroutinesAreRaced(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	listed := regexp.MustCompile(`(?m)^RACED := ((?:.*\\\n)*.*)$`).FindSubmatch(makefile)
	if listed == nil {
		t.Fatal("the Makefile has no RACED")
	}
	raced := func(dir string) bool {
		for _, p := range strings.Fields(strings.ReplaceAll(string(listed[1]), "\\\n", " ")) {
			p, below := strings.CutSuffix(strings.TrimPrefix(p, "./"), "/...")
			if dir == p || below && strings.HasPrefix(dir, p+"/") {
				return true
			}
		}
		return false
	}
	found := 0
	err = filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || dir == ".ci" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if !startsGoroutine(n) {
				return true
			}
			found++
			if !raced(dir) {
				t.Errorf("%s starts a goroutine: add ./%s to RACED in the Makefile", path, dir)
			}
			return true
		})
		return nil
	})
	if err != nil || found < 5 {
		t.Errorf("%d goroutines, %v", found, err)
	}
}

// startsGoroutine finds go statements and the Go method of groups.
func startsGoroutine(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		return true
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Go"
	}
	return false
}
