package specs

import "strings"

// TenantPlaceholder is replaced by the tenant id of the target when a body or URL is sent.
const TenantPlaceholder = "{TENANT_ID}"

// escapedTenant is the text {TENANT_ID} itself in a document or in a body that is still to be sent.
const escapedTenant = "{" + TenantPlaceholder + "}"

// TenantParts are the parts of a text of a document between which the tenant is inserted: one for a text without the
// placeholder. `{{TENANT_ID}}` is not a placeholder but the text `{TENANT_ID}`.
func TenantParts(text string) []string {
	out := []string{""}
	for {
		last := &out[len(out)-1]
		before, after, found := strings.Cut(text, TenantPlaceholder)
		if !found {
			*last += text
			return out
		}
		if strings.HasSuffix(before, "{") && strings.HasPrefix(after, "}") {
			*last += before[:len(before)-1] + TenantPlaceholder
			text = after[1:]
			continue
		}
		*last += before
		out = append(out, "")
		text = after
	}
}

// BindTenant is a text of a document as it is sent. A tenant of "" is not known: then the text stays as it is.
func BindTenant(text, tenant string) string {
	if tenant == "" || !strings.Contains(text, TenantPlaceholder) {
		return text
	}
	return strings.Join(TenantParts(text), tenant)
}

// EscapeTenant is a text of the platform as documents write it: BindTenant returns the text.
func EscapeTenant(text string) string {
	return strings.ReplaceAll(text, TenantPlaceholder, escapedTenant)
}

// HasTenantText reports whether a text of a document says `{TENANT_ID}` itself, which documents write `{{TENANT_ID}}`.
func HasTenantText(text string) bool { return strings.Contains(text, escapedTenant) }
