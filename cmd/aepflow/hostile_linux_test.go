package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

// What one command may cost in a repository of a stranger.
const (
	hostileSeconds = 10               // of processors: a busy machine takes longer
	hostileWait    = 40 * time.Second // before it is told to stop
	hostileMemory  = 200 << 20        // bytes resident
)

// hostileVariable makes the test binary the process that runs the commands of one
// repository; it holds a hostileJob in JSON.
const hostileVariable = "AEPFLOW_TEST_HOSTILE"

// hostileCanary is in every secret that a hostile repository could reach: the
// person's credentials, other variables, files outside the project.
const hostileCanary = "canary-9d2c41"

type hostileJob struct {
	Commands [][]string
}

// hostileRun is what is known of one command afterward.
type hostileRun struct {
	Args    []string
	Code    int
	Seconds float64 // of processors
	Hung    bool    // it was told to stop
	Memory  int     // bytes resident at most, of its process so far
	Output  []byte  // both streams
}

// TestHostileRepositories runs the commands of the tool in repositories that a
// stranger has made. Whatever is in them: no file outside the project changes,
// nothing leaves for another host, no secret and no control character is printed,
// and memory and time stay bounded.
//
// Four commands run in every repository and four others in turn;
// HOSTILE_ALL=1 runs each command in a fresh copy, in a process of its own.
func TestHostileRepositories(t *testing.T) {
	all := os.Getenv("HOSTILE_ALL") != ""
	commands := hostileCommands(t)
	if len(hostileRepositories) < 40 {
		t.Fatalf("%d repositories, expected at least 40", len(hostileRepositories))
	}
	for i, repository := range hostileRepositories {
		t.Run(repository.name, func(t *testing.T) {
			t.Parallel()
			if all {
				for _, c := range commands {
					visit(t, repository, [][]string{c})
				}
				return
			}
			visit(t, repository, commandsInTurn(commands, i))
		})
	}
}

// visit lays out a repository, runs commands in it one after the other, and looks
// at what they did to the world.
func visit(t *testing.T, repository hostileRepository, commands [][]string) {
	t.Helper()
	world := newHostileWorld(t)
	repository.build(world)
	before := world.outside()
	job, err := json.Marshal(hostileJob{Commands: commands})
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Dir = world.project
	child.Env = append(world.env, hostileVariable+"="+string(job))
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out, said bytes.Buffer
	child.Stdout, child.Stderr = &out, &said
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	limit := hostileWait * time.Duration(len(commands)+1) // the commands have their own
	hanging := time.AfterFunc(limit, func() { _ = syscall.Kill(-child.Process.Pid, syscall.SIGKILL) })
	err = child.Wait()
	if !hanging.Stop() {
		t.Errorf("%q still run after %v; done before:\n%s", commands, limit, out.String())
	}
	var last []string
	for lines := json.NewDecoder(&out); ; {
		var r hostileRun
		if lines.Decode(&r) != nil {
			break
		}
		last = r.Args
		r.check(t)
	}
	if err != nil {
		t.Errorf("the process ended with %v, after %q:\n%.2000s", err, last, said.String())
	}
	if after := world.outside(); !slices.Equal(before, after) {
		t.Errorf("files outside the project changed:\n%s", strings.Join(changedLines(before, after), "\n"))
	}
	for _, host := range world.contacted() {
		t.Errorf("a call was meant for %s", host)
	}
}

