// Package curlscript compiles a plan to a bash script that makes its calls with curl and
// jq.
//
// In: a plan, and the values of references to existing objects. Out: a script. Laws: it
// makes the calls of the plan with the same bodies; no text of the plan or of an answer
// runs or steers a terminal; it holds no secret.
package curlscript

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// ErrNotAScript says that a plan has no script.
var ErrNotAScript = errors.New("the plan cannot be written as a script")

// Known returns the value of a reference to an object that the plan does not create; the
// lockfile has them. Nil is for none.
type Known func(resource.Ref) (string, bool)

//go:embed head.sh
var head string

// Write writes the script of a plan. The script signs in, captures ids into variables,
// and reads secrets from the environment. It writes no lockfile, so it is for reading and
// trying out. Errors wrap ErrNotAScript.
func Write(w io.Writer, p *planner.Plan, known Known) error {
	s := script{
		plan: p, known: known, names: map[string]string{}, taken: map[string]bool{}, captured: map[resource.Ref]bool{},
		etags: map[string]string{},
	}
	list := p.InOrder()
	for _, name := range strings.Fields("platform ims org sandbox token tenant start answer status etag extra body " +
		"call etag_of keep_others sign_in now_plus encoded printable") {
		s.taken[name] = true
	}
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
	plan     *planner.Plan
	known    Known
	out      strings.Builder
	need     []string              // lines that check the environment
	fixed    []string              // values known when the script is written
	names    map[string]string     // meaning of a variable → its name
	taken    map[string]bool       // names in use
	captured map[resource.Ref]bool // references that an earlier call captured
	etags    map[string]string     // URL of an object → variable with its newest etag
	made     []resource.Ref        // the captured references in order
	tenant   bool
}

// variable returns the name of the shell variable with a meaning.
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

// inputs finds what the script needs before its first call: secrets, the tenant, and ids
// of objects that no call of the plan creates.
func (s *script) inputs(list []planner.OwnedCall) error {
	made := map[resource.Ref]bool{}
	seen := map[string]bool{}
	for _, call := range list {
		texts := call.URL + "\n" + string(call.Body)
		s.tenant = s.tenant || strings.Contains(texts, tenantMark) || strings.Contains(texts, escapedTenant)
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

// existing sets the value of a reference to an existing object.
func (s *script) existing(r resource.Ref) {
	name := s.refVariable(r)
	if value, ok := s.valueOf(r); ok {
		s.fixed = append(s.fixed, fmt.Sprintf("%s=%s", name, quoteShell(value)))
		return
	}
	s.need = append(s.need, fmt.Sprintf(`: "${%s:?set it to the %s of %s}"`,
		name, quoteInside(r.Field), quoteInside(r.To.String())))
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
			return fmt.Errorf("%w: %q is not the name of an environment variable", ErrNotAScript, rest)
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

// secretsIn returns the secrets of a body, as `env.NAME` or `file.PATH`.
func secretsIn(body string) []string {
	var out []string
	if !strings.Contains(body, "${env.") && !strings.Contains(body, "${file.") {
		return nil
	}
	v, err := resource.Parse([]byte(body))
	if err != nil {
		return nil // call returns the error
	}
	v.Walk(func(_ resource.Path, w resource.Value) {
		if w.Kind == resource.SecretValue {
			out = append(out, w.Text)
		}
	})
	return out
}

// addressOf is the address of a host. Without one, the target is the embedded emulator, which a script can reach only as
// `aepflow emulator`.
func addressOf(host string) string {
	if host == "" {
		return "http://127.0.0.1:8090"
	}
	u := &url.URL{Scheme: "https", Host: host}
	ip, err := netip.ParseAddr(u.Hostname())
	if u.Hostname() == "localhost" || err == nil && ip.IsLoopback() {
		u.Scheme = "http"
	}
	return u.String()
}

// preamble is the script up to its first call.
func (s *script) preamble(list []planner.OwnedCall) string {
	var b strings.Builder
	t := s.plan.Target
	fmt.Fprintf(&b, "#!/usr/bin/env bash\n# %s.\n# Target %s, made %s.\n",
		view.SummaryLine(s.plan.Summary), output.Line(view.TargetText(t)), planner.TimeText(s.plan.At))
	b.WriteString("#\n# Needs bash, curl and jq, and in the environment IMS_OAUTH_S2S_CLIENT_ID and\n" +
		"# IMS_OAUTH_S2S_CLIENT_SECRET. AEP_PLATFORM and AEP_IMS are other addresses, for example\n" +
		"# of a running `aepflow emulator`; AEPFLOW_NOW (2027-01-31T12:00:00Z) pins the clock.\n" +
		"# It writes no lockfile: aepflow does not know what it creates.\n")
	b.WriteString("set -euo pipefail\n\n")
	if flagged, refused := view.Refusals(s.plan.Changes); len(s.plan.Refusals()) > 0 {
		b.WriteString("# `aepflow apply` refuses this plan without a flag, and this script without AEPFLOW_ALLOW=yes.\n")
		for _, g := range s.plan.Guards {
			fmt.Fprintf(&b, "# No flag allows this plan: %s\n", output.Line(g.Message))
		}
		for _, r := range refused {
			fmt.Fprintf(&b, "# No flag allows it; %s\n", output.Line(r.Todo(view.Few(r.Names, 6))))
		}
		for _, r := range flagged {
			fmt.Fprintf(&b, "# %s: %s\n", output.Line(r.Flag), output.Line(view.Few(r.Names, 6)))
		}
		b.WriteString("[[ ${AEPFLOW_ALLOW:-} == yes ]] || {\n" +
			"  echo 'this plan is refused unless AEPFLOW_ALLOW=yes; see the comment above' >&2\n  exit 5\n}\n\n")
	}
	fmt.Fprintf(&b, "org=%s\nsandbox=%s\n", quoteShell(t.Org), quoteShell(t.Sandbox))
	fmt.Fprintf(&b, "platform=${AEP_PLATFORM:-%s}\nims=${AEP_IMS:-%s}\n",
		quoteShell(addressOf(t.Host)), quoteShell(addressOf(t.SignInHost)))
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
		b.WriteString("tenant=$(call GET " + specs.SchemaRegistry + "/stats | jq -er '.tenantId | ltrimstr(\"_\")')\n")
	}
	return b.String()
}

// tail prints the captured references.
func (s *script) tail() string {
	if len(s.made) == 0 {
		return "\necho 'done' >&2\n"
	}
	var b strings.Builder
	b.WriteString("\n")
	for _, r := range s.made {
		name := quoteShell(r.To.String() + "." + r.Field)
		fmt.Fprintf(&b, "printf '%%s %%s\\n' %s \"$(printable <<<\"$%s\")\"\n", name, s.refVariable(r))
	}
	return b.String()
}

// quoteShell returns s as a word of bash with hidden characters escaped byte by byte.
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
	return insideEscapes.Replace(output.Line(s))
}

var insideEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`", "}", `\}`)
