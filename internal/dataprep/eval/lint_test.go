package eval

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// TestFaults: what fails on every row is found, at its place, and nothing else.
func TestFaults(t *testing.T) {
	for expr, want := range map[string]string{
		`date("2024-13-45", "yyyy-MM-dd")`:          `date("2024-13-45", "yyyy-MM-dd")`,
		`date("2024-12-31", "yyyy-MM-dd")`:          "",
		`concat(a, date("x"))`:                      `date("x")`,
		`matches_regex(a, "(")`:                     `"("`,
		`matches_regex(a, "()")`:                    "",
		`a =~ "["`:                                  `"["`,
		`a =~ "[a]"`:                                "",
		`format(a, "ddd")`:                          `"ddd"`,
		`format(a, "dd")`:                           "",
		`zone_date_to_zone(a, "Europe/Berln")`:      `"Europe/Berln"`,
		`zone_date_to_zone(a, "Europe/Berlin")`:     "",
		`to_integer("1.5") + a`:                     `to_integer("1.5")`,
		`to_integer("15") + a`:                      "",
		`1 / 0`:                                     "",
		`transformArray(a, x -> to_integer("z"))`:   `to_integer("z")`,
		`transformArray(a, x -> to_integer(x))`:     "",
		`transformArray([1], x -> x.y)`:             `x.y`,
		`now()`:                                     "",
		`ua_os_name("x")`:                           "",
		`contains_key("a")`:                         "",
		`iif(a, to_integer("x"), to_integer("y"))`:  `to_integer("x"),to_integer("y")`,
		`empty(to_integer("x"))`:                    "",
		`lower(transformArray([1], x -> x + "a"))`:  "",
		`{"a": to_integer("x"), "b": a}`:            `to_integer("x")`,
		`[1, 2][5]`:                                 `[1, 2][5]`,
		`concat(a, [1, 2][1])`:                      "",
		`a.equals(to_integer("x"))`:                 `to_integer("x")`,
		`explode(a, "(?<=a+)(b")`:                   `"(?<=a+)(b"`,
		`make_date_time(2024, 1, 1, 0, 0, 0, 0, a)`: "",
	} {
		tree, problems := dataprep.Parse(expr)
		if tree == nil {
			t.Fatal(expr, problems)
		}
		var got []string
		for _, f := range Faults(tree) {
			got = append(got, expr[f.Start:f.End])
		}
		if strings.Join(got, ",") != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}