func (r hostileRun) check(t *testing.T) {
	t.Helper()
	name, output := "aepflow "+strings.Join(r.Args, " "), string(r.Output)
	known := []int{exitOK, exitWorld, exitPending, exitDocuments, exitStale, exitRefused, exitPartial, exitTests,
		exitUsage, exitInterrupted}
	if !slices.Contains(known, r.Code) {
		t.Errorf("%s: exit code %d", name, r.Code)
	}
	if strings.Contains(output, "internal error") || strings.Contains(output, "goroutine ") {
		t.Errorf("%s: panic:\n%.3000s", name, output)
	}
	if r.Seconds > hostileSeconds || r.Hung {
		t.Errorf("%s: took %.1f s of processor time; told to stop after %v: %v", name, r.Seconds, hostileWait, r.Hung)
	}
	if r.Memory > hostileMemory {
		t.Errorf("%s: %d MB of memory were used, at most %d are expected", name, r.Memory>>20, hostileMemory>>20)
	}
	if bad := forbiddenText(output); bad != "" {
		t.Errorf("%s: prints %s", name, bad)
	}
	if i := strings.Index(output, hostileCanary); i >= 0 {
		t.Errorf("%s: shows a secret: …%q…", name, output[max(0, i-80):min(len(output), i+80)])
	}
}

// forbiddenText describes the first character of a text that must not reach a
// terminal, with the text before it; "" when there is none.
func forbiddenText(text string) string {
	if !utf8.ValidString(text) {
		return "bytes that are not UTF-8"
	}
	for i, r := range text {
		control := r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
		bidi := r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
		if control || bidi || r == 0x2028 || r == 0x2029 {
			return fmt.Sprintf("U+%04X after …%q", r, text[max(0, i-60):i])
		}
	}
	return ""
}

// hostileChild is the process that runs the commands of a job, in this process
// and one after the other. It prints a hostileRun after each.
func hostileChild(text string) int {
	var job hostileJob
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		panic(err)
	}
	_ = os.Unsetenv(hostileVariable)
	results := json.NewEncoder(os.Stdout)
	for _, args := range job.Commands {
		limit, endless := hostileWait, true
		switch args[0] { // these run until they are told to stop, preview as long as there are rows
		case "emulator":
			limit = 200 * time.Millisecond
		case "preview":
			limit = 4 * time.Second
		default:
			endless = false
		}
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		var output bytes.Buffer
		var both sync.Mutex
		w := lockedWriter{&both, &output}
		before := processorSeconds()
		code := run(ctx, args, strings.NewReader(""), w, w)
		seconds, hung := processorSeconds()-before, ctx.Err() != nil && !endless
		cancel()
		both.Lock()
		err := results.Encode(hostileRun{
			Args: args, Code: code, Seconds: seconds, Hung: hung, Memory: peakMemory(), Output: output.Bytes(),
		})
		both.Unlock()
		if err != nil {
			panic(err)
		}
	}
	return 0
}

// peakMemory is that of this program: what a parent sees of a process also counts the parent itself at the fork.
func peakMemory() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int
	if _, err := fmt.Sscanf(peak, "%d kB", &kilobytes); err != nil {
		panic(err)
	}
	return kilobytes << 10
}

func processorSeconds() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// hostileArguments are what a command is given beyond its name. A command that is
// not listed runs without arguments.
var hostileArguments = map[string][]string{
	"adopt":       {"--by-name", "--auto-approve", "--lost-after", "1s"},
	"completion":  {"bash"},
	"apply":       {"--auto-approve", "--lost-after", "1s"},
	"diff":        {"local", "local"},
	"destroy":     {"--auto-approve", "--lost-after", "1s"},
	"drift":       {},
	"emulator":    {"--listen", "127.0.0.1:0", "--data", ".aepflow"},
	"eval":        {"concat(a, b)", "--row", `{"a": "x", "b": 1}`},
	"explain":     {"dataflow.schedule"},
	"explore":     {"crm"},
	"import":      {"--sandbox", "dev", "--target", "local"},
	"preview":     {"mytable", "--rows", "mytable.csv", "--show-data"},
	"pull":        {"--auto-approve", "--lost-after", "1s"},
	"runs show":   {"mytable", "--rows", "--show-data"},
	"run":         {"mytable", "--auto-approve", "--lost-after", "1s"},
	"retry":       {"mytable", "--auto-approve", "--lost-after", "1s"},
	"enable":      {"mytable", "--auto-approve", "--lost-after", "1s"},
	"disable":     {"mytable", "--auto-approve", "--lost-after", "1s"},
	"show":        {"plan.json"},
	"status":      {"--outputs"},
	"state mv":    {"flow.mytable", "flow.moved"},
	"state rm":    {"flow.mytable"},
	"state show":  {"flow.mytable"},
	"config show": {"--explain"},
}

