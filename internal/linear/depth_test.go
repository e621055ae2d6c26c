package linear_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// A text that is nested far deeper than any of ours is refused: to follow it would
// overflow the stack, from which no process recovers.
func TestDeepNestingIsRefused(t *testing.T) {
	const deep = 2_000_000
	lists := strings.Repeat("[", deep) + strings.Repeat("]", deep)
	objects := strings.Repeat(`{"a":`, deep) + "1" + strings.Repeat("}", deep)
	for name, read := range map[string]func(text []byte) error{
		"body":               func(text []byte) error { _, err := resource.Parse(text); return err },
		"body of a platform": func(text []byte) error { _, err := resource.ParsePlain(text); return err },
		"aligned body": func(text []byte) error {
			_, err := resource.SpecOf(resource.Flow).Align(resource.Object(), text, "", nil)
			return err
		},
		"lockfile":   func(text []byte) error { _, err := lockfile.Parse(text); return err },
		"entry":      func(text []byte) error { _, err := lockfile.Parse(inLockfile(text)); return err },
		"saved plan": func(text []byte) error { _, err := planner.Unmarshal(text); return err },
		"change of a saved plan": func(text []byte) error {
			_, err := planner.Unmarshal([]byte(`{"format_version": "1.0", "changes": [{"fields": [{"desired": ` + string(text) + `}]}]}`))
			return err
		},
	} {
		for _, text := range []string{lists, objects, lists[:deep]} {
			if err := read([]byte(text)); err == nil {
				t.Errorf("%s: %.5s… is taken", name, text)
			}
		}
	}
}

func inLockfile(body []byte) []byte {
	lock := lockfile.Lock{Lineage: "l", Serial: 1, Target: lockfile.Target{Org: "o", Sandbox: "s"}}
	lock.Put(lockfile.Entry{Address: resource.Address{Kind: resource.Flow, Name: "x"}, ID: "1", Applied: json.RawMessage(`"here"`)})
	text, err := lock.Marshal()
	if err != nil {
		panic(err)
	}
	return []byte(strings.Replace(string(text), `"here"`, string(body), 1))
}
