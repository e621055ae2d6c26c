package specs

import (
	"slices"
	"strconv"
)

// Namespaces is the path of the identity namespaces.
const Namespaces = "/data/core/idnamespace/identities"

// Namespace is an identity namespace that every organization has.
type Namespace struct {
	ID               int
	Code, Name, Type string
}

var standardNamespaces = []Namespace{
	{0, "CORE", "CORE", "Cookie"}, {4, "ECID", "ECID", "Cookie"}, {6, "Email", "Email", "Email"},
	{7, "Phone", "Phone", "Phone"}, {10, "WAID", "Windows AID", "Device"},
	{11, "Email_LC_SHA256", "Emails (SHA256, lowercased)", "Email"}, {14, "Phone_E.164", "Phone (E.164)", "Phone"},
	{15, "Phone_SHA256", "Phone (SHA256)", "Phone"}, {16, "Phone_SHA256_E.164", "Phone (SHA256_E.164)", "Phone"},
	{411, "AdCloud", "AdCloud", "Cookie"}, {771, "Google", "Google", "Cookie"},
	{20914, "GAID", "Google Ad ID (GAID)", "Device"}, {20915, "IDFA", "Apple IDFA (ID for Advertisers)", "Device"},
}

// StandardNamespaces are the identity namespaces that every organization has.
func StandardNamespaces() []Namespace { return slices.Clone(standardNamespaces) }

// NamespaceCode is the code of a namespace that every organization has, by its number; false for any other text.
func NamespaceCode(number string) (code string, ok bool) {
	for _, n := range standardNamespaces {
		if strconv.Itoa(n.ID) == number {
			return n.Code, true
		}
	}
	return "", false
}

// NamespaceTypes are the types of identity namespaces.
func NamespaceTypes() []string {
	return []string{"COOKIE", "CROSS_DEVICE", "DEVICE", "EMAIL", "MOBILE", "NON_PEOPLE", "PHONE"}
}
