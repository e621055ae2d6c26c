package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// Calls writes the requests of a plan in order, with their bodies. Secrets are shown as
// references.
func Calls(w io.Writer, p *planner.Plan, o Options) error {
	c := newCanvas(o)
	list := p.InOrder()
	if len(list) == 0 {
		c.line(c.paint(plain, "No calls: "+emptyLine(p)))
		return flush(w, c)
	}
	c.line(c.paint(bold, words.Count(len(list), "call")+" to "+TargetText(p.Target)))
	c.line(c.paint(dim, "Each is sent with Authorization, x-api-key, x-gw-ims-org-id and x-sandbox-name: "+
		p.Target.Sandbox+"."))
	for _, note := range bindings(list) {
		c.line(c.paint(dim, note))
	}
	for _, call := range list {
		c.line()
		c.call(call)
	}
	return flush(w, c)
}

// bindings explains the placeholders in calls.
func bindings(list []planner.OwnedCall) []string {
	found, hasText := map[string]bool{}, false
	for _, call := range list {
		for _, text := range []string{string(call.Body), call.URL} {
			for _, mark := range []string{"${env.", "${file.", resource.OpenStart} {
				found[mark] = found[mark] || strings.Contains(text, mark)
			}
			found[specs.TenantPlaceholder] = found[specs.TenantPlaceholder] || len(specs.TenantParts(text)) > 1
			hasText = hasText || specs.HasTenantText(text)
		}
	}
	var notes []string
	if found["${env."] || found["${file."] {
		notes = append(notes, "${env.NAME} and ${file.PATH} are secrets, read when the call is sent.")
	}
	if found[resource.OpenStart] {
		notes = append(notes, "${time.start} is one minute after the call is sent, in seconds since 1970.")
	}
	if found[specs.TenantPlaceholder] {
		notes = append(notes, "{TENANT_ID} is the tenant of the target.")
	}
	if hasText {
		notes = append(notes, "{{TENANT_ID}} is the text {TENANT_ID}.")
	}
	return notes
}

func (c *canvas) call(call planner.OwnedCall) {
	c.line(fmt.Sprintf("%3d  ", call.N), c.paint(bold, call.Method), " ", c.paint(cyan, call.URL),
		"  ", c.paint(dim, "# "+string(call.Step)+" "+call.Change.Address.String()))
	if call.IfMatch != "" {
		c.line("     If-Match: ", c.paint(plain, call.IfMatch))
	}
	if call.Media != "" {
		c.line("     Content-Type: ", c.paint(plain, call.Media))
	}
	if call.Body != nil {
		for _, l := range strings.Split(prettyJSON(call.Body), "\n") {
			c.line("     ", c.paint(plain, l))
		}
	}
	if call.Gives != "" {
		c.line("     gives ", c.paint(cyan, call.Gives))
	}
}
