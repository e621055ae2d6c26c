package core

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/redact"
)

// MaskSecrets replaces secret leaves of a body by what their names say of them.
func MaskSecrets(v any) any {
	out, err := DecodeJSON(redact.New().Body(ToJSON(v)))
	if err != nil {
		panic(fmt.Sprintf("emulator: masked body: %v", err)) // it was JSON, and is
	}
	return out
}
