package emulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/connectors"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/dataprep"
	"github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/emulator/sandbox"
	"github.com/aepflow/aepflow/internal/specs"
)

// Seed says what an emulator holds before its first call. Objects have the
// platform's own members, each with its platform id, and are read back as they are
// written here, also in members that the platform owns; what is absent is made up.
// The text {TENANT_ID} in them becomes the tenant. Only what is missing by id is added, so that a
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
	Datasets          []map[string]any `json:"datasets,omitempty"`      // id, name, schema or schemaRef
	DatasetLabels     []map[string]any `json:"datasetLabels,omitempty"` // id of the dataset, labels, optionalLabels
	MappingSets       []map[string]any `json:"mappingSets,omitempty"`   // several with one id are its versions
	Identities        []map[string]any `json:"identities,omitempty"`    // namespaces: id, code, name, idType

	// EncryptionKeys are pairs of keys for encrypted files: publicKeyId, name, expiryTime.
	EncryptionKeys []map[string]any `json:"encryptionKeys,omitempty"`

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
		if s.env.Org(o.ID) != nil {
			return fmt.Errorf("emulator seed: org %s is listed twice", o.ID)
		}
		if err := sandbox.RecallSandboxes(s.env, o); err != nil {
			return err
		}
		s.env.Orgs = append(s.env.Orgs, o)
		if err := s.plantObjects(o, &all[i]); err != nil {
			return fmt.Errorf("emulator seed: %w", err)
		}
	}
	slices.SortFunc(s.env.Orgs, func(a, b *core.Org) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

func newOrg(seed *Seed) (*core.Org, error) {
	o := &core.Org{ID: seed.Org, Tenant: strings.TrimPrefix(seed.Tenant, "_"), Clients: seed.Clients}
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
		for _, name := range defaultSandboxes() {
			named = append(named, SeedSandbox{Name: name})
		}
	}
	var sandboxes []*core.Sandbox
	for _, b := range named {
		if b.Name == "" || strings.ContainsAny(b.Name, " \x00/*") ||
			slices.ContainsFunc(sandboxes, func(e *core.Sandbox) bool { return e.Name == b.Name }) {
			return nil, fmt.Errorf("emulator seed: sandbox %q is empty, listed twice or has characters that a name cannot have",
				b.Name)
		}
		sandbox := &core.Sandbox{Name: b.Name, Title: b.Title, Type: b.Type, ID: core.StableUUID(o.ID + "/" + b.Name),
			Revision: 2, Seeded: true}
		if sandbox.Title == "" {
			sandbox.Title = b.Name
		}
		if sandbox.Type == "" {
			sandbox.Type = sandboxType(b.Name)
		}
		sandbox.Default = b.Name == "prod"
		sandboxes = append(sandboxes, sandbox)
	}
	if !slices.ContainsFunc(sandboxes, func(b *core.Sandbox) bool { return b.Default }) {
		sandboxes[0].Default = true
	}
	o.List.Store(&sandboxes)
	return o, nil
}

// planter adds seeded objects to one sandbox.
type planter struct {
	*core.Call
	err error
}

