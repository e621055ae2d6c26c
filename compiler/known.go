package compiler

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// Part is what a file of dataflows came to in an earlier compilation that had
// nothing to say about it but notes. It holds as long as the file, the options
// and every document that was asked for are the same.
type Part struct {
	File      *source.File
	Names     []string // of its dataflows
	Asked     []Asked
	Resources []resource.Resource
}

// Asked is a document that others were asked for, and the digest of the file that
// had it; "" when there was none.
type Asked struct{ Kind, Name, Digest string }

// CompileParts is Compile with parts of files that need not be read again: files
// are the others. Graph and report are those of compiling all of them, but for
// the notes about known files. It also returns the parts of the files that it
// did compile, for the next time.
func CompileParts(files []*source.File, o Options, known []Part) (*resource.Graph, *diag.Report, []Part) {
	return compileParts(files, o, known, batch)
}

func compileParts(files []*source.File, o Options, known []Part, size int) (*resource.Graph, *diag.Report, []Part) {
	files, early := inBatches(files, o, size)
	known = append(known[:len(known):len(known)], early...)
	for {
		p := readProject(files, o)
		p.each(resolveAt)
		stale, clash := p.stale(known)
		if len(stale) == 0 && !clash {
			p.judge()
			made, counts := p.resources()
			lists := make([][]resource.Resource, 0, len(known)+1)
			lists = append(lists, made)
			for i := range known {
				lists = append(lists, known[i].Resources)
			}
			before := p.report.Len()
			g := p.graph(lists)
			if g != nil || len(known) == 0 || p.report.Len() == before {
				fresh := p.parts(made, counts, known)
				p.explain()
				return g, p.report, append(fresh, remaining(early, known)...)
			}
			clash = true // two files make the same thing: both have to be shown
		}
		// Something that is known does not hold any more, or has to be looked at
		// more closely than its part allows: read it again with the rest.
		var keep []Part
		for i, k := range known {
			if clash || stale[i] {
				files = append(files[:len(files):len(files)], k.File)
				continue
			}
			keep = append(keep, k)
		}
		known = keep
	}
}

// batch is how many files are compiled at a time where there are many: the tree of
// a document takes five times the room of what it comes to.
const batch = 512

// inBatches compiles files that need no others, many at a time, and returns their
// parts and the files that are left: those that another document has to answer
// for, or about which there is something to say.
func inBatches(files []*source.File, o Options, size int) (rest []*source.File, early []Part) {
	if len(files) <= 2*size {
		return files, nil
	}
	var shared, own []*source.File // shared may hold documents that others ask for
	for _, f := range files {
		if bytes.Contains(f.Text, []byte("kind")) {
			shared = append(shared, f)
		} else {
			own = append(own, f)
		}
	}
	if len(shared) > size {
		return files, nil
	}
	rest = shared
	for chunk := range slices.Chunk(own, size) {
		p := readProject(slices.Concat(shared, chunk), o)
		p.each(func(p *project, i int) { p.resolve(&p.units[i]) })
		p.judge()
		made, counts := p.resources()
		done := map[*source.File]bool{}
		for _, part := range p.parts(made, counts, nil) {
			done[part.File] = true
			if !slices.Contains(shared, part.File) {
				early = append(early, part)
			}
		}
		for _, f := range chunk {
			if !done[f] {
				rest = append(rest, f)
			}
		}
	}
	return rest, early
}

// remaining returns the parts that are still known.
func remaining(parts, known []Part) (out []Part) {
	if len(parts) == 0 {
		return nil
	}
	files := make(map[*source.File]bool, len(known))
	for _, k := range known {
		files[k.File] = true
	}
	for _, p := range parts {
		if files[p.File] {
			out = append(out, p)
		}
	}
	return out
}

// stale says which of the known parts do not hold: another document answers to a
// name that they asked for, or a document that is compiled asks for them. clash
// reports that a name is taken twice.
func (p *project) stale(known []Part) (stale map[int]bool, clash bool) {
	if len(known) == 0 {
		return nil, false
	}
	owner := make(map[nameKey]int, len(known))
	for i, k := range known {
		for _, name := range k.Names {
			key := nameKey{schemas.KindDataflow, name}
			_, twice := owner[key]
			_, other := p.byName[key]
			clash = clash || twice || other
			owner[key] = i
		}
	}
	stale = map[int]bool{}
	digests := fileDigests{}
	for i, k := range known {
		for _, a := range k.Asked {
			if p.answer(nameKey{a.Kind, a.Name}, owner, known, digests) != a.Digest {
				stale[i] = true
			}
		}
	}
	for i := range p.units {
		for _, key := range p.units[i].asked {
			if of, is := owner[key]; is {
				stale[of] = true
			}
		}
	}
	return stale, clash
}

// answer returns the digest of the file that has a document, "" for none.
func (p *project) answer(key nameKey, owner map[nameKey]int, known []Part, digests fileDigests) string {
	if u, ok := p.byName[key]; ok {
		return digests.of(u.doc.File)
	}
	if i, ok := owner[key]; ok {
		return digests.of(known[i].File)
	}
	return ""
}

// fileDigests keeps the digests of files that have been asked for.
type fileDigests map[*source.File]string

func (d fileDigests) of(f *source.File) string {
	sum, ok := d[f]
	if !ok {
		sum = resource.Digest(f.Text)
		d[f] = sum
	}
	return sum
}

// parts returns the parts of the compiled files that can be known the next time:
// dataflows about which there is nothing to say but notes. made are the resources
// of all documents, counts how many each has.
func (p *project) parts(made []resource.Resource, counts []int, known []Part) []Part {
	if len(counts) == 0 {
		return nil
	}
	compiled := map[*source.File]bool{}
	for i := range p.units {
		compiled[p.units[i].doc.File] = true
	}
	refused := map[*source.File]bool{}
	for _, d := range p.report.AtLeast(diag.Warning).Sorted() {
		placed := false
		for _, l := range d.Labels {
			refused[l.Span.File] = true
			placed = placed || compiled[l.Span.File]
		}
		if !placed {
			return nil // whichever file it is about would not say it again
		}
	}
	owner := make(map[nameKey]int, len(known))
	for i, k := range known {
		for _, name := range k.Names {
			owner[nameKey{schemas.KindDataflow, name}] = i
		}
	}
	digests := fileDigests{}
	at := map[*source.File]int{}
	var out []Part
	for i := range p.units {
		u := &p.units[i]
		mine := made[:counts[i]]
		made = made[counts[i]:]
		f := u.doc.File
		if u.dataflow == nil || u.doc.excluded || len(u.doc.Ignores) > 0 {
			refused[f] = true // its silence, or what it says elsewhere, is not in its resources
			continue
		}
		n, ok := at[f]
		if !ok {
			n = len(out)
			at[f] = n
			out = append(out, Part{File: f})
		}
		part := &out[n]
		part.Names = append(part.Names, u.name)
		part.Resources = append(part.Resources, mine...)
		slices.SortFunc(u.asked, func(a, b nameKey) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
		for _, key := range slices.Compact(u.asked) {
			part.Asked = append(part.Asked, Asked{key.kind, key.name, p.answer(key, owner, known, digests)})
		}
		for _, r := range mine {
			refused[f] = refused[f] || !r.IsOf(f) // a default has places in aepflow.yaml
		}
	}
	fine := out[:0]
	for _, part := range out {
		if !refused[part.File] {
			fine = append(fine, part)
		}
	}
	return fine
}
