package emulator

import (
	"fmt"
	"strconv"
	"strings"
)

// patchOp is one operation of a JSON Patch. Flow Service, Schema Registry and
// Catalog share the language but not the words they refuse it with.
type patchOp struct {
	op       string // add, replace, remove; lower case
	path     string
	steps    []string
	value    any
	hasValue bool
}

// patchFault says which rule an operation broke, for the service to word.
type patchFault struct {
	kind   patchFaultKind
	detail string
}

type patchFaultKind uint8

const (
	patchShape  patchFaultKind = iota // not an array of operations
	patchOpKind                       // move, copy, test or unknown
	patchPath                         // not a JSON pointer
	patchTarget                       // nothing there
)

func (f *patchFault) Error() string { return f.detail }

// readPatch checks the shape. Operations are taken in any case: the OpenAPI
// writes them in capitals, the guides do not.
func readPatch(body any) ([]patchOp, *patchFault) {
	items, ok := body.([]any)
	if !ok || len(items) == 0 {
		return nil, &patchFault{patchShape, "the body of a PATCH is an array of operations"}
	}
	ops := make([]patchOp, 0, len(items))
	for i, item := range items {
		o, ok := item.(object)
		if !ok {
			return nil, &patchFault{patchShape, fmt.Sprintf("operation %d is not an object", i)}
		}
		op := patchOp{op: strings.ToLower(text(o, "op")), path: text(o, "path")}
		switch op.op {
		case "add", "replace", "remove":
		default:
			return nil, &patchFault{patchOpKind, fmt.Sprintf("operation %q is not supported; use add, replace or remove", text(o, "op"))}
		}
		if !strings.HasPrefix(op.path, "/") || len(op.path) < 2 {
			return nil, &patchFault{patchPath, fmt.Sprintf("path %q of operation %d does not name a field", op.path, i)}
		}
		for _, s := range strings.Split(op.path[1:], "/") {
			op.steps = append(op.steps, strings.NewReplacer("~1", "/", "~0", "~").Replace(s))
		}
		op.value, op.hasValue = o["value"]
		if op.op != "remove" && !op.hasValue {
			return nil, &patchFault{patchShape, fmt.Sprintf("operation %d (%s %s) has no value", i, op.op, op.path)}
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// applyPatch changes root and returns it. Callers pass a copy.
func applyPatch(root any, ops []patchOp) (any, *patchFault) {
	for _, op := range ops {
		next, fault := patchAt(root, op, op.steps)
		if fault != nil {
			return nil, fault
		}
		root = next
	}
	return root, nil
}

func patchAt(node any, op patchOp, steps []string) (any, *patchFault) {
	gone := &patchFault{patchTarget, fmt.Sprintf("%s %s: there is nothing at that path", op.op, op.path)}
	step, last := steps[0], len(steps) == 1
	switch n := node.(type) {
	case object:
		child, has := n[step]
		switch {
		case !last:
			if !has {
				return nil, gone
			}
			next, fault := patchAt(child, op, steps[1:])
			if fault != nil {
				return nil, fault
			}
			n[step] = next
		case op.op == "add":
			n[step] = clone(op.value)
		case !has:
			return nil, gone
		case op.op == "remove":
			delete(n, step)
		default:
			n[step] = clone(op.value)
		}
		return n, nil
	case []any:
		if last && op.op == "add" && step == "-" {
			return append(n, clone(op.value)), nil
		}
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i > len(n) || (i == len(n) && !(last && op.op == "add")) {
			return nil, gone
		}
		switch {
		case !last:
			next, fault := patchAt(n[i], op, steps[1:])
			if fault != nil {
				return nil, fault
			}
			n[i] = next
			return n, nil
		case op.op == "add":
			n = append(n, nil)
			copy(n[i+1:], n[i:])
			n[i] = clone(op.value)
			return n, nil
		case op.op == "remove":
			return append(n[:i:i], n[i+1:]...), nil
		default:
			n[i] = clone(op.value)
			return n, nil
		}
	}
	return nil, gone
}

// mergePatch merges src into dst as RFC 7386 says and returns dst.
func mergePatch(dst object, src object) object {
	for k, v := range src {
		if v == nil {
			delete(dst, k)
			continue
		}
		if sub, ok := v.(object); ok {
			if old, ok := dst[k].(object); ok {
				dst[k] = mergePatch(old, sub)
				continue
			}
			dst[k] = mergePatch(object{}, sub)
			continue
		}
		dst[k] = clone(v)
	}
	return dst
}
