package explore

import (
	"cmp"
	"slices"
	"strings"
)

// Folder cuts the path of a folder or of a pattern of files: the folder with its slash, and the pattern of the names.
func Folder(path string) (folder, pattern string) {
	slash := strings.LastIndexByte(path, '/') + 1
	switch last := path[slash:]; {
	case last == "":
		return path, "*"
	case !strings.Contains(last, "*"):
		return path + "/", "*"
	}
	return path[:slash], path[slash:]
}

// FirstFile returns the first file by name that fits a pattern and whose columns the platform can read. The markers
// that other programs leave beside their files, such as _SUCCESS, come last.
func FirstFile(items []Item, pattern string) (first Item, ok bool) {
	for _, item := range items {
		if item.Type != "file" || item.IsOpaque || !fits(pattern, lastName(item.Path)) {
			continue
		}
		if !ok || compareFiles(item, first) < 0 {
			first, ok = item, true
		}
	}
	return first, ok
}

// Folders are the paths of the folders in a list, sorted.
func Folders(items []Item) (paths []string) {
	for _, item := range items {
		if item.Type == "folder" {
			paths = append(paths, strings.TrimSuffix(item.Path, "/")+"/")
		}
	}
	slices.Sort(paths)
	return paths
}

func compareFiles(a, b Item) int {
	marker := func(i Item) int {
		if strings.HasPrefix(lastName(i.Path), "_") || strings.HasPrefix(lastName(i.Path), ".") {
			return 1
		}
		return 0
	}
	return cmp.Or(marker(a)-marker(b), strings.Compare(a.Path, b.Path))
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// fits reports whether a name fits a pattern, in which * is any text and nothing else is special.
func fits(pattern, name string) bool {
	first, rest, found := strings.Cut(pattern, "*")
	if !found {
		return name == pattern
	}
	name, ok := strings.CutPrefix(name, first)
	parts := strings.Split(rest, "*")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		i := strings.Index(name, part)
		if !ok || i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return ok && strings.HasSuffix(name, parts[last])
}