// hostileFirst run in every repository.
var hostileFirst = []string{"validate", "plan", "apply", "fmt"}

// hostileCommands are all commands of the grammar with their arguments, those of
// hostileFirst first. Some commands come in several forms.
func hostileCommands(t *testing.T) [][]string {
	t.Helper()
	parser := newParser(&grammar{})
	var names []string
	for _, leaf := range parser.Model.Leaves(true) {
		names = append(names, strings.TrimPrefix(leaf.FullPath(), "aepflow "))
	}
	slices.SortStableFunc(names, func(a, b string) int {
		place := func(name string) int {
			if i := slices.Index(hostileFirst, name); i >= 0 {
				return i
			}
			return len(hostileFirst)
		}
		return cmp.Compare(place(a), place(b))
	})
	for name := range hostileArguments {
		if !slices.Contains(names, name) {
			t.Fatalf("no command is called %s", name)
		}
	}
	var commands [][]string
	for _, name := range names {
		commands = append(commands, append(strings.Fields(name), hostileArguments[name]...))
	}
	for _, more := range []string{
		"plan --refresh", "plan -o json", "plan -o markdown", "plan -o html", "plan --calls=curl",
		"validate -o json", "validate -o github", "validate -o gitlab", "validate -o azure", "validate -o sarif",
		"validate --fix", "fmt --check", "apply plan.json --auto-approve", "graph -o svg", "graph -o mermaid",
		"graph --lineage",
		"state list -o json",
		"__complete bash 2 plan --target-resource", "__complete zsh 2 plan --target", "__complete fish 2 state rm",
		"plan --target dev --refresh", "apply --target dev --auto-approve", "drift --target dev", "config show -o json",
	} {
		commands = append(commands, strings.Fields(more))
	}
	return commands
}

// commandsInTurn are those of hostileFirst and four others, which differ from one
// repository to the next.
func commandsInTurn(commands [][]string, turn int) [][]string {
	first, others := commands[:len(hostileFirst)], commands[len(hostileFirst):]
	out := slices.Clone(first)
	for k := range 4 {
		out = append(out, others[(4*turn+k)%len(others)])
	}
	return out
}

// hostileWorld is a folder with a repository in it and things beside it that a
// repository must not reach.
type hostileWorld struct {
	t       *testing.T
	root    string
	project string
	env     []string

	mu    sync.Mutex
	hosts []string // that a proxy was asked for
}

func newHostileWorld(t *testing.T) *hostileWorld {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &hostileWorld{t: t, root: root, project: filepath.Join(root, "project")}
	home := filepath.Join(root, "home")
	w.outsideFile("home/.bashrc", "alias ls='ls --color'\n")
	w.outsideFile("home/.aws/credentials", "[default]\naws_secret_access_key = "+hostileCanary+"\n")
	w.outsideFile("outside/secret.txt", hostileCanary+"\n")
	w.outsideFile("outside/folder/orders.dataflow.yaml", "name: "+hostileCanary+"\ntabel: x\n")
	w.outsideFile("outside/unformatted.yaml", "name:    orders   \ntabel:   "+hostileCanary+"\n")
	if err := os.MkdirAll(w.project, 0o755); err != nil {
		t.Fatal(err)
	}
	proxy := w.proxy()
	w.env = []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "AEPFLOW_NOW=" + pinned,
		"HTTP_PROXY=" + proxy, "HTTPS_PROXY=" + proxy, "GOMEMLIMIT=off", "GOGC=100",
		"IMS_OAUTH_S2S_CLIENT_ID=client", "IMS_OAUTH_S2S_CLIENT_SECRET=" + hostileCanary + "-cs",
		"AWS_SECRET_ACCESS_KEY=" + hostileCanary + "-aws", "GITHUB_TOKEN=" + hostileCanary + "-gh", "CRM_DB_PASSWORD=" + hostileCanary + "-db",
	}
	return w
}

