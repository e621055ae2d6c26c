package diag

import (
	"io"
	"net/url"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

// SARIF prints r as a SARIF 2.1.0 log with one run of the tool. The rules are
// the codes that occur, explained as `aepflow explain` explains them.
func SARIF(w io.Writer, r *Report, toolVersion string) error {
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name: "aepflow", Version: toolVersion, InformationURI: "https://github.com/aepflow/aepflow",
			Rules: []sarifRule{},
		}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	index := map[Code]int{}
	list, _ := conceal(r.Sorted())
	for _, d := range list {
		result := newSARIFResult(d)
		if at, ok := index[d.Code]; ok {
			result.RuleIndex = &at
		} else if e, ok := Lookup(d.Code); ok {
			at := len(run.Tool.Driver.Rules)
			index[d.Code] = at
			result.RuleIndex = &at
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, newSARIFRule(e))
		}
		run.Results = append(run.Results, result)
	}
	return output.JSON(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID            string          `json:"id"`
	Short         sarifText       `json:"shortDescription"`
	Full          sarifText       `json:"fullDescription"`
	Help          sarifText       `json:"help"`
	Configuration sarifRuleConfig `json:"defaultConfiguration"`
}

type sarifRuleConfig struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex *int            `json:"ruleIndex,omitempty"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
	Related   []sarifLocation `json:"relatedLocations,omitempty"`
	Fixes     []sarifFix      `json:"fixes,omitempty"`
}

type sarifLocation struct {
	ID       int            `json:"id,omitempty"`
	Message  *sarifText     `json:"message,omitempty"`
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
}

type sarifFix struct {
	Description sarifText     `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion `json:"deletedRegion"`
	Inserted sarifText   `json:"insertedContent"`
}

func newSARIFRule(e Entry) sarifRule {
	return sarifRule{
		ID: string(e.Code), Short: sarifText{e.Title}, Full: sarifText{e.Explanation}, Help: sarifText{e.Explanation},
		Configuration: sarifRuleConfig{sarifLevel(e.Severity)},
	}
}

func sarifLevel(s Severity) string { return s.String() } // error, warning and note are SARIF's own words

func newSARIFResult(d Diagnostic) sarifResult {
	out := sarifResult{RuleID: string(d.Code), Level: sarifLevel(d.Severity), Message: sarifText{fullMessage(d)}}
	for i, l := range d.Labels {
		if l.Span.IsZero() {
			continue
		}
		loc := sarifLocation{Physical: sarifPhysical{sarifArtifact{fileURI(l.Span.Path())}, newSARIFRegion(l.Span)}}
		if i == 0 {
			if d.Path != "" {
				loc.Logical = []sarifLogical{{d.Path}}
			}
			out.Locations = append(out.Locations, loc)
			continue
		}
		loc.ID = i
		if l.Text != "" {
			loc.Message = &sarifText{l.Text}
		}
		out.Related = append(out.Related, loc)
	}
	if d.Fix != nil {
		out.Fixes = []sarifFix{newSARIFFix(*d.Fix)}
	}
	return out
}

func newSARIFFix(f Fix) sarifFix {
	out := sarifFix{Description: sarifText{f.Title}}
	for _, e := range f.Edits {
		uri := fileURI(e.Span.Path())
		if n := len(out.Changes); n == 0 || out.Changes[n-1].Artifact.URI != uri {
			out.Changes = append(out.Changes, sarifChange{Artifact: sarifArtifact{uri}})
		}
		last := &out.Changes[len(out.Changes)-1]
		last.Replacements = append(last.Replacements, sarifReplacement{newSARIFRegion(e.Span), sarifText{e.Text}})
	}
	return out
}

func newSARIFRegion(s source.Span) sarifRegion {
	start, end := s.Pos(), s.EndPos()
	return sarifRegion{start.Line, start.Column, end.Line, end.Column}
}

// fileURI writes a path as a URI reference: relative paths stay relative to
// the root of the repository.
func fileURI(path string) string {
	path = slashPath(path)
	switch {
	case len(path) > 1 && path[1] == ':' && 'A' <= path[0]&^0x20 && path[0]&^0x20 <= 'Z': // C:/folder
		return "file:///" + path[:2] + (&url.URL{Path: path[2:]}).EscapedPath()
	case strings.HasPrefix(path, "/"):
		return (&url.URL{Scheme: "file", Path: path}).String()
	}
	return (&url.URL{Path: path}).String()
}
