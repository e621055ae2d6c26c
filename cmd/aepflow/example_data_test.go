package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The database of the example has the rows that crm.sql says. UPDATE=1 makes it anew.
func TestExampleDatabase(t *testing.T) {
	folder := filepath.Join("..", "..", "examples", "crm", "source")
	script, err := os.ReadFile(filepath.Join(folder, "crm.sql"))
	if err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "crm.db")
	db := openSQLite(t, fresh)
	if _, err := db.Exec(string(script)); err != nil {
		t.Fatal(err)
	}
	want := contents(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(folder, "crm.db")
	if os.Getenv("UPDATE") != "" {
		text, err := os.ReadFile(fresh)
		if err == nil {
			err = os.WriteFile(kept, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(want, contents(t, openSQLite(t, kept))); d != "" || len(want) != 7 {
		t.Errorf("crm.db is not what crm.sql says:\n%s", d)
	}
}

func openSQLite(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// contents are the rows of the example's tables, as text.
func contents(t *testing.T, db *sql.DB) (out []string) {
	t.Helper()
	for _, table := range []string{"public.customers", "archive.addresses"} {
		rows, err := db.Query(`SELECT * FROM "` + table + `" ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			cells, at := make([]any, len(names)), make([]any, len(names))
			for i := range cells {
				at[i] = &cells[i]
			}
			if err := rows.Scan(at...); err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprint(table, names, cells))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
