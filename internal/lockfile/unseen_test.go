package lockfile

import (
	"slices"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// TestUnseen: labels of an object itself, or of one that belongs to it, and its age say why a read may not find it.
func TestUnseen(t *testing.T) {
	at := time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
	address := func(kind resource.Kind, name string) resource.Address {
		return resource.Address{Kind: kind, Name: name}
	}
	visits := address(resource.Dataset, "visits")
	l := &Lock{}
	for _, e := range []Entry{
		{Address: visits, Created: at.Add(-ShownWithin)},
		{Address: address(resource.Dataset, "new"), Created: at.Add(-ShownWithin + time.Second)},
		{Address: address(resource.DatasetLabels, "renamed"), Applied: []byte(`{"labels":["C1","S1"]}`),
			Needs: []Need{{Edge: resource.Edge{To: visits, Via: "datasetId"}, ID: "1"}}},
		{Address: address(resource.Flow, "plain"), Applied: []byte(`{"labels":[]}`)},
		{Address: address(resource.Flow, "labeled"), Applied: []byte(`{"labels":["core/C1"]}`)},
		{Address: address(resource.Target, "visits"), Applied: []byte(`{"labels":["core/C1"]}`),
			Needs: []Need{{Edge: resource.Edge{To: visits, Via: "datasetId"}, ID: "1"}}},
	} {
		l.Put(e)
	}
	for name, want := range map[string]Unseen{
		"dataset.visits": {Labels: []string{"C1", "S1"}}, "dataset.new": {New: true}, "dataset.none": {},
		"datasetlabels.renamed": {Labels: []string{"C1", "S1"}}, "flow.plain": {},
		"flow.labeled":  {Labels: []string{"core/C1"}},
		"target.visits": {},
	} {
		a, err := resource.ParseAddress(name)
		if err != nil {
			t.Fatal(err)
		}
		got := l.Unseen(resource.Live{Address: a}, at)
		if got.New != want.New || !slices.Equal(got.Labels, want.Labels) || got.IsZero() != want.IsZero() {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if l.Unseen(resource.Live{Address: a, Deposed: true}, at).New {
			t.Errorf("%s: what a new object replaced is not new", name)
		}
	}
}

// TestVersionOfTimes: a lockfile with a time of creation has a minor version that earlier releases refuse as newer.
func TestVersionOfTimes(t *testing.T) {
	l := sample()
	if v := l.version(); v != "1.0" {
		t.Errorf("without times: %s", v)
	}
	l.Entries[0].Created = time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
	if v := l.version(); v != "1.1" {
		t.Errorf("with a time: %s", v)
	}
	l.Entries[0].Secrets = []SecretHash{{Path: "a", Hash: UnknownSecret}}
	if v := l.version(); v != "2.1" {
		t.Errorf("with a time and an unknown secret: %s", v)
	}
	text := print(t, l)
	if back, err := Parse([]byte(text)); err != nil || print(t, back) != text {
		t.Errorf("%v: it does not read back", err)
	}
}
