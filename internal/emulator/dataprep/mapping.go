package dataprep

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// KindOf is what a mapping is: ATTRIBUTE, EXPRESSION, or STATIC, in whichever of its
// spellings; another text stays as it is.
func KindOf(mapping any) string {
	switch kind := core.Text(mapping, "sourceType"); kind {
	case "", attributeType:
		return "ATTRIBUTE"
	case "text/x.aep-xl":
		return "EXPRESSION"
	case "text/plain":
		return "STATIC"
	default:
		return kind
	}
}

func badMapping(format string, args ...any) error {
	return core.Problem(http.StatusBadRequest, "BadRequestError", format, args...)
}

// ReadMappingSet takes either shape of body, and mixtures of them, and gives the set
// as it is stored and answered. A set of a seed is not strict: it may have what a
// call may not, for example a function that is not known here.
func ReadMappingSet(c *core.Call, body object, strict bool) (object, error) {
	set, err := readHead(c, body, strict)
	if err != nil {
		return nil, err
	}
	mappings, isList := body["mappings"].([]any)
	if !isList {
		return nil, badMapping("mappings is missing")
	}
	stored, faults := readMappings(c, mappings, strict)
	if i := slices.IndexFunc(faults, func(err error) bool { return err != nil }); i >= 0 {
		return nil, badMapping("mapping %d: %s", i, core.DetailOf(faults[i]))
	}
	set["mappings"] = stored
	return set, nil
}

// readMappings gives mappings as they are stored, and for each of them what is wrong with it.
func readMappings(c *core.Call, mappings []any, strict bool) (stored []any, faults []error) {
	stored, faults = make([]any, len(mappings)), make([]error, len(mappings))
	taken := map[string]bool{}
	for i, m := range mappings {
		o, err := readMapping(c, m, strict)
		if d := core.Text(o, "destination"); err == nil && strict && taken[d] {
			err = badMapping("destination %s is mapped twice", d)
		} else {
			taken[d] = true
		}
		stored[i], faults[i] = o, err
	}
	return stored, faults
}

// readHead gives what a set has besides its mappings.
func readHead(c *core.Call, body object, strict bool) (object, error) {
	schema, contentType := core.Text(body, "outputSchema", "schemaRef", "id"),
		core.Text(body, "outputSchema", "schemaRef", "contentType")
	old := schema == ""
	if old {
		schema, contentType = core.Text(body, "xdmSchema"), "1.0"
		if v := core.Text(body, "xdmVersion"); v != "" {
			contentType = v
		}
	} else if contentType == "" {
		return nil, badMapping("outputSchema.schemaRef.contentType is missing")
	} else if strict && registry.MajorVersion(contentType) != "1" {
		return nil, badMapping("outputSchema.schemaRef.contentType is %q; it must name version 1", contentType)
	}
	if schema == "" {
		return nil, badMapping("the target schema is missing: outputSchema.schemaRef.id or xdmSchema")
	}
	if strict && !registry.IsSchema(c, schema) {
		return nil, badMapping("there is no schema %s", schema)
	}
	ref := object{"id": schema, "contentType": contentType}
	out := object{
		"name": core.Text(body, "name"), "supportVersion": "1.1",
		"outputSchema": object{"id": c.Env.NewHex(32), "version": 0, "schemaRef": ref}, "schemaRef": ref, "xdmSchema": schema,
		"xdmVersion": contentType, "status": "DRAFT", "strictMapping": false,
		"allowNullValues": body["allowNullValues"] == true,
	}
	if in, has := body["inputSchema"]; has && in != nil {
		out["inputSchema"] = in
	}
	if tags, has := body["tags"]; has {
		out["tags"] = tags
	}
	return out, nil
}

func readMapping(c *core.Call, m any, strict bool) (object, error) {
	source, destination := core.Text(m, "source"), core.Text(m, "destination")
	source = cmp.Or(source, core.Text(m, "sourceAttribute"))
	destination = cmp.Or(destination, core.Text(m, "destinationXdmPath"))
	kind := KindOf(m)
	switch {
	case destination == "":
		return nil, badMapping("destination is missing")
	case source == "" && kind != "STATIC":
		return nil, badMapping("source is missing")
	case !slices.Contains([]string{"ATTRIBUTE", "EXPRESSION", "STATIC"}, kind):
		return nil, badMapping("sourceType %q is not ATTRIBUTE, EXPRESSION or STATIC", kind)
	case strict && kind == "EXPRESSION":
		if err := checkExpression(source); err != nil {
			return nil, badMapping("the expression is wrong: %v", err)
		}
	}
	shown := kind
	if kind == "ATTRIBUTE" {
		shown = attributeType
	}
	o := object{
		"id": c.Env.NewHex(32), "version": 0, "createdDate": c.Millis(), "modifiedDate": c.Millis(), "createdBy": c.Client,
		"modifiedBy": c.Client, "sourceType": shown, "source": source, "destination": destination, "sourceAttribute": source,
		"destinationXdmPath": destination, "identity": false, "primaryIdentity": false, "matchScore": json.Number("0.0"),
		"functionVersion": 1, "expressionAttributes": []any{}, "name": core.Text(m, "name"),
		"description": core.Text(m, "description"),
	}
	if kind == "EXPRESSION" {
		o["expressionAttributes"] = texts2(expressionAttributes(source))
	}
	return o, nil
}

func texts2(l []string) []any {
	out := make([]any, len(l))
	for i, s := range l {
		out[i] = s
	}
	return out
}

// AttributeColumn is the column that an attribute path starts at.
func AttributeColumn(attr string) string {
	if inner, quoted := strings.CutPrefix(attr, "${"); quoted {
		name, _, _ := strings.Cut(inner, "}")
		return strings.ReplaceAll(name, `\.`, ".")
	}
	for i := 0; i < len(attr); i++ {
		if (attr[i] == '.' && (i == 0 || attr[i-1] != '\\')) || attr[i] == '[' {
			attr = attr[:i]
			break
		}
	}
	return strings.ReplaceAll(attr, `\.`, ".")
}
