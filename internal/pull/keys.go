package pull

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/schemas"
)

// documentKeys are the keys of documents that say a field of an object, by kind and path. A first key `source` is that
// of the dataflow's source: database, files, rest, or stream.
var documentKeys = map[resource.Kind]map[string]string{
	resource.Flow: {
		"name": "title", "description": "description", "state": "state",
		"scheduleParams.frequency": "schedule.frequency", "scheduleParams.interval": "schedule.interval",
		"scheduleParams.startTime": "schedule.startTime", "scheduleParams.backfill": "schedule.backfill",
		"options.partialIngestionPercent":                          "options.partialIngestionPercent",
		"options.errorDiagnosticsEnabled":                          "options.errorDiagnosticsEnabled",
		"transformations[Copy].params.deltaColumn.name":            "delta.column",
		"transformations[Copy].params.deltaColumn.dateFormat":      "delta.dateFormat",
		"transformations[Copy].params.deltaColumn.timezone":        "delta.timezone",
		"transformations[Encryption].params.publicKeyId":           "files.encryption.publicKeyId",
		"transformations[Encryption].params.signVerificationKeyId": "files.encryption.signatureKeyId",
	},
	resource.Source: {
		"name": "source.title", "description": "source.description", "params.tableName": "table", "params.path": "files.path",
		"data.format": "files.format", "data.properties.columnDelimiter": "files.delimiter",
		"data.properties.encoding": "files.encoding", "data.properties.compressionType": "files.compression",
	},
	resource.Target:     {"name": "target.title", "description": "target.description"},
	resource.Mapping:    {"name": "mappingSet.title"},
	resource.Connection: {"name": "title", "description": "description"},
	resource.Dataset:    {"name": "title", "description": "description"},
	resource.Schema:     {"title": "title", "description": "description"},
	resource.FieldGroup: {"title": "title", "description": "description"},
	resource.Class:      {"title": "title", "description": "description"},
}

// inside are the keys below which a dataflow defines objects of its own.
var inside = map[resource.Kind]string{resource.Dataset: "target.dataset", resource.Schema: "target.schema"}

// settings are what makes a document say the live value of a field, and nil when no key of documents does.
func settings(
	kind resource.Kind, root *document.Node, d resource.Difference, live resource.Value, tenant string,
) []edit.Setting {
	if list, isList := listSettings(kind, root, d, live, tenant); isList {
		return list
	}
	switch path := d.Path.String(); {
	case (kind == resource.FieldGroup || kind == resource.Class) && strings.HasPrefix(path, "definitions."):
		return fieldSettings(kind, root, d, live, tenant)
	case resource.SpecOf(kind).IsDescriptor():
		return descriptorSettings(kind, root, d, live, tenant)
	case kind == resource.Mapping && strings.HasPrefix(path, "mappings["):
		return rowSettings(kind, "mappings", root, d, live, func(row resource.Value) (lift.Row, bool) {
			var columns []string
			if has := root.Get("columns"); has != nil {
				for _, p := range has.Pairs {
					columns = append(columns, p.Key.Text)
				}
			}
			return lift.MappingRow(row, columns, tenant)
		})
	case kind == resource.Source && strings.HasPrefix(path, "params.columns["):
		return rowSettings(kind, "columns", root, d, live, func(row resource.Value) (lift.Row, bool) {
			return lift.ColumnRow(row, tenant)
		})
	case kind == resource.Source && (path == "params.filters" || strings.HasPrefix(path, "params.filters.")):
		params, _ := live.Get("params")
		filter, ok := params.Get("filters")
		if !ok {
			return []edit.Setting{{Keys: []string{"filter"}, Remove: true, Has: true}}
		}
		if where, ok := lift.FilterText(filter, tenant); ok {
			return []edit.Setting{{Keys: []string{"filter"}, Text: where}}
		}
		return nil
	default:
		return scalarSettings(kind, root, d, documentKeys[kind][path])
	}
}

func scalarSettings(kind resource.Kind, root *document.Node, d resource.Difference, known string) []edit.Setting {
	if known == "" {
		return nil
	}
	isDataflow := root.Get("kind") == nil || root.Get("kind").Text == schemas.KindDataflow
	if below := inside[kind]; below != "" && isDataflow {
		known = below + "." + known
	}
	keys := strings.Split(known, ".")
	if keys[0] == "source" {
		sources := []string{"database", "files", "rest", "stream"}
		keys[0] = sources[max(0, slices.IndexFunc(sources, func(key string) bool { return root.Get(key) != nil }))]
	}
	s := edit.Setting{Keys: keys, Remove: d.To == nil, Short: known == "delta.column"}
	if d.To == nil {
		s.Has = true
		return []edit.Setting{s}
	}
	switch d.To.Kind {
	case resource.NumberValue, resource.BoolValue:
		s.Text, s.Bare = d.To.Text, true
	case resource.StringValue:
		s.Text = lift.Text(d.To.Text)
	default:
		return nil
	}
	if known == "schedule.startTime" {
		written := root.Get("schedule").Get("startTime")
		epoch, err := strconv.ParseInt(d.To.Text, 10, 64)
		if err == nil && (written == nil || written.Kind == document.StringKind) {
			s.Text, s.Bare = time.Unix(epoch, 0).UTC().Format(time.RFC3339), written == nil || !written.Style.IsQuoted()
		}
	}
	return []edit.Setting{s}
}

// rowSettings are those of an element of a list that documents write as a map.
func rowSettings(
	kind resource.Kind, key string, root *document.Node, d resource.Difference, live resource.Value,
	say func(resource.Value) (lift.Row, bool),
) []edit.Setting {
	n := slices.IndexFunc(d.Path, func(s resource.Step) bool { return s.Sort == resource.KeyStep })
	if n < 0 {
		return nil
	}
	name := d.Path[n].Name
	row, ok := resource.SpecOf(kind).Tree(live).At(d.Path[:n+1])
	if !ok {
		return []edit.Setting{{Keys: []string{key, name}, Remove: true, Has: true}}
	}
	said, ok := say(row)
	if !ok {
		return nil
	}
	isNew := len(d.Path) == n+1 && d.From == nil
	if isNew {
		name = said.Key
	}
	s := edit.Setting{Keys: []string{key, name}, Text: said.Text, Bare: said.IsMap, Has: !isNew}
	if written := root.Get(key).Get(name); written != nil && written.Kind == document.MapKind && d.To != nil && !isNew {
		// Only the member that differs.
		for member, words := range map[string][]string{
			"source": {"expression", "source", "value"}, "name": {"name"}, "description": {"description"},
		} {
			for _, word := range words {
				if d.Path[len(d.Path)-1].Name == member && written.Get(word) != nil {
					return []edit.Setting{{Keys: []string{key, name, word}, Text: lift.Text(d.To.Text), Has: true}}
				}
			}
		}
	}
	return []edit.Setting{s}
}
