package lift

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// Document is a document that was made of objects.
type Document struct {
	Kind, Name string
	Value      any       // *schemas.Dataflow, …
	Objects    []*Object // what it describes: the main one first
	Left       []Left    // what belongs to them and no document can say
	Secrets    []Secret
	Start      resource.Value // the start of a schedule that has passed; null for one that is written
}

// ID is that of the object that gives the document its name.
func (d *Document) ID() string { return d.Objects[0].ID }

// Left is an object that is left alone, and why.
type Left struct {
	*Object
	Reason string
}

// Secret is a variable that a document reads a parameter of a connection from.
type Secret struct{ Name, Param string }

// Project is what a sandbox is as documents.
type Project struct {
	Documents []*Document
	Left      []Left // flows first, then what imported flows refer to by ID
	// Unused counts objects by kind that nothing imported uses.
	Unused map[resource.Kind]int
}

// Lift makes documents of the dataflows of a sandbox and of what they use: connections,
// datasets, and schemas get documents of their own, which several dataflows share.
func Lift(s Sandbox) *Project {
	l := &lifter{index: newIndex(s), project: &Project{Unused: map[resource.Kind]int{}}, known: map[*Object]string{}}
	l.names = &names{x: l.index, used: map[string]bool{}}
	l.index.document = func(o *Object) string {
		if o.Kind == resource.Class {
			return l.reference(schemas.KindClass, o)
		}
		return l.reference(schemas.KindDataType, o)
	}
	var flows []parts
	mapped := map[resource.ObjectKey]bool{} // mapping sets that an earlier flow has
	for _, f := range l.byKind[resource.Flow] {
		if _, owned := l.Owned[resource.KeyOfObject(resource.Flow, f.ID)]; owned {
			l.claim(f)
			continue
		}
		if l.Wants != nil && !l.Wants(f.ID, f.title()) {
			continue
		}
		p, reason := l.parts(f)
		if reason == "" {
			reason = l.Refused[f.ID]
		}
		if reason != "" {
			l.project.Left = append(l.project.Left, Left{f, reason})
			continue
		}
		if p.mapping != nil {
			key := resource.KeyOfObject(resource.Mapping, p.mapping.ID)
			_, owned := l.Owned[key]
			p.shared = mapped[key] || owned
			mapped[key] = true
		}
		flows = append(flows, p)
	}
	for _, p := range flows {
		refs := references{schema: l.schemaOf(p), dataset: l.reference(schemas.KindDataset, p.dataset)}
		if p.base != nil {
			refs.connection = l.reference(schemas.KindConnection, p.base)
			if refs.connection == p.base.ID {
				refs.connection = ""
			}
		}
		d, reason := l.dataflow(p, l.names.of(schemas.KindDataflow, p.flow), refs)
		if reason != "" {
			l.project.Left = append(l.project.Left, Left{p.flow, reason})
			continue
		}
		l.add(d)
	}
	l.countUnused()
	return l.project
}

type lifter struct {
	*index
	names   *names
	project *Project
	known   map[*Object]string // how documents name an object
}

func (l *lifter) claim(o *Object) { l.claimed[o] = true }

func (l *lifter) add(d *Document) {
	l.project.Documents = append(l.project.Documents, d)
	for _, o := range d.Objects {
		l.claim(o)
	}
}

// parts finds what a flow uses, or says why it cannot be imported.
func (l *lifter) parts(flow *Object) (parts, string) {
	p := parts{flow: flow}
	specID := flow.text("flowSpec.id")
	spec, ok := specs.FlowSpecByID(specID)
	sources, targets := at(flow.Body, "sourceConnectionIds").Items, at(flow.Body, "targetConnectionIds").Items
	switch state := flow.text("state"); {
	case flow.text("inheritedAttributes.properties.isDestinationFlow") == "true":
		return p, ReasonDestination
	case !ok && flow.text("inheritedAttributes.properties.isSourceFlow") != "true":
		return p, ReasonInternal
	case !ok:
		return p, "its flow specification is not known: " + specID
	case state != "enabled" && state != "disabled" && state != "draft":
		return p, "it is changing at the moment: " + state
	case len(sources) != 1 || len(targets) != 1:
		return p, fmt.Sprintf("it has %d source and %d target connections", len(sources), len(targets))
	}
	p.spec = spec
	if p.source = l.get(resource.Source, sources[0].Text); p.source == nil {
		return p, notVisible("source connection", sources[0].Text)
	}
	if p.target = l.get(resource.Target, targets[0].Text); p.target == nil {
		return p, notVisible("target connection", targets[0].Text)
	}
	if p.target.text("connectionSpec.id") != specs.DataLake {
		return p, ReasonInternal
	}
	for _, o := range []*Object{p.source, p.target} {
		if l.users[resource.KeyOfObject(o.Kind, o.ID)] > 1 {
			return p, fmt.Sprintf("it shares its %s %s with another dataflow", resource.SpecOf(o.Kind).Noun, o.ID)
		}
	}
	connector, misprint, ok := specs.ConnectorByID(p.source.text("connectionSpec.id"))
	if !ok || misprint || !connector.IsSource() {
		return p, "the connector of its source is not known: " + p.source.text("connectionSpec.id")
	}
	p.connector = connector
	if id := p.source.text("baseConnectionId"); id != "" {
		p.base = l.get(resource.Connection, id) // one that is hidden is named by its ID
	}
	dataset := p.target.text("params.dataSetId")
	if p.dataset = l.get(resource.Dataset, dataset); p.dataset == nil {
		return p, notVisible("dataset", dataset)
	}
	var known bool
	if p.mapping, known = l.mappingSet(flow); !known {
		pin, _ := PinOf(flow)
		return p, notVisible("mapping set", pin.ID+" at version "+pin.Version)
	}
	return p, ""
}

