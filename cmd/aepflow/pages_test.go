package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
)

var (
	pageBlock = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	pageFile  = regexp.MustCompile(`^# (\S+\.yaml)\n`)
)

// followedPages are the pages whose blocks of commands TestPages runs, in this order.
var followedPages = []string{"start.md", "team.md", "catalog.md"}

// TestPages follows pages one after the other, against the emulator: it writes the files that blocks of YAML
// name in their first line, and runs the lines of the blocks of commands, which end with exit code 0. Where a person
// would confirm, it says so with a flag.
func TestPages(t *testing.T) {
	t.Parallel()
	rows := t.TempDir()
	table := "customer_id,first_name,last_name,email,updated_at\nC1,Ann,Lee,ann@example.com,2026-12-01T00:00:00Z\n"
	if err := os.WriteFile(filepath.Join(rows, "public.customers.csv"), []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	sources := []emulator.Source{{Connection: "CRM database", Kind: "csv", Path: rows}}
	l := newLab(t, emulator.Options{Sources: sources}, crashed{})
	l.env = []string{"IMS_OAUTH_S2S_CLIENT_ID=somebody"}
	for _, page := range followedPages {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		ran := 0
		for _, block := range pageBlock.FindAllStringSubmatch(string(text), -1) {
			if m := pageFile.FindStringSubmatch(block[2]); m != nil {
				l.write(m[1], onEmulator(block[2], l.url))
			}
			if block[1] != "console" {
				if strings.Contains(block[2], "aepflow ") && block[1] != "yaml" {
					t.Errorf("%s: a block with commands is not marked as console:\n%s", page, block[2])
				}
				continue
			}
			if page == "team.md" && ran == 0 { // start.md has removed everything
				l.mustRun("apply", "--auto-approve")
			}
			for line := range strings.Lines(block[2]) {
				args := argumentsOf(strings.TrimPrefix(strings.TrimSpace(line), "$ "))
				if args[0] == "apply" || args[0] == "destroy" {
					args = append(args, "--auto-approve")
				}
				l.mustRun(args...)
				ran++
			}
		}
		if ran < 2 {
			t.Errorf("%s: %d commands", page, ran)
		}
		if page == "start.md" {
			for _, o := range l.box.Objects() {
				if o.Kind == "flows" && !o.System {
					t.Errorf("the dataflow %s is left", o.ID)
				}
			}
		}
	}
	if r := l.run("plan", "--target", "prod", "--detailed-exitcode"); r.code != exitOK {
		t.Errorf("after the promotion, there is something left to do in prod: %s", r)
	}
}

// onEmulator leads the targets of aepflow.yaml to an emulator.
func onEmulator(text, url string) string {
	text = strings.ReplaceAll(text, "{org: ", "{platform: '"+url+"', ims: '"+url+"', org: ")
	return strings.ReplaceAll(text, "0123456789ABCDEF01234567@AdobeOrg", emulator.DefaultOrg)
}

var (
	pageLink    = regexp.MustCompile(`\]\(([^)\s]*)\)`)
	pageHeading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInAnchor = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
)

// pagesOfProject are the paths of the pages that people read.
func pagesOfProject(t *testing.T) []string {
	t.Helper()
	pages := []string{"../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	return pages
}

// TestLinksOfPages: every link from a page to a page leads to a file, and to a heading of it.
func TestLinksOfPages(t *testing.T) {
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	anchors := map[string]map[string]bool{}
	links := 0
	for _, page := range pagesOfProject(t) {
		for _, m := range pageLink.FindAllStringSubmatch(pageBlock.ReplaceAllString(read(page), ""), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			links++
			path := page
			if target != "" {
				path = filepath.Join(filepath.Dir(page), filepath.FromSlash(target))
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, m[1])
				continue
			}
			if anchor == "" {
				continue
			}
			if anchors[path] == nil {
				anchors[path] = map[string]bool{}
				for _, h := range pageHeading.FindAllStringSubmatch(read(path), -1) {
					name := notInAnchor.ReplaceAllString(strings.ToLower(h[1]), "")
					anchors[path][strings.ReplaceAll(name, " ", "-")] = true
				}
			}
			if !anchors[path][anchor] {
				t.Errorf("%s: the link %s leads to no heading", page, m[1])
			}
		}
	}
	if links < 200 {
		t.Errorf("only %d links were found", links)
	}
}
