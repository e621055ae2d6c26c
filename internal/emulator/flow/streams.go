package flow

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// Streams and self-serve sources. A stream has no schedule, no options, and no runs;
// HTTP API and webhooks have an address to which events are sent.

const snowflakeStreaming = "snowflake-streaming"

// Streams reports whether a flow is that of a stream.
func Streams(o object) bool {
	f, _ := specs.FlowSpecByID(core.Text(o, "flowSpec", "id"))
	return f.Streams
}

// checkStreamSource checks the source connection of a stream. HTTP API and Snowflake
// have no data.format, all others have JSON.
func checkStreamSource(o object, spec specs.Connector) error {
	format := core.Text(o, "data", "format")
	if spec.HasStreamFormat() && format != "json" {
		return core.FlowError(core.ErrFormat, "data.format is %q, %s has json", format, spec.Name)
	}
	params, isObject := o["params"].(object)
	if !isObject && o["params"] != nil {
		return core.FlowError(core.ErrParamValue, "params must be an object")
	}
	return checkParams("params", spec.StreamParams(), params)
}

// checkRestSource checks the source connection of a batch self-serve source, whose
// params are its own.
func checkRestSource(o object) error {
	if format := core.Text(o, "data", "format"); format != "json" {
		return core.FlowError(core.ErrFormat, "data.format is %q, self-serve sources have json", format)
	}
	if _, isObject := o["params"].(object); !isObject && o["params"] != nil {
		return core.FlowError(core.ErrParamValue, "params must be an object")
	}
	return nil
}

// checkStream checks the flow of a stream.
func checkStream(c *core.Call, o object, spec specs.FlowSpec, source, target object) error {
	for _, member := range []string{"scheduleParams", "options"} {
		if v, _ := o[member].(object); len(v) > 0 && !(member == "options" && len(v) == 1 && v["inletUrl"] != nil) {
			return core.FlowError(core.ErrParamValue, "flow specification %s has no %s", spec.Name, member)
		}
	}
	if err := checkHTTPData(c, spec, source); err != nil {
		return err
	}
	known := []string{"Mapping"}
	if spec.ID == specs.StreamXDM {
		known = nil
	}
	if err := checkTransformationNames(o, known); err != nil {
		return err
	}
	mapping, has := Transformation(o, "Mapping")
	if !has {
		if spec.ID == specs.StreamWithMapping || spec.ID == specs.GenericStreamingAEP {
			return core.FlowError(core.ErrMappingColumns, "transformations has no Mapping, which flow specification %s needs",
				spec.Name)
		}
		return nil
	}
	_, err := flowMapping(c, mapping, target)
	return err
}

// checkReader refuses a second flow that reads what one flow alone can read: a consumer
// group of an event hub, or a subscription.
func checkReader(c *core.Call, source object) error {
	reader := readerOf(source)
	if reader == "" {
		return nil
	}
	place := placeOf(c, source)
	for _, r := range c.Space.Table(core.KindSource).Order {
		if other := r.View(); readerOf(other) != reader || placeOf(c, other) != place {
			continue
		}
		if flows := c.Space.Table(core.KindFlow).By("sourceConnectionIds[]", r.ID); len(flows) > 0 {
			return core.FlowError(core.ErrParamValue, "%s is read by flow %s, and one flow alone can read it", reader,
				flows[0].ID)
		}
	}
	return nil
}

// readerOf names what one flow alone can read of a stream, "" for nothing.
func readerOf(source object) string {
	spec, _, _ := specs.ConnectorByID(core.Text(source, "connectionSpec", "id"))
	var names []string
	for _, k := range spec.StreamKeys() {
		if k.Reader {
			_, name := specs.SplitProject(cmp.Or(core.Text(source, "params", k.Name), k.Default))
			names = append(names, fmt.Sprintf("%s %q", k.Name, name))
		}
	}
	return strings.Join(names, ", ")
}

