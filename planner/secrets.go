package planner

import "github.com/aepflow/aepflow/internal/resource"

// secretsOnly reports whether both sides are secrets: their values, not their
// references, decide whether something changed.
func secretsOnly(d resource.Difference) bool {
	return d.From != nil && d.To != nil && d.From.Kind == resource.SecretValue && d.To.Kind == resource.SecretValue
}

// diffSecrets adds the secrets whose values differ and marks all fields that are
// secrets. When no secret was compared, those of a changed object are listed.
func diffSecrets(n *node, p phase, e *env) {
	spec, changed, paths := n.spec(), e.secrets[n.change.Address], pathsOf(n.fields)
	n.desired.Walk(func(at resource.Path, v resource.Value) {
		if v.Kind != resource.SecretValue {
			return
		}
		path := at.String()
		switch {
		case e.Secrets.Unchecked && len(n.fields) > 0:
			n.fields = append(n.fields, fieldDiff{path: at, change: FieldChange{
				Path: path, Action: NoOp, Reason: "secrets were not read", Secret: true,
			}})
		case changed[path] && !paths[path]:
			n.fields = append(n.fields, diffField(spec, resource.Difference{Path: at, From: &v, To: &v}, p))
		}
	})
	desired := spec.Tree(n.desired)
	for i := range n.fields {
		if v, ok := desired.At(n.fields[i].path); ok && v.Kind == resource.SecretValue {
			n.fields[i].change.Secret = true
		}
	}
}
