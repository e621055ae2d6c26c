package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/lockfile"
)

// A hostileRepository is what a stranger could have committed, or left in a
// folder that somebody else works in.
type hostileRepository struct {
	name  string
	build func(*hostileWorld)
}

// evil is a host that only the repository names. It cannot resolve.
const evil = "evil.invalid"

// ugly is text that does things to a terminal, or forges lines of an output.
const ugly = "a\x1b[31;1mred\x1b]0;title\x07\u009b2J\xff\u202eevil\u2066\u200f\u2028\n::error file=x::forged\r\nerror: forged\x00\x7f"

// quoted is a text as YAML and JSON both read it.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r >= 0x7f && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// linkedFiles are the files that the tool reads or writes in a project.
var linkedFiles = []string{
	".aepflow/local.journal", ".aepflow/local.holder", ".aepflow/local.lock-file", ".aepflow/emulator.db", ".aepflow/dataflow.schema.json",
	".aepflow/cache/.gitignore", ".aepflow/cache/dev.token", ".gitignore", "dataflow.yaml", "aepflow.yaml", ".env", "emulator.yaml",
	"dataflow.local.lock", ".aepflow/local.lock", "plan.json",
}

// everywhere makes a repository of a sound project in which each of the linked
// files is what make makes of it, all at once where that is possible.
func everywhere(w *hostileWorld, make func(name string)) {
	w.sound()
	for _, name := range linkedFiles {
		make(name)
	}
}

// one is a repository in which a single file is what make makes of it: faults of
// others would hide it.
func one(name string, file string, make func(w *hostileWorld, name string)) hostileRepository {
	return hostileRepository{name, func(w *hostileWorld) {
		w.sound()
		make(w, file)
	}}
}

func toBashrc(w *hostileWorld, name string) { w.link(name, filepath.Join(w.root, "home/.bashrc")) }
func toSecret(w *hostileWorld, name string) {
	w.link(name, strings.Repeat("../", strings.Count(name, "/")+1)+"outside/secret.txt")
}
func toEnviron(w *hostileWorld, name string) { w.link(name, "/proc/self/environ") }
func toZero(w *hostileWorld, name string)    { w.link(name, "/dev/zero") }
func asFifo(w *hostileWorld, name string)    { w.fifo(name) }
func asHuge(w *hostileWorld, name string)    { w.sparse(name, 8<<30) }
func asFolder(w *hostileWorld, name string) {
	_ = os.Remove(filepath.Join(w.project, name))
	w.folder(name)
}

// document is the tutorial's, with a text in the place of another.
func rewriteDocument(w *hostileWorld, old, text string) {
	w.sound()
	path := filepath.Join(w.project, "dataflow.yaml")
	was, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	if !strings.Contains(string(was), old) {
		w.t.Fatalf("the document has no %q", old)
	}
	w.file("dataflow.yaml", strings.Replace(string(was), old, text, 1))
}

// targets is a project with these targets.
func targets(w *hostileWorld, text string) {
	w.sound()
	w.file("aepflow.yaml", "targets:\n"+text)
}

// secretConnection is a project whose connection takes a parameter from a place.
func secretConnection(w *hostileWorld, password string) {
	w.file("crm.dataflow.yaml", "kind: Connection\nname: crm\ntitle: CRM\nconnector: postgresql\nauth:\n  type: Basic Authentication\n"+
		"  params: {server: crm.example.com, port: 5432, database: crm, username: reader, password: "+password+", sslMode: Require}\n")
}

