// Package knowledge holds what the platform knows about things that documents refer to but do not own: the columns of
// tables and files, and the fields and identities of schemas.
//
// In: a graph, which says what documents refer to, and answers of the platform. Out: a Catalog, its text for
// `dataflow.<target>.catalog.json`, and how two catalogs differ. Laws: the same facts give the same bytes, and what was
// written is read again. Pure: it knows no files and sends nothing.
package knowledge

import (
	"encoding/json"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Catalog is what is known. The IDs of an organization's own resources have the placeholder for its tenant.
type Catalog struct {
	Tenant  string                       `json:"tenant"`  // without the underscore
	Sources map[string]map[string]Source `json:"sources"` // by connection (address or ID), then table or path
	Schemas map[string]Schema            `json:"schemas"` // by $id
	Parts   map[string]Part              `json:"parts"`   // classes, field groups, and data types by $id
}

// Source is a table, a file, or a folder or pattern of files.
type Source struct {
	File    string            `json:"file,omitempty"` // the one of several files that the columns are of
	Columns map[string]string `json:"columns"`        // types as documents write them, "" where none fits
}

// Schema is a schema that no document makes.
type Schema struct {
	Title      string              `json:"title"`
	Class      string              `json:"class"` // $id
	Profile    bool                `json:"profile,omitempty"`
	Parts      []string            `json:"parts"` // $ids of field groups, sorted
	Identities map[string]Identity `json:"identities,omitempty"`
	Deprecated []string            `json:"deprecated,omitempty"` // paths that a descriptor deprecates, without indexes
	Fields     map[string]Field    `json:"fields,omitempty"`     // of the schema itself, as relational schemas have them
}

// Identity is a field that identifies a record.
type Identity struct {
	Namespace string `json:"namespace"` // code, or a number where the namespace is not known by a code
	Primary   bool   `json:"primary,omitempty"`
}

// Part is a class, a field group, or a data type. Paths are as in `fields` of documents: a.b, tags[], items[].sku, and
// values.* for the values of a map. An object without fields of its own has no line unless something is said of it. Of
// the fields of a standard part, which aepflow knows, the catalog only has those that are deprecated.
type Part struct {
	Kind       string           `json:"kind"` // class, fieldgroup, datatype
	Title      string           `json:"title"`
	Deprecated []string         `json:"deprecated,omitempty"` // paths, of standard parts and by descriptors of others
	Fields     map[string]Field `json:"fields"`
}

// Kinds of parts, as in addresses.
const (
	ClassPart = "class"
	GroupPart = "fieldgroup"
	TypePart  = "datatype"
)

// Field is what is known about one path.
type Field struct {
	Type       string      `json:"type,omitempty"` // string, boolean, byte, short, integer, long, number, object
	Format     string      `json:"format,omitempty"`
	Ref        string      `json:"$ref,omitempty"` // $id of the data type
	Enum       []string    `json:"enum,omitempty"`
	Pattern    string      `json:"pattern,omitempty"`
	MinLength  json.Number `json:"minLength,omitempty"`
	MaxLength  json.Number `json:"maxLength,omitempty"`
	Minimum    json.Number `json:"minimum,omitempty"` // unless the type says it
	Maximum    json.Number `json:"maximum,omitempty"`
	Required   bool        `json:"required,omitempty"`
	Deprecated bool        `json:"deprecated,omitempty"`
}

// New returns an empty catalog of a tenant.
func New(tenant string) *Catalog {
	return &Catalog{
		Tenant: strings.TrimPrefix(tenant, "_"), Sources: map[string]map[string]Source{}, Schemas: map[string]Schema{},
		Parts: map[string]Part{},
	}
}

// ID returns a $id with the placeholder for the tenant.
func (c *Catalog) ID(id string) string {
	if c.Tenant != "" {
		if rest, ok := strings.CutPrefix(id, idRoot+c.Tenant+"/"); ok {
			return idRoot + specs.TenantPlaceholder + "/" + rest
		}
	}
	return id
}

// Path returns the path of a field with the placeholder for the tenant, and every index as [].
func (c *Catalog) Path(path string) string {
	first, rest, below := strings.Cut(path, ".")
	if c.Tenant != "" && first == "_"+c.Tenant {
		first = "_" + specs.TenantPlaceholder
	}
	if below {
		first += "." + rest
	}
	var b strings.Builder
	for i := 0; i < len(first); i++ {
		b.WriteByte(first[i])
		if first[i] == '[' {
			if end := strings.IndexByte(first[i:], ']'); end > 0 {
				i += end - 1
			}
		}
	}
	return b.String()
}

// idRoot is how the $id of every resource of the Schema Registry begins.
const idRoot = "https://ns.adobe.com/"
