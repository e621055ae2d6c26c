package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Seed says what an emulator holds before its first call. Objects have the
// platform's own members, each with its platform id; the text {TENANT_ID} in
// them becomes the tenant. Only what is missing by id is added, so that a
// seed can be planted at every start.
type Seed struct {
	Org       string        `json:"org,omitempty"`
	Tenant    string        `json:"tenant,omitempty"`
	Sandboxes []SeedSandbox `json:"sandboxes,omitempty"`
	Clients   []Client      `json:"clients,omitempty"` // none: any credentials pass

	// Each object may name its sandbox in a member `sandbox`; without one it
	// is in all of them.
	Connections       []map[string]any `json:"connections,omitempty"`       // id, name, connector or connectionSpec
	SourceConnections []map[string]any `json:"sourceConnections,omitempty"` // as the platform has them
	TargetConnections []map[string]any `json:"targetConnections,omitempty"`
	Flows             []map[string]any `json:"flows,omitempty"`
	Classes           []map[string]any `json:"classes,omitempty"`
	DataTypes         []map[string]any `json:"dataTypes,omitempty"`
	FieldGroups       []map[string]any `json:"fieldGroups,omitempty"`
	Schemas           []map[string]any `json:"schemas,omitempty"` // $id, title, class and fieldGroups, or allOf
	Descriptors       []map[string]any `json:"descriptors,omitempty"`
	Datasets          []map[string]any `json:"datasets,omitempty"` // id, name, schema or schemaRef
	MappingSets       []map[string]any `json:"mappingSets,omitempty"`

	// Orgs are further organizations, each a seed of its own.
	Orgs []Seed `json:"orgs,omitempty"`
}

// SeedSandbox is a sandbox's name, or its name with title and type.
type SeedSandbox struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
	Type  string `json:"type,omitempty"` // production or development
}

// UnmarshalJSON takes the short form, a bare name.
func (b *SeedSandbox) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &b.Name)
	}
	type long SeedSandbox
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode((*long)(b))
}

// ParseSeed reads a seed; members that do not exist are errors.
func ParseSeed(b []byte) (*Seed, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	d.UseNumber()
	var s Seed
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("read emulator seed: %w", err)
	}
	return &s, nil
}

// plant makes the orgs and adds the seed's objects.
func (s *Server) plant(seed *Seed) error {
	if seed == nil {
		seed = &Seed{}
	}
	all := append([]Seed{*seed}, seed.Orgs...)
	for i := range all {
		o, err := newOrg(&all[i])
		if err != nil {
			return err
		}
		if s.env.org(o.ID) != nil {
			return fmt.Errorf("emulator seed: org %s is listed twice", o.ID)
		}
		if err := s.env.recallSandboxes(o); err != nil {
			return err
		}
		s.env.orgs = append(s.env.orgs, o)
		if err := s.plantObjects(o, &all[i]); err != nil {
			return fmt.Errorf("emulator seed: %w", err)
		}
	}
	slices.SortFunc(s.env.orgs, func(a, b *org) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

func newOrg(seed *Seed) (*org, error) {
	o := &org{ID: seed.Org, Tenant: strings.TrimPrefix(seed.Tenant, "_"), Clients: seed.Clients}
	if o.ID == "" {
		o.ID = DefaultOrg
	}
	if !strings.HasSuffix(o.ID, "@AdobeOrg") {
		return nil, fmt.Errorf("emulator seed: org %q does not end in @AdobeOrg", o.ID)
	}
	if o.Tenant == "" {
		o.Tenant = DefaultTenant
	}
	for _, c := range o.Clients {
		if c.ID == "" || c.Secret == "" || c.Role != "" && c.Role != "read" {
			return nil, fmt.Errorf("emulator seed: a client needs an id and a secret; its role is read or absent")
		}
	}
	named := seed.Sandboxes
	if len(named) == 0 {
		for _, name := range DefaultSandboxes() {
			named = append(named, SeedSandbox{Name: name})
		}
	}
	var boxes []*sandbox
	for i, b := range named {
		if b.Name == "" || strings.ContainsAny(b.Name, " \x00/*") || slices.ContainsFunc(boxes, func(e *sandbox) bool { return e.Name == b.Name }) {
			return nil, fmt.Errorf("emulator seed: sandbox %q is empty, listed twice or has characters that a name cannot have", b.Name)
		}
		box := &sandbox{Name: b.Name, Title: b.Title, Type: b.Type, ID: stableUUID(o.ID + "/" + b.Name), Revision: 2, Seeded: true}
		if box.Title == "" {
			box.Title = b.Name
		}
		if box.Type == "" {
			box.Type = sandboxType(b.Name, i == 0)
		}
		box.Default = b.Name == "prod"
		boxes = append(boxes, box)
	}
	if !slices.ContainsFunc(boxes, func(b *sandbox) bool { return b.Default }) {
		boxes[0].Default = true
	}
	o.list.Store(&boxes)
	return o, nil
}

// planter adds seeded objects to one sandbox.
type planter struct {
	*call
	err error
}

func (s *Server) plantObjects(o *org, seed *Seed) error {
	for _, box := range o.boxes() {
		sp := s.env.space(o, box)
		p := &planter{call: &call{env: s.env, sp: sp, svc: svcFlow, client: "seed", now: s.env.now()}}
		sp.mu.Lock()
		p.registry(kindDataType, seed.DataTypes)
		p.registry(kindClass, seed.Classes)
		p.registry(kindFieldGroup, seed.FieldGroups)
		p.registry(kindSchema, seed.Schemas)
		p.each(kindDescriptor, "@id", seed.Descriptors, func(id string, o object) {
			sp.put(kindDescriptor, id, p.ms(), p.completeDescriptor(id, o))
		})
		p.each(kindDataset, "id", seed.Datasets, p.dataset)
		p.each(kindMappingSet, "id", seed.MappingSets, p.mappingSet)
		p.each(kindConnection, "id", seed.Connections, p.connection)
		p.each(kindSource, "id", seed.SourceConnections, func(id string, o object) { p.addEndpoint(kindSource, id, "enabled", o) })
		p.each(kindTarget, "id", seed.TargetConnections, func(id string, o object) { p.addEndpoint(kindTarget, id, "enabled", o) })
		p.each(kindFlow, "id", seed.Flows, func(id string, o object) {
			state := text(o, "state")
			if state == "" {
				state = "enabled"
			}
			p.addFlow(id, state, o)
		})
		wait := sp.flush()
		sp.mu.Unlock()
		if err := wait(); err != nil {
			return err
		}
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

// each adds what is missing of one kind.
func (p *planter) each(k kind, idKey string, seeds []map[string]any, add func(id string, o object)) {
	for i, seed := range seeds {
		o := withTenant(seed, p.sp.org.Tenant).(object)
		if box := text(o, "sandbox"); box != "" && box != p.sp.sandbox.Name {
			if p.sp.org.sandbox(box) == nil {
				p.fail("%s %d: there is no sandbox %q", k, i, box)
			}
			continue
		}
		if text(o, "sandbox") == "" && !p.sp.sandbox.Seeded {
			continue
		}
		delete(o, "sandbox")
		id := text(o, idKey)
		if id == "" {
			p.fail("%s %d has no %s", k, i, idKey)
			continue
		}
		if p.sp.get(k, id) == nil {
			add(id, o)
		}
	}
}

func (p *planter) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

func withTenant(v any, tenant string) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "{TENANT_ID}", tenant)
	case map[string]any:
		o := make(object, len(v))
		for k, e := range v {
			o[strings.ReplaceAll(k, "{TENANT_ID}", tenant)] = withTenant(e, tenant)
		}
		return o
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = withTenant(e, tenant)
		}
		return l
	case []string:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = withTenant(e, tenant)
		}
		return l
	}
	return v
}

