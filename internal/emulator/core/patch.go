package core

import (
	"fmt"
	"strconv"
	"strings"
)

// PatchOp is one operation of a JSON Patch. Flow Service, Schema Registry and
// Catalog share the language but not the words they refuse it with.
type PatchOp struct {
	Op       string // add, replace, remove; lower case
	Path     string
	Steps    []string
	Value    any
	hasValue bool
}

// PatchFault says which rule an operation broke, for the service to word.
type PatchFault struct {
	Kind   patchFaultKind
	Detail string
}

type patchFaultKind uint8

const (
	PatchShape  patchFaultKind = iota // not an array of operations
	PatchOpKind                       // move, copy, test or unknown
	PatchPath                         // not a JSON pointer
	patchTarget                       // nothing there
)

// ReadPatch checks the shape. Operations are taken in any case: the OpenAPI
// writes them in capitals, the guides do not.
func ReadPatch(body any) ([]PatchOp, *PatchFault) {
	items, ok := body.([]any)
	if !ok || len(items) == 0 {
		return nil, &PatchFault{PatchShape, "the body of a PATCH is an array of operations"}
	}
	ops := make([]PatchOp, 0, len(items))
	for i, item := range items {
		o, ok := item.(object)
		if !ok {
			return nil, &PatchFault{PatchShape, fmt.Sprintf("operation %d is not an object", i)}
		}
		op := PatchOp{Op: strings.ToLower(Text(o, "op")), Path: Text(o, "path")}
		switch op.Op {
		case "add", "replace", "remove":
		default:
			return nil, &PatchFault{PatchOpKind, fmt.Sprintf("operation %q is not supported; use add, replace or remove",
				Text(o, "op"))}
		}
		if !strings.HasPrefix(op.Path, "/") || len(op.Path) < 2 {
			return nil, &PatchFault{PatchPath, fmt.Sprintf("path %q of operation %d does not name a field", op.Path, i)}
		}
		for _, s := range strings.Split(op.Path[1:], "/") {
			op.Steps = append(op.Steps, pointerStep.Replace(s))
		}
		op.Value, op.hasValue = o["value"]
		if op.Op != "remove" && !op.hasValue {
			return nil, &PatchFault{PatchShape, fmt.Sprintf("operation %d (%s %s) has no value", i, op.Op, op.Path)}
		}
		ops = append(ops, op)
	}
	return ops, nil
}

var pointerStep = strings.NewReplacer("~1", "/", "~0", "~")

// ApplyPatch changes root and returns it. Callers pass a copy.
func ApplyPatch(root any, ops []PatchOp) (any, *PatchFault) {
	for _, op := range ops {
		next, fault := patchAt(root, op, op.Steps)
		if fault != nil {
			return nil, fault
		}
		root = next
	}
	return root, nil
}

func patchAt(node any, op PatchOp, steps []string) (any, *PatchFault) {
	gone := &PatchFault{patchTarget, fmt.Sprintf("%s %s: there is nothing at that path", op.Op, op.Path)}
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
		case op.Op == "add":
			n[step] = Clone(op.Value)
		case !has:
			return nil, gone
		case op.Op == "remove":
			delete(n, step)
		default:
			n[step] = Clone(op.Value)
		}
		return n, nil
	case []any:
		if last && op.Op == "add" && step == "-" {
			return append(n, Clone(op.Value)), nil
		}
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i > len(n) || (i == len(n) && !(last && op.Op == "add")) {
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
		case op.Op == "add":
			n = append(n, nil)
			copy(n[i+1:], n[i:])
			n[i] = Clone(op.Value)
			return n, nil
		case op.Op == "remove":
			return append(n[:i:i], n[i+1:]...), nil
		default:
			n[i] = Clone(op.Value)
			return n, nil
		}
	}
	return nil, gone
}

// MergePatch merges src into dst as RFC 7386 says and returns dst.
func MergePatch(dst object, src object) object {
	for k, v := range src {
		if v == nil {
			delete(dst, k)
			continue
		}
		if sub, ok := v.(object); ok {
			if old, ok := dst[k].(object); ok {
				dst[k] = MergePatch(old, sub)
				continue
			}
			dst[k] = MergePatch(object{}, sub)
			continue
		}
		dst[k] = Clone(v)
	}
	return dst
}
