package compiler

import (
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/schemas"
)

const (
	landingZone = "data-landing-zone"
	// landingContainer is where the paths of the landing zone begin.
	landingContainer = "dlz-user-container"
)

// resolveFiles checks what a dataflow says about its files.
func (r *sourceResolver) resolveFiles() {
	f := r.u.dataflow.Files
	r.resolvePath()
	resolveFormat(r.u, r.report)
	if f.Encryption != nil && f.Recursive {
		r.report.Add(recursiveEncryption{r.u})
	}
	if c, ok := r.connector(r.u); ok && c.Slug == "ftp" && r.u.dataflow.Schedule.Frequency != "once" &&
		r.u.dataflow.Schedule.Frequency != "" {
		r.report.Add(recurringFTP{r.u})
	}
	r.lintFiles()
}

// resolvePath checks the path and what it is: a file, a folder, or a pattern.
func (r *sourceResolver) resolvePath() {
	f := r.u.dataflow.Files
	folder, last := lastPart(f.Path)
	at := r.u.at("files", "path")
	switch {
	case strings.Contains(folder, "*"):
		start := strings.IndexByte(folder, '*')
		r.report.Add(filePath{at: at, start: start, end: start + 1, message: "wildcard in a folder's name",
			label: "only the last part of a path may have `*`",
			help:  "write the folder, and `recursive: true` to read the folders below it"})
	case strings.Contains(last, "**"):
		start := len(folder) + strings.Index(last, "**")
		r.report.Add(filePath{at: at, start: start, end: start + 2, message: "`**` in a path",
			label: "`*` matches any characters of a name", help: "write `*`, and `recursive: true` to read folders below"})
	case f.Type == "file" && isFolder(f):
		r.report.Add(fileType{r.u,
			"the path is that of a folder, or a pattern", "write `type: folder`, or the path of one file"})
	case f.Recursive && !isFolder(f) && f.Type != "folder":
		r.report.Add(fileType{r.u, "`recursive` reads folders, and the path is that of a file",
			"end the path with a slash, write `type: folder`, or remove `recursive`"})
	}
	if c, ok := r.connector(r.u); ok && c.Slug == landingZone {
		if first, _, _ := strings.Cut(strings.TrimPrefix(f.Path, "/"), "/"); first != landingContainer {
			r.report.Add(filePath{at: at, end: len(f.Path), warning: true,
				message: "path outside the landing zone's container",
				label:   "expected " + landingContainer + "/…", help: "begin the path with `" + landingContainer + "/`"})
		}
	}
}

// isFolder reports whether a path reads as a folder or a pattern.
func isFolder(f *schemas.Files) bool {
	return strings.HasSuffix(f.Path, "/") || strings.Contains(f.Path, "*")
}

// pathType is the type that is sent for a path.
func pathType(f *schemas.Files) string {
	switch {
	case f.Type != "":
		return f.Type
	case isFolder(f):
		return "folder"
	}
	return "file"
}

// named is what the name of files says about them.
type named struct{ format, compression, delimiter string }

// nameOf reads the suffixes of a path from the end: encryption, compression, format.
func nameOf(path string) named {
	_, rest := lastPart(strings.ToLower(path))
	for _, suffix := range []string{".gpg", ".pgp"} {
		rest = strings.TrimSuffix(rest, suffix)
	}
	var n named
	if plain, ok := strings.CutSuffix(rest, ".gz"); ok {
		rest, n.compression = plain, "gzip"
	}
	switch {
	case strings.HasSuffix(rest, ".csv"):
		n.format = "delimited"
	case strings.HasSuffix(rest, ".tsv"):
		n.format, n.delimiter = "delimited", "\t"
	case strings.HasSuffix(rest, ".json"):
		n.format = "json"
	case strings.HasSuffix(rest, ".parquet"):
		n.format = "parquet"
	}
	return n
}

// formatOf is the format of a dataflow's files, "" when nothing says it.
func formatOf(f *schemas.Files) string {
	if f.Format != "" {
		return f.Format
	}
	return nameOf(f.Path).format
}

// resolveFormat checks the format and the keys that belong to one.
func resolveFormat(u *unit, report *diag.Report) {
	f := u.dataflow.Files
	format, name := formatOf(f), nameOf(f.Path)
	if format == "" {
		report.Add(noFileFormat{u.at("files")})
		return
	}
	if name.format != "" && name.format != format {
		report.Add(otherFormat{u, name.format})
	}
	for _, key := range []string{"delimiter", "encoding", "compression"} {
		delimited := format == "delimited"
		if u.has("files", key) && !delimited && !(key == "compression" && format == "json") {
			report.Add(fileOption{u, key, format})
		}
	}
	if format == "delimited" && name.delimiter != "" && f.Delimiter == "" {
		report.Add(missingFileOption{u, "delimiter", `"\t"`})
	}
	if format != "parquet" && name.compression != "" && f.Compression == "" {
		report.Add(missingFileOption{u, "compression", name.compression})
	}
}