func (s *Server) plantObjects(o *core.Org, seed *Seed) error {
	if err := s.plantNamespaces(o, seed.Identities); err != nil {
		return err
	}
	for _, sandbox := range o.Sandboxes() {
		sp := s.env.Space(o, sandbox)
		p := &planter{Call: &core.Call{Env: s.env, Space: sp, Service: core.FlowService, Client: "seed", Now: s.env.Now()}}
		sp.Mu.Lock()
		p.each(core.KindDataType, "$id", seed.DataTypes, p.resource(core.KindDataType))
		p.each(core.KindClass, "$id", seed.Classes, p.resource(core.KindClass))
		p.each(core.KindFieldGroup, "$id", seed.FieldGroups, p.resource(core.KindFieldGroup))
		p.each(core.KindSchema, "$id", seed.Schemas, p.resource(core.KindSchema))
		p.each(core.KindDescriptor, "@id", seed.Descriptors, func(id string, o object) {
			sp.Put(core.KindDescriptor, id, p.Millis(), registry.CompleteDescriptor(p.Call, id, o))
		})
		p.each(core.KindDataset, "id", seed.Datasets, p.dataset)
		p.each(core.KindDatasetLabels, "id", seed.DatasetLabels, p.datasetLabels)
		p.mappingSets(seed.MappingSets)
		p.each(core.KindConnection, "id", seed.Connections, p.connection)
		p.each(core.KindSource, "id", seed.SourceConnections, p.endpoint(core.KindSource))
		p.each(core.KindTarget, "id", seed.TargetConnections, p.endpoint(core.KindTarget))
		p.each(core.KindEncryptionKey, "publicKeyId", seed.EncryptionKeys, p.encryptionKey)
		p.each(core.KindFlow, "id", seed.Flows, func(id string, o object) { flow.AddFlow(p.Call, id, "enabled", o) })
		wait := sp.Flush()
		sp.Mu.Unlock()
		if err := wait(); err != nil {
			return err
		}
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

// plantNamespaces adds the identity namespaces of an organization. They are in every sandbox.
func (s *Server) plantNamespaces(o *core.Org, seeds []map[string]any) error {
	own := s.env.OrgSpace(o)
	call := core.Call{Env: s.env, Space: own, Service: core.IdentityService, Client: "seed", Now: s.env.Now()}
	p := &planter{Call: &call}
	all := slices.Clone(seeds)
	for i := range all {
		all[i] = maps.Clone(all[i])
		delete(all[i], "sandbox")
	}
	own.Mu.Lock()
	p.each(core.KindNamespace, "id", all, p.identity)
	wait := own.Flush()
	own.Mu.Unlock()
	return cmp.Or(p.err, wait())
}

// each adds what is missing of one kind.
func (p *planter) each(k core.Kind, idKey string, seeds []map[string]any, add func(id string, o object)) {
	for i, seed := range seeds {
		o, id := p.here(k, i, idKey, seed)
		if o == nil || p.Space.Get(k, id) != nil {
			continue
		}
		written := core.Clone(o).(object)
		add(id, o)
		if r := p.Space.Get(k, id); r != nil {
			p.keep(k, r, written)
		}
	}
}

// here is a seeded object that belongs into this sandbox, nil for another one.
func (p *planter) here(k core.Kind, i int, idKey string, seed map[string]any) (o object, id string) {
	o = withTenant(seed, p.Space.Org.Tenant).(object)
	sandbox := core.Text(o, "sandbox")
	if sandbox != "" && p.Space.Org.Sandbox(sandbox) == nil {
		p.fail("%s %d: there is no sandbox %q", k, i, sandbox)
	}
	if sandbox != "" && sandbox != p.Space.Sandbox.Name || sandbox == "" && !p.Space.Sandbox.Seeded {
		return nil, ""
	}
	delete(o, "sandbox")
	for _, ref := range []string{"connectionSpec", "flowSpec"} {
		if spec, isText := o[ref].(string); isText {
			o[ref] = object{"id": spec, "version": flow.SpecVersion}
		}
	}
	if id, _ = core.Scalar(o[idKey]); id == "" {
		p.fail("%s %d has no %s", k, i, idKey)
		return nil, ""
	}
	return o, id
}

// short are the abbreviations in seeds of members of the platform.
var short = map[core.Kind][]string{
	core.KindSchema: {"class", "fieldGroups"}, core.KindFieldGroup: {"class", "fieldGroups"},
	core.KindConnection:    {"connector", "auth"}, // the secrets of auth are not stored
	core.KindDatasetLabels: {"id"},
	core.KindDescriptor:    {"xdm:sourceSchema"}, // stored in one of its forms
}

// keep puts what a seed says over what the platform would have made up.
func (p *planter) keep(k core.Kind, r *core.Record, written object) {
	for _, name := range short[k] {
		delete(written, name)
	}
	if k == core.KindDataset && !strings.HasPrefix(core.Text(written, "schema"), "@/") {
		delete(written, "schema")
	}
	o := overlay(r.Object(), written).(object)
	if _, aged := written["updatedAt"]; k == core.KindFlow && aged {
		p.Space.RanAt(r, o, flow.LastSlot(o, p.Millis()))
		return
	}
	p.Space.Put(k, r.ID, r.Created, o)
}

// overlay puts src over dst, member by member, and lists of the same length element
// by element.
func overlay(dst, src any) any {
	switch s := src.(type) {
	case object:
		d, isObject := dst.(object)
		if !isObject {
			return s
		}
		for k, v := range s {
			d[k] = overlay(d[k], v)
		}
		return d
	case []any:
		d, isList := dst.([]any)
		if !isList || len(d) != len(s) {
			return s
		}
		for i, v := range s {
			d[i] = overlay(d[i], v)
		}
		return d
	}
	return src
}

func (p *planter) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

func withTenant(v any, tenant string) any {
	switch v := v.(type) {
	case string:
		return specs.BindTenant(v, tenant)
	case map[string]any:
		o := make(object, len(v))
		for k, e := range v {
			o[specs.BindTenant(k, tenant)] = withTenant(e, tenant)
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

// resource plants a resource of the registry; the short form of a schema names class
// and field groups.
func (p *planter) resource(k core.Kind) func(id string, o object) {
	return func(id string, o object) {
		if o["allOf"] == nil && (k == core.KindSchema || o["class"] != nil) {
			all := []any{object{"$ref": cmp.Or(core.Text(o, "class"), registry.ClassProfile)}}
			for _, g := range core.Texts(o, "fieldGroups") {
				all = append(all, object{"$ref": g})
			}
			o["allOf"] = all
		}
		if o["title"] == nil {
			o["title"] = id
		}
		delete(o, "class")
		delete(o, "fieldGroups")
		for _, e := range core.List(o, "allOf") {
			if ref := core.Text(e, "$ref"); ref != "" && !strings.HasPrefix(ref, "#") &&
				registry.FindResource(p.Space, ref) == nil {
				p.fail("%s %s refers to %s, which does not exist", k, id, ref)
			}
		}
		p.Space.Put(k, id, p.Millis(), registry.CompleteResource(p.Call, k, id, "1.0", o))
	}
}

func (p *planter) identity(id string, o object) {
	n, err := strconv.Atoi(id)
	if err != nil || core.Text(o, "code") == "" {
		p.fail("identity %s needs a number as id, and a code", id)
		return
	}
	registry.AddNamespace(p.Call, n, o)
}

// dataset plants a dataset. One that is older than the registry names its schema as
// @/xdms/….
func (p *planter) dataset(id string, o object) {
	if named := core.Text(o, "schema"); o["schemaRef"] == nil && !strings.HasPrefix(named, "@/") {
		o["schemaRef"] = object{"id": named, "contentType": "application/vnd.adobe.xed+json;version=1"}
	}
	schema := core.Text(o, "schemaRef", "id")
	if o["schemaRef"] != nil && registry.FindResource(p.Space, schema) == nil {
		p.fail("dataset %s has schema %q, which does not exist", id, schema)
		return
	}
	if o["name"] == nil {
		o["name"] = id
	}
	catalog.AddDataset(p.Call, id, o)
}

func (p *planter) datasetLabels(id string, o object) {
	if p.Space.Get(core.KindDataset, id) == nil {
		p.fail("there is no dataset %q to label", id)
		return
	}
	delete(o, "id")
	catalog.AddLabels(p.Call, id, o)
}

// mappingSets plants the sets that are missing, with every version that is given.
func (p *planter) mappingSets(seeds []map[string]any) {
	type version struct {
		n int64
		o object
	}
	versions, ids := map[string][]version{}, []string{}
	for i, seed := range seeds {
		o, id := p.here(core.KindMappingSet, i, "id", seed)
		if o == nil || p.Space.Get(core.KindMappingSet, id) != nil {
			continue
		}
		if versions[id] == nil {
			ids = append(ids, id)
		}
		n, _ := core.AsInt(o["version"])
		versions[id] = append(versions[id], version{n, o})
	}
	for _, id := range ids {
		slices.SortStableFunc(versions[id], func(a, b version) int { return cmp.Compare(a.n, b.n) })
		for i, v := range versions[id] {
			set, err := dataprep.ReadMappingSet(p.Call, v.o, false)
			if err != nil {
				p.fail("mapping set %s: %s", id, core.DetailOf(err))
				continue
			}
			dataprep.AddMappingSet(p.Call, id, set)
			p.keep(core.KindMappingSet, p.Space.Get(core.KindMappingSet, id), v.o)
			if i+1 < len(versions[id]) {
				dataprep.KeepVersion(p.Space, id)
			}
		}
	}
}

func (p *planter) endpoint(k core.Kind) func(id string, o object) {
	return func(id string, o object) { flow.AddEndpoint(p.Call, k, id, "enabled", o) }
}

func (p *planter) connection(id string, o object) {
	if slug := core.Text(o, "connector"); slug != "" {
		c, known := specs.ConnectorBySlug(slug)
		if !known {
			p.fail("connection %s: connector %q is not known", id, slug)
			return
		}
		o["connectionSpec"] = object{"id": c.ID, "version": flow.SpecVersion}
		delete(o, "connector")
	}
	if o["connectionSpec"] == nil {
		p.fail("connection %s needs a connector or a connectionSpec", id)
		return
	}
	if o["name"] == nil {
		o["name"] = id
	}
	flow.AddConnection(p.Call, id, "enabled", o)
}

// sandboxType is the type of a sandbox whose seed does not say.
func sandboxType(name string) string {
	if strings.HasPrefix(name, "prod") {
		return "production"
	}
	return "development"
}

// encryptionKey plants a pair of keys, by default one that was made just now.
func (p *planter) encryptionKey(id string, o object) {
	o["name"] = cmp.Or(core.Text(o, "name"), id)
	o["encryptionAlgorithm"] = cmp.Or(core.Text(o, "encryptionAlgorithm"), "PGP")
	connectors.AddKey(p.Call, id, o)
}
