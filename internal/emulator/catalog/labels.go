package catalog

import (
	"net/http"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// Usage labels of datasets, at Dataset Service. A dataset without labels has no
// object there, and answers 404.
func labelRoutes() []core.Route {
	r := core.RoutesOf(core.DatasetService)
	return []core.Route{
		r(http.MethodGet, "/datasets/{id}/labels", core.Reads, getLabels),
		r(http.MethodPut, "/datasets/{id}/labels", core.Writes, core.With((*core.Call).Object, putLabels)),
	}
}

// labelError refuses as Dataset Service does.
func labelError(status int, code, format string, args ...any) error {
	r := core.Problem(status, code, format, args...)
	r.Body["type"] = "https://ns.adobe.com/aep/errors/" + code
	return r
}

func labelsAnswer(o object, etag string) (core.Answer, error) {
	return core.Answer{Status: http.StatusOK, Header: [][2]string{{"ETag", etag}}, Body: core.ToJSON(o)}, nil
}

func getLabels(c *core.Call) (core.Answer, error) {
	r := c.Space.Get(core.KindDatasetLabels, c.Arg("id"))
	if c.Find(core.KindDataset, c.Arg("id")) == nil || r == nil {
		return core.Answer{}, labelError(http.StatusNotFound, "PES-404", "there are no labels of dataset %s", c.Arg("id"))
	}
	o := r.Object()
	etag := core.Text(o, "etag")
	delete(o, "etag")
	o["imsOrg"] = c.Space.Org.ID
	return labelsAnswer(object{"AEP:dataset:" + c.Arg("id"): o}, etag)
}

// putLabels replaces all labels of a dataset; none at all removes them.
func putLabels(c *core.Call, body object) (core.Answer, error) {
	dataset := c.Find(core.KindDataset, c.Arg("id"))
	if dataset == nil {
		return core.Answer{}, labelError(http.StatusNotFound, "PES-404", "there is no dataset %s", c.Arg("id"))
	}
	match := c.Request.Header.Get("If-Match")
	r := c.Space.Get(core.KindDatasetLabels, dataset.ID)
	switch {
	case match == "":
		return core.Answer{}, labelError(http.StatusBadRequest, "PES-400", "If-Match is missing")
	case r != nil && match != core.Text(r.View(), "etag"):
		return core.Answer{}, labelError(http.StatusConflict, "PES-409", "the labels have etag %s, If-Match has %s",
			core.Text(r.View(), "etag"), match)
	}
	o, err := readLabels(c, dataset, body)
	if err != nil {
		return core.Answer{}, err
	}
	return labelsAnswer(o, AddLabels(c, dataset.ID, o))
}

// AddLabels stores the labels of a dataset, and returns their etag.
func AddLabels(c *core.Call, dataset string, o object) (etag string) {
	etag = c.Env.NewEtag(c.Now)
	if len(core.List(o, "labels"))+len(core.List(o, "optionalLabels")) == 0 {
		c.Space.Remove(core.KindDatasetLabels, dataset)
		return etag
	}
	stored := core.Clone(o).(object)
	stored["etag"] = etag
	c.Space.Put(core.KindDatasetLabels, dataset, c.Millis(), stored)
	return etag
}

// readLabels checks the labels of a dataset and of fields of its schema.
func readLabels(c *core.Call, dataset *core.Record, body object) (object, error) {
	labels, err := labelList(body["labels"])
	if err != nil {
		return nil, err
	}
	schemaID := dataset.Key(core.DatasetSchemaKey)
	optional := []any{}
	for _, e := range core.List(body, "optionalLabels") {
		option, path := core.At(e, "option"), core.Text(e, "option", "schemaPath")
		ofField, err := labelList(core.At(e, "labels"))
		if err != nil {
			return nil, err
		}
		if !registry.SameSchema(core.Text(option, "id"), schemaID) {
			return nil, labelError(http.StatusBadRequest, "PES-400", "option.id is %q, the dataset has schema %s",
				core.Text(option, "id"), schemaID)
		}
		if !registry.HasField(c, schemaID, strings.ReplaceAll(path, "/properties/", "/")) {
			return nil, labelError(http.StatusBadRequest, "PES-400", "schema %s has no field %s", schemaID, path)
		}
		optional = append(optional, object{"option": option, "labels": ofField})
	}
	return object{"labels": labels, "optionalLabels": optional}, nil
}

func labelList(v any) ([]any, error) {
	list, isList := v.([]any)
	if v != nil && !isList {
		return nil, labelError(http.StatusBadRequest, "PES-400", "labels must be an array")
	}
	for _, e := range list {
		if s, _ := e.(string); s == "" {
			return nil, labelError(http.StatusBadRequest, "PES-400", "labels must be an array of texts")
		}
	}
	return append([]any{}, list...), nil
}
