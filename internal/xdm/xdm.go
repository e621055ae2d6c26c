// Package xdm knows what Adobe's schemas say about a field: its type, where it
// may be written, what it requires.
//
// In: a class, field groups, own fields and a tenant; paths and type words as a
// document writes them. Out: plain facts with codes; the words are the
// compiler's. Laws: nothing here reads or writes anything; a path that Lookup
// returns is found again under the same path.
//
// The standard fields are those of https://github.com/adobe/xdm (see NOTICE).
package xdm

import (
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
)

// TenantNamespace is the placeholder for the namespace of the org wherever a path or an
// id may be written before the org is known.
const TenantNamespace = "_" + specs.TenantPlaceholder

// Ids of the standard classes.
const (
	ProfileClass = "https://ns.adobe.com/xdm/context/profile"
	EventClass   = "https://ns.adobe.com/xdm/context/experienceevent"
)

// The behaviors that a class can have.
const (
	RecordBehavior     = specs.RecordBehavior
	TimeSeriesBehavior = specs.TimeSeriesBehavior
)

// Class is a class of schemas. ID is empty for a class that does not exist yet.
// Behavior is empty for a class of which only the platform knows more: its fields
// are not known.
type Class struct {
	ID, Title, Behavior string
}

// Known reports whether the fields of the class are known.
func (c Class) Known() bool { return c.Behavior != "" }

// classWords are the short names that a document may use.
var classWords = map[string]string{
	"profile": ProfileClass, "individual-profile": ProfileClass,
	"event": EventClass, "experienceevent": EventClass, "experience-event": EventClass,
}

// ClassNames are the words for classes, for messages and completion.
func ClassNames() []string { return []string{"profile", "event"} }

// ClassByName finds a class by its word, its title or its $id. Any other $id is
// a class of the org's own; what is neither is not a class.
func ClassByName(name string) (Class, bool) {
	id := name
	if full, ok := classWords[strings.ToLower(name)]; ok {
		id = full
	}
	for i := range specs.XDM().Components {
		c := &specs.XDM().Components[i]
		if c.Kind != "class" { // classes come first
			break
		}
		if c.ID == id || strings.EqualFold(c.Title, name) {
			return Class{ID: c.ID, Title: c.Title, Behavior: c.Extends[0]}, true
		}
	}
	if IsID(id) {
		return Class{ID: id}, true
	}
	return Class{}, false
}

// IsID reports whether s has the form of a $id of the schema registry.
func IsID(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://ns.adobe.com/")
	return ok && strings.Contains(rest, "/") && !strings.ContainsAny(rest, " \t\"")
}

// FieldGroup is a standard field group.
type FieldGroup struct {
	Slug, ID, Title string
	Extends         []string // class $ids; empty: fits every class
}

// Fits reports whether a schema of that class may have the field group. A class
// that is not Adobe's own may be anything below, so it always may.
func (g FieldGroup) Fits(class Class) bool {
	if len(g.Extends) == 0 || !class.Known() {
		return true
	}
	return slices.Contains(g.Extends, class.ID) || slices.Contains(g.Extends, class.Behavior)
}

func fieldGroupOf(c *specs.XDMComponent) FieldGroup {
	return FieldGroup{Slug: c.Slug, ID: c.ID, Title: c.Title, Extends: c.Extends}
}

// fieldGroups are the standard field groups that fit a class, by slug.
func fieldGroups(class Class) []FieldGroup {
	var out []FieldGroup
	for i := range specs.XDM().Components {
		c := &specs.XDM().Components[i]
		if g := fieldGroupOf(c); c.Kind == "fieldgroup" && g.Fits(class) {
			out = append(out, g)
		}
	}
	return out
}

// FieldGroupByName finds a standard field group by slug, $id, title or the last
// part of its $id. A title can belong to several; the one that fits class wins,
// and a field group that does not fit is still found, so that it can be said.
func FieldGroupByName(name string, class Class) (FieldGroup, bool) {
	var found FieldGroup
	for _, i := range componentNames().groups[strings.ToLower(name)] {
		if g := fieldGroupOf(&specs.XDM().Components[i]); found.ID == "" || !found.Fits(class) && g.Fits(class) {
			found = g
		}
	}
	return found, found.ID != ""
}

// componentIndex finds components by every name that they go by, in lower case.
type componentIndex struct {
	groups map[string][]int
	byID   map[string]int
}

var componentNames = sync.OnceValue(func() *componentIndex {
	x := &componentIndex{groups: map[string][]int{}, byID: map[string]int{}}
	for i, c := range specs.XDM().Components {
		x.byID[c.ID] = i
		if c.Kind != "fieldgroup" {
			continue
		}
		for _, name := range []string{c.Slug, c.ID, c.Title, c.ID[strings.LastIndexByte(c.ID, '/')+1:]} {
			key := strings.ToLower(name)
			if !slices.Contains(x.groups[key], i) {
				x.groups[key] = append(x.groups[key], i)
			}
		}
	}
	return x
})

// NearestFieldGroups suggests slugs or titles of field groups for a name that is
// none. Field groups that fit class go first.
func NearestFieldGroups(name string, class Class) []string {
	if class.Known() && class.ID == "" {
		return namesOf(class).All(name) // no others do
	}
	if near := groupNames(class.ID).All(name); len(near) > 0 {
		return near
	}
	return groupNames("").All(name)
}

var groupNamesOf sync.Map // $id of a class → *nearest.Names

// groupNames are the slugs and titles of the field groups that fit a class; of
// all for "" and for classes that are not Adobe's own.
func groupNames(class string) *nearest.Names {
	if n, ok := groupNamesOf.Load(class); ok {
		return n.(*nearest.Names)
	}
	c, known := ClassByName(class)
	if !known || !c.Known() {
		class, c = "", Class{}
	}
	n, _ := groupNamesOf.LoadOrStore(class, namesOf(c))
	return n.(*nearest.Names)
}

// namesOf are the slugs and titles of the field groups that fit a class.
func namesOf(class Class) *nearest.Names {
	var list []string
	for _, g := range fieldGroups(class) {
		list = append(list, g.Slug, g.Title)
	}
	return nearest.Of(list)
}

// only returns the one nearest name, "" when there are none or several.
func only(word string, names *nearest.Names) string {
	if all := names.All(word); len(all) == 1 {
		return all[0]
	}
	return ""
}
