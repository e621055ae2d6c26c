package manpage

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/aepflow/aepflow/internal/golden"
)

type grammar struct {
	Log string `env:"X_LOG" short:"l" placeholder:"FILE" help:".Where 'it' goes to, C:\\dir."`

	Plan planCmd `cmd:"" help:"Show what would change."`
	Old  struct {
	} `cmd:"" hidden:""`
	State struct {
		List struct{} `cmd:"" help:"List the entries."`
	} `cmd:"" help:"The lockfile."`
}

type planCmd struct {
	Path   string `arg:"" optional:"" help:"Folder of the project."`
	Force  bool   `help:"Do it --anyway."`
	Secret bool   `hidden:""`
}

func (planCmd) Help() string {
	return `Compares a-b with c.
.dotted line

  x plan 'dir'   # no ^ network
  .x

'quoted' end.`
}

func pages(t *testing.T) []Page {
	t.Helper()
	return Pages(kong.Must(&grammar{}, kong.Name("x"), kong.Description("Does it.")).Model, "1.2.3")
}

func TestPages(t *testing.T) {
	var b strings.Builder
	for _, p := range pages(t) {
		b.WriteString("-- " + p.Name + " --\n" + p.Text)
	}
	golden.Check(t, "testdata/pages.txtar", []byte(b.String()))
}

// TestRead: troff has nothing to complain about, and shows what was written.
func TestRead(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("there is no groff")
	}
	for _, p := range pages(t) {
		cmd := exec.Command(groff, "-man", "-ww", "-Tascii", "-P-cbou")
		cmd.Stdin = strings.NewReader(p.Text)
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil || said.Len() > 0 {
			t.Errorf("%s: %v\n%s", p.Name, err, said.String())
		}
		if p.Name != "x-plan.1" {
			continue
		}
		for _, want := range []string{".dotted line", "x plan 'dir'   # no ^ network", "  .x", "'quoted' end.",
			`.Where 'it' goes to, C:\dir. Also X_LOG.`} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s does not show %q:\n%s", p.Name, want, out)
			}
		}
	}
}
