package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
)

// ciWorld is a Git host with one repository, its API as far as the recipes use it, and a platform.
type ciWorld struct {
	t     *testing.T
	host  ciHost
	lab   *lab
	url   string // of the Git host
	bare  string // folder of the repository
	clone string // of a developer
	home  string
	path  string // without the program

	run     int
	last    *ciRun
	reasons map[int]string
	journal map[string][]byte // the cache

	mu        sync.Mutex
	tokens    map[string][]string
	comments  []*ciComment
	artifacts map[int]map[string]map[string][]byte
	packages  map[string][]byte
	tags      map[string][]int // runs
}

// ciHost is one of the hosts that have a recipe.
type ciHost interface {
	jobs(w *ciWorld, e ciEvent) []*ciJob
	environ(r *ciRun) map[string]string
	expand(r *ciRun, value string) string
	ran(r *ciRun, output string)
}

type ciComment struct {
	ID   int
	User string
	Body string
}

func newCIWorld(t *testing.T, host ciHost) *ciWorld {
	t.Helper()
	for _, tool := range []string{"git", "bash", "curl", "jq", "tar", "sha256sum", "unzip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the recipes need %s", tool)
		}
	}
	w := &ciWorld{t: t, host: host, reasons: map[int]string{}, tokens: map[string][]string{},
		artifacts: map[int]map[string]map[string][]byte{}, packages: map[string][]byte{}, tags: map[string][]int{}}
	rows := t.TempDir()
	table := "customer_id,first_name,last_name,email,birth_date,loyalty_points,updated_at\n" +
		"C1,Ann,Lee,ann@example.com,1990-01-01T00:00:00Z,5,2026-12-01T00:00:00Z\n"
	if err := os.WriteFile(filepath.Join(rows, "public.customers.csv"), []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	sources := []emulator.Source{{Connection: "CRM database", Kind: "csv", Path: rows}}
	w.lab = newLab(t, emulator.Options{Sources: sources, Seed: &emulator.Seed{Clients: []emulator.Client{
		{ID: "reader", Secret: labSecret, Role: "read"}, {ID: "writer", Secret: labSecret}, {ID: "somebody", Secret: "else"},
	}, Identities: []map[string]any{
		{"id": "10000001", "code": "CRMID", "name": "CRM id", "idType": "CROSS_DEVICE"},
	}}}, crashed{})
	w.lab.sandbox = "prod"
	w.lab.open()
	w.home = t.TempDir()
	w.bare = filepath.Join(t.TempDir(), "shop.git")
	w.git("", "init", "-q", "--bare", "--initial-branch=main", w.bare)
	w.git(w.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.shims()
	w.clone = w.lab.dir
	w.git(w.clone, "init", "-q", "-b", "main")
	w.git(w.clone, "remote", "add", "origin", w.bare)
	return w
}

// shims are the commands that runners have and this machine may lack, and a PATH without the program under test.
func (w *ciWorld) shims() {
	dir := w.t.TempDir()
	for name, text := range map[string]string{
		"apt-get": "#!/bin/sh\nexit 0\n",
		"gh":      fakeGH,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
	dirs := []string{dir}
	for _, d := range filepath.SplitList(os.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(d, "aepflow")); err != nil {
			dirs = append(dirs, d)
		}
	}
	w.path = strings.Join(dirs, ":")
}

// fakeGH is the part of GitHub's command line that the recipe uses, over the same requests.
const fakeGH = `#!/bin/bash
set -eo pipefail
call() { curl -fsS --header "Authorization: Bearer $GH_TOKEN" "$@"; }
if [ "$1 $2" = "run download" ]; then
  mkdir -p "$7"
  call "$GITHUB_API_URL/download/$3/$5" | tar -xC "$7"
  exit
fi
shift
method=GET jq=. body=() silent=
while [ $# -gt 0 ]; do
  case $1 in
  --paginate) ;;
  --silent) silent=yes ;;
  --method) method=$2; shift ;;
  --jq) jq=$2; shift ;;
  --field)
    jq -n --rawfile body "${2#body=@}" '{$body}' > "$TMPDIR/body"
    body=(--data-binary "@$TMPDIR/body")
    shift
    ;;
  *) path=$1 ;;
  esac
  shift
done
call --request "$method" "${body[@]}" "$GITHUB_API_URL/$path" |
  if [ -n "$silent" ]; then cat > /dev/null; else jq -r "$jq"; fi
`

func (w *ciWorld) git(dir string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+w.home, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=dev", "GIT_COMMITTER_NAME=dev",
		"GIT_AUTHOR_EMAIL=dev@example.com", "GIT_COMMITTER_EMAIL=dev@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// grant makes a token that permits something.
func (w *ciWorld) grant(permissions ...string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	token := fmt.Sprintf("token-%d", len(w.tokens))
	w.tokens[token] = permissions
	return token
}

func (w *ciWorld) keep(run int, name string, files map[string][]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.artifacts[run] == nil {
		w.artifacts[run] = map[string]map[string][]byte{}
	}
	w.artifacts[run][name] = files
}

// may reports whether a request has a token that permits something.
func (w *ciWorld) may(r *http.Request, permission string) bool {
	token := r.Header.Get("JOB-TOKEN") + r.Header.Get("PRIVATE-TOKEN")
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch strings.ToLower(scheme) {
	case "bearer":
		token = value
	case "basic":
		text, _ := base64.StdEncoding.DecodeString(value)
		_, token, _ = strings.Cut(string(text), ":")
	}
	return slices.Contains(w.tokens[token], permission)
}

// ServeHTTP is the Git host.
func (w *ciWorld) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/git/") {
		w.serveGit(out, r)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	last := parts[len(parts)-1]
	id, _ := strconv.Atoi(last)
	body, _ := io.ReadAll(r.Body)
	permission := "contents:read"
	var answer any
	switch at := r.Method + " " + strings.Join(parts[:len(parts)-1], "/"); {
	case strings.HasPrefix(at, "GET releases/v0.1.0"):
		_, _ = out.Write(w.release(last))
		return
	case at == "GET github/repos/team/shop/issues/7" && last == "comments":
		permission, answer = "pull-requests:write", w.commentsOf("github")
	case at == "POST github/repos/team/shop/issues/7", at == "PATCH github/repos/team/shop/issues/comments":
		permission = "pull-requests:write"
		answer = func() { w.comment(id, "github-actions[bot]", member(body, "body")) }
	case at == "GET github/repos/team/shop/actions" && last == "artifacts":
		permission, answer = "actions:read", w.artifactsNamed(r.URL.Query().Get("name"))
	case strings.HasPrefix(at, "GET github/download/"):
		run, _ := strconv.Atoi(parts[2])
		permission, answer = "actions:read", packed(w.artifacts[run][last])
		if run == w.run {
			permission = "contents:read"
		}
	case at == "GET gitlab" && last == "user":
		permission, answer = "api", map[string]any{"id": 99}
	case at == "GET gitlab/projects/5/merge_requests/7" && last == "notes":
		permission, answer = "api", w.commentsOf("gitlab")
		if r.URL.Query().Get("page") != "1" {
			answer = []any{}
		}
	case at == "POST gitlab/projects/5/merge_requests/7", at == "PUT gitlab/projects/5/merge_requests/7/notes":
		permission = "api"
		r.Body = io.NopCloser(bytes.NewReader(body))
		text := r.FormValue("body")
		answer = func() { w.comment(id, "99", text) }
	case strings.HasPrefix(at, "PUT gitlab/projects/5/packages/generic/aepflow-plan-prod/"):
		permission, answer = "packages", func() { w.packages[parts[len(parts)-2]] = body }
	case strings.HasPrefix(at, "PUT gitlab/projects/6/packages/"): // of a fork
		permission, answer = "packages", func() {}
	case strings.HasPrefix(at, "GET gitlab/projects/5/packages/generic/aepflow-plan-prod/"):
		if permission = "packages"; w.packages[parts[len(parts)-2]] != nil {
			answer = w.packages[parts[len(parts)-2]]
		}
	default:
		permission, answer = w.azure(r, at, last, body)
	}
	switch {
	case !w.may(r, permission):
		http.Error(out, "needs "+permission, http.StatusForbidden)
	case answer == nil:
		http.NotFound(out, r)
	default:
		reply(out, answer)
	}
}

// azure is the API of Azure DevOps.
func (w *ciWorld) azure(r *http.Request, at, last string, body []byte) (permission string, answer any) {
	threads := "azure/shop/_apis/git/repositories/r1/pullRequests/7"
	switch {
	case at == "GET "+threads && last == "threads":
		return "pull-requests:write", map[string]any{"value": w.commentsOf("azure")}
	case at == "POST "+threads && last == "threads":
		return "pull-requests:write", func() { w.comment(0, "build", member(body, "comments", "0", "content")) }
	case strings.HasPrefix(at, "PATCH "+threads+"/threads/") && last == "1":
		id, _ := strconv.Atoi(strings.Split(strings.TrimPrefix(at, "PATCH "+threads+"/threads/"), "/")[0])
		return "pull-requests:write", func() { w.comment(id, "build", member(body, "content")) }
	case at == "GET azure/shop/_apis/build" && last == "builds":
		runs := []any{}
		for _, run := range slices.Backward(w.tags[r.URL.Query().Get("tagFilters")]) {
			if w.reasons[run] == "pull" {
				runs = append(runs, map[string]any{"id": run, "triggerInfo": map[string]any{"pr.isFork": "False"}})
			}
		}
		return "actions:read", map[string]any{"value": runs}
	case strings.HasPrefix(at, "GET azure/shop/_apis/build/builds/") && last == "artifacts":
		url := w.url + "/azure/zip/" + strings.TrimPrefix(at, "GET azure/shop/_apis/build/builds/")
		return "actions:read", map[string]any{"resource": map[string]any{"downloadUrl": url}}
	case at == "GET azure/zip":
		run, _ := strconv.Atoi(last)
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, text := range w.artifacts[run]["plan"] {
			f, _ := z.Create(name)
			_, _ = f.Write(text)
		}
		_ = z.Close()
		return "actions:read", b.Bytes()
	}
	return "contents:read", nil
}

func reply(out http.ResponseWriter, answer any) {
	switch a := answer.(type) {
	case func():
		a()
		_, _ = io.WriteString(out, "{}")
	case []byte:
		_, _ = out.Write(a)
	default:
		_ = json.NewEncoder(out).Encode(a)
	}
}

// serveGit is Git's own server, for those whose token permits it.
func (w *ciWorld) serveGit(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	reads, writes := w.may(r, "contents:read"), w.may(r, "contents:write")
	w.mu.Unlock()
	push := strings.Contains(r.URL.RawQuery+r.URL.Path, "git-receive-pack")
	if !reads && !writes || push && !writes {
		out.Header().Set("WWW-Authenticate", `Basic realm="git"`)
		http.Error(out, "no", http.StatusUnauthorized)
		return
	}
	git, _ := exec.LookPath("git")
	backend := cgi.Handler{Path: git, Args: []string{"http-backend"}, Root: "/git", Dir: w.bare, Env: []string{
		"GIT_PROJECT_ROOT=" + filepath.Dir(w.bare), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=ci", "GIT_CONFIG_NOSYSTEM=1",
		"HOME=" + w.home,
	}}
	backend.ServeHTTP(out, r)
}

// comment writes a comment, or changes one.
func (w *ciWorld) comment(id int, user, body string) {
	for _, c := range w.comments {
		if c.ID == id {
			c.Body = body
			return
		}
	}
	w.comments = append(w.comments, &ciComment{len(w.comments) + 1, user, body})
}

// commentsOf lists the comments in the form of a host.
func (w *ciWorld) commentsOf(host string) []any {
	out := []any{}
	for _, c := range w.comments {
		id, _ := strconv.Atoi(c.User)
		switch host {
		case "github":
			out = append(out, map[string]any{"id": c.ID, "body": c.Body, "user": map[string]any{"login": c.User}})
		case "gitlab":
			out = append(out, map[string]any{"id": c.ID, "body": c.Body, "author": map[string]any{"id": id}})
		case "azure":
			out = append(out, map[string]any{"id": c.ID, "comments": []any{map[string]any{"content": c.Body}}})
		}
	}
	return out
}

// artifactsNamed lists artifacts as GitHub does: that of a fork is another repository's.
func (w *ciWorld) artifactsNamed(name string) any {
	list := []any{}
	for run, names := range w.artifacts {
		if names[name] != nil {
			head := 1
			if w.reasons[run] == "fork" {
				head = 2
			}
			list = append(list, map[string]any{"id": run, "name": name, "expired": false,
				"workflow_run": map[string]any{"id": run, "repository_id": 1, "head_repository_id": head}})
		}
	}
	return map[string]any{"artifacts": list}
}

func packed(files map[string][]byte) []byte {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	for name, text := range files {
		_ = t.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))})
		_, _ = t.Write(text)
	}
	_ = t.Close()
	return b.Bytes()
}

// release is an archive of a release, whose program is the one under test.
func (w *ciWorld) release(name string) []byte {
	if name != "aepflow_0.1.0_linux_amd64.tar.gz" {
		return nil
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(packed(map[string][]byte{"aepflow": []byte("#!/bin/sh\nexec " + program(w.t) + ` "$@"` + "\n")}))
	_ = z.Close()
	return b.Bytes()
}

// releaseSum is what a team writes into AEPFLOW_SHA256.
func (w *ciWorld) releaseSum() string {
	sum := sha256.Sum256(w.release("aepflow_0.1.0_linux_amd64.tar.gz"))
	return hex.EncodeToString(sum[:])
}

// member is a text inside of JSON.
func member(body []byte, path ...string) string {
	var v any
	_ = json.Unmarshal(body, &v)
	for _, p := range path {
		switch c := v.(type) {
		case map[string]any:
			v = c[p]
		case []any:
			i, _ := strconv.Atoi(p)
			v = c[i]
		}
	}
	s, _ := v.(string)
	return s
}
