package registry

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Adobe's data types, as far as the standard classes and field groups use them.
// The model has no bodies of theirs, only the places where they stand: a data
// type's fields are those below such a place. Titles are made from ids.

// dataTypeTitle makes a title of the last part of an $id.
func dataTypeTitle(id string) string {
	words := strings.ReplaceAll(id[strings.LastIndexByte(id, '/')+1:], "-", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// DataTypeProperties is the tree of fields of a data type; nil when the model
// has no such type.
func DataTypeProperties(id string) object {
	model := specs.XDM()
	i, known := slices.BinarySearchFunc(model.DataTypes, id,
		func(t specs.XDMDataType, id string) int { return strings.Compare(t.ID, id) })
	if !known {
		return nil
	}
	fields := model.Profile
	if model.DataTypes[i].Event {
		fields = model.Event
	}
	tree, below := object{}, model.DataTypes[i].Path+"."
	from, _ := slices.BinarySearchFunc(fields, below,
		func(f specs.XDMField, p string) int { return strings.Compare(f.Path, p) })
	for _, f := range fields[from:] {
		rest, inside := strings.CutPrefix(f.Path, below)
		if !inside {
			break
		}
		growField(tree, strings.Split(rest, "."), f.XDMShape)
	}
	return tree
}
