package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// diskCalls reach the disk by a path. A repository chooses paths, so only package
// files calls them.
var diskCalls = map[string][]string{
	"os": {
		"Open", "OpenFile", "OpenRoot", "OpenInRoot", "ReadFile", "WriteFile", "Create", "CreateTemp", "Rename", "Remove", "RemoveAll",
		"Mkdir", "MkdirAll", "MkdirTemp", "ReadDir", "Stat", "Lstat", "Symlink", "Link", "Readlink", "Truncate", "Chmod", "Chown", "Chtimes",
		"CopyFS", "DirFS",
	},
	"path/filepath":            {"Walk", "WalkDir", "EvalSymlinks", "Glob"},
	"github.com/joho/godotenv": {"Read", "Load", "Overload", "Exec", "Write"},
	"io/ioutil":                {"ReadAll", "ReadFile", "WriteFile", "ReadDir", "TempFile", "TempDir"},
}

// diskHomes may call them: package files, and what is not part of the tool.
var diskHomes = []string{"internal/files", "internal/golden", "schemas/gen", "internal/benchmark"}

func TestOnlyFilesReachesTheDisk(t *testing.T) {
	root, checked, homes := "..", 0, map[string]bool{}
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && name != root && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, _ := filepath.Rel(root, filepath.Dir(name))
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		checked++
		for _, call := range callsOfDisk(f) {
			if slices.Contains(diskHomes, filepath.ToSlash(rel)) {
				homes[filepath.ToSlash(rel)] = true
				continue
			}
			t.Errorf("%s uses %s: read and write through package files", name, call)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 100 || len(homes) != len(diskHomes) {
		t.Errorf("looked at %d files; disk calls found in %v", checked, homes)
	}
}

// callsOfDisk lists what a file uses of diskCalls, under whatever name it imports
// the package.
func callsOfDisk(f *ast.File) (found []string) {
	names := map[string]string{}
	for _, spec := range f.Imports {
		of, _ := strconv.Unquote(spec.Path.Value)
		name := path.Base(of)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if diskCalls[of] != nil {
			names[name] = of
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && slices.Contains(diskCalls[names[x.Name]], s.Sel.Name) {
				found = append(found, names[x.Name]+"."+s.Sel.Name)
			}
		}
		return true
	})
	return found
}

func TestCallsOfDisk(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
import ("os"; env "github.com/joho/godotenv")
var a = os.ReadFile
func b() { env.Read("x"); os.Getenv("x"); c.Open("x") }
`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(callsOfDisk(f), " "); got != "os.ReadFile github.com/joho/godotenv.Read" {
		t.Errorf("found %s", got)
	}
}
