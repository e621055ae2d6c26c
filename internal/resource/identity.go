package resource

import (
	"slices"
	"strings"
)

// TellsApart reports whether a difference at a path says that an object is another one than the one that a body asks
// for, although both have one name.
func (s *Spec) TellsApart(body Value, at Path) bool {
	return slices.ContainsFunc(slices.Concat(s.Identity, s.Identifying), func(pattern string) bool {
		if list, ok := strings.CutSuffix(pattern, "[0]"); ok {
			key, _ := s.KeyOf(Path{{Name: list}})
			all, _ := body.Get(list)
			return len(all.Items) > 0 && slices.Equal(at, Path{{Name: list}}.Key(KeyText(all.Items[0], key)))
		}
		_, isBelow := matchPrefix(pattern, at)
		return isBelow || strings.HasPrefix(pattern, at.String()+".")
	})
}