// registry plants resources; the short form of a schema names class and field
// groups.
func (p *planter) registry(k kind, seeds []map[string]any) {
	p.each(k, "$id", seeds, func(id string, o object) {
		if o["allOf"] == nil && (k == kindSchema || o["class"] != nil) {
			class := text(o, "class")
			if class == "" {
				class = classProfile
			}
			all := []any{object{"$ref": class}}
			for _, g := range texts(o, "fieldGroups") {
				all = append(all, object{"$ref": g})
			}
			o["allOf"] = all
		}
		if o["title"] == nil {
			o["title"] = id
		}
		delete(o, "class")
		delete(o, "fieldGroups")
		for _, e := range list(o, "allOf") {
			if ref := text(e, "$ref"); ref != "" && !strings.HasPrefix(ref, "#") && p.sp.findResource(ref) == nil {
				p.fail("%s %s refers to %s, which does not exist", k, id, ref)
			}
		}
		p.sp.put(k, id, p.ms(), p.completeResource(k, id, "1.0", o))
	})
}

func (p *planter) dataset(id string, o object) {
	if o["schemaRef"] == nil {
		o["schemaRef"] = object{"id": o["schema"], "contentType": "application/vnd.adobe.xed+json;version=1"}
	}
	if schema := text(o, "schemaRef", "id"); p.sp.findResource(schema) == nil {
		p.fail("dataset %s has schema %q, which does not exist", id, schema)
		return
	}
	if o["name"] == nil {
		o["name"] = id
	}
	p.addDataset(id, o)
}

func (p *planter) mappingSet(id string, o object) {
	set, err := p.readMappingSet(o)
	if err != nil {
		p.fail("mapping set %s: %s", id, detailOf(err))
		return
	}
	p.addMappingSet(id, set)
}

func (p *planter) connection(id string, o object) {
	if slug := text(o, "connector"); slug != "" {
		c, known := specs.ConnectorBySlug(slug)
		if !known {
			p.fail("connection %s: connector %q is not known", id, slug)
			return
		}
		o["connectionSpec"] = object{"id": c.ID, "version": specVersion}
		delete(o, "connector")
	}
	if o["connectionSpec"] == nil {
		p.fail("connection %s needs a connector or a connectionSpec", id)
		return
	}
	if o["name"] == nil {
		o["name"] = id
	}
	state := text(o, "state")
	if state == "" {
		state = "enabled"
	}
	p.addConnection(id, state, o)
}

// sandboxType is the type of a sandbox whose seed does not say.
func sandboxType(name string, first bool) string {
	if first || strings.HasPrefix(name, "prod") {
		return "production"
	}
	return "development"
}
