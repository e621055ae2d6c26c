package output

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayUseStreams are the files that name the streams of the process: the program, which
// wraps them at once, and tools of the build.
var mayUseStreams = []string{"cmd/aepflow/main.go", "schemas/gen/main.go"}

// Nothing is printed past the writer: no other file of the program names a stream of
// the process, prints without one, or logs.
func TestNothingPrintsPastTheWriter(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != "../.." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return filepath.SkipDir
		}
		rel, _ := filepath.Rel("../..", path)
		rel = filepath.ToSlash(rel)
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || slices.Contains(mayUseStreams, rel) {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		files++
		for _, spec := range f.Imports {
			if name, _ := strconv.Unquote(spec.Path.Value); name == "log" {
				t.Errorf("%s imports log, which prints past the writer", rel)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if fault := printsPast(n, rel); fault != "" {
				t.Errorf("%s: %s", fset.Position(n.Pos()), fault)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("only %d files were looked at", files)
	}
}

func printsPast(n ast.Node, file string) string {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		pkg, ok := n.X.(*ast.Ident)
		switch {
		case !ok:
		case pkg.Name == "os" && (n.Sel.Name == "Stdout" || n.Sel.Name == "Stderr"):
			return "os." + n.Sel.Name + " past the writer"
		case pkg.Name == "fmt" && slices.Contains([]string{"Print", "Printf", "Println"}, n.Sel.Name):
			return "fmt." + n.Sel.Name + " prints past the writer"
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "print" || id.Name == "println") {
			return "the builtin " + id.Name + " prints past the writer"
		}
		// A format with data goes through Printf of the stream, which keeps data in its line.
		if sel, ok := n.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(file, "cmd/") && strings.HasPrefix(sel.Sel.Name, "Fprint") && len(n.Args) > 0 {
			if to, ok := n.Args[0].(*ast.SelectorExpr); ok && (to.Sel.Name == "stdout" || to.Sel.Name == "stderr") {
				return "fmt." + sel.Sel.Name + " to a stream: use its Printf"
			}
			if to, ok := n.Args[0].(*ast.Ident); ok && (to.Name == "stdout" || to.Name == "stderr") {
				return "fmt." + sel.Sel.Name + " to a stream: use its Printf"
			}
		}
		if breaksError(n) {
			return "a line break in an error: print more lines as details of it"
		}
	case *ast.BasicLit:
		if n.Kind != token.STRING || strings.HasPrefix(file, "internal/output/") {
			break
		}
		if text, err := strconv.Unquote(n.Value); err == nil && strings.Contains(text, "\x1b") {
			return "an escape sequence outside of package output"
		}
	}
	return ""
}

// breaksError reports whether an error is made with a line break in its text.
func breaksError(call *ast.CallExpr) bool {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	if name != "Errorf" && name != "exit" && name != "exitHelp" && name != "New" {
		return false
	}
	for _, arg := range call.Args {
		if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING && strings.Contains(lit.Value, `\n`) {
			return true
		}
	}
	return false
}

// The guard sees what it looks for.
func TestPrintsPast(t *testing.T) {
	for _, text := range []string{"os.Stderr", "fmt.Println(1)", "println(1)", "fmt.Fprintf(a.stdout, x)", "fmt.Fprintln(stderr)", `fmt.Errorf("a\\nb")`, `exit(1, "a\\nb")`, `"\x1b[1m"`} {
		expr, err := parser.ParseExpr(text)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		ast.Inspect(expr, func(n ast.Node) bool {
			found = found || n != nil && printsPast(n, "cmd/aepflow/x.go") != ""
			return true
		})
		if !found {
			t.Errorf("%s is not seen", text)
		}
	}
}
