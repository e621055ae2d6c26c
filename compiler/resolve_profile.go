package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// The tags of a dataset that the key profile sets.
const (
	profileTag  = "unifiedProfile"
	identityTag = "unifiedIdentity"
)

// isProfileTag reports whether a tag is one that the key profile sets, under its
// present name or the one that older pages have. Those names are free for other
// values.
func isProfileTag(t schemas.Tag) bool {
	switch t.Name {
	case profileTag, identityTag:
		return true
	case "profile", "identity":
		return slices.ContainsFunc(t.Values, func(v string) bool { return strings.HasPrefix(v, "enabled:") })
	}
	return false
}

// checkTags reports tags that the key profile sets.
func checkTags(d *datasetSymbol, report *diag.Report) {
	problem := profileByTag{dataset: d.at(), mode: d.Profile}
	for _, t := range d.Tags {
		if !isProfileTag(t) {
			continue
		}
		problem.tags = append(problem.tags, d.at("tags", t.Name))
		if t.Name == identityTag || t.Name == "identity" {
			continue
		}
		has := func(value string) bool {
			return slices.ContainsFunc(t.Values, func(v string) bool { return strings.ReplaceAll(v, " ", "") == value })
		}
		problem.feeds = true
		switch {
		case has("enabled:true") && has("isUpsert:true"):
			problem.mode = schemas.ProfileUpsert
		case has("enabled:true") && problem.mode == schemas.NoProfile:
			problem.mode = schemas.InProfile
		}
	}
	if len(problem.tags) > 0 {
		report.Add(problem)
	}
}

type profileByTag struct {
	dataset decode.Place
	tags    []decode.Place
	mode    schemas.DatasetProfile
	feeds   bool // a tag says something about Profile, not only about the identity graph
}

func (p profileByTag) Diagnose() diag.Diagnostic {
	first := p.tags[0]
	name := first.Path[len(first.Path)-1].Key
	d := diag.Diagnostic{
		Code: diag.ProfileTag, Severity: diag.Error, Path: first.Path.String(),
		Message: fmt.Sprintf("tag `%s` is reserved for the key `profile`", name),
		Labels:  first.KeyLabels("set `profile` instead"),
	}
	for _, t := range p.tags[1:] {
		d.Labels = append(d.Labels, diag.Label{Span: t.Key(), Text: "reserved too"})
	}
	word := "false"
	if p.mode != schemas.NoProfile {
		word = string(p.mode)
	}
	switch {
	case p.feeds || p.dataset.Has("profile"):
		d.Help = "remove it and write `profile: " + word + "`"
		d.Fix = p.fix(word)
	default:
		d.Help = "remove it, or write `profile: true` to enable both the identity graph and Profile"
	}
	return d
}

// fix takes the tags out and says the same by the key profile. It leaves alone
// what an overlay, a default, or an alias gives.
func (p profileByTag) fix(word string) *diag.Fix {
	tags := p.dataset.Doc.Find(p.dataset.Path.Field("tags"))
	profile := p.dataset.Doc.Find(p.dataset.Path.Field("profile"))
	ownWords := func(n *document.Node) bool {
		return n != nil && len(p.dataset.Doc.Provenance[n]) == 0 && n.Alias().IsZero()
	}
	if !ownWords(tags.Node) || tags.Key.File != p.dataset.Doc.File || p.dataset.Doc.Defaulted {
		return nil
	}
	var edits []diag.Edit
	line := "profile: " + word
	if profile.Here {
		if !ownWords(profile.Node) {
			return nil
		}
		if profile.Node.Span.Text() != word {
			edits = append(edits, diag.Edit{Span: profile.Node.Span, Text: word})
		}
		line = ""
	}
	if len(p.tags) == len(tags.Node.Pairs) { // nothing is left of the tags
		whole := tags.Key.Join(tags.Node.Span)
		if line == "" {
			whole = aroundPair(whole)
		}
		return &diag.Fix{Title: "write profile: " + word, Edits: append(edits, diag.Edit{Span: whole, Text: line})}
	}
	if line != "" {
		sep := ", "
		if indent, block := indentOf(tags.Key); block {
			sep = "\n" + indent
		}
		before := source.Span{File: tags.Key.File, Start: tags.Key.Start, End: tags.Key.Start}
		edits = append(edits, diag.Edit{Span: before, Text: line + sep})
	}
	for _, t := range p.tags {
		found := t.Doc.Find(t.Path)
		if !ownWords(found.Node) {
			return nil
		}
		edits = append(edits, diag.Edit{Span: aroundPair(found.Key.Join(found.Node.Span))})
	}
	return &diag.Fix{Title: "write profile: " + word, Edits: edits}
}

// indentOf returns the text before a key on its line; false when that is more
// than spaces.
func indentOf(key source.Span) (string, bool) {
	before := key.File.Text[:key.Start]
	start := strings.LastIndexByte(string(before), '\n') + 1
	indent := string(before[start:])
	return indent, strings.Trim(indent, " ") == ""
}

// aroundPair widens a key with its value to all that goes with it: its lines, or
// in a map on one line the comma.
func aroundPair(s source.Span) source.Span {
	text := string(s.File.Text)
	after := s.End + len(text[s.End:]) - len(strings.TrimLeft(text[s.End:], " "))
	if after < len(text) && text[after] == ',' {
		after++
		s.End = after + len(text[after:]) - len(strings.TrimLeft(text[after:], " "))
		return s
	}
	if before := strings.TrimRight(text[:s.Start], " \n"); strings.HasSuffix(before, ",") {
		s.Start = len(before) - 1
		return s
	}
	if indent, block := indentOf(s); block {
		s.Start -= len(indent)
		if end := strings.IndexByte(text[s.End:], '\n'); end >= 0 {
			s.End += end + 1
		} else {
			s.End = len(text)
		}
	}
	return s
}

type upsertOfEvents struct{ at decode.Place }

func (p upsertOfEvents) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.UpsertEvents, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: "upsert has no effect on events",
		Labels:  p.at.Labels("the schema describes events"),
		Help:    "write `profile: true`; events are appended, never updated",
	}
}
