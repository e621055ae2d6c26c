package main

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/specs"
)

// byHand changes an object on the platform as somebody else would.
func (l *lab) byHand(kind, id, patch string) {
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
	defer c.Close()
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
		t.Errorf("an address that is none: %s", r)
	}
}
