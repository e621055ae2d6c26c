package emulator

import (
	"regexp"
	"sync"

	"github.com/aepflow/aepflow/internal/specs"
)

const masked = "(secret)"

var secretNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{"client_secret": true, "accessToken": true, "securityToken": true, "sasUri": true}
	for _, c := range specs.Connectors() {
		for _, a := range c.Auth {
			for _, p := range a.Params {
				names[p.Name] = names[p.Name] || p.Secret
			}
		}
	}
	return names
})

var secretLooking = regexp.MustCompile(`(?i)passw|secret|token|key|credential|connectionstring|pwd`)

// maskSecrets replaces secret leaves: parameters that any connector declares
// secret, and, inside auth, everything whose name looks like one. A JSON Patch
// carries them under value, its path telling where.
func maskSecrets(v any, inAuth bool) any {
	switch v := v.(type) {
	case object:
		out := make(object, len(v))
		patchesAuth := inAuth
		for _, name := range []string{"path"} {
			p := text(v, name)
			patchesAuth = patchesAuth || len(p) > 5 && p[:5] == "/auth"
		}
		for k, e := range v {
			_, leaf := scalar(e)
			switch {
			case leaf && k != "specName" && (secretNames()[k] || inAuth && secretLooking.MatchString(k)):
				out[k] = masked
			case leaf && k == "value" && patchesAuth:
				out[k] = masked
			default:
				out[k] = maskSecrets(e, inAuth || k == "auth" || k == "value" && patchesAuth)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = maskSecrets(e, inAuth)
		}
		return out
	}
	return v
}
