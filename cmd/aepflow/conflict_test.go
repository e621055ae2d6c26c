package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/specs"
)

// somebody is a client of somebody else.
func (l *lab) somebody() *platform.Client {
	l.t.Helper()
	at, err := url.Parse(l.url)
	if err != nil {
		l.t.Fatal(err)
	}
	c, err := platform.New(platform.Config{
		Platform: at, IMS: at, Org: emulator.DefaultOrg, Sandbox: cmp.Or(l.sandbox, "dev"),
		ClientID: "somebody", ClientSecret: "else", Scopes: []string{"openid"},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(c.Close)
	return c
}

// byHand changes an object on the platform as somebody else would.
func (l *lab) byHand(kind, id, patch string) {
	l.t.Helper()
	c := l.somebody()
	o, err := platform.FlowObject(l.t.Context(), c, kind, id)
	if err != nil {
		l.t.Fatal(err)
	}
	_, err = c.Do(l.t.Context(), platform.Request{
		Method: http.MethodPatch, Path: specs.FlowService + "/" + kind + "/" + id, IfMatch: o.ETag, Body: []byte(patch),
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// TestNewerMappingVersion: somebody wrote a version of a mapping set that the dataflow does not use. Nothing drifted,
// and the next version that an apply writes comes after it, even if the answer to that call is lost.
func TestNewerMappingVersion(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	l.mustRun(applyArgs()...)
	entry := func(address string) (e struct{ ID, ETag string }) {
		if err := json.Unmarshal([]byte(l.mustRun("state", "show", address).stdout), &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	c := l.somebody()
	set, err := platform.MappingSet(t.Context(), c, entry("mapping.people").ID)
	if err != nil {
		t.Fatal(err)
	}
	put := func(body []byte) {
		t.Helper()
		if _, err := c.Do(t.Context(), platform.Request{
			Method: http.MethodPut, Path: specs.DataPrep + "/mappingSets/" + set.ID, Body: body,
		}); err != nil {
			t.Fatal(err)
		}
	}
	put(bytes.ReplaceAll(set.Body, []byte(`"name"`), []byte(`"mail"`)))
	put(bytes.ReplaceAll(set.Body, []byte(`"name"`), []byte(`"changed"`)))
	const note = "note: mapping.people has version 2 on the platform, but the dataflow uses version 0 [newer-version]"
	if r := l.run("drift"); r.code != exitOK || !strings.Contains(r.stdout, note) {
		t.Errorf("drift: %s", r)
	}
	if r := l.run("plan", "--refresh", "--detailed-exitcode"); r.code != exitOK || !strings.Contains(r.stdout, note) {
		t.Errorf("plan: %s", r)
	}
	file := filepath.Join(l.dir, "flows.dataflow.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("fullName: name"), []byte("fullName: upper(name)"), 1)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	lost := false
	l.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPut && !lost {
			lost = true // the call is not carried out, and its answer does not say so
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
	l.mustRun(applyArgs("--refresh")...)
	if !lost {
		t.Error("no call was lost")
	}
	if e := entry("mapping.people"); e.ETag != "3" {
		t.Errorf("the mapping set has version %s, expected one after the newest", e.ETag)
	}
	if r := l.run("drift"); r.code != exitOK || strings.Contains(r.stdout, "newer-version") {
		t.Errorf("drift after an apply: %s", r)
	}
	l.checkState()
}

// TestConflict: somebody else has changed an object that an apply is about to
// update. It says what differs and both ways out, and either way goes.
func TestConflict(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"overwrite", "refresh"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, emulator.Options{}, crashed{})
			l.docs("a")
			l.mustRun(applyArgs()...)
			var entry struct{ ID string }
			if err := json.Unmarshal([]byte(l.mustRun("state", "show", "connection.crm").stdout), &entry); err != nil {
				t.Fatal(err)
			}
			l.byHand("connections", entry.ID, `[{"op": "replace", "path": "/name", "value": "CRM by hand"}]`)
			l.docs("b")
			r := l.run(applyArgs()...)
			if r.code != exitPartial {
				t.Errorf("apply: %s", r)
			}
			for _, want := range []string{
				`connection.crm was changed on the platform since it was applied: name is "CRM by hand", applied was "CRM"`,
				"aepflow plan --refresh", "aepflow apply --overwrite connection.crm",
			} {
				if !strings.Contains(r.stdout+r.stderr, want) {
					t.Errorf("the apply does not say %s:\n%s", want, r)
				}
			}
			if way == "overwrite" {
				l.mustRun(applyArgs("--overwrite", "connection.crm")...)
			} else {
				l.mustRun(applyArgs("--refresh")...)
			}
			if r := l.run("drift"); r.code != exitOK {
				t.Errorf("drift: %s", r)
			}
			l.checkState()
		})
	}
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	if r := l.run(applyArgs("--overwrite", "nonsense")...); r.code != exitUsage {
		t.Errorf("an unknown address: %s", r)
	}
}
