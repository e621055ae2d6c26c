package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
)

// lowerLabels returns a descriptor for the labels of each field that has any: own
// fields, and those of Adobe's field groups.
func lowerLabels(u *unit) []resource.Resource {
	s, l := u.ownSchema, u.lifecycle()
	out := lowerOwnLabels(u, s)
	for _, f := range s.FieldLabels {
		id, ok := groupOf(s, f.Path)
		if !ok {
			continue // an error says so
		}
		at := s.lookup("fieldLabels", f.Path)
		body := labelValue(resource.String(id), xdm.SlashPath(s.fullPath(f.Path)), at.KeySpan(), f.Labels, at.Span())
		// It describes no object of the project, and stays with its schema all the same.
		schema := resource.Edge{To: addr(resource.Schema, s.name), Via: "schema"}
		out = append(out, made(u, s.describedBy(resource.Label, f.Path), s.keys("fieldLabels", f.Path), body, l, schema))
	}
	return out
}

// lowerOwnLabels returns a descriptor for the labels of each own field of a schema, of a
// field group, or of a class, that has any.
func lowerOwnLabels(u *unit, s *schemaSymbol) []resource.Resource {
	l := u.lifecycle()
	var out []resource.Resource
	for _, f := range s.Fields {
		if len(f.Labels) == 0 {
			continue
		}
		at := s.lookup("fields", f.Path, "labels")
		of := resource.Reference(addr(s.definer, s.name), "id")
		body := labelValue(of, xdm.SlashPath(s.fullPath(f.Path)), s.lookup("fields", f.Path).KeySpan(),
			f.Labels, at.Span())
		out = append(out, made(u, s.describedBy(resource.Label, f.Path), s.keys("fields", f.Path, "labels"), body, l))
	}
	return out
}

func labelList(labels []string) resource.Value {
	list := resource.List()
	for _, l := range labels {
		list.Items = append(list.Items, resource.String(l))
	}
	return list
}

// labelValue is the descriptor of labels. path names the field, at is the place that does.
func labelValue(of resource.Value, path string, at source.Span, labels []string, labelsAt source.Span) resource.Value {
	return resource.Object(
		resource.F("@type", resource.String("xdm:descriptorLabel")),
		resource.F("xdm:sourceSchema", of),
		resource.F("xdm:sourceVersion", resource.Int(1)),
		resource.F("xdm:sourceProperty", resource.String(path).At(at)),
		resource.F("xdm:labels", labelList(labels).At(labelsAt)),
	)
}

// lowerDatasetLabels returns the labels of the dataset that a document makes, if it has any.
func lowerDatasetLabels(u *unit) []resource.Resource {
	d := u.ownDataset
	if len(d.Labels) == 0 {
		return nil
	}
	body := resource.Object(
		resource.F("datasetId", resource.Reference(addr(resource.Dataset, u.name), "id")),
		resource.F("labels", labelList(d.Labels).At(d.lookup("labels").Span())),
	)
	at := append(slices.Clone(d.origin()), "labels")
	return []resource.Resource{made(u, addr(resource.DatasetLabels, u.name), at, body, u.lifecycle())}
}

// groupOf returns the $id of the field group, or class, of a schema that has one of
// Adobe's fields: the first that is listed. Where none is known to have it, it is the only
// one of which nothing is known; ok is false if there are several.
func groupOf(s *schemaSymbol, path string) (id string, ok bool) {
	f, err := s.fields.Find(s.fullPath(path))
	if err != nil || f.Own {
		return "", false
	}
	if f.Checked {
		class, _ := xdm.ClassByName(s.Class)
		for _, name := range s.FieldGroups {
			if g, known := xdm.FieldGroupByName(name, class); known && slices.Contains(f.From, g.Slug) {
				return g.ID, true
			}
		}
		return class.ID, class.ID != ""
	}
	if unknown := s.fields.Unknown(); len(unknown) == 1 {
		if unknown[0] == s.Class {
			class, known := xdm.ClassByName(s.Class)
			return class.ID, known
		}
		return fieldGroupID(unknown[0], s.Class)
	}
	return "", false
}