// placeOf says where a source reads a stream: what its connection leads to, or the connection itself.
func placeOf(c *core.Call, source object) string {
	spec, _, _ := specs.ConnectorByID(core.Text(source, "connectionSpec", "id"))
	for _, k := range spec.StreamKeys() {
		if project, _ := specs.SplitProject(core.Text(source, "params", k.Name)); k.Reader && project != "" {
			return project
		}
	}
	id := core.Text(source, "baseConnectionId")
	base := c.Space.Get(core.KindConnection, id)
	if base == nil {
		return id
	}
	params := base.View()
	return cmp.Or(spec.ReaderPlace(func(name string) string { return core.Text(params, "auth", "params", name) }), id)
}

// checkHTTPData: raw data need the specification with a mapping, XDM the one without.
func checkHTTPData(c *core.Call, spec specs.FlowSpec, source object) error {
	base := c.Space.Get(core.KindConnection, core.Text(source, "baseConnectionId"))
	if base == nil {
		return nil
	}
	want := map[string]string{specs.StreamWithMapping: "raw", specs.StreamXDM: "xdm"}[spec.ID]
	got := core.Text(base.View(), "auth", "params", "dataType")
	if conn, _, _ := specs.ConnectorByID(core.Text(base.View(), "connectionSpec", "id")); conn.IsHTTPAPI() &&
		want != "" && got != "" && got != want {
		return core.FlowError(core.ErrConnector, "the connection takes %s data, flow specification %s takes %s", got,
			spec.Name, want)
	}
	return nil
}

// checkFixed refuses a PATCH of what a flow does, where its specification says so.
func checkFixed(before, after object) error {
	spec, _ := specs.FlowSpecByID(core.Text(before, "flowSpec", "id"))
	if !spec.Fixed {
		return nil
	}
	for _, member := range []string{"transformations", "scheduleParams", "options", "sourceConnectionIds",
		"targetConnectionIds"} {
		if !core.Same(before[member], after[member]) {
			return core.FlowError(core.ErrPatchDisabled, "flow specification %s does not support changes of %s", spec.Name,
				member)
		}
	}
	return nil
}

const collection = "https://dcs.adobedc.net/collection/"

// openInlet gives a connection of HTTP API the address that it is sent to, or keeps the
// one that it has.
func openInlet(e *core.Env, o, before object) {
	spec, _, _ := specs.ConnectorByID(core.Text(o, "connectionSpec", "id"))
	params, isObject := core.At(o, "auth", "params").(object)
	if !spec.IsHTTPAPI() || !isObject {
		return
	}
	id, url := core.Text(before, "auth", "params", "inletId"), core.Text(before, "auth", "params", "inletUrl")
	if id == "" {
		id, url = e.NewHex(64), ""
	}
	params["inletId"], params["inletUrl"] = id, cmp.Or(url, collection+id)
}

// openWebhook gives the flow of a webhook its address.
func openWebhook(e *core.Env, o object) {
	if core.Text(o, "flowSpec", "id") != specs.GenericStreamingAEP || core.Text(o, "options", "inletUrl") != "" {
		return
	}
	options, _ := o["options"].(object)
	if options == nil {
		options = object{}
	}
	options["inletUrl"] = collection + e.NewHex(64)
	o["options"] = options
}

// exploreRest answers what a self-serve source has: the first file of its folder.
func exploreRest(c *core.Call, s fileStore) (core.Answer, error) {
	if err := checkSourceParams(c.Query.Get("sourceParams")); err != nil {
		return core.Answer{}, err
	}
	if s.HasFiles() {
		entries, err := s.Files("", false)
		if err != nil {
			return core.Answer{}, err
		}
		if len(entries) > 0 {
			return exploreFile(c, s, entries[0].Path)
		}
	}
	return core.OK(object{"format": "hierarchical", "schema": object{"type": "object", "properties": object{}},
		"data": []any{}})
}

// checkSourceParams checks the params of an explore call, a JSON object in Base64. With
// each of them the data are the same.
func checkSourceParams(encoded string) error {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		raw, err = base64.RawStdEncoding.DecodeString(encoded)
	}
	v, bad := core.DecodeJSON(raw)
	if _, isObject := v.(object); err != nil || bad != nil || !isObject {
		return core.FlowError(core.ErrParamValue, "sourceParams is %q, expected a JSON object in Base64, such as e30=",
			encoded)
	}
	return nil
}
