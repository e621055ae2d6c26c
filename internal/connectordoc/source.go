package connectordoc

import (
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Source returns what a dataflow reads from the connector: table, files, rest, or
// stream; "" where a dataflow cannot name it.
func Source(c specs.Connector) string {
	switch {
	case c.ID == "" || c.Kind == "adobeApplication":
		return ""
	case c.FlowSpec == "":
		return "stream"
	}
	return map[string]string{
		"CRMToAEP": "table", "CloudStorageToAEP": "files", "RestStorageToAEP": "rest",
	}[c.FlowSpec]
}

// Keys are the paths of the keys with which a dataflow says what it reads from the
// connector. The keys of the connection are left out: every source has them.
func Keys(c specs.Connector) []string {
	switch Source(c) {
	case "table":
		keys := []string{"table", "columns"}
		if c.FilterAtSource {
			keys = append(keys, "filter")
		}
		return append(keys, "delta")
	case "files":
		return []string{"files.path", "files.type", "files.recursive", "files.format", "files.delimiter",
			"files.encoding", "files.compression", "files.encryption"}
	case "rest":
		return []string{"rest.params"}
	case "stream":
		var keys []string
		for _, k := range c.StreamKeys() {
			keys = append(keys, "stream."+k.Key)
		}
		return keys
	}
	return nil
}

// SignIn names the sign-in methods of a connector in a line.
func SignIn(c specs.Connector) string {
	switch {
	case c.ID == "":
		return "not usable: id not published"
	case c.AuthComplete && len(c.Auth) == 0:
		return "none needed"
	case len(c.Auth) == 0:
		return "not published"
	}
	text := strings.Join(c.MethodNames(), ", ")
	if !c.AuthComplete {
		text += " (not checked)"
	}
	return text
}
