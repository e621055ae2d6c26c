package curlscript

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// ErrNotAScript says that a plan cannot be run by hand. Callers branch with
// errors.Is.
var ErrNotAScript = errors.New("the plan cannot be written as a script")

// Known gives the value of a reference to an object that exists already and
// that the plan does not touch; the lockfile knows them. Nil knows none.
type Known func(resource.Ref) (string, bool)

//go:embed head.sh
var head string

// Write writes a bash script that makes the calls of a plan with curl and jq:
// signs in, captures ids into variables, reads secrets from the environment.
// The script holds no secret. It writes no lockfile, so it is for reading and
// for trying out; what it made, aepflow does not know of.
func Write(w io.Writer, p *planner.Plan, known Known) error {
	s := script{plan: p, known: known, names: map[string]string{}, taken: map[string]bool{}, given: map[resource.Ref]bool{}, etags: map[string]string{}}
	list := p.InOrder()
	s.reserve("platform", "ims", "org", "sandbox", "token", "tenant", "start", "answer", "status", "etag", "extra", "body", "call", "etag_of", "sign_in", "now_plus", "encoded", "printable")
	if err := s.inputs(list); err != nil {
		return err
	}
	for i, call := range list {
		if err := s.call(call, i+1, len(list)); err != nil {
			return fmt.Errorf("write call %d of %s: %w", call.N, call.Change.Address, err)
		}
	}
	_, err := io.WriteString(w, s.preamble(list)+s.out.String()+s.tail())
	return err
}

// script collects the text of one script.
type script struct {
	plan   *planner.Plan
	known  Known
	out    strings.Builder
	need   []string              // lines that check the environment
	fixed  []string              // values known when the script was written
	names  map[string]string     // what a variable stands for → its name
	taken  map[string]bool       // names in use
	given  map[resource.Ref]bool // references that a call made known
	etags  map[string]string     // URL of an object → variable with its newest etag
	made   []resource.Ref        // ids in the order in which they were captured
	tenant bool
}

func (s *script) reserve(names ...string) {
	for _, n := range names {
		s.taken[n] = true
	}
}

// variable returns the name of the shell variable that stands for something.
func (s *script) variable(of string) string {
	if name, ok := s.names[of]; ok {
		return name
	}
	base := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		default:
			return '_'
		}
	}, of)
	name := base
	for n := 2; s.taken[name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	s.taken[name], s.names[of] = true, name
	return name
}

func (s *script) refVariable(r resource.Ref) string {
	return s.variable(r.To.String() + "." + r.Field)
}

// inputs finds what the script must be given before its first call: secrets,
// the tenant, and ids of objects that no call of the plan makes.
func (s *script) inputs(list []planner.OwnedCall) error {
	made := map[resource.Ref]bool{}
	seen := map[string]bool{}
	for _, call := range list {
		texts := call.URL + "\n" + string(call.Body)
		s.tenant = s.tenant || strings.Contains(texts, tenantMark) || strings.Contains(texts, "%7BTENANT_ID%7D")
		for _, r := range refsIn(texts) {
			if !made[r] && !seen[r.String()] {
				seen[r.String()] = true
				s.existing(r)
			}
		}
		for _, secret := range secretsIn(string(call.Body)) {
			if !seen[secret] {
				seen[secret] = true
				if err := s.secret(secret, call.Change.Address); err != nil {
					return err
				}
			}
		}
		for _, r := range refsIn(call.Gives) {
			made[r] = true
		}
		for _, r := range capturesOf(call) {
			made[r.ref] = true
		}
	}
	return nil
}

// existing sets the id of an object that the plan only refers to.
func (s *script) existing(r resource.Ref) {
	name := s.refVariable(r)
	if value, ok := s.valueOf(r); ok {
		s.fixed = append(s.fixed, fmt.Sprintf("%s=%s", name, quoteShell(value)))
		return
	}
	s.need = append(s.need, fmt.Sprintf(`: "${%s:?set it to the %s of %s}"`, name, quoteInside(r.Field), quoteInside(r.To.String())))
}

func (s *script) valueOf(r resource.Ref) (string, bool) {
	if s.known != nil {
		if value, ok := s.known(r); ok {
			return value, true
		}
	}
	for _, ch := range s.plan.Changes {
		if ch.Address == r.To && ch.ID != "" && r.Field == "id" && ch.Action != planner.Delete {
			return ch.ID, true
		}
	}
	return "", false
}

