package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A plan reads the same with a cold cache, a warm one, a damaged one and none.
func TestPlanReadsTheSameWithAndWithoutCache(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "crm"))); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CRM_DB_PASSWORD", "canary-5f1c")
	at := regexp.MustCompile(`"at": "[^"]*"`)
	plan := func(output string) string {
		t.Helper()
		var out, errs bytes.Buffer
		code := run(context.Background(), []string{"plan", dir, "--target", "local", "-o", output, "--now", "2026-11-01T00:00:00Z"}, strings.NewReader(""), &out, &errs)
		if code != exitOK {
			t.Fatalf("exit code %d\n%s", code, errs.String())
		}
		return at.ReplaceAllString(out.String(), "") + errs.String() // the clock goes on
	}
	parts := filepath.Join(dir, ".aepflow", "cache", "parts")
	for _, output := range []string{"text", "json"} {
		if err := os.RemoveAll(filepath.Dir(parts)); err != nil {
			t.Fatal(err)
		}
		cold := plan(output)
		text, err := os.ReadFile(parts)
		if err != nil {
			t.Fatalf("there is no cache after the first plan: %v", err)
		}
		if bytes.Contains(text, []byte("canary")) {
			t.Error("the cache holds a secret")
		}
		if warm := plan(output); warm != cold {
			t.Errorf("warm and cold differ:\n%s\n%s", warm, cold)
		}
		if err := os.WriteFile(parts, text[:len(text)/2], 0o600); err != nil {
			t.Fatal(err)
		}
		if damaged := plan(output); damaged != cold {
			t.Errorf("with a damaged cache it differs:\n%s\n%s", damaged, cold)
		}
	}
}
