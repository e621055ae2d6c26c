package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
)

// resolveNamespace reports a namespace that every organization has.
func resolveNamespace(u *unit, report *diag.Report) {
	for _, n := range specs.StandardNamespaces() {
		if strings.EqualFold(n.Code, u.namespace.Code) {
			report.Add(standardNamespace{at: u.at("code"), code: n.Code})
		}
	}
}

// lowerNamespace makes an identity namespace.
func lowerNamespace(u *unit) resource.Resource {
	n := u.namespace
	var body object
	body.text("name", n.Title, u.doc.Lookup("title"))
	body.text("code", n.Code, u.doc.Lookup("code"))
	body.text("idType", n.IDType, u.doc.Lookup("idType"))
	body.text("description", n.Description, u.doc.Lookup("description"))
	return made(u, addr(resource.Namespace, n.Name), []string{"name"}, body.value(), n.Lifecycle)
}

// namespaceMembers are the members of descriptors with the code of a namespace.
var namespaceMembers = []string{"xdm:namespace", "xdm:identityNamespace", "xdm:destinationNamespace"}

// needNamespaces lets descriptors wait for the namespaces of the project, and reports two namespaces with one code. A
// descriptor names the code, not the document, so that only all documents together show which it needs.
func needNamespaces(lists [][]resource.Resource, report *diag.Report) {
	byCode := map[string]*resource.Resource{}
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if r.Address.Kind != resource.Namespace {
				continue
			}
			code := memberText(r, "code")
			if first, taken := byCode[strings.ToLower(code)]; taken {
				report.Add(namespaceClash{code: code, first: first.Origin, second: r.Origin})
				continue
			}
			byCode[strings.ToLower(code)] = r
		}
	}
	if len(byCode) == 0 {
		return
	}
	for _, list := range lists {
		for i := range list {
			if r := &list[i]; resource.SpecOf(r.Address.Kind).IsDescriptor() {
				r.Needs = withNamespaces(r, byCode)
			}
		}
	}
}

// withNamespaces returns what a descriptor needs, and the namespaces that it names.
func withNamespaces(r *resource.Resource, byCode map[string]*resource.Resource) []resource.Edge {
	needs := slices.Clone(r.Needs)
	for _, member := range namespaceMembers {
		code := memberText(r, member)
		if n := byCode[strings.ToLower(code)]; n != nil && memberText(n, "code") == code {
			needs = append(needs, resource.Edge{To: n.Address, Via: member})
		}
	}
	slices.SortFunc(needs, resource.Edge.Compare)
	return needs
}

func memberText(r *resource.Resource, name string) string {
	v, _ := r.Body.Member(name)
	return v.Text
}

type standardNamespace struct {
	at   decode.Place
	code string
}

func (p standardNamespace) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.StandardNamespace, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is a standard namespace", p.code),
		Labels:  p.at.Labels("exists in every organization"),
		Help:    "remove the document, and name `" + p.code + "` in identities; or choose another code",
	}
}

// namespaceClash: two documents have the same code.
type namespaceClash struct {
	code          string
	first, second source.Span
}

func (p namespaceClash) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DuplicateNamespace, Severity: diag.Error, Path: "code",
		Message: fmt.Sprintf("two namespaces have the code `%s`", p.code),
		Labels:  []diag.Label{{Span: p.second, Text: "here"}, {Span: p.first, Text: "and here"}},
		Help:    "an organization has one namespace of a code, in any case; remove one of the documents",
	}
}
