package lift

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/schemas"
)

// The tags of a dataset that say whether its data go into Profile.
const (
	profileTag  = "unifiedProfile"
	identityTag = "unifiedIdentity"
)

// dataset makes a Dataset document of a dataset whose schema documents call schema.
func (x *index) dataset(o *Object, name, schema string) (*Document, string) {
	d := &schemas.Dataset{Kind: schemas.KindDataset, Name: name, Schema: schema}
	d.Title, d.Description = text(o.text("name")), text(o.text("description"))
	if d.Title == "" {
		return nil, "it has no name"
	}
	tags := at(o.Body, "tags")
	profile, identity := switches(at(tags, profileTag)), switches(at(tags, identityTag))
	on := slices.Contains(profile, resource.SwitchedOn)
	switch upsert := slices.Contains(profile, "isUpsert:true"); {
	case on != slices.Contains(identity, resource.SwitchedOn):
		return nil, "only one of its tags unifiedProfile and unifiedIdentity is on"
	case on && upsert:
		d.Profile = schemas.ProfileUpsert
	case on:
		d.Profile = schemas.InProfile
	}
	for _, t := range tags.Fields {
		if t.Name == profileTag || t.Name == identityTag || isPlatformTag(t.Name) || strings.Contains(t.Name, "${") {
			continue
		}
		tag := schemas.Tag{Name: t.Name}
		for _, v := range t.Value.Items {
			tag.Values = append(tag.Values, text(v.Text))
		}
		d.Tags = append(d.Tags, tag)
	}
	if at(o.Body, "enableErrorDiagnostics").Text == "true" {
		yes := true
		d.ErrorDiagnostics = &yes
	}
	d.RowExpiration = text(o.text(resource.RowExpiration))
	doc := &Document{Kind: schemas.KindDataset, Name: name, Value: d, Objects: []*Object{o}}
	if labels := x.labelsOfDataset(d, o.ID); labels != nil {
		doc.Objects = append(doc.Objects, labels)
	}
	return doc, ""
}

// switches are the values of a tag of Profile, without spaces.
func switches(tag resource.Value) []string {
	var out []string
	for _, v := range tag.Items {
		out = append(out, strings.ReplaceAll(v.Text, " ", ""))
	}
	return out
}

// isPlatformTag reports whether the platform keeps a tag for itself.
func isPlatformTag(name string) bool {
	return strings.HasPrefix(name, "adobe/") || strings.HasPrefix(name, "aep/") || strings.HasPrefix(name, "acp_")
}
