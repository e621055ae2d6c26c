package knowledge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// formatVersion is the version of the catalog file. Versions with another number before the dot are not read.
const formatVersion = "1.0"

// Errors of Parse.
var (
	ErrConflict = errors.New("it has conflict markers")
	ErrDigest   = errors.New("its digest does not match: it was edited or merged")
	ErrNewer    = errors.New("a newer version of aepflow wrote it")
)

// head is how the file begins.
type head struct {
	FormatVersion string `json:"format_version"`
	Digest        string `json:"digest"` // of the rest
}

// Text returns the catalog as text: sorted, with one field or column on each line.
func (c *Catalog) Text() []byte {
	body := printBody(c)
	sum := sha256.Sum256(body)
	first := fmt.Sprintf("{\n  \"format_version\": %q,\n  \"digest\": %q,\n", formatVersion, hex.EncodeToString(sum[:16]))
	return append([]byte(first), body...)
}

// printBody prints what the digest covers.
func printBody(c *Catalog) []byte {
	p := &printer{}
	p.member(1, "tenant", c.Tenant, true)
	p.open(1, "sources", len(c.Sources))
	each(c.Sources, func(via string, all map[string]Source, last bool) {
		p.open(2, via, len(all))
		each(all, func(name string, s Source, last bool) {
			p.open(3, name, 1)
			if s.File != "" {
				p.member(4, "file", s.File, true)
			}
			p.open(4, "columns", len(s.Columns))
			each(s.Columns, func(column, typ string, last bool) { p.member(5, column, typ, !last) })
			p.end(4, len(s.Columns), false)
			p.end(3, 1, !last)
		})
		p.end(2, len(all), !last)
	})
	p.end(1, len(c.Sources), true)
	p.open(1, "schemas", len(c.Schemas))
	each(c.Schemas, func(id string, s Schema, last bool) {
		p.open(2, id, 1)
		p.member(3, "title", s.Title, true)
		p.member(3, "class", s.Class, true)
		if s.Profile {
			p.member(3, "profile", true, true)
		}
		p.list("parts", s.Parts)
		if len(s.Deprecated) > 0 {
			p.list("deprecated", s.Deprecated)
		}
		if len(s.Fields) > 0 {
			p.fields(s.Fields, true)
		}
		p.open(3, "identities", len(s.Identities))
		each(s.Identities, func(path string, i Identity, last bool) { p.member(4, path, i, !last) })
		p.end(3, len(s.Identities), false)
		p.end(2, 1, !last)
	})
	p.end(1, len(c.Schemas), true)
	p.open(1, "parts", len(c.Parts))
	each(c.Parts, func(id string, part Part, last bool) {
		p.open(2, id, 1)
		p.member(3, "kind", part.Kind, true)
		p.member(3, "title", part.Title, true)
		if len(part.Deprecated) > 0 {
			p.list("deprecated", part.Deprecated)
		}
		p.fields(part.Fields, false)
		p.end(2, 1, !last)
	})
	p.end(1, len(c.Parts), false)
	p.b.WriteString("}\n")
	return p.b.Bytes()
}

// each calls f for the entries of a map in the order of their keys.
func each[V any](m map[string]V, f func(key string, v V, last bool)) {
	keys := slices.Sorted(maps.Keys(m))
	for i, k := range keys {
		f(k, m[k], i == len(keys)-1)
	}
}

// printer prints JSON with one member on each line.
type printer struct{ b bytes.Buffer }

func (p *printer) line(depth int, text string) {
	p.b.WriteString(strings.Repeat("  ", depth) + text + "\n")
}

// open begins an object of n members; one without members ends on its line.
func (p *printer) open(depth int, key string, n int) {
	if n == 0 {
		p.b.WriteString(strings.Repeat("  ", depth) + compact(key) + ": {")
		return
	}
	p.line(depth, compact(key)+": {")
}

func (p *printer) end(depth, n int, more bool) {
	if n == 0 {
		depth = 0
	}
	p.line(depth, "}"+comma(more))
}

func (p *printer) member(depth int, key string, v any, more bool) {
	p.line(depth, compact(key)+": "+compact(v)+comma(more))
}

func (p *printer) list(key string, items []string) {
	if len(items) == 0 {
		p.line(3, compact(key)+": [],")
		return
	}
	p.line(3, compact(key)+": [")
	for i, item := range items {
		p.line(4, compact(item)+comma(i < len(items)-1))
	}
	p.line(3, "],")
}

func (p *printer) fields(fields map[string]Field, more bool) {
	p.open(3, "fields", len(fields))
	each(fields, func(path string, f Field, last bool) { p.member(4, path, f, !last) })
	p.end(3, len(fields), more)
}

func comma(more bool) string {
	if more {
		return ","
	}
	return ""
}

// compact prints plain data, which always encodes.
func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("knowledge: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Parse reads the text of a catalog. Text that was edited or merged by hand is refused: its facts may belong to two
// states of the sandbox.
func Parse(text []byte) (*Catalog, error) {
	if bytes.HasPrefix(text, []byte("<<<<<<< ")) || bytes.Contains(text, []byte("\n<<<<<<< ")) {
		return nil, ErrConflict
	}
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	if major, _, _ := strings.Cut(formatVersion, "."); !strings.HasPrefix(h.FormatVersion, major+".") {
		return nil, ErrNewer
	}
	c := New("")
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("it is not a catalog: %w", err)
	}
	if sum := sha256.Sum256(printBody(c)); h.Digest != hex.EncodeToString(sum[:16]) {
		return nil, ErrDigest
	}
	return c, nil
}