var hostileRepositories = []hostileRepository{
	// Links and files that are not files.
	one("journal-is-a-link", ".aepflow/local.journal", toBashrc),
	one("holder-is-a-link", ".aepflow/local.holder", toBashrc),
	one("lock-file-is-a-link", ".aepflow/local.lock-file", toBashrc),
	one("database-is-a-link", ".aepflow/emulator.db", toBashrc),
	one("lockfile-is-a-link", "dataflow.local.lock", toBashrc),
	one("local-lockfile-is-a-link", ".aepflow/local.lock", toBashrc),
	{"state-folder-is-a-link", func(w *hostileWorld) { w.sound(); w.link(".aepflow", "../outside/folder") }},
	{"cache-is-a-link", func(w *hostileWorld) { w.sound(); w.link(".aepflow/cache", "../../outside/folder") }},
	{"dangling-links", func(w *hostileWorld) {
		everywhere(w, func(name string) {
			if !strings.HasSuffix(name, "dataflow.yaml") {
				w.link(name, filepath.Join(w.root, "outside/new-"+filepath.Base(name)))
			}
		})
	}},
	{"document-is-a-link-to-an-unformatted-one", func(w *hostileWorld) { w.link("dataflow.yaml", "../outside/unformatted.yaml") }},
	one("document-is-a-secret", "dataflow.yaml", toSecret),
	one("document-is-the-environment", "dataflow.yaml", toEnviron),
	one("project-file-is-a-secret", "aepflow.yaml", toSecret),
	one("project-file-is-the-environment", "aepflow.yaml", toEnviron),
	one("env-is-a-secret", ".env", toSecret),
	one("seed-is-the-environment", "emulator.yaml", toEnviron),
	one("saved-plan-is-a-secret", "plan.json", toSecret),
	{"linked-folder-of-documents", func(w *hostileWorld) { w.sound(); w.link("more", "../outside/folder") }},
	{"links-in-circles", func(w *hostileWorld) {
		w.sound()
		w.link("loop.dataflow.yaml", "loop.dataflow.yaml")
		w.link("a", "b")
		w.link("b", "a")
		w.link("self", ".")
		w.link(".env", ".env")
	}},
	{"slow-mappings", func(w *hostileWorld) {
		// Each expression takes just less than it may; the patterns and constants cost validate as much.
		text := "name: mytable\ndatabase: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}\n" +
			"table: a.b\ncolumns: {id: string}\nschedule: {frequency: once}\n" +
			"target: {dataset: {title: A}, schema: {title: A, class: profile, fields: {x: boolean"
		text += lines(1000, ", x%d: boolean") + "}}}\nmappings:\n  _id: id\n"
		for i, expr := range []string{
			`size(filterArray(explode(lpad(id, 250000, \"a,\"), \",\"), x -> x == \"b\")) > 0`,
			`size(transformArray(explode(lpad(id, 100000, \"a,\"), \",\"), x -> \"12\" + 1.5b)) > 0`,
			`matches_regex(lpad(id, 26, \"a\"), \"(?=a)(a|aa)*b\")`,
			`matches_regex(lpad(id, 3000, \"a\"), \"(.{0,999})(.{0,999})(.{0,999})b\")`,
			`size(explode(lpad(id, 100000, \"a\"), \"a.*b|a\")) > 0`,
			`lpad(\"\", 15000000, \"x\") == lpad(\"\", 15000000, \"x\")`,
		} {
			for n := i; n < 1000; n += 6 {
				text += fmt.Sprintf("  _{TENANT_ID}.x%d: \"%s\"\n", n, expr)
			}
		}
		w.file("dataflow.yaml", text+"tests:\n"+lines(10_000, "  - {name: t%d, given: {id: a}, expect: {_id: a}}\n"))
		w.file("mytable.csv", "id\n"+lines(100_000, "%d\n"))
	}},
	// Tests of mappings, which test, plan, and apply run.
	{"tests-read-elsewhere", func(w *hostileWorld) {
		text := "\ntests:\n"
		for i, name := range []string{"../outside/secret.txt", "/etc/passwd", "link.csv", "environ.csv", "fifo.csv",
			"zero.csv", "huge.csv", "damaged.parquet", "bomb.csv.gz"} {
			text += fmt.Sprintf("  - {name: t%d, from: %s, expect: {_id: x}}\n", i, name)
		}
		w.sound()
		was, err := os.ReadFile(filepath.Join(w.project, "dataflow.yaml"))
		if err != nil {
			w.t.Fatal(err)
		}
		w.file("dataflow.yaml", string(was)+text)
		toSecret(w, "link.csv")
		toEnviron(w, "environ.csv")
		w.fifo("fifo.csv")
		toZero(w, "zero.csv")
		asHuge(w, "huge.csv")
		w.file("damaged.parquet", "PAR1\xff\xff\xff\xfe"+"PAR1")
		var bomb bytes.Buffer
		z, _ := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
		for range 400 {
			_, _ = z.Write(bytes.Repeat([]byte("a"), 1<<20))
		}
		_ = z.Close()
		w.file("bomb.csv.gz", bomb.String())
	}},
	one("document-is-a-fifo", "orders.dataflow.yaml", asFifo),
	one("env-is-a-fifo", ".env", asFifo),
	one("lockfile-is-a-fifo", "dataflow.local.lock", asFifo),
	one("journal-is-a-fifo", ".aepflow/local.journal", asFifo),
	{"everything-is-a-fifo", func(w *hostileWorld) { everywhere(w, func(name string) { w.fifo(name) }) }},
	one("document-never-ends", "orders.dataflow.yaml", toZero),
	one("env-never-ends", ".env", toZero),
	one("lockfile-never-ends", "dataflow.local.lock", toZero),
	{"everything-never-ends", func(w *hostileWorld) { everywhere(w, func(name string) { toZero(w, name) }) }},
	{"everything-is-huge", func(w *hostileWorld) { everywhere(w, func(name string) { asHuge(w, name) }) }},
	one("document-is-huge", "orders.dataflow.yaml", asHuge),
	one("env-is-huge", ".env", asHuge),
	one("lockfile-is-huge", "dataflow.local.lock", asHuge),
	one("journal-is-huge", ".aepflow/local.journal", asHuge),
	one("database-is-huge", ".aepflow/emulator.db", asHuge),
	one("seed-is-huge", "emulator.yaml", asHuge),
	one("saved-plan-is-huge", "plan.json", asHuge),
	{"everything-is-a-folder", func(w *hostileWorld) { everywhere(w, func(name string) { asFolder(w, name) }) }},
	{"state-folder-is-a-file", func(w *hostileWorld) { w.sound(); w.file(".aepflow", "") }},
	{"document-is-a-socket", func(w *hostileWorld) {
		w.sound()
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(w.project, "s.dataflow.yaml"), Net: "unix"})
		if err != nil {
			w.t.Skip(err) // a path may be too long for a socket
		}
		w.t.Cleanup(func() { _ = l.Close() })
	}},

	// Names that are paths, and paths that lead out.
	{"target-is-a-path", func(w *hostileWorld) {
		targets(w, "  ../../outside/x: {org: a@AdobeOrg, sandbox: dev, platform: 'http://127.0.0.1:9'}\ndefaultTarget: ../../outside/x\n")
	}},
	{"target-is-an-absolute-path", func(w *hostileWorld) {
		targets(w, "  "+filepath.Join(w.root, "outside/x")+": {org: a@AdobeOrg, sandbox: dev}\ndefaultTarget: "+filepath.Join(w.root, "outside/x")+"\n")
	}},
	{"seed-leads-out", func(w *hostileWorld) {
		targets(w, "  local: {org: a@AdobeOrg, sandbox: dev, seed: ../outside/secret.txt}\n")
	}},
	{"secret-file-leads-out", func(w *hostileWorld) {
		secretConnection(w, "{file: ../outside/secret.txt}")
	}},
	{"secret-file-is-absolute", func(w *hostileWorld) {
		secretConnection(w, "{file: "+filepath.Join(w.root, "outside/secret.txt")+"}")
	}},
	{"secret-file-is-a-link", func(w *hostileWorld) {
		secretConnection(w, "{file: password}")
		toSecret(w, "password")
	}},
	{"secret-file-never-ends", func(w *hostileWorld) {
		secretConnection(w, "{file: password}")
		toZero(w, "password")
	}},
	{"document-name-is-a-path", func(w *hostileWorld) { rewriteDocument(w, "name: mytable", "name: ../../outside/x") }},

	// Where credentials go.
	{"local-is-elsewhere", func(w *hostileWorld) {
		targets(w, "  local: {org: a@AdobeOrg, sandbox: dev, platform: 'https://"+evil+"', ims: 'https://"+evil+"'}\n")
	}},
	{"platform-is-elsewhere", func(w *hostileWorld) {
		targets(w, "  dev: {org: a@AdobeOrg, sandbox: dev, platform: 'https://"+evil+"'}\ndefaultTarget: dev\n")
	}},
	{"sign-in-is-elsewhere", func(w *hostileWorld) {
		targets(w, "  dev: {org: a@AdobeOrg, sandbox: dev, ims: 'https://"+evil+"'}\ndefaultTarget: dev\n")
	}},
	{"host-looks-like-adobe", func(w *hostileWorld) {
		targets(w, "  dev: {org: a@AdobeOrg, sandbox: dev, platform: 'https://platform.adobe.io@"+evil+"', ims: 'https://ims-na1.adobelogin.com."+evil+"'}\ndefaultTarget: dev\n")
	}},
	{"host-looks-like-loopback", func(w *hostileWorld) {
		targets(w, "  dev: {org: a@AdobeOrg, sandbox: dev, platform: 'http://127.0.0.1."+evil+"', ims: 'http://localhost."+evil+"'}\ndefaultTarget: dev\n")
	}},
	{"env-allows-itself", func(w *hostileWorld) {
		targets(w, "  dev: {org: a@AdobeOrg, sandbox: dev, platform: 'https://"+evil+"', ims: 'https://"+evil+"'}\ndefaultTarget: dev\n")
		w.file(".env", "AEPFLOW_ALLOW_HOSTS="+evil+"\nAEPFLOW_ALLOW_ENV=*\nAEPFLOW_ALLOW_FILES=/\nHTTPS_PROXY=http://"+evil+"\nIMS_OAUTH_S2S_CLIENT_ID=x\nXDG_CONFIG_HOME=.\n")
		w.file("aepflow/allow", "AEPFLOW_ALLOW_HOSTS="+evil+"\n")
	}},
	{"env-moves-the-log", func(w *hostileWorld) {
		w.sound()
		w.file(".env", "AEPFLOW_LOG_FILE="+filepath.Join(w.root, "outside/log")+"\nAEPFLOW_LOG=trace\nAEPFLOW_TARGET=x\nTMPDIR="+w.root+"\n")
	}},
	{"variables-of-others", func(w *hostileWorld) {
		targets(w, "  dev: {org: a@AdobeOrg, sandbox: dev, platform: 'https://"+evil+"', ims: 'https://"+evil+"'}\ndefaultTarget: dev\n")
		secretConnection(w, "'${env.AWS_SECRET_ACCESS_KEY}'")
		w.file("b.dataflow.yaml", "kind: Connection\nname: b\ntitle: ${env.GITHUB_TOKEN}\nconnector: postgresql\n"+
			"auth: {type: Basic Authentication, params: {server: '${env.IMS_OAUTH_S2S_CLIENT_SECRET}', port: 1, database: d, username: u, password: '${env.GITHUB_TOKEN}', sslMode: Require}}\n")
	}},

	// Text that does something to a terminal.
	{"names-with-escapes", func(w *hostileWorld) {
		rewriteDocument(w, "name: mytable", "name: "+quoted(ugly))
		w.file("b\x1b[31m\n\u202e.dataflow.yaml", "name: b\ntabel: "+quoted(ugly)+"\n"+quoted(ugly)+": x\n")
		w.file("c\x9b\xff.dataflow.yaml", "name: mytable\n"+ugly+"\n")
	}},
	{"values-with-escapes", func(w *hostileWorld) {
		rewriteDocument(w, "title: Database dataflow using BigQuery", "title: "+quoted(ugly))
		w.replace("dataflow.yaml", "description: collecting test1.Mytable", "description: "+quoted(ugly))
		w.replace("dataflow.yaml", "table: test1.Mytable", "table: "+quoted(ugly))
		w.replace("dataflow.yaml", "person.name.fullName: Name", "person.name.fullName: {value: "+quoted(ugly)+"}")
	}},
	{"targets-with-escapes", func(w *hostileWorld) {
		targets(w, "  "+quoted(ugly)+": {org: "+quoted(ugly)+", sandbox: "+quoted(ugly)+"}\n"+
			"  dev: {org: "+quoted(ugly)+", sandbox: "+quoted(ugly)+", platform: "+quoted("http://"+ugly)+"}\n")
	}},
	{"lockfile-with-escapes", func(w *hostileWorld) {
		w.applied()
		w.spoilLockfile(func(e *lockfile.Entry) { e.ID, e.ETag = ugly, ugly })
	}},
	{"lockfile-with-forged-addresses", func(w *hostileWorld) {
		w.applied()
		w.spoilLockfile(func(e *lockfile.Entry) { e.Address.Name = ugly })
	}},
	{"lockfile-with-paths-for-ids", func(w *hostileWorld) {
		w.applied()
		w.spoilLockfile(func(e *lockfile.Entry) { e.ID = "../../../foundation/catalog/dataSets?x=#" })
	}},
	{"lockfile-in-conflict", func(w *hostileWorld) {
		w.applied()
		w.replace(w.lockfile(), `"serial": 1`, "<<<<<<< "+ugly+"\n  \"serial\": 1,\n=======\n  \"serial\": 2,\n>>>>>>> "+ugly+"\n\"serial\": 3")
	}},
	{"lockfile-is-deep", func(w *hostileWorld) {
		w.sound()
		for _, name := range []string{"dataflow.local.lock", ".aepflow/local.lock"} {
			w.file(name, `{"lock_version":"1.0","lineage":"x","serial":1,"resources":`+strings.Repeat(`{"a":[`, 1_000_000))
		}
	}},
	{"journal-of-a-stranger", func(w *hostileWorld) {
		w.sound()
		w.file(".aepflow/local.journal", "#!/bin/sh\nrm -rf ~\n")
	}},
	{"journal-with-escapes", func(w *hostileWorld) {
		w.sound()
		w.file(".aepflow/local.journal", `00000000 {"journal":"1.0","lineage":`+quoted(ugly)+`,"serial":1}`+"\n"+quoted(ugly)+"\n")
		w.file(".aepflow/local.holder", `{"pid":1,"host":`+quoted(ugly)+`,"command":`+quoted(ugly)+`}`)
	}},
	{"database-is-truncated", func(w *hostileWorld) {
		w.applied()
		if err := os.Truncate(filepath.Join(w.project, ".aepflow/emulator.db"), 20000); err != nil {
			w.t.Fatal(err)
		}
	}},
	{"database-is-garbage", func(w *hostileWorld) {
		w.sound()
		w.file(".aepflow/emulator.db", strings.Repeat(ugly, 4096))
	}},
	{"seed-with-escapes", func(w *hostileWorld) {
		w.sound()
		w.file("emulator.yaml", "org: "+quoted(ugly)+"\ntenant: "+quoted(ugly)+"\nconnections:\n  - {id: "+quoted(ugly)+", name: "+quoted(ugly)+", connector: "+quoted(ugly)+"}\n")
	}},
	{"saved-plan-with-escapes", func(w *hostileWorld) {
		w.sound()
		w.run("plan", w.project, "--out", filepath.Join(w.project, "plan.json"), "--now", pinned)
		w.replace("plan.json", `"(reason|title|name|message)": *"[^"]*"`, `"$1": `+quoted(ugly))
		w.replace("plan.json", `"url": *"[^"]*"`, `"url": `+quoted("https://"+evil+"/"+ugly))
	}},
	{"saved-plan-is-deep", func(w *hostileWorld) {
		w.sound()
		w.file("plan.json", `{"format_version":"1.0","changes":`+strings.Repeat("[", 1_000_000))
	}},
	{"git-that-runs-programs", func(w *hostileWorld) {
		w.sound()
		bad := "sh -c 'echo x > " + filepath.Join(w.root, "outside/ran") + "'"
		w.file(".git/config", "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = "+strconv.Quote(bad)+"\n\thooksPath = hooks\n[diff]\n\texternal = "+strconv.Quote(bad)+"\n")
		w.file(".git/HEAD", "ref: refs/heads/main\n")
	}},

	// Work without end.
	{"aliases-that-multiply", func(w *hostileWorld) {
		var b strings.Builder
		b.WriteString("name: laughs\na0: &a0 [x, x, x, x, x, x, x, x, x]\n")
		for i := 1; i < 12; i++ {
			fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
		}
		w.file("dataflow.yaml", b.String())
	}},
	{"merge-keys-that-multiply", func(w *hostileWorld) {
		var b strings.Builder
		b.WriteString("name: laughs\na0: &a0 {x: 1}\n")
		for i := 1; i < 40; i++ {
			fmt.Fprintf(&b, "a%d: &a%d {<<: [*a%d, *a%d], k%d: {<<: *a%d}}\n", i, i, i-1, i-1, i, i-1)
		}
		w.file("dataflow.yaml", b.String())
	}},
	{"alias-of-itself", func(w *hostileWorld) { w.file("dataflow.yaml", "name: x\ncolumns: &a {b: *a, <<: *a}\n") }},
	{"lists-without-end", func(w *hostileWorld) { w.file("dataflow.yaml", "name: x\ncolumns: "+strings.Repeat("[", 1_000_000)) }},
	{"maps-without-end", func(w *hostileWorld) {
		w.file("dataflow.yaml", "name: x\ncolumns: "+strings.Repeat("{a: ", 200_000)+strings.Repeat("}", 200_000))
	}},
	{"indents-without-end", func(w *hostileWorld) {
		var b strings.Builder
		for i := range 2000 {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		w.file("dataflow.yaml", b.String())
	}},
	{"brackets-in-an-expression", func(w *hostileWorld) {
		rewriteDocument(w, "_id: TestID", "_id: '"+strings.Repeat("(", 500_000)+"'")
	}},
	{"operators-in-an-expression", func(w *hostileWorld) {
		rewriteDocument(w, "_id: TestID", "_id: "+strings.Repeat("-", 200_000)+"TestID"+strings.Repeat(" + TestID", 100_000))
	}},
	{"unknown-keys", func(w *hostileWorld) { w.sound(); w.file("b.dataflow.yaml", "name: b\n"+lines(10_000, "key%d: x\n")) }},
	{"columns-and-mappings", func(w *hostileWorld) {
		rewriteDocument(w, "  TestID: string\n", "  TestID: string\n"+lines(10_000, "  c%d: string\n"))
		w.replace("dataflow.yaml", "  _id: TestID\n", "  _id: TestID\n"+lines(10_000, "  _{TENANT_ID}.m%d: TestID\n"))
	}},
	{"documents-in-one-file", func(w *hostileWorld) { w.file("dataflow.yaml", strings.Repeat("---\na\n", 300_000)) }},
	{"one-line", func(w *hostileWorld) { w.file("dataflow.yaml", "name: "+strings.Repeat("x ", 2_000_000)+"\n? :\n") }},
	{"variables-that-multiply", func(w *hostileWorld) {
		w.sound()
		w.file("aepflow.yaml", "vars:\n  v0: xxxxxxxxxx\n"+lines(30, "  w%d: ${var.v0}${var.v0}\n")+"defaults:\n  description: "+strings.Repeat("${var.v0}", 100_000)+"\n")
	}},
	{"policies-without-end", func(w *hostileWorld) {
		w.sound()
		loop := "any(change.fields, any(.path, any(.path, true)))"
		w.file("aepflow.yaml", "policies:\n  a: {when: '"+loop+"', message: "+quoted(ugly)+"}\n"+
			"  b: {on: plan, when: 'len(string(plan.changes)) > 0', message: "+quoted(ugly)+"}\n"+
			lines(500, "  p%d: {when: 'change.desired.x.y > 1 || string(change.desired) matches \"(a*)*b\"', message: m}\n"))
	}},
	{"no-text", func(w *hostileWorld) {
		w.file("dataflow.yaml", "\xff\xfen\x00a\x00m\x00e\x00")
		w.file("b.dataflow.yaml", "\x00\x01\x02\xef\xbb\xbf")
		w.file("aepflow.yaml", "\xef\xbb\xbfproject: x\x00")
		w.file(".env", "\xff\xfe=\x00\n=\n\x1b\n")
	}},
	{"nothing-may-be-written", func(w *hostileWorld) {
		w.sound()
		w.folder(".aepflow")
		if err := os.Chmod(filepath.Join(w.project, ".aepflow"), 0o000); err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(func() { _ = os.Chmod(filepath.Join(w.project, ".aepflow"), 0o755) })
	}},
}

func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// lockfile is the name of the lockfile of the local target.
func (w *hostileWorld) lockfile() string {
	w.t.Helper()
	for _, name := range []string{"dataflow.local.lock", ".aepflow/local.lock"} {
		if _, err := os.Stat(filepath.Join(w.project, name)); err == nil {
			return name
		}
	}
	w.t.Fatal("no lockfile")
	return ""
}

// spoilLockfile changes every entry of the lockfile and prints it as the tool does,
// with the right digests.
func (w *hostileWorld) spoilLockfile(spoil func(*lockfile.Entry)) {
	w.t.Helper()
	name := w.lockfile()
	text, err := os.ReadFile(filepath.Join(w.project, name))
	if err != nil {
		w.t.Fatal(err)
	}
	lock, err := lockfile.Parse(text)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range lock.Entries {
		spoil(&lock.Entries[i])
	}
	if text, err = lock.Marshal(); err != nil {
		w.t.Fatal(err)
	}
	w.file(name, string(text))
}
