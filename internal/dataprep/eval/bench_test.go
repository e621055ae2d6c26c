package eval

import (
	"testing"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// mappings are those of a table of customers: half of them columns, half expressions.
var mappings = []string{
	"id", "email", "first_name", "last_name", "city", "updated_at",
	"upper(trim(country))", `concat(first_name, " ", last_name)`, `iif(status == "active", "A", "I")`,
	`date(born, "yyyy-MM-dd")`, "sha256(lower(email))", "amount * 100",
}

func customer() *Map {
	row, err := ParseJSON(`{"id": "1042", "email": "Ada@Example.com", "first_name": "Ada", "last_name": "Lovelace",
		"city": "London", "updated_at": "2026-01-02T03:04:05Z", "country": " gb ", "status": "active",
		"born": "1815-12-10", "amount": 12.5, "phone": null, "note": ""}`)
	if err != nil {
		panic(err)
	}
	return row.Object()
}

// prepared returns a function that evaluates all mappings on one row.
func prepared(t testing.TB) func() {
	set := NewSet(Default, Inputs{})
	var programs []*Program
	for _, text := range mappings {
		tree, problems := dataprep.Parse(text)
		if tree == nil {
			t.Fatal(text, problems)
		}
		p, err := set.Compile(tree)
		if err != nil {
			t.Fatal(text, err)
		}
		programs = append(programs, p)
	}
	m := NewMachine(set)
	m.SetObject(customer())
	return func() {
		for i, p := range programs {
			if v, err := m.Run(p); err != nil || v.IsNull() {
				t.Fatal(mappings[i], v, err)
			}
		}
	}
}

// BenchmarkRow is a row of twelve mappings.
func BenchmarkRow(b *testing.B) {
	run := prepared(b)
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}

// TestAllocations: a mapping allocates at most twice for a row.
func TestAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, prepared(t)); n > float64(2*len(mappings)) {
		t.Errorf("%v allocations for a row of %d mappings", n, len(mappings))
	}
}
