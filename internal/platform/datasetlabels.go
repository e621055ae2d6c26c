package platform

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aepflow/aepflow/internal/specs"
)

// DatasetLabels reads the usage labels of a dataset, and those of its fields that were set here. A dataset without any
// is not found, like one that does not exist or is hidden.
func DatasetLabels(ctx context.Context, d Doer, id string) (Object, error) {
	path := specs.DatasetService + "/datasets/" + specs.EscapeID(id) + "/labels"
	res, err := get(ctx, d, path, "")
	if err != nil {
		return Object{}, err
	}
	body, err := datasetLabels(id, res.Body)
	if err != nil {
		return Object{}, fmt.Errorf("GET %s: %w%s", path, err, withID(res.RequestID))
	}
	return Object{ID: id, ETag: res.Header.Get("ETag"), Body: body}, nil
}

// WrittenDatasetLabels checks the answer to a write, which has the labels and no ID.
func WrittenDatasetLabels(body []byte) error {
	_, err := datasetLabels("", body)
	return err
}

// datasetLabels returns the object with the labels: reads have it below a name with the ID of the dataset.
func datasetLabels(id string, body []byte) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err == nil {
		if of, ok := members["AEP:dataset:"+id]; ok && len(members) == 1 {
			body = of
		}
	}
	var head struct {
		Labels         *[]string         `json:"labels"`
		OptionalLabels []json.RawMessage `json:"optionalLabels"`
	}
	if err := json.Unmarshal(body, &head); err != nil || head.Labels == nil && head.OptionalLabels == nil {
		return nil, unexpected("the Dataset Service", body)
	}
	return body, nil
}
