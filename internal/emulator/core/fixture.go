package core

import (
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver behind sqlite: sources

	"github.com/aepflow/aepflow/internal/files"
)

// LandingZone is the connector without connections; its files are bound by its name.
const LandingZone = "data-landing-zone"

// LandingZoneContainer is the container that the paths of its files begin with.
const LandingZoneContainer = "dlz-user-container"

// Source binds data to base connections: explore answers its tables, runs
// count its rows.
type Source struct {
	Connection string // name or id of the base connection
	Kind       string // sqlite, csv, json, or files
	Path       string // a file, a folder with one file per table, or a folder of files
}

// ParseSource reads NAME=sqlite:file.db, NAME=csv:DIR, NAME=json:DIR, or NAME=files:DIR.
func ParseSource(s string) (Source, error) {
	name, rest, ok1 := strings.Cut(s, "=")
	kind, path, ok2 := strings.Cut(rest, ":")
	if !ok1 || !ok2 || name == "" || path == "" || !slices.Contains([]string{"sqlite", "csv", "json", "files"}, kind) {
		return Source{}, fmt.Errorf("source %q: expected NAME=sqlite:FILE, NAME=csv:DIR, NAME=json:DIR, or NAME=files:DIR", s)
	}
	return Source{name, kind, path}, nil
}

// Column is a column of a table with its type in the words of a dataflow:
// string, boolean, integer, long, double, date, date-time.
type Column struct{ Name, Kind string }

// Fixture is opened source data. Which tables exist is fixed when it is
// opened; a name that a caller sends is looked up there and never reaches the
// file system.
type Fixture struct {
	Source Source
	db     *sql.DB
	Names  []string              // tables, sorted
	files  map[string]files.File // table → file, for csv and json
	folder files.Folder          // of files
	most   int                   // entries of a folder
	Bound  time.Time             // when the emulator opened it, by its clock

	mu     sync.Mutex
	loaded map[string]*rowSet
}

// rowSet is a table in memory.
type rowSet struct {
	columns []Column
	rows    []object
}

// OpenFixtures opens the data of each source, by the name of its connection. With an
// error, none stays open.
func OpenFixtures(sources []Source) (map[string]*Fixture, error) {
	out := map[string]*Fixture{}
	for _, s := range sources {
		f, err := openFixture(s)
		if err != nil {
			for _, open := range out {
				open.Close()
			}
			return nil, fmt.Errorf("open source data of connection %s: %w", s.Connection, err)
		}
		out[s.Connection] = f
	}
	return out, nil
}

func openFixture(s Source) (*Fixture, error) {
	f := &Fixture{Source: s, files: map[string]files.File{}, loaded: map[string]*rowSet{}}
	if s.Kind == "sqlite" {
		// The driver opens the file by its path.
		file, err := files.Chosen(s.Path).Open()
		if err != nil {
			return nil, err
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
		db, err := sql.Open("sqlite", "file:"+s.Path+"?mode=ro")
		if err != nil {
			return nil, err
		}
		f.db = db
		rows, err := db.Query(`SELECT name FROM sqlite_master
			WHERE type IN ('table','view') AND name NOT LIKE 'sqlite_%' ORDER BY name`)
		if err != nil {
			db.Close()
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				db.Close()
				return nil, err
			}
			f.Names = append(f.Names, name)
		}
		return f, rows.Err()
	}
	folder := files.Project(s.Path)
	if s.Kind == "files" {
		f.folder, f.most = folder, maxEntries
		is, err := folder.IsFolder()
		if err == nil && !is {
			err = fmt.Errorf("%s is not a folder", s.Path)
		}
		return f, err
	}
	list, err := folder.List()
	if err != nil {
		return nil, err
	}
	for _, file := range list {
		if name, ok := strings.CutSuffix(file, "."+s.Kind); ok && name != "" {
			f.Names = append(f.Names, name)
			f.files[name] = folder.File(file)
		}
	}
	if len(f.Names) == 0 {
		return nil, fmt.Errorf("%s has no .%s files", s.Path, s.Kind)
	}
	slices.Sort(f.Names)
	return f, nil
}

