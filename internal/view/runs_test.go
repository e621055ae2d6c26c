package view

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/planner"
)

func counted(n int64) *int64 { return &n }

var failedRun = runs.Run{
	ID: "8f3c1d2e-0000-4000-8000-000000000001", FlowID: "f", Dataflow: "orders-of-all-shops-in-the-north-and-the-south",
	Result: runs.Failed, Started: time.Date(2027, 1, 2, 3, 0, 0, 0, time.UTC),
	Ended:   time.Date(2027, 1, 2, 3, 2, 0, 0, time.UTC),
	Window:  runs.Window{End: time.Date(2027, 1, 2, 3, 0, 0, 0, time.UTC)},
	Records: runs.Records{Read: counted(1234567), Written: counted(0), Failed: counted(12)},
	Errors: []runs.Fault{
		{Code: "CONNECTOR-1001-500", Message: "Login failed\x1b[2J for user aep", Records: 2},
		{Code: "OTHER-1", Message: "who knows"},
	},
	Steps:   []runs.Activity{{Name: "copyActivity", Result: runs.Failed}},
	Batches: []string{"01A"},
}

// Tables and pages fit 80 columns, show what needs attention first, and hide nothing in control characters.
func TestStatus(t *testing.T) {
	list := []runs.Dataflow{
		{
			Name: failedRun.Dataflow, Health: runs.IsFailed, Reason: "CONNECTOR-1001-500: Login failed\x1b[2J for user aep",
			LastRun: &failedRun, NextRun: time.Date(2027, 1, 2, 5, 0, 0, 0, time.UTC),
		},
		{
			Name: "fine", Health: runs.IsOK, Running: "x",
			LastRun: &runs.Run{ID: "r", Records: runs.Records{Written: counted(3)}},
		},
	}
	target := planner.Target{Name: "dev", Org: "A@AdobeOrg", Sandbox: "dev"}
	var b bytes.Buffer
	if err := Status(&b, list, target, time.Date(2027, 1, 2, 4, 2, 0, 0, time.UTC), Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	const want = `DATAFLOW                              STATUS  LAST RUN  RECORDS         NEXT RUN
orders-of-all-shops-in-the-north-an…  failed  1h ago    0 of 1,234,567  in 58m
    CONNECTOR-1001-500: Login failed<U+001B>[2J for user aep
    aepflow runs show 8f3c1d2e-0000-4000-8000-000000000001
fine                                  ok      running   3

2 dataflows in dev (org A@AdobeOrg, sandbox dev): 1 failed, 1 ok.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	if err := StatusPage(&b, list, target, time.Date(2027, 1, 2, 4, 2, 0, 0, time.UTC), "1.0"); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if strings.Index(page, "failed") > strings.Index(page, "fine") || strings.Contains(page, "\x1b") ||
		!strings.Contains(page, "Update the secret") || strings.Contains(page, "<script") {
		t.Error(page)
	}
}

func TestRun(t *testing.T) {
	var b bytes.Buffer
	if err := Run(&b, failedRun, Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	const want = `orders-of-all-shops-in-the-north-and-the-south  failed

    run       8f3c1d2e-0000-4000-8000-000000000001
    flow      f
    started   2027-01-02 03:00:00
    ended     2027-01-02 03:02:00, took 2m
    window    the beginning to 2027-01-02 03:00:00
    records   1,234,567 read, 0 written, 12 failed
    batch     01A

  copyActivity  failed

  CONNECTOR-1001-500: Login failed<U+001B>[2J for user aep (2 records)
    cause: The connector could not read the source: the database or store does
           not answer, the credentials have changed, or the table, file, or
           column is gone.
    fix:   Check that the source answers and that the credentials of the
           connection are valid. Update the secret, run ` + "`aepflow apply`" + `, and
           repeat the run.

  OTHER-1: who knows
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestRunsTable(t *testing.T) {
	fine := runs.Run{ID: "0a", FlowID: "9b0f1c2d-0000-4000-8000-000000000002", Result: runs.Success}
	var b bytes.Buffer
	if err := Runs(&b, []runs.Run{failedRun, fine}, true, Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	const want = `DATAFLOW            RESULT   STARTED (UTC)        TOOK  RECORDS         RUN
orders-of-all-sho…  failed   2027-01-02 03:00:00  2m    0 of 1,234,567  8f3c1d2e
    CONNECTOR-1001-500: Login failed<U+001B>[2J for user aep (2 records)
    OTHER-1: who knows
9b0f1c2d-0000-400…  success                                             0a

older runs: --limit N
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	for line := range strings.Lines(b.String()) {
		if output.Width(line) > 81 {
			t.Errorf("%d columns: %s", output.Width(line), line)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -999: "-999",
	} {
		if got := Number(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
