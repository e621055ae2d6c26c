package emulator

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/redact"
)

// maskSecrets replaces secret leaves of a body by what their names say of them.
func maskSecrets(v any) any {
	out, err := decodeJSON(redact.New().Body(toJSON(v)))
	if err != nil {
		panic(fmt.Sprintf("emulator: masked body: %v", err)) // it was JSON, and is
	}
	return out
}
