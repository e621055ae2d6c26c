package lift

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// labelsOf reads a list of labels; false when documents cannot say it. name returns a label as documents write it.
func labelsOf(list resource.Value, name func(string) (string, bool)) ([]string, bool) {
	var out []string
	for _, v := range list.Items {
		l, ok := name(v.Text)
		if !ok || slices.Contains(out, l) {
			return nil, false
		}
		out = append(out, l)
	}
	return out, len(out) > 0
}

func plainLabel(s string) (string, bool) { return s, specs.IsLabel(s) }

// labelsOfDataset reads the labels of a dataset, which are an object of their own; nil for none.
func (x *index) labelsOfDataset(d *schemas.Dataset, id string) *Object {
	o := x.get(resource.DatasetLabels, id)
	if o == nil {
		return nil
	}
	var ok bool
	if d.Labels, ok = labelsOf(at(o.Body, "labels"), plainLabel); !ok {
		return nil
	}
	return o
}

// labelDescriptors are the labels of fields that a resource of the registry defines.
func (x *index) labelDescriptors(id string) (out []*Object) {
	for _, d := range x.descriptors[lastPart(id)] {
		if d.Kind == resource.Label {
			out = append(out, d)
		}
	}
	return out
}

// labelOwn writes the labels of own fields. definer is the object that defines them, below a path that ends with a
// dot, or at its root.
func (x *index) labelOwn(d *Document, definer *Object, below string, fields schemas.Fields) {
	for _, l := range x.labelDescriptors(definer.ID) {
		property := l.text("xdm:sourceProperty")
		i := slices.IndexFunc(fields, func(f schemas.OwnField) bool { return xdm.SlashPath(below+f.Path) == property })
		labels, ok := labelsOf(at(l.Body, "xdm:labels"), plainLabel)
		switch {
		case i < 0:
			d.Left = append(d.Left, Left{l, "it labels what is not a field of the document"})
		case !ok:
			d.Left = append(d.Left, Left{l, "it has labels that no document can say"})
		case len(fields[i].Labels) > 0:
			d.Left = append(d.Left, Left{l, "the field has another one"})
		default:
			fields[i].Labels = labels
			d.Objects = append(d.Objects, l)
		}
	}
}

// own is the path above the own fields of field groups and classes.
func (x *index) own() string { return "_" + x.Tenant + "." }

// labelAdobes writes the labels of the fields of Adobe's class and field groups. They belong to those, and so one
// schema has them at most: the first.
func (b *schemaBuilder) labelAdobes(ids []string) {
	known, _ := xdm.NewSchema(b.schema.Class, b.schema.FieldGroups, nil, b.Tenant)
	class, _ := xdm.ClassByName(b.schema.Class)
	for _, id := range ids {
		for _, l := range b.labelDescriptors(id) {
			path := xdm.DottedPath(l.text("xdm:sourceProperty"))
			labels, ok := labelsOf(at(l.Body, "xdm:labels"), plainLabel)
			if b.claimed[l] || !ok || definerOf(known, class, b.schema.FieldGroups, path) != id {
				continue
			}
			b.schema.FieldLabels = append(b.schema.FieldLabels, schemas.FieldLabel{Path: path, Labels: labels})
			b.document.Objects = append(b.document.Objects, l)
		}
	}
}

// definerOf is the $id of the field group, or class, that documents take for the one that defines one of Adobe's
// fields: the first that is listed; "" when that is not known.
func definerOf(s *xdm.Schema, class xdm.Class, groups []string, path string) string {
	f, err := s.Find(path)
	if err != nil || f.Own || !f.Checked {
		return ""
	}
	for _, name := range groups {
		if g, ok := xdm.FieldGroupByName(name, class); ok && slices.Contains(f.From, g.Slug) {
			return g.ID
		}
	}
	return class.ID
}
