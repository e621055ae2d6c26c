package benchmark_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/benchmark"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/rows"
	"github.com/aepflow/aepflow/internal/source"
)

// mappingRows is how many rows are measured.
const mappingRows = 100_000

// customers is a CSV file with rows of the columns of the file of mappings.
func customers(n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,email,first_name,last_name,city,updated_at,country,status,born,amount,phone,note\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,Ada%d@Example.com,Ada,Lovelace,London,2026-01-02T03:04:05Z, gb ,%s,18%02d-12-10,%d.5,", i, i,
			[]string{"active", "closed"}[i%2], i%100, i%1000)
		fmt.Fprintf(&b, "+44 20 7946 %04d,\n", i%10000)
	}
	return b.Bytes()
}

// customerMappings compiles the file of mappings as preview does.
func customerMappings(b testing.TB) (*record.Set, []record.Mapping) {
	b.Helper()
	text, err := os.ReadFile("testdata/mappings.dataflow.yaml")
	if err != nil {
		b.Fatal(err)
	}
	files := []*source.File{source.NewFile("mappings.dataflow.yaml", text)}
	compiled(b, files)
	t := compiler.TransformsOf(files, compiler.Options{}, []string{"customers"})["customers"]
	var columns []record.Column
	for _, c := range t.Columns {
		columns = append(columns, record.Column{Name: c.Name, Type: c.Type})
	}
	var mappings []record.Mapping
	for _, m := range t.Mappings {
		row := record.Mapping{Destination: m.Destination, Source: m.Source}
		if m.Expression != "" {
			row.Form, row.Source = record.Expression, m.Expression
		}
		mappings = append(mappings, row)
	}
	set, err := record.Compile(t.Fields, columns, mappings, eval.Inputs{})
	if err != nil {
		b.Fatal(err)
	}
	return set, mappings
}

// BenchmarkMappings measures 100,000 rows of a CSV file with 12 columns: as 12 mappings make records of them, which are
// checked and thrown away; the floor only reads the file.
func BenchmarkMappings(b *testing.B) {
	set, _ := customerMappings(b)
	text := customers(mappingRows)
	ours := func() {
		tally := record.NewTally(set, false)
		r, err := rows.Open("customers.csv", bytes.NewReader(text), nil, 0)
		if err != nil {
			b.Fatal(err)
		}
		next := func() (record.Row, error) {
			row, err := r.Next()
			return record.Row(row), err
		}
		if err := tally.AddAll(set, r.Columns, next, func() error { return nil }); err != nil {
			b.Fatal(err)
		}
		if tally.Rows != mappingRows || tally.Rejected+tally.Warned != 0 {
			b.Fatalf("%+v %+v", tally, tally.Reasons())
		}
	}
	floor := func() {
		r := csv.NewReader(bytes.NewReader(text))
		r.ReuseRecord = true
		for n := 0; ; n++ {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	measure(b, benchmark.Figure{Work: "12 mappings on 100,000 rows of CSV, all cores"}, floor, ours)
}

// customer is the row on which the expressions are measured.
var customer = map[string]string{"email": "Ada@Example.com", "first_name": "Ada", "last_name": "Lovelace",
	"country": " gb ", "status": "active", "born": "1815-12-10", "amount": "12.5"}

// BenchmarkEvaluator measures the expressions alone, on one core: how long 100,000 rows take without reading them.
func BenchmarkEvaluator(b *testing.B) {
	_, mappings := customerMappings(b)
	set := eval.NewSet(eval.Default, eval.Inputs{})
	var programs []*eval.Program
	for _, m := range mappings {
		if m.Form != record.Expression {
			continue
		}
		tree, _ := dataprep.Parse(m.Source)
		p, err := set.Compile(tree)
		if err != nil {
			b.Fatal(err)
		}
		programs = append(programs, p)
	}
	row := &eval.Map{}
	for name, value := range customer {
		row.Put(name, eval.OfText(value))
	}
	m := eval.NewMachine(set)
	m.SetObject(row)
	ours := func() {
		for range mappingRows {
			for _, p := range programs {
				if v, err := m.Run(p); err != nil || v.IsNull() {
					b.Fatal(v, err)
				}
			}
		}
	}
	const work = "6 expressions on 100,000 rows, one core"
	measure(b, benchmark.Figure{Work: work}, nil, ours)
	if oracle := os.Getenv("AEPFLOW_ORACLE"); oracle != "" {
		mine := figures[slices.IndexFunc(figures, func(f benchmark.Figure) bool { return f.Work == work })].Ours
		for _, f := range jexl(b, oracle, mappings) {
			f.Ours = mine
			note(f)
		}
	}
}

// jexl measures the same expressions on the same row with the reference implementation,
// after warm-up and without JSON: once with the flags that it runs with, which leave
// out Java's optimizing compiler, and once with that compiler.
func jexl(b *testing.B, oracle string, mappings []record.Mapping) []benchmark.Figure {
	b.Helper()
	run := func(stdin string, name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Stdin, cmd.Stderr = strings.NewReader(stdin), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	classes := b.TempDir()
	b.Setenv("ORACLE_CLASSES", filepath.Join(classes, "oracle"))
	run("", filepath.Join(oracle, "oracle"), "--version") // compiles it
	path := filepath.Join(classes, "oracle") + ":" + javaLibraries
	run("", "javac", "-d", filepath.Join(classes, "oracle"), "-cp", path, "testdata/JexlLoop.java")
	var expressions []string
	for _, m := range mappings {
		if m.Form == record.Expression {
			expressions = append(expressions, m.Source)
		}
	}
	args := []string{"-XX:+UseSerialGC", "-cp", path, "JexlLoop"}
	for name, value := range customer {
		args = append(args, name+"="+value)
	}
	seconds := func(flags ...string) float64 {
		s, err := strconv.ParseFloat(run(strings.Join(expressions, "\n"), "java", append(flags, args...)...), 64)
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	const work, unit = "the same, floor: JEXL", benchmark.Seconds
	return []benchmark.Figure{
		{Work: work + " as the reference runs", Unit: unit, Floor: seconds("-XX:TieredStopAtLevel=1"), Factor: 0.2},
		{Work: work + " with Java's optimizer", Unit: unit, Floor: seconds()},
	}
}

// javaLibraries are the reference implementation's, where Debian puts them.
const javaLibraries = "/usr/share/java/commons-jexl3.jar:/usr/share/java/commons-lang3.jar:/usr/share/java/guava.jar:" +
	"/usr/share/java/jackson-core.jar:/usr/share/java/jackson-databind.jar:/usr/share/java/jackson-annotations.jar:" +
	"/usr/share/java/commons-logging.jar"