// Reasons why whole groups of flows are left alone.
const (
	ReasonDestination = "to a destination"
	ReasonInternal    = "the platform's own"
)

func notVisible(noun, id string) string { return "its " + noun + " " + id + " is not visible, or gone" }

// schemaOf is how documents name the schema of a dataset.
func (l *lifter) schemaOf(p parts) string {
	id := p.dataset.text("schemaRef.id")
	if s := l.get(resource.Schema, id); s != nil {
		if name := l.reference(schemas.KindSchema, s); name != s.ID {
			return name
		}
	}
	return l.id(id)
}

// reference is how documents name an object: by a document, which it makes at the first call,
// or by the object's ID.
func (l *lifter) reference(kind string, o *Object) string {
	if name, ok := l.known[o]; ok {
		return name
	}
	l.known[o] = o.ID // a schema may refer to itself
	if owner, ok := l.Owned[resource.KeyOfObject(o.Kind, o.ID)]; ok {
		l.claim(o)
		l.known[o] = owner.Name
		return owner.Name
	}
	reason := l.Refused[o.ID]
	var d *Document
	if reason == "" {
		d, reason = l.document(kind, o)
	}
	if reason != "" {
		l.project.Left = append(l.project.Left, Left{o, reason})
		return o.ID
	}
	l.known[o] = d.Name
	l.add(d)
	return d.Name
}

func (l *lifter) document(kind string, o *Object) (*Document, string) {
	var d *Document
	var reason string
	whole := l.index.document
	l.index.document = nil
	switch kind {
	case schemas.KindConnection:
		d, reason = l.connection(o, "x")
	case schemas.KindDataset:
		d, reason = l.dataset(o, "x", "x")
	case schemas.KindFieldGroup:
		d, reason = l.fieldGroup(o, "x")
	case schemas.KindClass:
		d, reason = l.class(o, "x")
	case schemas.KindDataType:
		d, reason = l.dataType(o, "x")
	default:
		d, reason = l.schema(o, "x", func(_ resource.Kind, id string) string { return id })
	}
	l.index.document = whole
	if d == nil { // its name stays free
		return nil, reason
	}
	name := l.names.of(kind, o)
	switch kind {
	case schemas.KindConnection:
		return l.connection(o, name)
	case schemas.KindDataset:
		return l.dataset(o, name, l.schemaOf(parts{dataset: o}))
	case schemas.KindFieldGroup:
		return l.fieldGroup(o, name)
	case schemas.KindClass:
		return l.class(o, name)
	case schemas.KindDataType:
		return l.dataType(o, name)
	}
	l.known[o] = name // for relationships that lead back
	return l.schema(o, name, func(kind resource.Kind, id string) string {
		if kind == resource.FieldGroup {
			g := l.get(kind, id)
			if g == nil { // Adobe's
				return l.id(id)
			}
			if name := l.reference(schemas.KindFieldGroup, g); name != g.ID {
				return name
			}
			return l.id(id)
		}
		if other := l.get(resource.Schema, id); other != nil && l.known[other] != "" && l.known[other] != other.ID {
			return l.known[other]
		}
		return l.id(id)
	})
}

// countUnused counts what nothing imported uses, without the platform's own.
func (l *lifter) countUnused() {
	for _, o := range l.Objects {
		_, owned := l.Owned[resource.KeyOfObject(o.Kind, o.ID)]
		if !owned && !l.claimed[o] && o.Kind != resource.Flow {
			l.project.Unused[o.Kind]++
		}
	}
}

// Owners returns the object of each resource of a graph that documents of the project describe.
func (p *Project) Owners(g *resource.Graph, tenant string) map[resource.Address]*Object {
	type key struct {
		kind resource.Kind
		name string // of the document
		what string // of a descriptor: its type and field
	}
	objects := map[key]*Object{}
	for _, d := range p.Documents {
		for _, o := range d.Objects {
			objects[key{o.Kind, d.Name, what(o.Kind, o.Body, "")}] = o
		}
	}
	out := map[resource.Address]*Object{}
	for _, r := range g.All() {
		k := key{kind: r.Address.Kind, name: r.Address.Name}
		if resource.SpecOf(k.kind).IsDescriptor() {
			body, err := r.Body.Value()
			if err != nil {
				continue
			}
			k.name, k.what = describedBy(r, body), what(k.kind, body, tenant)
		}
		if o := objects[k]; o != nil {
			out[r.Address] = o
		}
	}
	return out
}

// describedBy is the name of the document that a descriptor is of.
func describedBy(r resource.Resource, body resource.Value) string {
	if to := at(body, "xdm:sourceSchema").Ref.To; !to.IsZero() {
		return to.Name
	}
	for _, n := range r.Needs { // it describes what no document makes, and stays with its schema
		if n.Via == "schema" {
			return n.To.Name
		}
	}
	return ""
}

// what tells descriptors of one kind and schema apart.
func what(kind resource.Kind, body resource.Value, tenant string) string {
	if !resource.SpecOf(kind).IsDescriptor() {
		return ""
	}
	property := at(body, "xdm:sourceProperty")
	out := []string{at(body, "@type").Text, property.Text}
	for _, v := range property.Items {
		out = append(out, v.Text)
	}
	if tenant == "" {
		return strings.Join(out, " ")
	}
	return strings.ReplaceAll(strings.Join(out, " "), specs.TenantPlaceholder, tenant)
}
