package diag_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

// quoting is a report of one error whose every text quotes the user.
func quoting(text string) *diag.Report {
	f := source.NewFile(cmp.Or(text, "x"), []byte("name: "+text+"\nend: here\n"))
	end := bytes.LastIndex(f.Text, []byte("here"))
	r := &diag.Report{}
	r.Add(found{
		Code: diag.InvalidValue, Severity: diag.Error, Message: "x" + text, Path: "x" + text,
		Labels: []diag.Label{{Span: f.Span(end, end+4), Text: "x" + text}, {Span: f.Span(0, 4), Text: "x" + text}},
		Notes:  []string{"x" + text, "x" + text}, Help: "x" + text,
		Fix: &diag.Fix{Title: "x" + text, Edits: []diag.Edit{{Span: f.Span(end, end+4), Text: text}}},
	})
	return r
}

// Text of the user adds no line to any form, is never a command of a pipeline, and no
// hidden character of it is printed.
func FuzzRenderings(f *testing.F) {
	for _, text := range []string{
		"", "plain", "two\nlines", "\r\nerror: forged\n", "\n::error::forged", "##[error]x", "##vso[task", "%0A::error::x", ",line=1::x",
		"\x1b[31m", "\u202e", "\u2028note: forged", "\x85help: forged", "\xff", "javascript:alert(1)", "//host/x", `C:\x`, "\ufdd3", "\ufeff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		report := quoting(text)
		shown := map[string]string{
			"text":   string(render(t, func(b *bytes.Buffer) error { return diag.Text(b, report, diag.TextOptions{}) })),
			"github": string(render(t, func(b *bytes.Buffer) error { return diag.GitHub(b, report) })),
			"azure":  string(render(t, func(b *bytes.Buffer) error { return diag.Azure(b, report) })),
			"gitlab": string(render(t, func(b *bytes.Buffer) error { return diag.GitLab(b, report) })),
			"json":   string(render(t, func(b *bytes.Buffer) error { return diag.JSON(b, report) })),
			"sarif":  string(render(t, func(b *bytes.Buffer) error { return diag.SARIF(b, report, "1") })),
		}
		for name, got := range shown {
			if name == "azure" {
				got = strings.TrimPrefix(got, "##vso[") // our own
			}
			if fault := output.Fault(got); fault != "" {
				t.Errorf("%s of %q: %s", name, text, fault)
			}
		}
		checkText(t, shown["text"])
		checkGitHub(t, shown["github"])
		checkAzure(t, shown["azure"])
		checkGitLab(t, shown["gitlab"])
		checkJSON(t, shown["json"], text)
		checkSARIF(t, shown["sarif"])
	})
}

// checkText holds the lines of quoting to their beginnings.
func checkText(t *testing.T, text string) {
	t.Helper()
	var heads []string
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(strings.TrimSuffix(line, "\n"), " ")
		word, _, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "= "):
			word = line[:len("= help:")]
		case strings.Trim(word, "0123456789") == "" && word != "" && line != "1 error":
			word = "|"
		}
		heads = append(heads, word)
	}
	got := strings.Join(heads, " ")
	for strings.Contains(got, " | |") { // the lines of the source and what is marked on them
		got = strings.ReplaceAll(got, " | |", " |")
	}
	if strings.ReplaceAll(got, " | ... |", " |") != "error: --> | = note: = note: = help:  1" {
		t.Errorf("forged lines: %s\n%s", got, text)
	}
	if output.StartsCommand(text) {
		t.Errorf("starts a workflow command:\n%s", text)
	}
}

// checkGitHub holds the form to one command with the properties that are ours.
func checkGitHub(t *testing.T, text string) {
	t.Helper()
	command, message, _ := strings.Cut(strings.TrimPrefix(text, "::error "), "::")
	var names []string
	for property := range strings.SplitSeq(command, ",") {
		name, _, _ := strings.Cut(property, "=")
		names = append(names, name)
	}
	if got := strings.Join(names, " "); got != "file line col endLine endColumn title" {
		t.Errorf("properties %s in %s", got, text)
	}
	if strings.Count(text, "\n") != 1 || strings.Count(message, "%0A") != 3 || strings.ContainsRune(message, '\r') {
		t.Errorf("forged lines in %s", text)
	}
}

// checkAzure holds the form to one command with the properties that are ours.
func checkAzure(t *testing.T, text string) {
	t.Helper()
	head, message, _ := strings.Cut(strings.TrimSuffix(text, "\n"), "]")
	var names []string
	for property := range strings.SplitSeq(head, ";") {
		name, _, _ := strings.Cut(property, "=")
		names = append(names, name)
	}
	if got := strings.Join(names, " "); got != "##vso[task.logissue type sourcepath linenumber columnnumber code " {
		t.Errorf("properties %s in %s", got, text)
	}
	if strings.Count(text, "\n") != 1 || strings.Contains(message, "##vso[") || strings.Count(message, "%0A") != 3 ||
		strings.ContainsAny(message, "\r];") {
		t.Errorf("forged lines in %s", text)
	}
}

func checkGitLab(t *testing.T, text string) {
	t.Helper()
	var got []struct {
		Description, Fingerprint, Severity string
		Location                           struct{ Lines struct{ Begin int } }
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if len(got) != 1 || got[0].Severity != "major" || len(got[0].Fingerprint) != 32 || got[0].Location.Lines.Begin < 1 ||
		strings.Count(got[0].Description, "\n") != 3 {
		t.Errorf("%+v", got)
	}
}

func checkJSON(t *testing.T, text, quoted string) {
	t.Helper()
	var got diag.Result
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	want := "x" + strings.ToValidUTF8(quoted, "\ufffd")
	d := got.Diagnostics[0]
	if strings.ToValidUTF8(quoted, "") != quoted {
		return // several bytes may become one character
	}
	for _, value := range []string{d.Message, d.Path, d.Help, d.Notes[0], d.Related[0].Message, d.Fix.Title} {
		if value != want {
			t.Errorf("%q became %q", want, value)
		}
	}
	if d.Range.Filename != cmp.Or(quoted, "x") {
		t.Errorf("the file %q became %q", quoted, d.Range.Filename)
	}
}

func checkSARIF(t *testing.T, text string) {
	t.Helper()
	var got struct {
		Runs []struct {
			Results []struct {
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	result := got.Runs[0].Results[0]
	if lines := strings.Count(result.Message.Text, "\n"); lines != 3 {
		t.Errorf("the message has %d line breaks, want 3: %q", lines, result.Message.Text)
	}
	uri, err := url.Parse(result.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	if err != nil || uri.Scheme != "" && uri.Scheme != "file" || uri.Host != "" {
		t.Errorf("URI %v, %v", uri, err)
	}
}
