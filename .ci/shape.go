//go:build ignore

// Shape prints the outliers of the product's code: large files, functions, types,
// and packages, and long lines. It is a mirror, not a law: it always exits with 0.
//
//	go run .ci/shape.go        the outliers
//	go run .ci/shape.go -all   also lines and files of every package
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What counts as an outlier.
const (
	fileLines     = 500
	functionLines = 80
	functionForks = 25 // if, for, case, select, &&, ||
	columns       = 120
	typeMethods   = 25
	packageFiles  = 30
)

// outlier is something that is larger than most.
type outlier struct {
	size        int
	what, place string
}

type shape struct {
	outliers map[string][]outlier // by heading
	methods  map[string]int       // by package and type
	files    map[string]int       // by package
	lines    map[string]int       // by package
}

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func main() {
	all := flag.Bool("all", false, "also print lines and files of every package")
	flag.Parse()
	s := shape{map[string][]outlier{}, map[string]int{}, map[string]int{}, map[string]int{}}
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata"):
			return filepath.SkipDir
		case e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		return s.read(path)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s.print(*all)
}

// read measures one file.
func (s shape) read(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if generated.Match(text) {
		return nil
	}
	pkg := filepath.ToSlash(filepath.Dir(path))
	lines := bytes.Count(text, []byte("\n"))
	s.files[pkg]++
	s.lines[pkg] += lines
	s.add(lines, fileLines, fmt.Sprintf("files over %d lines", fileLines), "lines", path)
	for i, line := range bytes.Split(text, []byte("\n")) {
		wide := utf8.RuneCount(bytes.ReplaceAll(line, []byte("\t"), []byte("    ")))
		s.add(wide, columns, fmt.Sprintf("lines over %d columns", columns), "columns", fmt.Sprintf("%s:%d", path, i+1))
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if f.Recv != nil {
			s.methods[pkg+"."+receiver(f.Recv.List[0].Type)]++
		}
		place := fmt.Sprintf("%s:%d %s", path, fset.Position(f.Pos()).Line, f.Name.Name)
		s.add(fset.Position(f.End()).Line-fset.Position(f.Pos()).Line+1, functionLines, fmt.Sprintf("functions over %d lines", functionLines), "lines", place)
		s.add(forks(f), functionForks, fmt.Sprintf("functions over %d branches", functionForks), "branches", place)
	}
	return nil
}

func (s shape) add(size, limit int, heading, unit, place string) {
	if size > limit {
		s.outliers[heading] = append(s.outliers[heading], outlier{size, unit, place})
	}
}

// receiver is the name of the type that a method belongs to.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// forks counts the places where a function can go two ways.
func forks(f *ast.FuncDecl) int {
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if node.List != nil {
				n++
			}
		case *ast.CommClause:
			if node.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if node.Op == token.LAND || node.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

func (s shape) print(all bool) {
	for name, n := range s.methods {
		s.add(n, typeMethods, fmt.Sprintf("types with more than %d methods", typeMethods), "methods", name)
	}
	for pkg, n := range s.files {
		s.add(n, packageFiles, fmt.Sprintf("packages over %d files", packageFiles), "files", pkg)
	}
	var headings []string
	for h := range s.outliers {
		headings = append(headings, h)
	}
	slices.Sort(headings)
	for _, h := range headings {
		list := s.outliers[h]
		fmt.Printf("%s: %d\n", h, len(list))
		slices.SortFunc(list, func(a, b outlier) int { return cmp.Or(b.size-a.size, strings.Compare(a.place, b.place)) })
		for _, o := range list[:min(len(list), 15)] {
			fmt.Printf("  %5d %-8s %s\n", o.size, o.what, o.place)
		}
		if more := len(list) - 15; more > 0 {
			fmt.Printf("  … and %d more\n", more)
		}
	}
	if !all {
		return
	}
	var packages []string
	total, files := 0, 0
	for pkg := range s.lines {
		packages = append(packages, pkg)
		total += s.lines[pkg]
		files += s.files[pkg]
	}
	slices.SortFunc(packages, func(a, b string) int { return s.lines[b] - s.lines[a] })
	fmt.Printf("packages: %d, %d files, %d lines\n", len(packages), files, total)
	for _, pkg := range packages {
		fmt.Printf("  %5d lines %3d files  %s\n", s.lines[pkg], s.files[pkg], pkg)
	}
}
