package registry

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// Identity namespaces belong to the organization: all its sandboxes have the same, and a
// reset of one leaves them.
func namespaceRoutes() []core.Route {
	r := core.RoutesOf(core.IdentityService)
	return []core.Route{
		r(http.MethodGet, "/identities", core.Reads, listNamespaces),
		r(http.MethodPost, "/identities", core.Writes, core.With((*core.Call).Object, createNamespace)),
		r(http.MethodGet, "/identities/{id}", core.Reads, getNamespace),
		r(http.MethodPut, "/identities/{id}", core.Writes, core.With((*core.Call).Object, replaceNamespace)),
	}
}

// namespaces are those of the organization, and those that every one has.
func namespaces(c *core.Call) []any {
	own := c.OrgSpace()
	own.Mu.RLock()
	defer own.Mu.RUnlock()
	return namespacesIn(own)
}

func namespacesIn(own *core.Space) []any {
	out := []any{}
	for _, n := range specs.StandardNamespaces() {
		out = append(out, object{
			"id": n.ID, "code": n.Code, "name": n.Name, "description": n.Name, "idType": n.Type, "status": "ACTIVE",
			"custom": false, "createTime": int64(1551688425455), "updateTime": int64(1551688425455),
		})
	}
	for _, r := range own.Table(core.KindNamespace).Order {
		out = append(out, r.Object())
	}
	return out
}

// namespaceOf finds a namespace that an identity may name, by its code or id; nil
// when there is none.
func namespaceOf(c *core.Call, member, value string) any {
	if c.Env.Switches.Namespaces == "any" {
		return object{}
	}
	for _, n := range namespaces(c) {
		if has, _ := core.Scalar(core.At(n, member)); has == value {
			return n
		}
	}
	return nil
}

func listNamespaces(c *core.Call) (core.Answer, error) { return core.OK(namespaces(c)) }

func getNamespace(c *core.Call) (core.Answer, error) {
	for _, n := range namespaces(c) {
		if id, _ := core.Scalar(core.At(n, "id")); id == c.Arg("id") {
			return core.OK(n)
		}
	}
	return core.Answer{}, core.Missing("there is no namespace with id %s", c.Arg("id"))
}

// badNamespace refuses as Identity Service does.
func badNamespace(c *core.Call, format string, args ...any) error {
	detail := fmt.Sprintf(format, args...)
	return &core.Refusal{Status: http.StatusBadRequest, Code: "Namespace validation", Body: object{
		"timestamp": c.Now.Format(time.RFC3339), "status": http.StatusBadRequest, "title": "Namespace validation",
		"type":        "http://ns.adobe.com/adobecloud/problem/namespacevalidation",
		"description": detail, "detail": detail, "report": object{"code": "INVALID_REQUEST_PARAMS"},
	}}
}

// createNamespace answers 200, not 201.
func createNamespace(c *core.Call, body object) (core.Answer, error) {
	code := core.Text(body, "code")
	if code == "" || !fieldName.MatchString(code) || core.Text(body, "name") == "" {
		return core.Answer{}, badNamespace(c, "code (letters and digits) and name are both needed")
	}
	if !slices.Contains(specs.NamespaceTypes(), strings.ToUpper(core.Text(body, "idType"))) {
		return core.Answer{}, badNamespace(c, "idType is %q, expected one of %s", core.Text(body, "idType"),
			strings.Join(specs.NamespaceTypes(), ", "))
	}
	return c.InOrg(func(own *core.Space) (any, error) {
		for _, n := range namespacesIn(own) {
			if strings.EqualFold(core.Text(n, "code"), code) {
				return nil, namespaceTaken(c, code)
			}
		}
		return AddNamespace(c, nextNamespace(own), body), nil
	})
}

// nextNamespace is the ID of a new namespace: greater than any other.
func nextNamespace(own *core.Space) int {
	next := 10_000_000
	for _, r := range own.Table(core.KindNamespace).Order {
		if id, err := strconv.Atoi(r.ID); err == nil {
			next = max(next, id+1)
		}
	}
	return next
}

// namespaceTaken refuses a code that a namespace has.
func namespaceTaken(c *core.Call, code string) error {
	detail := fmt.Sprintf("code %s is taken", code)
	return &core.Refusal{Status: http.StatusConflict, Code: "NAMESPACE_CODE_CONFLICT", Body: object{
		"timestamp": c.Now.Format(time.RFC3339), "status": http.StatusConflict, "error": "NAMESPACE_CODE_CONFLICT",
		"description": detail, "detail": detail, "report": object{"code": "INTEGRATION_CODE_EXISTS"},
	}}
}

// AddNamespace stores a namespace, completed with what the service adds, and returns it. The space of the
// organization is locked.
func AddNamespace(c *core.Call, id int, body object) object {
	o := object{"id": id, "status": "ACTIVE", "custom": true, "createTime": c.Millis(), "updateTime": c.Millis()}
	for _, k := range []string{"code", "name", "description", "idType"} {
		o[k] = core.Text(body, k)
	}
	c.OrgSpace().Put(core.KindNamespace, strconv.Itoa(id), c.Millis(), o)
	return o
}

// replaceNamespace changes name and description; code and idType stay.
func replaceNamespace(c *core.Call, body object) (core.Answer, error) {
	return c.InOrg(func(own *core.Space) (any, error) {
		r := own.Get(core.KindNamespace, c.Arg("id"))
		if r == nil {
			return nil, core.Missing("there is no namespace of the organization with id %s", c.Arg("id"))
		}
		o := r.Object()
		for _, fixed := range []string{"code", "idType"} {
			if v := core.Text(body, fixed); v != "" && !strings.EqualFold(v, core.Text(o, fixed)) {
				return nil, badNamespace(c, "%s cannot be changed", fixed)
			}
		}
		for _, k := range []string{"name", "description"} {
			if v, has := body[k].(string); has {
				o[k] = v
			}
		}
		o["updateTime"] = c.Millis()
		own.Put(core.KindNamespace, r.ID, r.Created, o)
		return o, nil
	})
}
