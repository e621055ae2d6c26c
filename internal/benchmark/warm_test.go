package benchmark_test

import (
	"path/filepath"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/benchmark"
	"github.com/aepflow/aepflow/internal/cache"
)

// BenchmarkKnown compiles a project of which everything is known.
func BenchmarkKnown(b *testing.B) {
	eachSize(b, func(b *testing.B, n int) {
		dir := filepath.Join(workspace, "known-"+itoa(n))
		files, key := benchmark.Project(n, seed), cache.KeyOf()
		once := func() int {
			kept := cache.Open(dir, key)
			known, rest := kept.Split(fresh(files))
			g, report, made := compiler.CompileParts(rest, compiler.Options{}, known)
			if g == nil {
				b.Fatal(report.Sorted()[0].Message)
			}
			if err := kept.Save(known, made); err != nil {
				b.Fatal(err)
			}
			return len(known)
		}
		once()
		measure(b, benchmark.Figure{Work: "compile, everything known", Size: n}, nil, func() {
			if known := once(); known != n {
				b.Fatalf("%d files known, want %d", known, n)
			}
		})
	})
}
