package emulator

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/golden"
)

const docsFile = "../../docs/emulator.md"

// refusalTable is the documentation's list of refusals, made from the tests
// that provoke them.
func refusalTable() string {
	by := map[string][]string{}
	for _, c := range refusalCases {
		if !slices.Contains(by[c.code], c.name) {
			by[c.code] = append(by[c.code], c.name)
		}
	}
	var codes []string
	for code := range by {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int { return strings.Compare(codeOrder(a), codeOrder(b)) })
	var out strings.Builder
	out.WriteString("| code | provoked by |\n| --- | --- |\n")
	for _, code := range codes {
		fmt.Fprintf(&out, "| `%s` | %s |\n", code, strings.Join(by[code], "; "))
	}
	return out.String()
}

// codeOrder puts the gateway first, then Flow Service, registry, and the
// generic problems.
func codeOrder(code string) string {
	switch {
	case code[0] >= '0' && code[0] <= '9':
		return "0" + code
	case strings.HasPrefix(code, "FLOW"):
		return "1" + code
	case strings.HasPrefix(code, "XDM"):
		return "2" + code
	}
	return "3" + code
}

func TestDocsListEveryRefusal(t *testing.T) {
	golden.Section(t, docsFile, "<!-- refusals -->\n", "<!-- end -->", refusalTable())
}

func TestDocsListEverySwitch(t *testing.T) {
	raw, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range core.SwitchNames() {
		if !strings.Contains(string(raw), "| `"+name+"` |") {
			t.Errorf("switch %s is not in %s", name, docsFile)
		}
	}
	for name, values := range core.SwitchValues {
		for _, v := range values {
			if !strings.Contains(string(raw), "`"+v+"`") {
				t.Errorf("value %s of switch %s is not in %s", v, name, docsFile)
			}
		}
	}
}

func TestSwitchesAreSetByName(t *testing.T) {
	var sw Switches
	for _, c := range [][2]string{{"secrets", "mask"}, {"deleteStatus", "202"}, {"anyKey", "true"},
		{"draftState", "inDraft"}, {"pageSize", "5"}} {
		if err := sw.Set(c[0], c[1]); err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
	if sw.Secrets != "mask" || sw.DeleteStatus != 202 || !sw.AnyKey || sw.DraftState != "inDraft" || sw.PageSize != 5 {
		t.Errorf("%+v", sw)
	}
	for _, c := range [][2]string{{"secret", "mask"}, {"secrets", "hide"}, {"pageSize", "many"},
		{"fixedConnectors", "mysql,mysq"}} {
		if err := sw.Set(c[0], c[1]); err == nil {
			t.Errorf("%v was taken", c)
		}
	}
	// What each switch that has no test elsewhere does.
	a := open(t, Options{Switches: Switches{Secrets: "mask", DeleteStatus: 202, AnyKey: true, PageSize: 1,
		ExpressionCheck: "boolean", Preview: "object", MappingDelete: "refuse"}})
	id, _ := a.tryCreate("x")
	if got := core.Text(a.get(flowBase+"/connections/"+id).item(), "auth", "params", "keyFileContent"); got != "****" {
		t.Errorf("masked secret %q", got)
	}
	if n := len(core.List(a.get(flowBase+"/connections").v, "items")); n != 1 {
		t.Errorf("page of %d", n)
	}
	a.do("GET", flowBase+"/connections", nil, "x-api-key", "other").want(200)
	a.delete(flowBase + "/connections/" + id).want(202)
	if r := a.post(prepBase+"/languages/el/validate",
		object{"expression": "concat(a"}).want(200); string(r.raw) != "false" {
		t.Errorf("validate %s", r.raw)
	}
	a.delete(prepBase + "/mappingSets/x").want(405)
	r := a.post(prepBase+"/mappingSets/preview", object{"data": object{"TestID": "a", "Name": "Ann", "Datefield": "2027-01-01"},
		"mappingSet": with(mappingBody(), "mappings.0.sourceType", "EXPRESSION", "mappings.0.source",
			"upper(TestID)")}).want(200)
	if core.Text(r.v, "data", "person", "name", "fullName") != "Ann" || core.Text(r.v, "data", "_id") != "A" ||
		core.At(r.v, "errors") != nil {
		t.Errorf("preview %s", r.raw)
	}
}
