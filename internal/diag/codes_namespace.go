package diag

// The codes of identity namespaces.
const (
	StandardNamespace  Code = "standard-namespace"
	DuplicateNamespace Code = "duplicate-namespace"
)

// twoNamespaces are two identity namespaces.
const twoNamespaces = `kind: Namespace
name: crm-id
title: CRM ID
code: CRMID
idType: CROSS_DEVICE
---
kind: Namespace
name: till
title: Till
code: Till
idType: NON_PEOPLE
`

// namespaceCodes explains the codes of identity namespaces.
var namespaceCodes = []Entry{
	{
		Code: StandardNamespace, Severity: Error,
		Title: "document for a standard namespace",
		Explanation: "Every organization has some namespaces, such as Email, Phone, and ECID, which cannot be changed. " +
			"Identities name them without a document.",
		Example: with(twoNamespaces, "code: Till", "code: Email"),
	},
	{
		Code: DuplicateNamespace, Severity: Error,
		Title: "two namespaces with one code",
		Explanation: "Identities refer to a namespace by its code. The organization has one namespace of a code, also " +
			"if the codes differ in case.",
		Example: with(twoNamespaces, "code: Till", "code: CRMID"),
	},
}
