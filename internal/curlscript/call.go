package curlscript

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/planner"
)

const tenantMark = specs.TenantPlaceholder

var escapedTenant = specs.EscapeID(tenantMark)

// capture is a reference that an answer resolves, and the jq program that extracts it.
type capture struct {
	ref resource.Ref
	jq  string
}

// capturesOf returns the captures of a call. Those of versioned kinds have the version
// too, whether or not the plan says so.
func capturesOf(call planner.OwnedCall) []capture {
	if call.Method == "DELETE" || call.Step == planner.StepDelete || call.Step == planner.StepRetire {
		return nil
	}
	a := call.Change.Address
	spec := resource.SpecOf(a.Kind)
	if spec.Answer == resource.AnswerLabels {
		return nil // the answer has no ID: it is that of the dataset
	}
	var out []capture
	if call.Step == planner.StepCreate && spec.Of == "" {
		out = append(out, capture{resource.Ref{To: a, Field: "id"}, idFrom(spec.Answer)})
	}
	if spec.Versioned && (call.Step == planner.StepCreate || call.Step == planner.StepUpdate) {
		out = append(out, capture{resource.Ref{To: a, Field: "version"}, ".version | tostring"})
	}
	for _, r := range refsIn(call.Gives) {
		if !slices.ContainsFunc(out, func(c capture) bool { return c.ref == r }) {
			jq := idFrom(spec.Answer)
			if r.Field == "version" {
				jq = ".version | tostring"
			}
			out = append(out, capture{r, jq})
		}
	}
	return out
}

// idFrom is the jq program that extracts the id from an answer.
func idFrom(style resource.AnswerStyle) string {
	switch style {
	case resource.AnswerRegistry:
		return `."$id"`
	case resource.AnswerDescriptor:
		return `."@id"`
	case resource.AnswerDataset:
		return `.[0] | ltrimstr("@/dataSets/")`
	default:
		return ".id"
	}
}

// call writes one request.
func (s *script) call(call planner.OwnedCall, i, n int) error {
	a := call.Change.Address
	if !slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, call.Method) {
		return fmt.Errorf("%w: %q is not a method that aepflow sends", ErrNotAScript, call.Method)
	}
	fmt.Fprintf(&s.out, "\n# %d/%d %s\n", i, n, output.Line(string(call.Step)+" "+a.String()))
	fmt.Fprintf(&s.out, "echo %s >&2\n", quoteShell(output.Line(fmt.Sprintf("%d/%d %s %s", i, n, call.Step, a))))
	url, err := s.url(call.URL)
	if err != nil {
		return err
	}
	etag := s.etag(call, url)
	body := ""
	if call.Body != nil {
		v, err := resource.Parse(call.Body)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotAScript, err)
		}
		body = s.body(v)
	}
	if kept := resource.SpecOf(a.Kind).Kept; len(kept) > 0 {
		fmt.Fprintf(&s.out, "keep_others %s %s\n", url, strings.Join(kept, " "))
		etag = `"$etag"`
	}
	args := call.Method + " " + url
	if etag != "" || body != "" {
		args += " " + cmp.Or(etag, "''")
	}
	if body != "" {
		args += ` "$body"`
	}
	if body != "" && call.Media != "" {
		args += " " + quoteShell(call.Media)
	}
	captures := capturesOf(call)
	keepsETag := s.keepsETag(call)
	if len(captures) == 0 && !keepsETag {
		fmt.Fprintf(&s.out, "call %s >/dev/null\n", args)
		return nil
	}
	fmt.Fprintf(&s.out, "answer=$(call %s)\n", args)
	for _, c := range captures {
		name := s.refVariable(c.ref)
		fmt.Fprintf(&s.out, "%s=$(jq -er %s <<<\"$answer\")\n", name, quoteShell(c.jq))
		if !s.captured[c.ref] {
			s.made = append(s.made, c.ref)
		}
		s.captured[c.ref] = true
	}
	if keepsETag {
		name := s.variable("etag of " + objectURL(call.URL))
		s.etags[objectURL(call.URL)] = name
		fmt.Fprintf(&s.out, "%s=$(jq -r '.etag // empty' <<<\"$answer\")\n", name)
	}
	return nil
}

