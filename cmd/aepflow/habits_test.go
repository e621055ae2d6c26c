package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
)

// What people type who know other tools ends as a usage error with the command to run instead.
func TestHabits(t *testing.T) {
	for args, want := range map[string]string{
		"apply -auto-approve":       "apply --auto-approve",
		"apply --yes":               "apply --auto-approve",
		"apply crm -y":              "apply crm --auto-approve",
		"plan -out=x":               "plan --out=x",
		"plan -out x":               "plan --out x",
		"plan -target=flow.orders":  "plan --target-resource=flow.orders",
		"plan --target=flow.orders": "plan --target-resource=flow.orders",
		"plan -target=prod":         "plan --target=prod",
		"plan -var x=y":             "plan --var x=y",
		"plan -refresh=false":       "plan",
		"plan -json":                "plan --output=json",
		"fmt -check -diff":          "fmt --check --diff",
		"apply -input=false -no-color -parallelism=2": "apply --color=never --parallelism=2",
		"--version":            "version",
		"-v":                   "version",
		"plan -version":        "version",
		"help plan":            "plan --help",
		"help":                 "--help",
		"refresh":              "plan --refresh",
		"deploy -auto-approve": "apply --auto-approve",
		"test --select orders": "test orders",
		"test --select=orders": "test orders",
		"plan -var x='a'":      "plan --var 'x='\\''a'\\'''",
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), strings.Fields(args), strings.NewReader(""), &out, &errs)
		if help := "\n  = help: run `aepflow " + want + "`\n"; code != exitUsage || !strings.HasSuffix(errs.String(), help) {
			t.Errorf("%s: exit code %d\n%swant%s", args, code, &errs, help)
		}
	}
	// A flag that the command does not have is not recommended.
	for _, args := range []string{"plan -auto-approve", "validate --yes", "version -out=x", "up --y --nonsense"} {
		var out, errs bytes.Buffer
		code := run(t.Context(), strings.Fields(args), strings.NewReader(""), &out, &errs)
		if code != exitUsage || strings.Contains(errs.String(), "help: run") ||
			!strings.Contains(errs.String(), "unknown flag") {
			t.Errorf("%s: exit code %d\n%s", args, code, &errs)
		}
	}
	for _, args := range []string{"plan -o json", "apply -q", "state list -p x", "plan -- -json", "init --table -out"} {
		if _, wrong := corrected(strings.Fields(args)); (wrong != "") != (args == "init --table -out") {
			t.Errorf("%s: %q is taken for a mistake", args, wrong)
		}
	}
}

// The former preview ends as a usage error with the command to run instead.
func TestFormerPreview(t *testing.T) {
	for args, want := range map[string]string{
		"preview --runs 5": "schedule --runs 5",
		"--target prod preview -o json crm --zone UTC": "--target prod schedule -o json crm --zone UTC",
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), strings.Fields(args), strings.NewReader(""), &out, &errs)
		said := "error: the command that lists runs is now schedule\n  = help: run `aepflow " + want + "`\n"
		if code != exitUsage || errs.String() != said || out.Len() > 0 {
			t.Errorf("%s: exit code %d\n%s%swant %s", args, code, &out, &errs, said)
		}
	}
}

// Numbers that no command can work with are usage errors that say what is expected.
func TestNumbers(t *testing.T) {
	for args, want := range map[string]string{
		"apply --parallelism=0":                   "--parallelism 0: expected at least 1",
		"apply --parallelism=-3":                  "--parallelism -3: expected at least 1",
		"destroy --rate=-1":                       "--rate -1: expected 0 for no limit, or requests per second",
		"drift --rate=-1":                         "--rate -1: expected 0",
		"state repair --rate=-0.5":                "--rate -0.5: expected 0",
		"apply --lost-after=-5s":                  "--lost-after -5s: expected 0s or more",
		"apply --lock-timeout=-1s":                "--lock-timeout -1s: expected 0s or more",
		"emulator --latency=-1s":                  "--latency -1s: expected 0s or more",
		"emulator --token-ttl=0s":                 "--token-ttl 0s: expected more than 0s",
		"schedule --runs=-1":                      "--runs -1: expected 0 to 1000",
		"schedule --runs=1001":                    "--runs 1001: expected 0 to 1000",
		"plan --target flow.orders":               "--target takes the name of a target; to select a resource, use --target-resource flow.orders",
		"plan --var nope=1":                       "--var nope: no document uses this variable",
		"apply --overwrite flow.x --auto-approve": "--overwrite flow.x: no such resource in the documents or the lockfile",
	} {
		t.Chdir(t.TempDir())
		newExample(t)
		var out, errs bytes.Buffer
		code := run(t.Context(), strings.Fields(args), strings.NewReader(""), &out, &errs)
		if code != exitUsage || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: exit code %d\n%swant %s", args, code, &errs, want)
		}
	}
}

// newExample writes the first project into the current folder.
func newExample(t *testing.T) {
	t.Helper()
	if code := run(t.Context(), []string{"init"}, strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}); code != exitOK {
		t.Fatal("init failed")
	}
}

// A key is found by its last word, and a diagnostic shows how its example is correct.
func TestExplain(t *testing.T) {
	for what, want := range map[string]string{
		"schedule":     "dataflow.schedule: a map of keys and values",
		"interval":     "dataflow.schedule.interval: an integer",
		"frequency":    "dataflow.schedule.frequency: text (required)",
		"auth.type":    "connection.auth.type: ",
		"name":         "Other keys of this name: ",
		"unknown-key":  "\nCorrect:\n\n    name: orders\n",
		"wrong-format": "",
		"": "\n\nIt also explains codes of the platform, such as `aepflow explain CONNECTOR-1001-500`; " +
			"docs/errors.md lists them.\n",
		"intervall": "unknown key, connector, or code intervall",
	} {
		var out, errs bytes.Buffer
		run(t.Context(), []string{"explain", what}, strings.NewReader(""), &out, &errs)
		if !strings.Contains(out.String()+errs.String(), want) {
			t.Errorf("explain %s: %s%s", what, &out, &errs)
		}
	}
}

// Each example that a repair corrects is shown without the diagnostic.
func TestCorrectExamples(t *testing.T) {
	n := 0
	for _, e := range diag.Codes() {
		if fixed := correctExample(e); fixed != "" {
			n++
			if fixed == e.Example {
				t.Errorf("%s: the example is not corrected", e.Code)
			}
		}
	}
	if n < 5 {
		t.Errorf("%d examples are corrected", n)
	}
}

// With -o json, wrong documents are JSON on stdout for every command that has JSON.
func TestDiagnosticsAreJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	newExample(t)
	text, err := os.ReadFile("dataflow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("dataflow.yaml", bytes.Replace(text, []byte("schedule:"), []byte("shedule:"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"validate", "plan", "apply --auto-approve", "drift", "compile", "schedule", "config show", "plan --no-secrets",
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(strings.Fields(args), "-o", "json"), strings.NewReader(""), &out, &errs)
		var got diag.Result
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Valid || got.ErrorCount == 0 {
			t.Errorf("%s: %v\n%s", args, err, &out)
		}
		if code != exitDocuments || errs.Len() > 0 {
			t.Errorf("%s: exit code %d\n%s", args, code, &errs)
		}
	}
}
