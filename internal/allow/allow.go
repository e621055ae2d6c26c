// Package allow says what a repository may not decide: which hosts get
// credentials, and which environment variables and files a document may read as
// secrets. Only the person who runs the command extends that, in the process
// environment or in a file of the user's configuration folder.
package allow

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/dotenv"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/source"
)

// The names of the lists, in the environment and in the file.
const (
	HostsVar = "AEPFLOW_ALLOW_HOSTS"
	EnvVar   = "AEPFLOW_ALLOW_ENV"
	FilesVar = "AEPFLOW_ALLOW_FILES"
)

// Lists are what the person has allowed beyond the defaults. The zero Lists
// allow nothing.
type Lists struct {
	Hosts []string // lower case, HOST or HOST:PORT
	Env   []string // names of environment variables
	Files []string // absolute paths, clean; a folder ends with a separator
}

// DefaultFile is the path of the person's file, "" where there is no
// configuration folder.
func DefaultFile() string {
	dir, err := os.UserConfigDir()
	if err != nil || !filepath.IsAbs(dir) {
		return ""
	}
	return filepath.Join(dir, "aepflow", "allow")
}

// Read returns the lists of the environment and of the file at path together.
// A file that does not exist, and the path "", allow nothing; a file that others
// can read or write is an error, and so is an entry that cannot be meant.
func Read(getenv func(string) string, path string) (Lists, error) {
	var l Lists
	for _, name := range []string{HostsVar, EnvVar, FilesVar} {
		if err := l.add(name, getenv(name)); err != nil {
			return Lists{}, fmt.Errorf("environment variable %s: %w", name, err)
		}
	}
	if path == "" {
		return l, nil
	}
	entries, err := readFile(path)
	if err != nil {
		return Lists{}, fmt.Errorf("%s: %w", path, err)
	}
	for _, e := range entries {
		if err := l.add(e.Name, e.Value); err != nil {
			return Lists{}, fmt.Errorf("%s:%d: %s: %w", path, e.At.Pos().Line, e.Name, err)
		}
	}
	return l, nil
}

// maxFile bounds the file in bytes.
const maxFile = 64 << 10

func readFile(path string) ([]dotenv.Entry, error) {
	real, err := files.Chosen(path).Target() // the person's own file may be a link
	if files.IsAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, reason(err)
	}
	info, err := files.Chosen(real).Info()
	switch {
	case err != nil:
		return nil, reason(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("mode %04o lets others read or write it, expected 0600: run chmod 600 %s",
			info.Mode().Perm(), path)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("larger than %d KiB", maxFile>>10)
	}
	text, err := files.Chosen(real).Read(maxFile)
	if err != nil {
		return nil, reason(err)
	}
	entries, problem := dotenv.Parse(source.NewFile(path, text))
	if problem != nil {
		d := problem.Diagnose()
		return nil, fmt.Errorf("line %d: %s", d.Labels[0].Span.Pos().Line, d.Message)
	}
	return entries, nil
}

func reason(err error) error {
	var refused *files.Error
	if errors.As(err, &refused) {
		return errors.New(refused.Reason())
	}
	return err
}

// add takes a comma-separated list into the lists.
func (l *Lists) add(name, text string) error {
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		switch name {
		case HostsVar:
			if !IsHost(entry) {
				return fmt.Errorf("%q is not a host: write HOST or HOST:PORT, without scheme, path, or wildcard", entry)
			}
			l.Hosts = append(l.Hosts, strings.ToLower(entry))
		case EnvVar:
			if strings.ContainsAny(entry, "*?= ${}") {
				return fmt.Errorf("%q is not the name of one environment variable", entry)
			}
			l.Env = append(l.Env, entry)
		case FilesVar:
			if !filepath.IsAbs(entry) {
				return fmt.Errorf("%q is not an absolute path", entry)
			}
			folder := os.IsPathSeparator(entry[len(entry)-1])
			entry = filepath.Clean(entry)
			if folder && !os.IsPathSeparator(entry[len(entry)-1]) {
				entry += string(filepath.Separator)
			}
			l.Files = append(l.Files, entry)
		default:
			return fmt.Errorf("unknown name, expected %s, %s, or %s", HostsVar, EnvVar, FilesVar)
		}
	}
	return nil
}

// IsHost reports whether text is a name or an address, with a port perhaps.
func IsHost(text string) bool {
	if inner, ok := strings.CutPrefix(text, "["); ok { // an IPv6 address
		if inner, ok = strings.CutSuffix(inner, "]"); ok {
			_, err := netip.ParseAddr(inner)
			return err == nil
		}
		to, err := netip.ParseAddrPort(text)
		return err == nil && to.Port() > 0
	}
	host, port, hasPort := strings.Cut(text, ":")
	if hasPort {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return false
		}
	}
	return host != "" && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789-._") == "" &&
		host[0] != '.'
}

// AllowsHost reports whether the person allows a host on a port of https.
func (l Lists) AllowsHost(host, port string) bool {
	host, port = strings.ToLower(host), cmp.Or(port, "443")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return port == "443" && slices.Contains(l.Hosts, host) || slices.Contains(l.Hosts, host+":"+port)
}

// AllowsEnv reports whether the person allows an environment variable by name.
func (l Lists) AllowsEnv(name string) bool { return slices.Contains(l.Env, name) }

// AllowsFile reports whether the person allows a file: its path, or a folder
// above it. The path is absolute; links in it are the person's own.
func (l Lists) AllowsFile(path string) bool {
	path = filepath.Clean(path)
	return slices.ContainsFunc(l.Files, func(entry string) bool {
		return entry == path || os.IsPathSeparator(entry[len(entry)-1]) && strings.HasPrefix(path, entry)
	})
}
