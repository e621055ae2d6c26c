package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/specs"
)

// namespaces knows the codes of identity namespaces by number. It asks for those of the organization at most once, when
// one is needed.
type namespaces struct {
	client platform.Doer
	codes  map[string]string // nil until they were read
}

// code is the code of a namespace. ok is false for a number that no namespace has, or where the credentials may not
// read namespaces.
func (n *namespaces) code(ctx context.Context, number string) (code string, ok bool, err error) {
	if code, ok = specs.NamespaceCode(number); ok {
		return code, true, nil
	}
	if n.codes == nil {
		codes, err := namespaceCodes(ctx, n.client)
		if err != nil && !platform.IsForbidden(err) {
			return "", false, fmt.Errorf("read the namespace with number %s: %w", number, err)
		}
		n.codes = codes
	}
	code, ok = n.codes[number]
	return code, ok, nil
}

// coded is a descriptor that names its namespace by the code, as documents do, and not by the number. One whose number
// has no code stays as it is.
func (n *namespaces) coded(ctx context.Context, o platform.Object) (platform.Object, error) {
	var has struct {
		Namespace json.RawMessage `json:"xdm:namespace"`
		Property  string          `json:"xdm:property"`
	}
	if json.Unmarshal(o.Body, &has) != nil || has.Property != "xdm:id" {
		return o, nil
	}
	var number json.Number // a text of digits is one, too
	if json.Unmarshal(has.Namespace, &number) != nil {
		return o, nil
	}
	code, ok, err := n.code(ctx, number.String())
	if err != nil || !ok {
		return o, err
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(o.Body, &body); err != nil {
		return o, err
	}
	if body["xdm:namespace"], err = json.Marshal(code); err != nil {
		return o, err
	}
	body["xdm:property"] = json.RawMessage(`"xdm:code"`)
	o.Body, err = json.Marshal(body)
	return o, err
}

// descriptors are the descriptors of a list, which name namespaces by their codes.
func (n *namespaces) descriptors(
	ctx context.Context, all iter.Seq2[platform.Object, error],
) iter.Seq2[platform.Object, error] {
	return func(yield func(platform.Object, error) bool) {
		for o, err := range all {
			if err == nil {
				o, err = n.coded(ctx, o)
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

// namespaceCodes are the codes of identity namespaces by number, never nil.
func namespaceCodes(ctx context.Context, d platform.Doer) (map[string]string, error) {
	out := map[string]string{}
	for o, err := range platform.Namespaces(ctx, d) {
		if err != nil {
			return out, err
		}
		var n struct {
			Code string `json:"code"`
		}
		if json.Unmarshal(o.Body, &n) == nil && n.Code != "" {
			out[o.ID] = n.Code
		}
	}
	return out, nil
}
