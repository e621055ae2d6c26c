package specs

import (
	"regexp"
	"strings"
)

// label is what the platform takes as the name of a label: Adobe's, such as C2, I1, or S2, and those of the
// organization. coreLabel matches Adobe's own: contracts, identities, and sensitive data.
var (
	label     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	coreLabel = regexp.MustCompile(`^([CIS][0-9]+|RHD)$`)
)

// IsLabel reports whether a text can be the name of a data usage label.
func IsLabel(s string) bool { return label.MatchString(s) }

// FlowLabel is a label as the Flow Service names it.
func FlowLabel(name string) string {
	if coreLabel.MatchString(name) {
		return "core/" + name
	}
	return "custom/" + name
}

// LabelOfFlow is the name of a label of the Flow Service; false when documents cannot say it.
func LabelOfFlow(s string) (name string, ok bool) {
	_, name, _ = strings.Cut(s, "/")
	return name, IsLabel(name) && FlowLabel(name) == s
}