// objectURL is the URL of the object of a call, without action and query.
func objectURL(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return strings.TrimSuffix(url, "/action")
}

// keepsETag reports whether a later call needs the etag of the answer: a change of the
// object makes the one in the plan stale.
func (s *script) keepsETag(call planner.OwnedCall) bool {
	if call.Method != "PATCH" && call.Step != planner.StepEnable && call.Step != planner.StepDisable {
		return false
	}
	if resource.SpecOf(call.Change.Address.Kind).Answer != resource.AnswerIDEtag {
		return false
	}
	for _, later := range s.plan.InOrder() {
		if later.N > call.N && objectURL(later.URL) == objectURL(call.URL) && later.Method == "PATCH" {
			return true
		}
	}
	return false
}

// etag is the shell word for If-Match, "" for none. If neither the plan nor an earlier
// answer has it, etag writes a line that reads it.
func (s *script) etag(call planner.OwnedCall, url string) string {
	if name, ok := s.etags[objectURL(call.URL)]; ok && call.Method == "PATCH" {
		return `"$` + name + `"`
	}
	if call.IfMatch != "" {
		return quoteShell(call.IfMatch)
	}
	spec := resource.SpecOf(call.Change.Address.Kind)
	if call.Method == "PATCH" && (spec.Update == resource.PatchMatch || spec.Update == resource.PatchTyped) {
		fmt.Fprintf(&s.out, "etag=$(etag_of %s)\n", url)
		return `"$etag"`
	}
	return ""
}

// url is the shell word for a path. References are encoded, since ids of schemas are URLs.
func (s *script) url(text string) (string, error) {
	if output.Line(text) != text {
		return "", fmt.Errorf("%w: the URL %s has hidden characters", ErrNotAScript, output.Line(text))
	}
	var b strings.Builder
	b.WriteByte('"')
	for {
		before, rest, found := strings.Cut(text, "${")
		b.WriteString(shellInside(before))
		if !found {
			break
		}
		inner, after, closed := strings.Cut(rest, "}")
		refs := refsIn("${" + inner + "}")
		if !closed || len(refs) != 1 {
			return "", fmt.Errorf("%w: the URL %s has an unknown reference", ErrNotAScript, text)
		}
		fmt.Fprintf(&b, `$(encoded "$%s")`, s.refVariable(refs[0]))
		text = after
	}
	b.WriteByte('"')
	return b.String(), nil
}

// shellInside escapes a text for double quotes and inserts the tenant.
func shellInside(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(s)
	return strings.NewReplacer(tenantMark, "$tenant", escapedTenant, "$tenant").Replace(s)
}

// body writes the lines that build $body with jq, and returns its program. Secrets come
// from the environment of jq, since other users can see arguments.
func (s *script) body(v resource.Value) string {
	j := jqProgram{script: s}
	text := j.expr(v, "")
	if j.start {
		s.out.WriteString("start=$(now_plus 60)\n")
	}
	s.out.WriteString("body=$(jq -nc")
	for _, r := range j.refs {
		name := s.refVariable(r)
		fmt.Fprintf(&s.out, ` --arg %s "$%s"`, name, name)
	}
	if j.tenant {
		s.out.WriteString(` --arg tenant "$tenant"`)
	}
	if j.start {
		s.out.WriteString(` --argjson start "$start"`)
	}
	fmt.Fprintf(&s.out, " '%s')\n", text)
	return text
}

// refsIn returns the references in a text, in order.
func refsIn(text string) []resource.Ref {
	var out []resource.Ref
	for {
		_, rest, found := strings.Cut(text, "${")
		if !found {
			return out
		}
		inner, after, closed := strings.Cut(rest, "}")
		if !closed {
			return out
		}
		if dot := strings.LastIndexByte(inner, '.'); dot > 0 {
			if to, err := resource.ParseAddress(inner[:dot]); err == nil {
				out = append(out, resource.Ref{To: to, Field: inner[dot+1:]})
			}
		}
		text = after
	}
}
