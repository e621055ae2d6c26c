package applier

import (
	"fmt"
	"strconv"
	"strings"

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
		id, etag, err = platform.WrittenRegistry(body)
		if isURL := strings.Contains(id, "://"); err == nil && isURL != (kind != resource.Descriptor) {
			err = fmt.Errorf("%q in the answer is the id of another kind of object", id)
		}
		return id, etag, err
	case resource.AnswerDataset:
		id, err = platform.WrittenDataset(body)
		return id, "", err
	case resource.AnswerMapping:
		id, version, err := platform.WrittenMappingSet(body)
		return id, strconv.Itoa(version), err
	}
	panic(fmt.Sprintf("applier: no answer style for %s", kind))
}
