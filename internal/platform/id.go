package platform

import (
	"fmt"
	"strings"
)

// maxID bounds the bytes of an id. The longest real ones, $ids of schemas, have about a
// hundred.
const maxID = 512

// checkID says why a text in an answer cannot be the id of an object; nil when it can.
// Every id that comes out of an answer passes here or through checkURL: it goes into
// URLs, the journal and the lockfile. An id is one step of a path.
func checkID(id string) error {
	if strings.Contains(id, "/") {
		return badID(id)
	}
	return checkSteps(id, id)
}

// checkURL is checkID for the $id of the Schema Registry, which is a URL.
func checkURL(id string) error {
	scheme, path, isURL := strings.Cut(id, "://")
	if !isURL || scheme != "https" && scheme != "http" {
		return badID(id)
	}
	return checkSteps(id, path)
}

func checkSteps(id, path string) error {
	if id == "" || len(id) > maxID || strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("?#%\\\"<>{}|^`", r)
	}) {
		return badID(id)
	}
	for step := range strings.SplitSeq(path, "/") {
		if step == "" || step == "." || step == ".." {
			return badID(id)
		}
	}
	return nil
}

func badID(id string) error {
	if runes := []rune(id); len(runes) > 80 {
		id = string(runes[:80]) + "…"
	}
	return fmt.Errorf("%q in the answer is not an id", tidy(id))
}
