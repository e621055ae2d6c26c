package emulator

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/aepflow/aepflow/internal/emulator/state"
	"github.com/aepflow/aepflow/internal/files"
)

func TestStateSurvivesClose(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: files.Project(dir)})
	id, etag := a.flow()
	before := core.ToJSON(a.s.Objects())
	token := a.token
	if err := a.s.Close(); err != nil {
		t.Fatal(err)
	}
	a = open(t, Options{Dir: files.Project(dir)})
	if after := core.ToJSON(a.s.Objects()); string(after) != string(before) {
		t.Errorf("objects changed over a restart:\n%s\n%s", before, after)
	}
	a.token = token // tokens hold over a restart
	a.patch(flowBase+"/flows/"+id, etag, `[{"op":"replace","path":"/name","value":"n"}]`).want(200)
	if got := a.get(flowBase + `/flows?property=name==n`).want(200).item(); core.Text(got, "id") != id {
		t.Errorf("found %s by name", core.Text(got, "id"))
	}
}

func TestStateHasOneHolder(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: files.Project(dir)})
	_, err := Open(Options{Dir: files.Project(dir)})
	if err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("second holder: %v", err)
	}
	a.flow()
}

func TestNewerStateIsRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := state.Open(files.Project(dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit([]state.Change{{Bucket: state.MetaBucket, Key: []byte("format"),
		Value: []byte("99")}})(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: files.Project(dir)}); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("a newer format: %v", err)
	}
}

func TestDamagedRecordIsAnError(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: files.Project(dir)})
	bucket := a.s.env.AllSpaces()[0].Bucket(core.KindFlow)
	if err := a.s.env.Store.Commit([]state.Change{{Bucket: bucket, Key: core.SeqKey(7),
		Value: []byte{0xff}}})(); err != nil {
		t.Fatal(err)
	}
	a.sandbox = a.s.env.AllSpaces()[0].Sandbox.Name
	a.get(flowBase + "/flows").want(500)
}

// The process that TestKillLosesNothing kills.
func TestMain(m *testing.M) {
	dir := os.Getenv("EMULATOR_TEST_SERVE")
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := Open(Options{Dir: files.Project(dir)})
	if err == nil {
		var l net.Listener
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err == nil {
			fmt.Println(l.Addr())
			err = NewHTTPServer(s, "127.0.0.1").Serve(l)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Killed under load, the emulator has every object whose creation it
// acknowledged.
func TestKillLosesNothing(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EMULATOR_TEST_SERVE="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	a := &api{t: t, http: http.DefaultClient, base: "http://" + strings.TrimSpace(addr), sandbox: "dev",
		header: http.Header{}}
	a.signIn()
	var mu sync.Mutex
	var made []string
	enough := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				id, ok := a.tryCreate(fmt.Sprintf("c-%d-%d", w, i))
				if !ok {
					return
				}
				mu.Lock()
				if made = append(made, id); len(made) == 200 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed: its state is the point
	wg.Wait()
	http.DefaultClient.CloseIdleConnections()

	s, err := Open(Options{Dir: files.Project(dir)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sp := s.env.Space(s.env.Orgs[0], s.env.Orgs[0].Sandbox("dev"))
	for _, id := range made {
		if sp.Get(core.KindConnection, id) == nil {
			t.Errorf("acknowledged connection %s is lost", id)
		}
	}
}

// tryCreate makes a connection; false when the server is gone.
func (a *api) tryCreate(name string) (string, bool) {
	body := fmt.Sprintf(`{"name":%q,"connectionSpec":{"id":%q,"version":"1.0"},"auth":{"specName":"Service Authentication","params":{"projectId":"p","keyFileContent":"a2V5"}}}`, name, bigQuery)
	req, err := http.NewRequest("POST", a.base+flowBase+"/connections", strings.NewReader(body))
	if err != nil {
		return "", false
	}
	req.Header = http.Header{"Authorization": {"Bearer " + a.token}, "X-Api-Key": {"key"}, "X-Gw-Ims-Org-Id": {DefaultOrg},
		"X-Sandbox-Name": {a.sandbox}, "Content-Type": {"application/json"}}
	resp, err := a.http.Do(req)
	if err != nil {
		return "", false
	}
	defer resp.Body.Close()
	v, err := readJSON(resp)
	return core.Text(v, "id"), err == nil && resp.StatusCode == 201
}

func TestSecretsReachNoDisk(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: files.Project(dir)})
	const canary = "canary-6f1d"
	body := object{"name": "db", "connectionSpec": object{"id": "74a1c565-4e59-48d7-9d67-7c03b8a13137", "version": "1.0"},
		"auth": object{
			"specName": "Connection String Based Authentication", "params": object{"connectionString": canary}}}
	made := a.post(flowBase+"/connections", body).want(201)
	path := flowBase + "/connections/" + made.text("id")
	a.patch(path, made.text("etag"), `[{"op":"replace","path":"/auth/params/connectionString","value":"`+canary+`"}]`).want(200)
	if got := a.get(path).want(200); strings.Contains(string(got.raw), canary) {
		t.Errorf("GET answers the secret: %s", got.raw)
	}
	if recorded := core.ToJSON(a.s.Requests()); strings.Contains(string(recorded), canary) {
		t.Errorf("the record has the secret: %s", recorded)
	}
	if err := a.s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, state.File))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), canary) {
		t.Error("the state file has the secret")
	}
}

