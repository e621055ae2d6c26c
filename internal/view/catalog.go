package view

import (
	"cmp"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/words"
)

// CatalogChanges are the differences between two catalogs, and the sources that could not be asked.
type CatalogChanges struct {
	Changes []CatalogChange
	Breaks  int         // mappings and keys that changes break
	Unread  [][2]string // source and reason
}

// CatalogChange is one difference.
type CatalogChange struct {
	Kind          string // such as column-removed
	Object, Title string
	Path          string
	Before, After string
	Breaks        []string // mappings with their places
}

// catalogMarks are the sign and the style of a change by its last word.
var catalogMarks = map[string]struct {
	sign string
	st   style
}{
	"added": {"+", green}, "removed": {"-", red}, "retyped": {"~", yellow}, "changed": {"~", yellow},
	"deprecated": {"!", yellow}, "undeprecated": {"~", yellow},
}

// head names the object of a change.
func (c CatalogChange) head() string {
	if c.Title != "" {
		return c.Title + "  " + c.Object
	}
	return c.Object
}

// Catalog writes changes below the object that they belong to, each with the mappings that it breaks.
func Catalog(w io.Writer, list CatalogChanges, o Options) error {
	c := newCanvas(o)
	object := ""
	for _, change := range list.Changes {
		noun, word, _ := strings.Cut(change.Kind, "-")
		mark := catalogMarks[word]
		if word == "added" && change.Path == "" { // that is all there is to say of it
			object = ""
			c.line(c.paint(mark.st, mark.sign+" "+noun+" "+word), "  ", change.head())
			continue
		}
		if change.Object != object {
			object = change.Object
			c.line(c.paint(bold, change.head()))
		}
		said := ""
		switch {
		case change.Before != "" && change.After != "":
			said = "  " + change.Before + " → " + change.After
		case word == "changed" && change.Before != "":
			said = "  no longer " + change.Before
		case word == "changed" && change.After != "":
			said = "  now " + change.After
		case change.Before+change.After != "" && change.Path != "":
			said = "  " + cmp.Or(change.Before, change.After)
		}
		c.line("  ", c.paint(mark.st, mark.sign+" "+noun+" "+word), spaced(change.Path), c.paint(dim, said))
		for _, b := range change.Breaks {
			c.line("      ", c.paint(red, "breaks "), c.paint(plain, b))
		}
	}
	for _, u := range list.Unread {
		c.wrapped(yellow, "not read  ", u[0]+": "+u[1])
	}
	switch {
	case len(list.Changes) == 0 && len(list.Unread) > 0:
		c.line("Nothing changed in what could be read.")
	case len(list.Changes) == 0:
		c.line("Nothing changed.")
	case list.Breaks == 0:
		c.line(words.Count(len(list.Changes), "change") + ", no mapping breaks.")
	default:
		c.line(c.paint(red, words.Count(len(list.Changes), "change")+", "+words.Count(list.Breaks, "mapping")+" affected."))
	}
	return flush(w, c)
}
