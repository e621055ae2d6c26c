package rowtest

import "github.com/aepflow/aepflow/internal/xdm"

// paths are places in records, whatever their indexes. Finding one takes no longer the more there are.
type paths struct {
	next map[step]int // places by the one above and a name; 0 is the record
	ends map[int]bool
}

type step struct {
	above int
	name  string
}

func pathsOf(list ...string) paths {
	p := paths{map[step]int{}, map[int]bool{}}
	for _, path := range list {
		steps, fault := xdm.Steps(path)
		if fault != nil {
			continue
		}
		at := 0
		for _, s := range steps {
			key := step{at, s.Name}
			if at = p.next[key]; at == 0 {
				at = len(p.next) + 1
				p.next[key] = at
			}
		}
		p.ends[at] = true
	}
	return p
}

// related reports whether one of the paths is another one, or one of the two lies below the other.
func (p paths) related(path string) bool {
	steps, fault := xdm.Steps(path)
	if fault != nil {
		return false
	}
	at := 0
	for _, s := range steps {
		if at = p.next[step{at, s.Name}]; at == 0 || p.ends[at] {
			return at != 0
		}
	}
	return true
}
