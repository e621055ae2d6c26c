package specs

import (
	"strings"
	"testing"
)

func TestBindTenant(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"_{TENANT_ID}.a":                "_acme.a",
		"{TENANT_ID}{TENANT_ID}":        "acmeacme",
		"{{TENANT_ID}}":                 "{TENANT_ID}",
		"{{TENANT_ID}":                  "{acme",
		"{TENANT_ID}}":                  "acme}",
		"{{{TENANT_ID}}}":               "{{TENANT_ID}}",
		"{{TENANT_ID}} of {TENANT_ID}":  "{TENANT_ID} of acme",
		"{{TENANT_ID}}{{TENANT_ID}}":    "{TENANT_ID}{TENANT_ID}",
		"{TENANT_ID}{{TENANT_ID}}}":     "acme{TENANT_ID}}",
		"{tenant_id} {{TENANT_I}} {{}}": "{tenant_id} {{TENANT_I}} {{}}",
	} {
		if got := BindTenant(text, "acme"); got != want {
			t.Errorf("%s is sent as %s, expected %s", text, got, want)
		}
		if got := BindTenant(text, ""); got != text {
			t.Errorf("%s is %s where the tenant is not known", text, got)
		}
	}
}

// FuzzTenant: what is written for a text of the platform is sent as that text.
func FuzzTenant(f *testing.F) {
	for _, s := range []string{"", "a", "{TENANT_ID}", "{{TENANT_ID}}", "x{{{TENANT_ID}}{TENANT_ID}}}", "{{TENANT_ID"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := BindTenant(EscapeTenant(s), "acme"); got != s {
			t.Errorf("%q is sent as %q", s, got)
		}
		if HasTenantText(EscapeTenant(s)) != strings.Contains(s, TenantPlaceholder) {
			t.Errorf("%q is written %q", s, EscapeTenant(s))
		}
	})
}
