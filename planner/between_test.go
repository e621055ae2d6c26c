package planner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// betweenSide is a side by what the document of flow.a and its entry say: a frequency and perhaps another name, such as
// "day b", and "" for none.
func betweenSide(document, applied string) Side {
	body := func(text string) resource.Value {
		frequency, name, _ := strings.Cut(text, " ")
		return resource.Object(
			resource.F("name", resource.String(name)),
			resource.F("scheduleParams", resource.Object(resource.F("frequency", resource.String(frequency)))),
		)
	}
	a := resource.Address{Kind: resource.Flow, Name: "a"}
	s := Side{Graph: resource.NewGraph(nil), Lock: &lockfile.Lock{}}
	if document != "" {
		s.Graph = resource.NewGraph([]resource.Resource{{Address: a, Body: resource.NewBody(body(document))}})
	}
	if applied != "" {
		s.Lock.Put(lockfile.Entry{Address: a, ID: "id", ETag: "7", Applied: body(applied).JSON()})
	}
	return s
}

func TestBetween(t *testing.T) {
	const frequency = "[scheduleParams.frequency] "
	for name, c := range map[string]struct {
		first, second [2]string // document, applied
		want          string
	}{
		"equal":              {[2]string{"hour", "hour"}, [2]string{"hour", "hour"}, ""},
		"pending on both":    {[2]string{"day", "hour"}, [2]string{"day", "hour"}, ""},
		"another spelling":   {[2]string{"hour", ""}, [2]string{"HOUR", ""}, ""},
		"documents, applied": {[2]string{"hour", "hour"}, [2]string{"day", "day"}, "documents " + frequency + "[true true]"},
		"documents, not yet": {[2]string{"hour", "hour"}, [2]string{"day", "hour"},
			"documents " + frequency + "[true false]"},
		"applied to one":     {[2]string{"day", "day"}, [2]string{"day", "hour"}, "lockfiles " + frequency + "[true false]"},
		"created on one":     {[2]string{"day", "day"}, [2]string{"day", ""}, "lockfiles only 0 [true false]"},
		"only in one":        {[2]string{"", ""}, [2]string{"day", ""}, "documents only 1 [true false]"},
		"only in one, there": {[2]string{"", ""}, [2]string{"day", "day"}, "documents only 1 [true true]"},
		"not deleted on one": {[2]string{"", ""}, [2]string{"", "day"}, "lockfiles only 1 [true false]"},
		"a field more applied": {[2]string{"hour", "hour"}, [2]string{"day", "day b"},
			"documents " + frequency + "[true false]; lockfiles [name] [true false]"},
	} {
		list, err := Between(betweenSide(c.first[0], c.first[1]), betweenSide(c.second[0], c.second[1]))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range list {
			text := d.In
			for i, has := range d.Has {
				if has && !d.Has[1-i] {
					text += fmt.Sprint(" only ", i)
				}
			}
			var paths []string
			for _, f := range d.Fields {
				paths = append(paths, f.Path)
			}
			if paths != nil {
				text += fmt.Sprint(" ", paths)
			}
			got = append(got, fmt.Sprint(text, " ", d.Applied))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %s, expected %s", name, strings.Join(got, "; "), c.want)
		}
	}
}
