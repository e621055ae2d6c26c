package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/specs"
)

// TestOneSignIn: a command signs in once and lists the sandboxes once, whatever else it reads and writes.
func TestOneSignIn(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	l.open()
	l.write(".env", "IMS_OAUTH_S2S_CLIENT_ID=ci\nIMS_OAUTH_S2S_CLIENT_SECRET="+labSecret+"\n"+
		"CRM_DB_PASSWORD="+labPassword+"\n")
	for _, args := range [][]string{
		{"apply", "--auto-approve", "--refresh"},
		{"apply", "--auto-approve", "--refresh"}, // nothing to change
		{"plan", "--refresh"},
		{"drift"},
		{"state", "repair", "-p"},
		{"destroy", "--auto-approve", "--allow-mass-delete"},
	} {
		if err := os.RemoveAll(filepath.Join(l.dir, ".aepflow", "cache")); err != nil { // the token
			t.Fatal(err)
		}
		l.box.ForgetRequests()
		var out bytes.Buffer
		args := append(args, l.dir, "--now", pinned)
		if code := run(t.Context(), args, strings.NewReader(""), &out, &out); code != exitOK {
			t.Fatalf("%v: exit code %d\n%s", args, code, &out)
		}
		signIns, lists := 0, 0
		for _, r := range l.box.Requests() {
			switch {
			case strings.HasPrefix(r.URL, "/ims/"):
				signIns++
			case strings.HasPrefix(r.URL, specs.Sandboxes):
				lists++
			}
		}
		if signIns != 1 || lists != 1 {
			t.Errorf("%v: %d sign-ins and %d sandbox lists, expected 1 of each", args, signIns, lists)
		}
	}
}
