package pull

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// listSettings are those of a list that a document writes as one: labels, and the values of a tag. isList is false for
// any other field.
func listSettings(
	kind resource.Kind, root *document.Node, d resource.Difference, live resource.Value, tenant string,
) (list []edit.Setting, isList bool) {
	top := d.Path[0].Name
	var keys []string
	at, name := d.Path[:1], plainText
	switch {
	case top == "labels" && kind == resource.Flow:
		keys, name = []string{"labels"}, specs.LabelOfFlow
	case top == "labels" && kind == resource.DatasetLabels:
		keys = in(root, "target.dataset", "labels")
	case top == "xdm:labels" && kind == resource.Label:
		property, _ := live.Get("xdm:sourceProperty")
		keys = in(root, "target.schema", "fieldLabels")
		if field := fieldAt(sectionOf(root, keys), property.Text, tenant); field != "" {
			keys = append(keys, field)
			break
		}
		keys = in(root, "target.schema", "fields")
		field := fieldAt(sectionOf(root, keys), property.Text, tenant)
		if field == "" {
			return nil, true
		}
		keys = append(keys, field, "labels")
	case top == "tags" && kind == resource.Dataset && len(d.Path) > 1 && !isProfileTag(d.Path[1].Name):
		keys, at = in(root, "target.dataset", "tags", d.Path[1].Name), d.Path[:2]
	default:
		return nil, false
	}
	v, ok := resource.SpecOf(kind).Tree(live).At(at)
	if !ok || len(v.Items) == 0 {
		return []edit.Setting{{Keys: keys, Remove: true, Has: true}}, true
	}
	var words []string
	for _, item := range v.Items {
		word, ok := name(item.Text)
		if !ok {
			return nil, true
		}
		words = append(words, inBrackets(lift.Text(word)))
	}
	return []edit.Setting{{Keys: keys, Text: "[" + strings.Join(words, ", ") + "]", Bare: true}}, true
}

// inBrackets is a text as it is written in a list in brackets.
func inBrackets(text string) string {
	if strings.ContainsAny(text, ",[]{}?:#") {
		return document.QuoteText(text)
	}
	return document.QuoteValue(text)
}

func plainText(s string) (string, bool) { return s, true }

func isProfileTag(name string) bool { return name == "unifiedProfile" || name == "unifiedIdentity" }

// in are the keys of a section of a document, which a dataflow has below others.
func in(root *document.Node, below string, keys ...string) []string {
	if kind := root.Get("kind"); kind == nil || kind.Text == schemas.KindDataflow {
		return append(strings.Split(below, "."), keys...)
	}
	return keys
}

// sectionOf is what a document has at keys, nil for nothing.
func sectionOf(root *document.Node, keys []string) *document.Node {
	for _, k := range keys {
		root = root.Get(k)
	}
	return root
}

// descriptorKeys are the sections of documents with descriptors, and the keys there, by the member that says it. A key
// `.` is what the section has for the field as a whole.
var descriptorKeys = map[resource.Kind]struct {
	section string
	keys    map[string]string
}{
	resource.Descriptor: {"identities", map[string]string{
		"xdm:namespace": "namespace", "xdm:isPrimary": "primary",
	}},
	resource.ReferenceIdentity: {"referenceIdentities", map[string]string{"xdm:identityNamespace": "namespace"}},
	resource.Relationship: {"relationships", map[string]string{
		"xdm:cardinality": "cardinality", "xdm:sourceToDestinationName": "name",
		"xdm:destinationToSourceName": "reverseName", "xdm:sourceToDestinationTitle": "title",
		"xdm:destinationToSourceTitle": "reverseTitle",
	}},
	resource.Display: {"displayNames", map[string]string{
		"xdm:title.en_us": "title", "xdm:description.en_us": "description",
	}},
}

// descriptorSettings are those of a descriptor of a field; nil when no key says what differs.
func descriptorSettings(
	kind resource.Kind, root *document.Node, d resource.Difference, live resource.Value, tenant string,
) []edit.Setting {
	known := descriptorKeys[kind]
	key := known.keys[d.Path.String()]
	property, _ := live.Get("xdm:sourceProperty")
	if key == "" || property.Kind != resource.StringValue {
		return nil
	}
	keys := in(root, "target.schema", known.section)
	field := fieldAt(sectionOf(root, keys), property.Text, tenant)
	if field == "" {
		return nil
	}
	s := edit.Setting{Keys: append(keys, field, key), Has: true, Short: key == "namespace" || key == "title"}
	switch {
	case d.To == nil:
		s.Remove = true
	case d.To.Kind == resource.BoolValue:
		s.Text, s.Bare, s.Has = d.To.Text, true, false
	case d.To.Kind == resource.StringValue:
		s.Text, s.Has = lift.Text(d.To.Text), s.Short
	default:
		return nil
	}
	return []edit.Setting{s}
}

// fieldAt is the key of a section that is about the field at a path of the platform, "" for none. Own fields may be
// written with or without the tenant's namespace.
func fieldAt(section *document.Node, property, tenant string) string {
	if section == nil {
		return ""
	}
	plain := strings.ReplaceAll(property, specs.TenantPlaceholder, tenant)
	for _, p := range section.Pairs {
		full := xdm.SlashPath(strings.ReplaceAll(p.Key.Text, specs.TenantPlaceholder, tenant))
		if full == plain || "/_"+tenant+full == plain {
			return p.Key.Text
		}
	}
	return ""
}

// fieldSettings are those of an own field that a field group or a class defines: the field as a whole, as the platform
// has it. They are nil for a field that is gone, or that no document can describe.
func fieldSettings(
	kind resource.Kind, root *document.Node, d resource.Difference, live resource.Value, tenant string,
) []edit.Setting {
	rows, ok := lift.FieldRows(live, tenant)
	if !ok {
		return nil
	}
	path := ownPath(d.Path)
	keys := []string{"fields"}
	if kind == resource.FieldGroup {
		keys = in(root, "target.schema", "fields")
	}
	var out []edit.Setting
	section := sectionOf(root, keys)
	for _, row := range rows {
		plain := strings.ReplaceAll(row.Key, "[*]", "")
		if plain != path && !strings.HasPrefix(plain, path+".") {
			continue
		}
		if written := section.Get(row.Key); written != nil && written.Kind == document.MapKind {
			row.Text = lift.WithLabels(row, labelsWritten(written))
		}
		out = append(out, edit.Setting{Keys: append(slices.Clone(keys), row.Key), Text: row.Text, Bare: row.IsMap})
	}
	return out
}

// labelsWritten are the labels that a document gives a field, as it writes them; "" for none.
func labelsWritten(field *document.Node) string {
	labels := field.Get("labels")
	if labels == nil {
		return ""
	}
	var words []string
	for _, item := range labels.Items {
		words = append(words, item.Text)
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// ownPath is the path of an own field below the tenant's namespace, of a path in a field group.
func ownPath(p resource.Path) string {
	var names []string
	for n := 0; n+1 < len(p); n++ {
		if p[n].Name == "properties" {
			names = append(names, p[n+1].Name)
			n++
		}
	}
	if len(names) > 0 {
		names = names[1:] // the namespace
	}
	return strings.Join(names, ".")
}
