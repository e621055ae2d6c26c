package emulator

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/specs"
)

// published is the platform's catalogue of refusals: Flow Service's own table
// and the connector provider's, whose numbers overlap.
var published = []string{
	"1000-1013", "1100-1104", "1300-1302", "1304-1305", "1307", "1309", "1312-1313", "1317", "1320-1332", "1334-1340",
	"1349-1370", "1372", "1377-1390", "1392", "1397", "1400-1458", "1600-1607", "1700-1714",
	"2000-2002", "2100-2108", "2110-2121", "2200", "2250",
}

// unprovoked says of every published number that nothing here provokes why.
var unprovoked = []struct{ numbers, why string }{
	{"1000-1003, 1005-1013, 1400, 1600-1607, 2102, 2104, 2107, 2108, 2116, 2117, 2200, 2250",
		"trouble of the platform itself: a fault rule with `status` and `body` makes it"},
	{"1100, 1102-1104", "passed on from a provider: a fault rule makes it"},
	{"1301, 1302", "the same fault as 1415, which Flow Service finds first"},
	{"1300", "the same fault as 1445, which Flow Service finds first"},
	{"1322-1324, 1326", "a reference that is missing inside the platform; a client meets 1320, 1338 or 1439 before"},
	{"1335, 1352, 1354", "translation of a filter into a connector's own query language, which does not happen here"},
	{"1380", "covers every fault of a run that has no number of its own; all here have"},
	{"1406-1409, 1437, 1438, 1441, 1442, 1444",
		"providers' own operations, and aggregates that no published call asks for"},
	{"1428, 1429", "runs with predecessors are written by providers"},
	{"1454", "which value is not handled is not published; values that do not fit are 1452"},
	{"1700-1714", "administration of the landing zone"},
	{"2000-2002, 2114, 2115", "the gateway answers first: 400003, 403025, 403010, 401013"},
	{"2101, 2103, 2106", "the sandbox service's word for 2100, and a missing default sandbox, which every organization has"},
	{"2112, 2113", "calls across sandboxes by services; a user's token gets 2110 or 2111 before"},
	{"2118, 2119, 2121", "permissions in the words of the access control service; a missing one is 2120 here"},
}

// numbersOf reads "1000-1003, 1005".
func numbersOf(t *testing.T, lists ...string) []int {
	t.Helper()
	var out []int
	for _, part := range strings.Split(strings.Join(lists, ","), ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		a, err1 := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil {
			t.Fatalf("numbers %q", part)
		}
		for n := a; n <= b; n++ {
			out = append(out, n)
		}
	}
	return out
}

func catalogueTable() string {
	var out strings.Builder
	out.WriteString("| codes | why nothing provokes them |\n| --- | --- |\n")
	for _, u := range unprovoked {
		fmt.Fprintf(&out, "| %s | %s |\n", u.numbers, u.why)
	}
	return out.String()
}

// TestCatalogue: every published number is provoked by a test, or stands with
// its reason among those that are not; the documentation has the list.
func TestCatalogue(t *testing.T) {
	source := refusalTests(t)
	var provoked []int
	for _, m := range regexp.MustCompile(`"FLOW-(\d+)-\d+"`).FindAllStringSubmatch(source, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		provoked = append(provoked, n)
	}
	all := numbersOf(t, published...)
	reasons := map[int]string{}
	for _, u := range unprovoked {
		for _, n := range numbersOf(t, u.numbers) {
			if !slices.Contains(all, n) {
				t.Errorf("%d has a reason and is not in the catalogue", n)
			}
			reasons[n] = u.why
		}
	}
	explained := map[int]bool{}
	for _, row := range specs.ErrorRows() {
		for _, code := range row.Codes {
			var n int
			if _, err := fmt.Sscanf(code, "FLOW-%d-", &n); err == nil {
				explained[n] = true
			}
		}
	}
	done := 0
	for _, n := range all {
		if !explained[n] {
			t.Errorf("%d is in the catalogue, and `aepflow explain` does not know it", n)
		}
		is, why := slices.Contains(provoked, n), reasons[n]
		switch {
		case is && why != "" && n != 1400: // 1400 is also the number of faults without one
			t.Errorf("%d is provoked and said not to be", n)
		case is:
			done++
		case why == "":
			t.Errorf("%d is neither provoked nor has a reason", n)
		}
	}
	t.Logf("%d of %d published numbers are provoked", done, len(all))
	golden.Section(t, docsFile, "<!-- catalogue -->\n", "<!-- end of catalogue -->", catalogueTable())
}