func (s *script) secret(from string, of resource.Address) error {
	sort, rest, _ := strings.Cut(from, ".")
	if sort == "env" {
		if !isName(rest) {
			return fmt.Errorf("%w: %q is no name of an environment variable", ErrNotAScript, rest)
		}
		s.need = append(s.need,
			fmt.Sprintf(`: "${%s:?set it to the secret of %s}"`, rest, quoteInside(of.String())),
			"export "+rest)
		s.taken[rest] = true
		return nil
	}
	name := s.variable("secret " + from)
	s.need = append(s.need,
		fmt.Sprintf("%s=$(cat -- %s)", name, quoteShell(rest)),
		"export "+name)
	return nil
}

// secretsIn returns the `env.NAME` and `file.PATH` that a body names.
func secretsIn(body string) []string {
	var out []string
	if !strings.Contains(body, "${env.") && !strings.Contains(body, "${file.") {
		return nil
	}
	v, err := resource.Parse([]byte(body))
	if err != nil {
		return nil // Write refuses the body when it comes to the call
	}
	v.Walk(func(_ resource.Path, w resource.Value) {
		if w.Kind == resource.SecretValue {
			out = append(out, w.Text)
		}
	})
	return out
}

// preamble is the script up to its first call.
func (s *script) preamble(list []planner.OwnedCall) string {
	var b strings.Builder
	t := s.plan.Target
	fmt.Fprintf(&b, "#!/usr/bin/env bash\n# %s.\n# Target %s, made %s.\n", output.Line(view.SummaryLine(s.plan.Summary)), output.Line(view.TargetText(t)), s.plan.At.UTC().Format("2006-01-02 15:04:05 UTC"))
	b.WriteString("#\n# Needs bash, curl and jq, and in the environment IMS_OAUTH_S2S_CLIENT_ID and\n" +
		"# IMS_OAUTH_S2S_CLIENT_SECRET. AEP_PLATFORM and AEP_IMS point it elsewhere, for example\n" +
		"# at a running `aepflow emulator`; AEPFLOW_NOW (2027-01-31T12:00:00Z) pins the clock.\n" +
		"# It writes no lockfile: what it makes, aepflow does not know of.\n")
	b.WriteString("set -euo pipefail\n\n")
	if flagged, refused := view.Refusals(s.plan.Changes); len(flagged) > 0 || len(refused) > 0 {
		b.WriteString("# `aepflow apply` refuses this plan without a flag; so does this script without a word.\n")
		if len(refused) > 0 {
			fmt.Fprintf(&b, "# No flag allows: %s\n", output.Line(view.Few(refused, 6)))
		}
		for _, r := range flagged {
			fmt.Fprintf(&b, "# %s: %s\n", output.Line(r.Flag), output.Line(view.Few(r.Names, 6)))
		}
		b.WriteString("[[ ${AEPFLOW_ALLOW:-} == yes ]] || { echo 'this plan is refused unless AEPFLOW_ALLOW=yes; see the comment above' >&2; exit 5; }\n\n")
	}
	fmt.Fprintf(&b, "org=%s\nsandbox=%s\n", quoteShell(t.Org), quoteShell(t.Sandbox))
	b.WriteString(head)
	for _, l := range append(s.need, s.fixed...) {
		b.WriteString(l + "\n")
	}
	if len(s.need)+len(s.fixed) > 0 {
		b.WriteString("\n")
	}
	if len(list) > 0 {
		b.WriteString("sign_in\n")
	}
	if s.tenant {
		b.WriteString("tenant=$(call GET " + resource.SchemaRegistry + "/stats | jq -er '.tenantId | ltrimstr(\"_\")')\n")
	}
	return b.String()
}

// tail prints what was made.
func (s *script) tail() string {
	if len(s.made) == 0 {
		return "\necho 'done' >&2\n"
	}
	var b strings.Builder
	b.WriteString("\n")
	for _, r := range s.made {
		fmt.Fprintf(&b, "printf '%%s %%s\\n' %s \"$(printable <<<\"$%s\")\"\n", quoteShell(r.To.String()+"."+r.Field), s.refVariable(r))
	}
	return b.String()
}

// quoteShell returns s as a word of bash. Hidden characters are escaped byte by byte,
// since scripts are read on terminals too.
func quoteShell(s string) string {
	if output.Line(s) == s {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for len(s) > 0 {
		_, size := output.Escape(s)
		for _, c := range []byte(s[:size]) {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
		if size == 0 {
			_, size = utf8.DecodeRuneInString(s)
			if s[0] == '\\' || s[0] == '\'' {
				b.WriteByte('\\')
			}
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String() + "'"
}

// quoteInside escapes a text for the message of "${NAME:?message}".
func quoteInside(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`", "}", `\}`).Replace(output.Line(s))
}
