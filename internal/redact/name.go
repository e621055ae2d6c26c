package redact

import (
	"regexp"
	"sync"

	"github.com/aepflow/aepflow/internal/specs"
)

// anywhere are words of a name that speak of a secret wherever they occur.
const anywhere = `password|sas_?uri|passwd|passphrase|secret|token|credential|connection_?string|` +
	`(?:account|access|private|shared|service_?account)_?key`

// withinAuth are the words that do so among the parameters of a connection.
const withinAuth = `passw|pwd|passphrase|secret|token|key|credential|connectionstring|sasuri`

var (
	anyName  = regexp.MustCompile(`(?i)` + anywhere)
	authName = regexp.MustCompile(`(?i)` + withinAuth)
)

// declared are the parameters that a connector declares secret.
var declared = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, c := range specs.Connectors() {
		for _, a := range c.Auth {
			for _, p := range a.Params {
				names[p.Name] = names[p.Name] || p.Secret
			}
		}
	}
	return names
})

// IsName reports whether a member of that name holds a secret. inAuth says that it
// is a part of how a connection signs in, where more names do.
func IsName(name string, inAuth bool) bool {
	return declared()[name] || anyName.MatchString(name) || inAuth && authName.MatchString(name)
}
