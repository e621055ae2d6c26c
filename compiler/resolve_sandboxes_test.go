package compiler

import (
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// TestDuplicateTargets: two targets are one place however they are spelled, and
// only then.
func TestDuplicateTargets(t *testing.T) {
	const org = "org: 0123456789ABCDEF01234567@AdobeOrg, "
	for _, tt := range []struct {
		name, targets string
		twice         bool
	}{
		{"the same", "a: {" + org + "sandbox: dev}\n  b: {" + org + "sandbox: dev}", true},
		{"another sandbox", "a: {" + org + "sandbox: dev}\n  b: {" + org + "sandbox: prod}", false},
		{"another organization", "a: {" + org + "sandbox: dev}\n  b: {org: 1123456789ABCDEF01234567@AdobeOrg, sandbox: dev}", false},
		{"sandbox in capitals", "a: {" + org + "sandbox: dev}\n  b: {" + org + "sandbox: Dev}", true},
		{"organization in lowercase", "a: {" + org + "sandbox: dev}\n  b: {org: 0123456789abcdef01234567@AdobeOrg, sandbox: dev}", true},
		{"organization of the environment twice", "a: {sandbox: dev}\n  b: {sandbox: dev}", true},
		{"organization of the environment once", "a: {sandbox: dev}\n  b: {" + org + "sandbox: dev}", false},
		{"the default platform", "a: {" + org + "sandbox: dev}\n  b: {" + org + "sandbox: dev, platform: 'https://platform.adobe.io'}", true},
		{"slash at the end", "a: {" + org + "sandbox: dev}\n  b: {" + org + "sandbox: dev, platform: 'https://platform.adobe.io/'}", true},
		{"port of the scheme", "a: {" + org + "sandbox: dev}\n  b: {" + org + "sandbox: dev, platform: 'HTTPS://Platform.Adobe.IO.:443'}", true},
		{"another port", "a: {" + org + "sandbox: dev}\n  b: {" + org + "sandbox: dev, platform: 'https://platform.adobe.io:444'}", false},
		{"another scheme", "a: {" + org + "sandbox: dev, platform: 'http://h:1'}\n  b: {" + org + "sandbox: dev, platform: 'https://h:1'}", false},
		{"another path", "a: {" + org + "sandbox: dev, platform: 'http://h/a'}\n  b: {" + org + "sandbox: dev, platform: 'http://h/b'}", false},
		{"loopback", "a: {" + org + "sandbox: dev, platform: 'http://localhost:8080'}\n  b: {" + org + "sandbox: dev, platform: 'http://127.0.0.1:8080/'}", true},
		{"another sign-in", "a: {" + org + "sandbox: dev, ims: 'https://x'}\n  b: {" + org + "sandbox: dev}", true},
		{"local at a platform", "local: {platform: 'http://127.0.0.1:8080'}\n  b: {org: 000000000000000000000001@AdobeOrg, sandbox: dev, platform: 'http://[::1]:8080'}", true},
		{"local in itself", "local: {" + org + "sandbox: dev}\n  b: {" + org + "sandbox: dev}", false},
		{"no sandbox", "a: {" + org + "}\n  b: {" + org + "}", false},
		{"no address", "a: {" + org + "sandbox: dev, platform: x}\n  b: {" + org + "sandbox: dev, platform: x}", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, report := ParseProject(source.NewFile("aepflow.yaml", []byte("targets:\n  "+tt.targets+"\n")))
			found := report.Sorted()
			i := slices.IndexFunc(found, func(d diag.Diagnostic) bool { return d.Code == diag.DuplicateTarget })
			if (i >= 0) != tt.twice {
				t.Fatalf("found %v", found)
			}
			if !tt.twice {
				return
			}
			if l := found[i].Labels; len(l) != 2 || l[0].Span.Text() != "b" || !strings.Contains("a local", l[1].Span.Text()) {
				t.Errorf("labels %v", l)
			}
		})
	}
}
