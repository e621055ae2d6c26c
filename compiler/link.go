package compiler

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// link joins the resources of all documents into a graph, and reports what two of
// them claim; the graph counts only when there is no error.
func link(lists [][]resource.Resource, report *diag.Report) *resource.Graph {
	distinctTitles(lists, report)
	needNamespaces(lists, report)
	g, ok := resource.Join(lists)
	if !ok {
		clashes(slices.Concat(lists...), report)
	}
	owners(lists, report)
	readers(lists, report)
	ignoredFields(lists, report)
	labeled(lists, report)
	if !ok || report.HasErrors() {
		return nil
	}
	var cycle *resource.CycleError
	if _, err := g.Order(); errors.As(err, &cycle) {
		panic("compiler: " + cycle.Error()) // references between documents cannot form a ring
	}
	return g
}

// clashes reports the resources that have an address which another has. An object
// that is written inside a dataflow takes the dataflow's name, which a document
// of its own may have too.
func clashes(list []resource.Resource, report *diag.Report) {
	first := make(map[resource.Address]int, len(list))
	for i, r := range list {
		if other, taken := first[r.Address]; taken {
			report.Add(addressClash{r.Address, list[other].Origin, r.Origin})
			continue
		}
		first[r.Address] = i
	}
}

// distinctTitles reports objects of the registry that have the title of another.
func distinctTitles(lists [][]resource.Resource, report *diag.Report) {
	first := map[string]*resource.Resource{}
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if resource.SpecOf(r.Address.Kind).Title == "" {
				continue
			}
			title := registryTitle(*r)
			other, taken := first[title]
			switch {
			case !taken:
				first[title] = r
			case other.Address != r.Address: // duplicates are reported as such
				report.Add(titleClash{title, *other, *r})
			}
		}
	}
}

func registryTitle(r resource.Resource) string {
	title, _ := r.Body.Member("title")
	return title.Text
}

// owners reports what two documents claim: an object that exists, or what the
// lockfile has under an earlier name. Each pair of documents is reported once.
func owners(lists [][]resource.Resource, report *diag.Report) {
	moved := map[resource.Address]*resource.Resource{}
	imported := map[resource.ObjectKey]*resource.Resource{}
	reported := map[source.Span]bool{}
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if !r.Moved.IsZero() {
				switch first, taken := moved[r.Moved]; {
				case !taken:
					moved[r.Moved] = r
				case !reported[r.MovedAt]:
					reported[r.MovedAt] = true
					report.Add(movedTwice{first, r})
				}
			}
			if r.Import == "" {
				continue
			}
			key := resource.KeyOfObject(r.Address.Kind, r.Import)
			if first, taken := imported[key]; taken {
				report.Add(importedTwice{first, r})
				continue
			}
			imported[key] = r
		}
	}
}

// readers reports two dataflows of a stream that one alone can read, also through two connections.
func readers(lists [][]resource.Resource, report *diag.Report) {
	places := sync.OnceValue(func() map[string]string { return readerPlaces(lists) })
	type reader struct{ name, at string }
	type found struct {
		*resource.Resource
		base string
	}
	first := map[reader]found{}
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if r.Address.Kind != resource.Source || !r.Body.HasReader() {
				continue
			}
			v, err := r.Body.Value()
			if err != nil {
				continue
			}
			s, _ := resource.StreamOf(v)
			place := title(s.Place, places()[s.Base])
			at := reader{s.Reader, title(place, s.Base)}
			if other, taken := first[at]; taken {
				if s.Place = place; other.base == s.Base {
					s.Place = ""
				}
				report.Add(sharedReader{other.Resource, r, s})
				continue
			}
			first[at] = found{r, s.Base}
		}
	}
}

// readerPlaces returns where the streams of each connection are, by the reference to it. A connection of which the
// document does not say so is left out.
func readerPlaces(lists [][]resource.Resource) map[string]string {
	out := map[string]string{}
	for _, list := range lists {
		for _, r := range list {
			if r.Address.Kind != resource.Connection {
				continue
			}
			if v, err := r.Body.Value(); err == nil {
				out[resource.Ref{To: r.Address, Field: "id"}.String()] = resource.ReaderPlace(v)
			}
		}
	}
	return out
}

// movedTwice: two documents had the same name before.
type movedTwice struct{ first, second *resource.Resource }

func (p movedTwice) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.MovedFrom, Severity: diag.Error, Path: "lifecycle.movedFrom",
		Message: fmt.Sprintf("`%s` and `%s` both have `movedFrom: %s`", p.first.Address, p.second.Address,
			p.first.Moved),
		Labels: []diag.Label{{Span: p.second.MovedAt, Text: "here"}, {Span: p.first.MovedAt, Text: "and here"}},
		Help:   "only one document can take over the previous name; remove the key from the other",
	}
}

// importedTwice: two documents take over the same object.
type importedTwice struct{ first, second *resource.Resource }

func (p importedTwice) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DuplicateImport, Severity: diag.Error, Path: "lifecycle.import." + string(p.second.Address.Kind),
		Message: fmt.Sprintf("`%s` and `%s` import the same object", p.first.Address, p.second.Address),
		Labels:  []diag.Label{{Span: p.second.ImportAt, Text: "here"}, {Span: p.first.ImportAt, Text: "and here"}},
		Help:    "an object has one owner: keep one import, or correct the id of the other",
	}
}