// Close closes the data.
func (f *Fixture) Close() {
	if f.db != nil {
		f.db.Close()
	}
}

var ErrNoTable = errors.New("no such table")

// Reachable reports whether the data can be read.
func (f *Fixture) Reachable(ctx context.Context) bool {
	if f.db != nil {
		return f.db.PingContext(ctx) == nil
	}
	is, err := files.Project(f.Source.Path).IsFolder()
	return is && err == nil
}

// Columns describes a table.
func (f *Fixture) Columns(ctx context.Context, table string) ([]Column, error) {
	if !slices.Contains(f.Names, table) {
		return nil, ErrNoTable
	}
	if f.db != nil {
		return f.sqliteColumns(ctx, table)
	}
	set, err := f.file(table)
	if err != nil {
		return nil, err
	}
	return set.columns, nil
}

func quoteIdent(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func (f *Fixture) sqliteColumns(ctx context.Context, table string) ([]Column, error) {
	rows, err := f.db.QueryContext(ctx, "SELECT name, type FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Column
	for rows.Next() {
		var name, decl string
		if err := rows.Scan(&name, &decl); err != nil {
			return nil, err
		}
		out = append(out, Column{name, declaredType(decl)})
	}
	return out, rows.Err()
}

// declaredType maps the type words of databases to ours.
func declaredType(decl string) string {
	d := strings.ToUpper(decl)
	switch {
	case strings.Contains(d, "BOOL"):
		return "boolean"
	case strings.Contains(d, "TIMESTAMP"), strings.Contains(d, "DATETIME"):
		return "date-time"
	case strings.Contains(d, "DATE"):
		return "date"
	case strings.Contains(d, "BIGINT"), strings.Contains(d, "INT8"):
		return "long"
	case strings.Contains(d, "INT"):
		return "integer"
	case strings.Contains(d, "REAL"), strings.Contains(d, "FLOA"), strings.Contains(d, "DOUB"), strings.Contains(d, "DEC"),
		strings.Contains(d, "NUMERIC"):
		return "double"
	}
	return "string"
}

// Rows reads up to limit rows of a table; below 0 all of them.
func (f *Fixture) Rows(ctx context.Context, table string, limit int) (out []object, err error) {
	err = f.Each(ctx, table, func(row object) error {
		if len(out) == limit {
			return io.EOF
		}
		out = append(out, row)
		return nil
	})
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return out, err
}

// Each reads the rows of a table until there are no more, or take returns an error, which it returns.
func (f *Fixture) Each(ctx context.Context, table string, take func(object) error) error {
	if !slices.Contains(f.Names, table) {
		return ErrNoTable
	}
	if f.db == nil {
		set, err := f.file(table)
		if err != nil {
			return err
		}
		for _, row := range set.rows {
			if err := take(row); err != nil {
				return err
			}
		}
		return nil
	}
	columns, err := f.sqliteColumns(ctx, table)
	if err != nil {
		return err
	}
	rows, err := f.db.QueryContext(ctx, "SELECT * FROM "+quoteIdent(table))
	if err != nil {
		return err
	}
	defer rows.Close()
	cells, at := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		at[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return err
		}
		row := object{}
		for i, c := range columns {
			row[c.Name] = cellValue(cells[i], c.Kind)
		}
		if err := take(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// cellValue makes JSON of what a driver gives.
func cellValue(v any, kind string) any {
	switch v := v.(type) {
	case nil:
		return nil
	case []byte:
		return string(v)
	case time.Time:
		if kind == "date" {
			return v.UTC().Format(time.DateOnly)
		}
		return v.UTC().Format("2006-01-02T15:04:05")
	case int64:
		if kind == "boolean" {
			return v != 0
		}
		return v
	case float64:
		return JSONNumber(v)
	}
	return v
}

func (f *Fixture) file(table string) (*rowSet, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if set := f.loaded[table]; set != nil {
		return set, nil
	}
	b, err := f.files[table].Read(files.MaxSeed)
	if err != nil {
		return nil, err
	}
	var set *rowSet
	if f.Source.Kind == "csv" {
		set, err = readCSV(string(b))
	} else {
		set, err = readRows(b)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.files[table].Path(), err)
	}
	f.loaded[table] = set
	return set, nil
}

// readCSV takes the first line as names and the narrowest type that every
// value of a column fits.
func readCSV(s string) (*rowSet, error) {
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(s, "\ufeff"))).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, errors.New("no header line")
	}
	set := &rowSet{}
	for i, name := range lines[0] {
		var values []string
		for _, l := range lines[1:] {
			values = append(values, l[i])
		}
		set.columns = append(set.columns, Column{name, narrowest(values)})
	}
	for _, l := range lines[1:] {
		o := object{}
		for i, c := range set.columns {
			o[c.Name] = csvValue(l[i], c.Kind)
		}
		set.rows = append(set.rows, o)
	}
	return set, nil
}