// Opening costs nothing that grows with what is stored, and the first look at
// 5,000 objects stays well under a second.
func TestOpenIsFast(t *testing.T) {
	if testing.Short() {
		t.Skip("fills 5,000 objects")
	}
	dir := t.TempDir()
	s, err := Open(Options{Dir: files.Project(dir)})
	if err != nil {
		t.Fatal(err)
	}
	fill(s, 5_000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	s, err = Open(Options{Dir: files.Project(dir)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	opened := time.Since(begun)
	s.env.AllSpaces()[0].Table(core.KindConnection)
	loaded := time.Since(begun)
	t.Logf("open %v, with 5,000 objects read %v", opened, loaded)
	if loaded > time.Second {
		t.Errorf("restart took %v", loaded)
	}
}

// fill puts n connections into the first sandbox, in batches as calls would.
func fill(s *Server, n int) {
	sp := s.env.AllSpaces()[0]
	c := &core.Call{Env: s.env, Space: sp, Client: "fill", Now: s.env.Now()}
	for i := 0; i < n; i += 500 {
		sp.Mu.Lock()
		for j := i; j < min(i+500, n); j++ {
			flow.AddConnection(c, s.env.NewUUID(), "enabled",
				object{"name": fmt.Sprintf("filled %d", j), "connectionSpec": object{"id": bigQuery, "version": "1.0"}})
		}
		wait := sp.Flush()
		sp.Mu.Unlock()
		if err := wait(); err != nil {
			panic(err)
		}
	}
}

// Readers and writers of one sandbox at once, with the clock moving: for the
// race detector, and for the counts at the end.
func TestConcurrentCalls(t *testing.T) {
	a := open(t, Options{Dir: files.Project(t.TempDir())})
	body := a.flowParts()
	a.post(flowsPath, body).want(201)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 8 {
				switch w % 4 {
				case 0:
					a.post(flowsPath, with(body, "name", fmt.Sprint("w", w, "-", i), "scheduleParams.startTime", start.Unix()+1e6))
				case 1:
					a.get(flowsPath + "?orderby=name&property=state==enabled")
				case 2:
					a.s.Advance(time.Minute)
					a.get(flowBase + "/runs")
				case 3:
					a.s.Objects()
					a.get("/?sandbox=prod")
				}
			}
		})
	}
	wg.Wait()
	if n, _ := core.AsInt(core.At(a.get(flowsPath+"?count=true").v, "count")); n != 17 {
		t.Errorf("%d flows, want 17", n)
	}
}
