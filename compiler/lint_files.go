package compiler

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/schemas"
)

// lintFiles reports what about files is probably wrong: a path that reads like a regular
// expression, names that encrypted files do not have, and a landing zone that is emptied
// before it is read.
func (r *sourceResolver) lintFiles() {
	lintPattern(r.u, r.report)
	lintEncryptedNames(r.u, r.report)
	if c, ok := r.connector(r.u); ok && c.Slug == landingZone && period(&r.u.dataflow.Schedule) > landingZoneLife {
		r.report.Add(shortLife{r.u})
	}
}

// lastPart splits a path into the folder, with its slash, and the rest.
func lastPart(path string) (folder, last string) {
	i := strings.LastIndexByte(path, '/') + 1
	return path[:i], path[i:]
}

// lintPattern reports the first sign of a regular expression or of another glob: the
// platform knows no wildcard but `*`. `report.*` has all endings of a name.
func lintPattern(u *unit, report *diag.Report) {
	folder, last := lastPart(u.dataflow.Files.Path)
	at := strings.IndexAny(last, `?[{(|\^$+`)
	if i := strings.Index(last, ".*"); i >= 0 && (i == 0 || i+2 < len(last)) && (at < 0 || i < at) {
		report.Add(otherPattern{u, len(folder) + i, ".*", "`*` alone matches any characters of a name"})
		return
	}
	if at < 0 || strings.ContainsAny(last[at:at+1], "+(") && !strings.Contains(last, "*") {
		return // a plus and parentheses occur in ordinary names
	}
	sign := last[at : at+1]
	report.Add(otherPattern{u, len(folder) + at, sign, "the platform looks for a name with `" + sign + "`"})
}

// encryptedNames are the endings of the files that the platform decrypts.
var encryptedNames = []string{".csv", ".tsv", ".json", ".parquet"}

// lintEncryptedNames compares the names of the files with what is said about their encryption.
func lintEncryptedNames(u *unit, report *diag.Report) {
	f := u.dataflow.Files
	_, last := lastPart(f.Path)
	name := strings.ToLower(last)
	plain, encrypted := name, false
	for _, suffix := range []string{".gpg", ".pgp"} {
		if rest, ok := strings.CutSuffix(name, suffix); ok {
			plain, encrypted = rest, true
		}
	}
	dot := strings.LastIndexByte(plain, '.')
	switch {
	case f.Encryption == nil:
		if encrypted {
			report.Add(encryptedName{u, "the names of the files suggest `encryption`", "no `encryption` is written",
				"add `encryption: {publicKeyId: …}` if the files are encrypted"})
		}
	case name == "*":
		report.Add(encryptedName{u, "pattern of encrypted files without an ending",
			"a run fails where it matches a folder", "name the files, such as `*.csv.gpg`, or end the path with a slash"})
	case dot >= 0 && !slices.Contains(encryptedNames, plain[dot:]) && plain[dot:] != ".*":
		report.Add(encryptedName{u, "name that encrypted files do not have", "ends with " + plain[dot:],
			"the platform decrypts files that end with .csv, .tsv, .json, or .parquet, each also before .gpg or .pgp, or " +
				"only with .gpg or .pgp"})
	}
}

// landingZoneLife is how many minutes the landing zone keeps a file.
const landingZoneLife = 7 * 24 * 60

// period is how many minutes pass from one run to the next, 0 for one run or an unknown period.
func period(s *schemas.Schedule) int64 {
	if s.Interval == nil {
		return 0
	}
	return *s.Interval * map[string]int64{"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}[s.Frequency]
}
