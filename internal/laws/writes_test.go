package laws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// masked stands in a record where a secret was sent.
const masked = "(secret)"

// writes returns the requests that changed something, in the order in which the
// platform took them.
func (w *world) writes() []emulator.Recorded {
	w.t.Helper()
	var out []emulator.Recorded
	for _, r := range w.box.Requests() {
		switch {
		case r.Method == http.MethodGet || strings.HasPrefix(r.URL, "/ims/"):
		case r.Status == http.StatusPreconditionFailed, r.Status == http.StatusUnauthorized: // sent again with a fresh version or token
		case r.Status >= 400:
			w.t.Errorf("refused: %s %s: %d %s\n%s", r.Method, r.URL, r.Status, r.Code, r.Body)
		default:
			out = append(out, r)
		}
	}
	return out
}

// checkWrites holds the record of the platform against a plan that has just been
// applied: the same calls with the same bodies, each after those it waits for.
func (w *world) checkWrites(p *planner.Plan) {
	w.t.Helper()
	lock := w.lock()
	writes := w.writes()
	for _, r := range writes {
		checkKeys(w.t, r.Method+" "+r.URL, r.Body)
	}
	taken := map[int]int{} // number of the call → place in the record
	used := make([]bool, len(writes))
	for _, c := range p.Changes {
		for _, k := range c.Calls {
			url := boundURL(lock, k.URL)
			i := -1
			for n, r := range writes {
				if !used[n] && r.Method == k.Method && r.URL == url && w.sameBody(lock, k.Body, r.Body) {
					i = n
					break
				}
			}
			if i < 0 {
				w.t.Errorf("call %d of %s never reached the platform as planned: %s %s\n%s", k.N, c.Address, k.Method, url, k.Body)
				continue
			}
			used[i], taken[k.N] = true, i
		}
	}
	for i, r := range writes {
		if !used[i] {
			w.t.Errorf("the platform was sent a call that is not in the plan: %s %s\n%s", r.Method, r.URL, r.Body)
		}
	}
	for _, c := range p.Changes {
		for _, k := range c.Calls {
			for _, n := range k.After {
				if n >= k.N {
					w.t.Errorf("call %d waits for %d", k.N, n)
				}
				if taken[n] >= taken[k.N] {
					w.t.Errorf("call %d of %s was made before call %d, for which it waits", k.N, c.Address, n)
				}
			}
		}
	}
	w.checkReferences(p)
}

// checkReferences holds that a call which refers to what another call gives
// waits for it, by itself or by what it waits for.
func (w *world) checkReferences(p *planner.Plan) {
	w.t.Helper()
	calls := map[int]planner.Call{}
	gives := map[string]int{}
	for _, c := range p.Changes {
		for _, k := range c.Calls {
			calls[k.N] = k
			if k.Gives != "" {
				gives[k.Gives] = k.N
			}
		}
	}
	var waits func(k planner.Call, n int) bool
	waits = func(k planner.Call, n int) bool {
		return slices.ContainsFunc(k.After, func(a int) bool { return a == n || waits(calls[a], n) })
	}
	for _, k := range calls {
		for ref, n := range gives {
			if n != k.N && bytes.Contains(slices.Concat(k.Body, []byte(k.URL)), []byte(ref)) && !waits(k, n) {
				w.t.Errorf("call %d uses %s and does not wait for call %d, which makes it", k.N, ref, n)
			}
		}
	}
}

// boundURL is a planned URL with the values of its references.
func boundURL(lock *lockfile.Lock, url string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(url, "${")
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(before, "{TENANT_ID}", emulator.DefaultTenant), "%7BTENANT_ID%7D", emulator.DefaultTenant))
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		v, err := resource.Parse([]byte(`"${` + name + `}"`))
		if err != nil {
			return err.Error()
		}
		e, _ := lock.Get(v.Ref.To)
		b.WriteString(resource.EscapeID(e.ID))
		url = after
	}
}

func (w *world) sameBody(lock *lockfile.Lock, planned, sent json.RawMessage) bool {
	if len(planned) == 0 || len(sent) == 0 {
		return len(planned) == len(sent)
	}
	want, err := resource.Parse(planned)
	if err != nil {
		w.t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(sent))
	dec.UseNumber()
	var got any
	if err := dec.Decode(&got); err != nil {
		w.t.Fatal(err)
	}
	return w.sameValue(lock, want, got)
}

func (w *world) sameValue(lock *lockfile.Lock, want resource.Value, got any) bool {
	tenant := func(s string) string { return strings.ReplaceAll(s, "{TENANT_ID}", emulator.DefaultTenant) }
	if got == masked {
		return want.Kind != resource.ObjectValue && want.Kind != resource.ListValue
	}
	switch want.Kind {
	case resource.ObjectValue:
		m, ok := got.(map[string]any)
		if !ok || len(m) != len(want.Fields) {
			return false
		}
		for _, f := range want.Fields {
			v, has := m[tenant(f.Name)]
			if !has || !w.sameValue(lock, f.Value, v) {
				return false
			}
		}
		return true
	case resource.ListValue:
		l, ok := got.([]any)
		if !ok || len(l) != len(want.Items) {
			return false
		}
		for i := range l {
			if !w.sameValue(lock, want.Items[i], l[i]) {
				return false
			}
		}
		return true
	case resource.RefValue:
		e, _ := lock.Get(want.Ref.To)
		out, _ := e.Output(want.Ref.Field)
		return got == out
	case resource.SecretValue:
		return false // it would be masked
	case resource.StartValue:
		n, err := strconv.ParseInt(fmt.Sprint(got), 10, 64)
		return err == nil && n == w.now.Add(planner.Margin).Unix()
	case resource.StringValue:
		return got == tenant(want.Text)
	case resource.NullValue:
		return got == nil
	default:
		_, isText := got.(string)
		return !isText && fmt.Sprint(got) == want.Text
	}
}