var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999",
	time.DateOnly}

// ParseTime reads a time in one of the forms that data has.
func ParseTime(s string) (time.Time, bool) {
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func narrowest(values []string) string {
	fits := map[string]bool{"boolean": true, "integer": true, "long": true, "double": true, "date": true,
		"date-time": true}
	any := false
	for _, v := range values {
		if v == "" {
			continue
		}
		any = true
		isNumber := json.Valid([]byte(v)) // not 007, .5, or NaN
		n, ierr := strconv.ParseInt(v, 10, 64)
		_, ferr := strconv.ParseFloat(v, 64)
		_, derr := time.Parse(time.DateOnly, v)
		_, isTime := ParseTime(v)
		fits["boolean"] = fits["boolean"] && (v == "true" || v == "false")
		fits["integer"] = fits["integer"] && isNumber && ierr == nil && n >= -1<<31 && n < 1<<31
		fits["long"] = fits["long"] && isNumber && ierr == nil
		fits["double"] = fits["double"] && isNumber && ferr == nil
		fits["date"] = fits["date"] && derr == nil
		fits["date-time"] = fits["date-time"] && isTime
	}
	for _, kind := range []string{"boolean", "integer", "long", "double", "date", "date-time"} {
		if any && fits[kind] {
			return kind
		}
	}
	return "string"
}

func csvValue(s, kind string) any {
	switch {
	case s == "":
		return nil
	case kind == "boolean":
		return s == "true"
	case kind == "integer" || kind == "long" || kind == "double":
		return json.Number(s)
	}
	return s
}

// readRows takes a JSON array of flat objects, or one object a line.
func readRows(b []byte) (*rowSet, error) {
	v, err := DecodeJSON(b)
	items, isList := v.([]any)
	if err != nil || !isList {
		items = nil
		for line := range strings.Lines(string(b)) {
			if strings.TrimSpace(line) == "" {
				continue
			}
			e, err := DecodeJSON([]byte(line))
			if err != nil {
				return nil, err
			}
			items = append(items, e)
		}
	}
	set := &rowSet{}
	values := map[string][]string{}
	for _, e := range items {
		o, isObject := e.(object)
		if !isObject {
			return nil, errors.New("rows must be objects")
		}
		set.rows = append(set.rows, o)
		for name, v := range o {
			s, leaf := Scalar(v)
			if _, isText := v.(string); isText && narrowest([]string{s}) != "date" && narrowest([]string{s}) != "date-time" {
				s = " " + s // a quoted number is a text
			}
			if v != nil && !leaf {
				s = " "
			}
			values[name] = append(values[name], s)
		}
	}
	for name, vs := range values {
		set.columns = append(set.columns, Column{name, narrowest(vs)})
	}
	slices.SortFunc(set.columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	return set, nil
}
