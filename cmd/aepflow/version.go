package main

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// version is set by the linker for releases.
var version = ""

// unreleased is the version of a build that is not a release: before the next one.
const unreleased = "0.1.0-dev"

// toolVersion is the version of a release, or that of the module.
func toolVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return unreleased
}

type versionCmd struct{}

func (versionCmd) Help() string {
	return `With -o json, also prints the commit and its date, if the program was built from a clone,
the version of Go, and the platform.

  aepflow version -o json | jq -r .commit`
}

// build is what aepflow was built from.
type build struct {
	FormatVersion string `json:"format_version"`
	Command       string `json:"command"`
	Version       string `json:"version"`
	Commit        string `json:"commit,omitempty"`
	Date          string `json:"date,omitempty"`     // of the commit
	Modified      bool   `json:"modified,omitempty"` // since the commit
	Go            string `json:"go"`
	Platform      string `json:"platform"`
}

func (versionCmd) Run(a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	if a.Output == "json" {
		return a.printJSON(thisBuild())
	}
	return a.stdout.Printf("aepflow %s\n", toolVersion())
}

func thisBuild() build {
	out := build{
		FormatVersion: "1.0", Command: "version",
		Version: toolVersion(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return out
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			out.Commit = s.Value
		case "vcs.time":
			out.Date = s.Value
		case "vcs.modified":
			out.Modified = s.Value == "true"
		}
	}
	return out
}
