package xdm

import (
	"strconv"
	"strings"
)

// step is one segment of a path with its indexes.
type step struct {
	name       string
	indexes    []string // "0", "*"
	start, end int      // of the name in the path
	indexEnd   int      // after the last index; end when there is none
}

// maxDepth is how many levels a path may have. The deepest of the standard has
// eleven.
const maxDepth = 50

// parsePath cuts a destination at its dots. `${…}` and a backslash keep a dot
// in a name; `[0]` and `[*]` after a name are indexes.
func parsePath(path string) ([]step, *PathError) { return parseSteps(path, false) }

// parseSteps is parsePath. With all, [] is any element, as in the columns of files.
func parseSteps(path string, all bool) ([]step, *PathError) {
	bad := func(start, end int, detail string) *PathError { return badPath(path, start, end, detail) }
	steps := make([]step, 0, min(strings.Count(path, ".")+1, maxDepth))
	i, depth := 0, 0
	for {
		s := step{start: i}
		var err *PathError
		if s.name, i, err = parseName(path, i); err != nil {
			return nil, err
		}
		s.end = i
		if s.name == "" {
			return nil, bad(s.start, i+1, "empty segment")
		}
		for i < len(path) && path[i] == '[' {
			end := strings.IndexByte(path[i:], ']')
			if end < 0 {
				return nil, bad(i, len(path), "unclosed [")
			}
			index := path[i+1 : i+end]
			if index == "" && all {
				index = "*"
			}
			if index != "*" && !isIndex(index) {
				return nil, bad(i, i+end+1, "index")
			}
			s.indexes = append(s.indexes, index)
			i += end + 1
		}
		s.indexEnd = i
		if depth += 1 + len(s.indexes); depth > maxDepth {
			return nil, bad(s.start, len(path), "too deep")
		}
		steps = append(steps, s)
		if i == len(path) {
			return steps, nil
		}
		if path[i] != '.' {
			return nil, bad(i, i+1, "dot expected")
		}
		i++
	}
}

func badPath(path string, start, end int, detail string) *PathError {
	return &PathError{Code: BadPath, Path: path, Start: start, End: min(max(end, start), len(path)), Detail: detail}
}

// parseName reads the name that begins at start, up to a dot, an index, or the end.
func parseName(path string, start int) (name string, end int, err *PathError) {
	i := start
	for i < len(path) && strings.IndexByte(`.[]\$`, path[i]) < 0 {
		i++
	}
	if i == len(path) || path[i] == '.' || path[i] == '[' {
		return path[start:i], i, nil
	}
	var b strings.Builder
	b.WriteString(path[start:i])
	for i < len(path) && path[i] != '.' && path[i] != '[' {
		switch c := path[i]; {
		case c == '\\' && i+1 < len(path):
			b.WriteByte(path[i+1])
			i += 2
		case strings.HasPrefix(path[i:], "${"):
			end := strings.IndexByte(path[i:], '}')
			if end < 0 {
				return "", i, badPath(path, i, len(path), "unclosed ${")
			}
			b.WriteString(strings.ReplaceAll(path[i+2:i+end], `\.`, "."))
			i += end + 1
		case c == ']':
			return "", i, badPath(path, i, i+1, "] without [")
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), i, nil
}

// Step is one level of a path: a name and the indexes after it, numbers or *.
type Step struct {
	Name    string
	Indexes []string
}

// Steps cuts a path into its levels.
func Steps(path string) ([]Step, *PathError) {
	steps, err := parsePath(path)
	if err != nil {
		return nil, err
	}
	out := make([]Step, len(steps))
	for i, s := range steps {
		out[i] = Step{s.name, s.indexes}
	}
	return out, nil
}

func isIndex(s string) bool {
	n, err := strconv.ParseUint(s, 10, 31)
	return err == nil && strconv.FormatUint(n, 10) == s
}

// Join appends a segment to a canonical path.
func Join(parent, name string) string {
	if strings.ContainsAny(name, `.\`) {
		name = strings.ReplaceAll(strings.ReplaceAll(name, `\`, `\\`), ".", `\.`)
	}
	if parent == "" {
		return name
	}
	return parent + "." + name
}

// SlashPath turns a dotted path into the form of descriptors: /person/name.
func SlashPath(dotted string) string {
	steps, err := parsePath(dotted)
	if err != nil {
		return "/" + strings.ReplaceAll(dotted, ".", "/")
	}
	var b strings.Builder
	for _, s := range steps {
		b.WriteByte('/')
		b.WriteString(s.name)
	}
	return b.String()
}

// DottedPath turns the path of a descriptor into the dotted form: the reverse of SlashPath.
func DottedPath(slashed string) string {
	dotted := ""
	for name := range strings.SplitSeq(strings.Trim(slashed, "/"), "/") {
		dotted = Join(dotted, name)
	}
	return dotted
}
