package nearest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestAll(t *testing.T) {
	for _, tt := range []struct {
		word, names string
		want        string
		begun       string // what AllBegun finds
	}{
		{"Nmae", "Name Title", "Name", "Name"},
		{"name", "Name name", "Name", "Name"},
		{"first-name", "first_name firstname", "first_name firstname", "first_name firstname"},
		{"custmer", "customer costumer", "customer", "customer"},
		{"frobnicate", "filterArray", "", ""},
		{"id", "ip", "", "ip"},
		{"a", "b", "", ""},
		{"abcd", "abxy", "", ""},
		{"abcde", "abxye", "abxye", "abxye"},
		{"abcdefgh", "abxyzfgh", "", ""},
		{"abcdefghi", "abxyzfghi", "abxyzfghi", "abxyzfghi"},
		{"desc", "description", "", "description"},
		{"de", "description", "", ""},
		{"", "a", "", ""},
		{"Straße", "Strasse", "Strasse", "Strasse"},
	} {
		n := Of(strings.Fields(tt.names))
		if got := strings.Join(n.All(tt.word), " "); got != tt.want {
			t.Errorf("All(%q) of %s = %q, want %q", tt.word, tt.names, got, tt.want)
		}
		if got := strings.Join(n.AllBegun(tt.word), " "); got != tt.begun {
			t.Errorf("AllBegun(%q) of %s = %q, want %q", tt.word, tt.names, got, tt.begun)
		}
	}
	var none *Names
	if got := none.All("a"); got != nil {
		t.Errorf("no names: %q", got)
	}
}

// The distance within a band is the one that the whole table gives.
func TestWithin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() []rune {
		w := make([]rune, r.IntN(9))
		for i := range w {
			w[i] = 'a' + rune(r.IntN(3))
		}
		return w
	}
	for range 20_000 {
		a, b, most := word(), word(), 1+r.IntN(4)
		want := whole(a, b)
		got, ok := within(a, b, most)
		if ok != (want <= most) || ok && got != want {
			t.Fatalf("within(%q, %q, %d) = %d, %v; the distance is %d", string(a), string(b), most, got, ok, want)
		}
	}
}

func whole(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before := row[0]
		row[0] = i + 1
		for j := range b {
			d := before
			if a[i] != b[j] {
				d = min(before, row[j+1], row[j]) + 1
			}
			before, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

// A list one longer than is compared name by name finds the same, as long as it
// is one slip away.
func TestLongLists(t *testing.T) {
	names := make([]string, scanned)
	for i := range names {
		names[i] = fmt.Sprintf("%03d-filling-%03d", i, i)
	}
	short := Of(slices.Concat(names[2:], []string{"customer_id", "order_total"}))
	long := Of(slices.Concat(names, []string{"customer_id", "order_total"}))
	for word, want := range map[string]string{
		"customerId": "customer_id", "custmer_id": "customer_id", "customer_ids": "customer_id", "customer_xd": "customer_id",
		"cusotmer_id": "customer_id", "ustomer_id": "customer_id", "order_total": "", "order": "order_total", "nothing": "",
	} {
		for n, list := range map[string]*Names{"short": short, "long": long} {
			if got := strings.Join(list.AllBegun(word), " "); got != want {
				t.Errorf("%s list: AllBegun(%q) = %q, want %q", n, word, got, want)
			}
		}
	}
	if got := strings.Join(short.All("cstmer_id"), " "); got != "customer_id" {
		t.Errorf("short list: two slips find %q", got)
	}
}

// Where more names than are looked at may be near, a single one is not an answer.
func TestManyAlike(t *testing.T) {
	alike := func(n int) *Names {
		names := make([]string, scanned+1)
		for i := range names {
			names[i] = fmt.Sprintf("%04d-filling", i)
		}
		for i := range n {
			names[i] = "abcdef" + string(rune(0x4e00+i))
		}
		return Of(names)
	}
	if got := alike(probed).All("abcdef"); len(got) != probed {
		t.Errorf("%d names are alike, found %d", probed, len(got))
	}
	if got := alike(probed + 1).All("abcdef"); len(got) != probed {
		t.Errorf("%d names are alike, found %d, want %d", probed+1, len(got), probed)
	}
}

// Of a long word only another spelling of the same letters is near.
func TestLongWords(t *testing.T) {
	for n, want := range map[int]int{longest - 1: 1, longest: 0} {
		word := strings.Repeat("a", n) + "b" // one letter more than n
		if got := Of([]string{strings.Repeat("a", n) + "c"}).All(word); len(got) != want {
			t.Errorf("%d letters and one that is wrong: found %q", n, got)
		}
	}
	word := strings.Repeat("a", 2*longest)
	if got := Of([]string{strings.ToUpper(word)}).All(word); len(got) != 1 {
		t.Errorf("in capitals: found %q", got)
	}
}
