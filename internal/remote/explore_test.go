package remote_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
)

// deep is a source whose folders have folders, and at some depth a file.
type deep struct{ levels, lists int }

func (d *deep) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	d.lists++
	_, query, _ := strings.Cut(r.Path, "?")
	q, _ := url.ParseQuery(query)
	folder := q.Get("object")
	item := `{"type":"folder","path":"` + folder + `b/"},{"type":"folder","path":"` + folder + `a/"}`
	if strings.Count(folder, "/") > d.levels {
		item = `{"type":"file","path":"` + folder + `a.csv"}`
	}
	return platform.Response{Body: []byte("[" + item + "]")}, nil
}

// FirstFile goes down in the first folder by name, and lists six at most.
func TestFirstFile(t *testing.T) {
	for _, c := range []struct {
		levels    int
		path      string
		recursive bool
		want      string
		lists     int
	}{
		{0, "in/", false, "in/a.csv", 1},
		{0, "in/*.tsv", true, "", 1},
		{1, "in/*.csv", true, "in/a/a.csv", 2},
		{1, "in/*.csv", false, "", 1},
		{5, "in", true, "in/a/a/a/a/a/a.csv", 6},
		{6, "in/", true, "", 6},
	} {
		d := &deep{levels: c.levels}
		first, ok, err := remote.FirstFile(context.Background(), d, remote.Place{ConnectionID: "c"}, c.path, c.recursive)
		if err != nil || first.Path != c.want || ok != (c.want != "") || d.lists != c.lists {
			t.Errorf("%+v: %q after %d lists, %v", c, first.Path, d.lists, err)
		}
	}
}
