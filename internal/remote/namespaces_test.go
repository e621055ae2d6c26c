package remote_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// organization has identities, and perhaps the right to read namespaces.
type organization struct {
	hides bool
	asked int // for namespaces
	lists string
}

const own, standard, foreign, coded = `{"@id":"own","@type":"xdm:descriptorIdentity","a<b":1,` +
	`"xdm:namespace":10000001,"xdm:property":"xdm:id"}`,
	`{"@id":"standard","@type":"xdm:descriptorIdentity","xdm:namespace":"6","xdm:property":"xdm:id"}`,
	`{"@id":"foreign","@type":"xdm:descriptorIdentity","xdm:namespace":9,"xdm:property":"xdm:id"}`,
	`{"@id":"coded","@type":"xdm:descriptorIdentity","xdm:namespace":"6","xdm:property":"xdm:code"}`

func (o *organization) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	switch {
	case strings.HasPrefix(r.Path, specs.Namespaces):
		o.asked++
		if o.hides {
			return platform.Response{}, &platform.Error{Status: http.StatusForbidden}
		}
		return platform.Response{Body: []byte(`[{"id":6,"code":"Email"},{"id":10000001,"code":"CRMID"}]`)}, nil
	case strings.HasSuffix(strings.Split(r.Path, "?")[0], "/descriptors"):
		return platform.Response{Body: []byte(`{"results":[` + o.lists + `],"_page":{"count":1}}`)}, nil
	}
	return platform.Response{Body: []byte(own)}, nil
}

// TestNamespaceNumbers: an identity that names a namespace by its number is read as if it named it by its code. The
// namespaces are read once, and only for a number that not every organization has.
func TestNamespaceNumbers(t *testing.T) {
	for _, c := range []struct {
		name, lists string
		hides       bool
		asked       int
		want        []string // namespace and property of each
	}{
		{"codes and standard numbers", standard + "," + coded, false, 0, []string{"Email xdm:code", "6 xdm:code"}},
		{"own", own + "," + strings.Replace(own, "own", "own2", 1), false, 1, []string{"CRMID xdm:code", "CRMID xdm:code"}},
		{"gone", foreign, false, 1, []string{"9 xdm:id"}},
		{"hidden", own + "," + standard, true, 1, []string{"10000001 xdm:id", "Email xdm:code"}},
	} {
		o := &organization{hides: c.hides, lists: c.lists}
		lists, err := remote.NewInventory(o, remote.Options{}).Lists(context.Background(), resource.Descriptor)
		if err != nil {
			t.Fatal(c.name, err)
		}
		var got []string
		for _, d := range lists[resource.Descriptor] {
			got = append(got, namespaceIn(t, d))
		}
		if strings.Join(got, ", ") != strings.Join(c.want, ", ") || o.asked != c.asked {
			t.Errorf("%s: %q after %d requests for namespaces, expected %q after %d", c.name, got, o.asked, c.want, c.asked)
		}
	}
	one, _, err := remote.Read(context.Background(), &organization{}, resource.Descriptor, "own")
	if err != nil {
		t.Fatal(err)
	}
	if got := namespaceIn(t, one); got != "CRMID xdm:code" {
		t.Errorf("one read: %s", got)
	}
}

// TestNamespaceByNumber: an identity that names its namespace by the number is not drift of one that names it by the
// code.
func TestNamespaceByNumber(t *testing.T) {
	spec := resource.SpecOf(resource.Descriptor)
	for _, c := range []struct {
		code, live string
		same       bool
	}{{"Email", standard, true}, {"Phone", standard, false}, {"CRMID", own, true}, {"Email", coded, false}} {
		o := &organization{lists: c.live}
		lists, err := remote.NewInventory(o, remote.Options{}).Lists(context.Background(), resource.Descriptor)
		if err != nil {
			t.Fatal(err)
		}
		applied := resource.Object(resource.F("xdm:namespace", resource.String(c.code)),
			resource.F("xdm:property", resource.String("xdm:code")))
		aligned, err := spec.Align(applied, lists[resource.Descriptor][0].Body, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if same := len(spec.Diff(applied, aligned)) == 0; same != c.same {
			t.Errorf("%s and %s: same %v, want %v", c.code, c.live, same, c.same)
		}
	}
}

// namespaceIn is how a descriptor names its namespace.
func namespaceIn(t *testing.T, o platform.Object) string {
	t.Helper()
	v, err := resource.ParsePlain(o.Body)
	if err != nil {
		t.Fatal(err)
	}
	namespace, _ := v.Get("xdm:namespace")
	property, _ := v.Get("xdm:property")
	return namespace.Text + " " + property.Text
}
