package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/aepflow/aepflow/internal/output"
)

// gitlabIssue is an issue of GitLab's Code Quality report.
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// gitlabSeverities are GitLab's words.
var gitlabSeverities = map[Severity]string{Error: "major", Warning: "minor", Note: "info"}

// GitLab prints r as a Code Quality report, which GitLab shows in a merge request. A fingerprint does not depend on
// the line, so that what has moved is not new. What has no place is shown at the first line of aepflow.yaml, because
// GitLab drops issues without one.
func GitLab(w io.Writer, r *Report) error {
	list, _ := conceal(r.Sorted())
	issues := []gitlabIssue{}
	times := map[string]int{} // of what is found more than once in a file
	for _, d := range list {
		at := gitlabLocation{Path: "aepflow.yaml", Lines: gitlabLines{Begin: 1}}
		if s := d.Primary(); !s.IsZero() {
			at = gitlabLocation{Path: slashPath(s.Path()), Lines: gitlabLines{Begin: s.Pos().Line}}
		}
		said := fullMessage(d)
		what := fmt.Sprintf("%q %q %q", at.Path, d.Code, said)
		times[what]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", what, times[what]))
		issues = append(issues, gitlabIssue{
			Description: said, CheckName: string(d.Code), Fingerprint: hex.EncodeToString(sum[:16]),
			Severity: gitlabSeverities[d.Severity], Location: at,
		})
	}
	return output.JSON(w, issues)
}
