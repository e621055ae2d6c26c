package applier

import (
	"fmt"
	"strconv"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// answered reads what the answer to a create, update or action names: the
// object's id and its version, "" where the answer does not say.
func answered(kind resource.Kind, body []byte) (id, etag string, err error) {
	switch resource.SpecOf(kind).Answer {
	case resource.AnswerIDEtag:
		return platform.WrittenFlow(body)
	case resource.AnswerRegistry, resource.AnswerDescriptor:
		return platform.WrittenRegistry(body)
	case resource.AnswerDataset:
		id, err = platform.WrittenDataset(body)
		return id, "", err
	case resource.AnswerMapping:
		id, version, err := platform.WrittenMappingSet(body)
		return id, strconv.Itoa(version), err
	}
	panic(fmt.Sprintf("applier: no answer style for %s", kind))
}
