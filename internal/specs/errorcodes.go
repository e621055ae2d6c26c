package specs

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

// ErrorCode explains a code with which the platform says that a run failed, or that it refused a call.
type ErrorCode struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Cause string `json:"cause"`
	Fix   string `json:"fix"`
}

// ErrorRow explains all codes that mean the same for a person. Codes are published with a short message at most;
// causes and fixes are ours.
type ErrorRow struct {
	Codes []string `json:"codes"`
	Title string   `json:"title"`
	Cause string   `json:"cause"`
	Fix   string   `json:"fix"`
}

//go:embed data/errors.json
var errorsJSON []byte

// ErrorRows returns what is known of the platform's codes: those of runs, of the gateway, then of Flow Service.
var ErrorRows = sync.OnceValue(func() []ErrorRow {
	var rows []ErrorRow
	if err := json.Unmarshal(errorsJSON, &rows); err != nil {
		panic("specs: " + err.Error()) // our own text
	}
	return rows
})

// flowPrefix begins the codes of both published tables of refusals: Flow Service's own, and that of the connectors.
const flowPrefix = "FLOW-"

// ErrorByCode returns what is known of a code. The tables of refusals print numbers without a prefix (1360-400), the
// prefix of one table is not published, and the status at the end is not always the published one.
func ErrorByCode(code string) (ErrorCode, bool) {
	if e, ok := errorWith(code); ok {
		return e, true
	}
	prefix, rest, _ := strings.Cut(code, "-")
	switch {
	case isNumber(prefix):
		rest = code
	case !strings.EqualFold(prefix, "FLOW") && !strings.EqualFold(prefix, "CONNECTOR"):
		return ErrorCode{}, false // another service counts by itself
	}
	if e, ok := errorWith(flowPrefix + rest); ok {
		return e, true
	}
	number, status, hasStatus := strings.Cut(rest, "-")
	if !isNumber(number) || hasStatus && (len(status) != 3 || !isNumber(status)) {
		return ErrorCode{}, false // misspelled
	}
	var found ErrorCode
	rows := 0
	for _, row := range ErrorRows() {
		for _, c := range row.Codes {
			if strings.HasPrefix(c, flowPrefix+number+"-") {
				found = ErrorCode{c, row.Title, row.Cause, row.Fix}
				rows++
				break
			}
		}
	}
	if rows != 1 {
		return ErrorCode{}, false
	}
	return found, true
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func errorWith(code string) (ErrorCode, bool) {
	for _, row := range ErrorRows() {
		for _, c := range row.Codes {
			if strings.EqualFold(c, code) {
				return ErrorCode{c, row.Title, row.Cause, row.Fix}, true
			}
		}
	}
	return ErrorCode{}, false
}
