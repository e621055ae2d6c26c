package eval

import (
	"fmt"
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
		left := MaxWork
		for _, f := range Faults(tree, &left) {
			got = append(got, expr[f.Start:f.End])
		}
		if strings.Join(got, ",") != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}

// TestFaultsWork: constants that need much work are not looked at, and nothing is when no work is left.
func TestFaultsWork(t *testing.T) {
	const fails = `concat(a, to_integer("x"), to_integer(lpad("x", %d, "y")))`
	for n, want := range map[int]int{1000: 2, 100_000: 1} {
		tree, _ := dataprep.Parse(fmt.Sprintf(fails, n))
		left := MaxWork
		if got := Faults(tree, &left); len(got) != want || left == MaxWork || left < MaxWork-10_000 {
			t.Errorf("%d: %d faults, %d units are left", n, len(got), left)
		}
	}
	tree, _ := dataprep.Parse(`matches_regex(a, "(") || matches_regex(to_integer("x"), "(")`)
	for left, want := range map[int]int{MaxWork: 2, 0: 0} {
		if got := Faults(tree, &left); len(got) != want {
			t.Errorf("%v", got)
		}
	}
}
