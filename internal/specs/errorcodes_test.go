package specs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/golden"
)

const errorsHead = `# Codes of the platform

With these codes the platform says why a run failed, or why it refused a call. Adobe publishes most of them with one
sentence; causes and fixes are aepflow's. ` + "`aepflow explain CODE`" + ` prints a row. Adobe's tables print refusals
without the prefix ` + "`FLOW-`" + `, which the command does not need either.

| codes | what it means | what to do |
| --- | --- | --- |
`

// Each code is in one row, and the page has all rows.
func TestErrorRows(t *testing.T) {
	seen := map[string]bool{}
	var page strings.Builder
	page.WriteString(errorsHead)
	for _, row := range ErrorRows() {
		for _, text := range []string{row.Title, row.Cause, row.Fix} {
			if text == "" || strings.ContainsAny(text, "|\n") {
				t.Errorf("%s: %q", row.Codes[0], text)
			}
		}
		for _, code := range row.Codes {
			if seen[code] {
				t.Errorf("%s is in two rows", code)
			}
			seen[code] = true
		}
		title := strings.ToUpper(row.Title[:1]) + row.Title[1:]
		fmt.Fprintf(&page, "| %s | %s. %s | %s |\n", strings.Join(row.Codes, ", "), title, row.Cause, row.Fix)
	}
	golden.Check(t, "../../docs/errors.md", []byte(page.String()))
}

func TestErrorByCode(t *testing.T) {
	for code, want := range map[string]string{
		"CONNECTOR-1001-500": "CONNECTOR-1001-500", // of a run
		"connector-1001-500": "CONNECTOR-1001-500",
		"CONNECTOR-1001-401": "FLOW-1001-401", // the prefix of refusals by connectors is not published
		"connector-1001-401": "FLOW-1001-401",
		"XDM-1400-400":       "", // of another service, which counts by itself
		"FLOW-1360-400":      "FLOW-1360-400",
		"1360-400":           "FLOW-1360-400",
		"FLOW-1439-404":      "FLOW-1439-404", // published as 1439-400
		"FLOW-1439-403":      "FLOW-1439-400", // any status of a number with one meaning
		"1101-400":           "",              // two meanings: 404 and 500
		"1360":               "FLOW-1360-400",
		"1101":               "",
		"CONNECTOR-1001-50":  "", // misspelled
		"133":                "133",
		"429050":             "429050",
		"FLOW-9999-400":      "",
		"FLOW":               "",
		"FLOW-":              "",
		"-":                  "",
		"":                   "",
	} {
		got, ok := ErrorByCode(code)
		if ok != (want != "") || got.Code != want {
			t.Errorf("%s: %+v, want %s", code, got, want)
		}
	}
}