// proxy is where every call that is not meant for loopback arrives. It writes down
// the host and refuses.
func (w *hostileWorld) proxy() string {
	w.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	server := &http.Server{
		ReadHeaderTimeout: time.Second,
		Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.mu.Lock()
			w.hosts = append(w.hosts, r.Host)
			w.mu.Unlock()
			rw.WriteHeader(http.StatusForbidden)
		}),
	}
	go func() { _ = server.Serve(listener) }() // until it is closed
	w.t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}

// contacted are the hosts that calls were meant for, without Adobe's own.
func (w *hostileWorld) contacted() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	adobe := []string{"platform.adobe.io:443", "ims-na1.adobelogin.com:443"}
	return slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(w.hosts))), func(host string) bool {
		return slices.Contains(adobe, host)
	})
}

// outside describes everything that is not in the project: path, mode, time,
// content.
func (w *hostileWorld) outside() []string {
	w.t.Helper()
	var out []string
	err := filepath.WalkDir(w.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == w.project {
			return filepath.SkipDir
		}
		if path == w.root {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s %v", strings.TrimPrefix(path, w.root), info.Mode())
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %d %x", info.ModTime().UnixNano(), sha256.Sum256(text))
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func changedLines(before, after []string) []string {
	lines := map[string]string{}
	for _, line := range before {
		lines[line] = "- " + line
	}
	for _, line := range after {
		if _, same := lines[line]; same {
			delete(lines, line)
			continue
		}
		lines[line] = "+ " + line
	}
	return slices.Sorted(maps.Values(lines))
}

func (w *hostileWorld) outsideFile(name, text string) { w.put(filepath.Join(w.root, name), text) }

// file writes a file of the repository.
func (w *hostileWorld) file(name, text string) { w.put(filepath.Join(w.project, name), text) }

func (w *hostileWorld) put(path, text string) {
	w.t.Helper()
	w.make(path)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// make makes the folder that a path lies in.
func (w *hostileWorld) make(path string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

// link makes a symbolic link in the repository; a relative target is relative to
// the link.
func (w *hostileWorld) link(name, target string) {
	w.t.Helper()
	path := filepath.Join(w.project, name)
	w.make(path)
	_ = os.Remove(path)
	if err := os.Symlink(target, path); err != nil {
		w.t.Fatal(err)
	}
}

func (w *hostileWorld) fifo(name string) {
	w.t.Helper()
	path := filepath.Join(w.project, name)
	w.make(path)
	_ = os.Remove(path)
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *hostileWorld) folder(name string) { w.make(filepath.Join(w.project, name, "x")) }

// sparse makes a file of zeros that takes no room on the disk.
func (w *hostileWorld) sparse(name string, size int64) {
	w.t.Helper()
	w.file(name, "")
	if err := os.Truncate(filepath.Join(w.project, name), size); err != nil {
		w.t.Fatal(err)
	}
}

// sound lays out a project that is in order: the tutorial.
func (w *hostileWorld) sound() {
	copyExample(func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}, "tutorial", w.project)
}

// applied is the sound project after an apply.
func (w *hostileWorld) applied() {
	w.sound()
	w.run("apply", w.project, "--auto-approve", "-q", "--now", pinned)
}

// run runs a command before the repository turns hostile.
func (w *hostileWorld) run(args ...string) {
	w.t.Helper()
	var said bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), io.Discard, &said); code != exitOK {
		w.t.Fatalf("aepflow %q: exit code %d\n%s", args, code, &said)
	}
}

// replace changes a file of the repository; a pattern that matches nothing is a
// mistake of the test.
func (w *hostileWorld) replace(name, pattern, text string) {
	w.t.Helper()
	path := filepath.Join(w.project, name)
	old, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	re := regexp.MustCompile(pattern)
	if !re.Match(old) {
		w.t.Fatalf("%s has no %s", name, pattern)
	}
	w.file(name, re.ReplaceAllString(string(old), text))
}
