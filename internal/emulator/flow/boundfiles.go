package flow

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/rows"
	"github.com/aepflow/aepflow/internal/specs"
)

// Folders that are bound to file connectors: what explore shows of them, and what
// runs take from them.

// fileStore is a bound folder. The paths of the landing zone begin with its container.
type fileStore struct {
	*core.Fixture
	container string
}

// landingZoneFiles is the folder that is bound to the landing zone.
func landingZoneFiles(e *core.Env) fileStore {
	return fileStore{e.Sources[core.LandingZone], core.LandingZoneContainer}
}

// filesOf is the folder that a source connection reads.
func filesOf(sp *core.Space, source object) fileStore {
	if base := core.Text(source, "baseConnectionId"); base != "" {
		return fileStore{fixtureOfBase(sp, base), ""}
	}
	if c, _, _ := specs.ConnectorByID(core.Text(source, "connectionSpec", "id")); c.Slug == core.LandingZone {
		return landingZoneFiles(sp.Env)
	}
	return fileStore{}
}

// zoneLife is how long the landing zone keeps a file.
const zoneLife = 7 * 24 * time.Hour

// has reports whether a store still has a file at a time. What was in the folder when it was
// bound came then.
func (s fileStore) has(e core.Entry, at time.Time) bool {
	came := e.Modified
	if came.Before(s.Bound) {
		came = s.Bound
	}
	return s.container == "" || e.IsFolder || at.Before(came.Add(zoneLife))
}

// inner is a caller's path without the container; false when it is not in there.
func (s fileStore) inner(p string) (string, bool) {
	if s.container == "" {
		return p, true
	}
	rest, in := strings.CutPrefix(strings.TrimPrefix(p, "/"), s.container)
	return rest, in && (rest == "" || rest[0] == '/')
}

func (s fileStore) outer(p string) string { return s.container + "/" + p }

// exploreFiles answers a file connector's explore calls: a bare array for the root or
// a folder, an object for a file.
func exploreFiles(c *core.Call, s fileStore, kind string) (core.Answer, error) {
	name := c.Query.Get("object")
	switch {
	case c.Query.Has("filters"):
		return core.Answer{}, core.FlowError(core.ErrFilterSupport, "file connectors have no filters at the source")
	case kind == "root":
		name = s.container
	case !slices.Contains([]string{"file", "folder"}, kind):
		return core.Answer{}, noObject(kind, name)
	}
	if kind == "file" {
		return exploreFile(c, s, name)
	}
	items := []any{}
	if s.HasFiles() {
		inner, in := s.inner(name)
		entries, err := s.Entries(inner)
		if err != nil || !in {
			return core.Answer{}, noObject("file", name)
		}
		for _, e := range entries {
			if s.has(e, c.Now) {
				items = append(items, s.item(e))
			}
		}
	} else if kind == "folder" {
		return core.Answer{}, noObject("file", name)
	}
	return core.OK(items)
}

func (s fileStore) item(e core.Entry) object {
	kind, at := "file", s.outer(e.Path)
	if e.IsFolder {
		kind, at = "folder", at+"/"
	}
	readable := !e.IsFolder && !isEncrypted(e.Path)
	return object{"type": kind, "name": path.Base(e.Path), "path": at, "canPreview": readable,
		"canFetchSchema": readable}
}

// isEncrypted reports whether the name of a file says that it is encrypted.
func isEncrypted(name string) bool {
	return slices.Contains([]string{".gpg", ".pgp"}, path.Ext(name))
}

// exploreFile answers the schema of a file and, when asked, its first rows.
func exploreFile(c *core.Call, s fileStore, name string) (core.Answer, error) {
	inner, in := s.inner(name)
	if !s.HasFiles() || !in {
		return core.Answer{}, noObject("file", name)
	}
	e, err := s.Entry(inner)
	if err != nil || e.IsFolder || isEncrypted(e.Path) || !s.has(e, c.Now) {
		return core.Answer{}, noObject("file", name)
	}
	text, err := e.Read()
	if err != nil {
		return core.Answer{}, err
	}
	format, detected, err := exploredFormat(c, e.Path, text)
	if err != nil {
		return core.Answer{}, err
	}
	most := 0
	if c.Query.Get("preview") == "true" {
		most = previewRows
	}
	data, err := rows.Read(text, format, most)
	if err != nil {
		return core.Answer{}, core.FlowError(core.ErrParamValue, "file %s cannot be read: %v", name, err)
	}
	out := object{"format": "hierarchical", "schema": data.Schema}
	if data.Schema == nil {
		columns := []any{}
		for _, name := range data.Columns {
			columns = append(columns, columnObject(core.Column{Name: name, Kind: "string"}))
		}
		out = object{"format": "flat", "schema": object{"columns": columns}}
	}
	if detected != nil {
		out["properties"] = detected
	}
	if most > 0 {
		out["data"] = append([]any{}, data.Rows...)
	}
	return core.OK(out)
}

// exploredFormat is how a call says that a file is read, or how it is found out, and
// then its properties.
func exploredFormat(c *core.Call, name string, text []byte) (f rows.Format, detected object, err error) {
	given := func(name string) string { // older calls begin with a capital
		return c.Query.Get(name) + c.Query.Get(strings.ToUpper(name[:1])+name[1:])
	}
	f = rows.Format{Type: given("fileType"), Delimiter: given("columnDelimiter"), Encoding: given("encoding"),
		Compression: given("compressionType")}
	asked := c.Query.Get("determineProperties") == "true"
	switch {
	case asked && f != rows.Format{}:
		return f, nil, core.FlowError(core.ErrParamValue, "determineProperties goes without fileType and its properties")
	case !asked && f.Type == "":
		return f, nil, core.FlowError(core.ErrParamValue, "fileType is missing; or ask for determineProperties=true")
	case !asked:
		data := object{"properties": object{}}
		for name, v := range map[string]string{"columnDelimiter": f.Delimiter, "encoding": f.Encoding,
			"compressionType": f.Compression} {
			if v != "" {
				data["properties"].(object)[name] = v
			}
		}
		return f, nil, checkFileFormat(data, f.Type)
	}
	if f, err = rows.Detect(name, text); err != nil {
		return f, nil, core.FlowError(core.ErrParamValue, "file %s cannot be read: %v", name, err)
	}
	detected = object{"fileType": f.Type}
	if f.Compression != "" {
		detected["compressionType"] = f.Compression
	}
	if f.Delimiter != "" {
		detected["columnDelimiter"] = f.Delimiter
	}
	return f, detected, nil
}
