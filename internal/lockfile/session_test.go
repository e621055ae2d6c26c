package lockfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/aepflow/aepflow/internal/resource"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var dev = Target{Org: "1@AdobeOrg", Sandbox: "dev"}

func openAt(t *testing.T, p Paths, o Options) *Session {
	t.Helper()
	o.Target = dev
	s, err := Open(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func loadAt(t *testing.T, p Paths) View {
	t.Helper()
	v, err := Load(p)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wait(t *testing.T, s *Session, ticket Ticket) {
	t.Helper()
	if err := s.Wait(ticket); err != nil {
		t.Fatal(err)
	}
}

// create is the intent to make a resource.
func create(a, body string, leaves ...string) Intent {
	return Intent{
		Address: addr(a), Step: StepCreate, Method: "POST", URL: "/x", Leaves: leaves,
		Entry: &EntryText{Entry{Address: addr(a), Applied: json.RawMessage(body)}},
	}
}

func update(a, body string) Intent {
	in := create(a, body)
	in.Step, in.Method = StepUpdate, "PATCH"
	return in
}

// done intends and settles in one go.
func done(t *testing.T, s *Session, in Intent, id, etag string) {
	t.Helper()
	n, _ := s.Intend(in)
	wait(t, s, s.Settle(Outcome{N: n, ID: id, ETag: etag}))
}

func TestSession(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	s := openAt(t, p, Options{})
	n, ticket := s.Intend(create("source.a", `{"n":1}`))
	wait(t, s, ticket)
	if v := loadAt(t, p); len(v.Open) != 1 || v.Open[0].N != n || len(v.Lock.Entries) != 0 {
		t.Errorf("a reader sees %+v", v)
	}
	wait(t, s, s.Settle(Outcome{N: n, ID: "s-1", ETag: `"e"`}))
	v := loadAt(t, p)
	if e, ok := v.Lock.Get(addr("source.a")); !ok || e.ID != "s-1" || len(v.Open) != 0 || v.Lock.Serial != 0 {
		t.Errorf("a reader sees %+v", v)
	}
	if _, err := os.Stat(p.Lock); err == nil {
		t.Error("the lockfile is there before the commit")
	}
	if err := s.Commit("all"); err != nil {
		t.Fatal(err)
	}
	after := loadAt(t, p).Lock
	if after.Serial != 1 || after.Secrets != "all" || after.Target != dev || after.Lineage != v.Lock.Lineage || after.Lineage == "" {
		t.Errorf("committed %+v", after)
	}
	if _, err := os.Stat(p.Journal); err == nil {
		t.Error("the journal outlives the commit")
	}
	// Nothing changed: no new serial.
	n, _ = s.Intend(update("source.a", `{"n":2}`))
	wait(t, s, s.Settle(Outcome{N: n, Aborted: true}))
	if err := s.Commit("all"); err != nil {
		t.Fatal(err)
	}
	if got := loadAt(t, p).Lock.Serial; got != 1 {
		t.Errorf("serial %d after an apply that changed nothing", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestAccepted: an accepted call stays open, and known as accepted, through a commit
// and into the next session, until its object is known or it is given up.
func TestAccepted(t *testing.T) {
	for _, end := range []Outcome{{ID: "s-1"}, {Aborted: true}} {
		p := PathsIn(t.TempDir(), "dev")
		s := openAt(t, p, Options{})
		done(t, s, create("source.b", `{}`), "s-0", "")
		n, _ := s.Intend(create("source.a", `{"n":1}`))
		wait(t, s, s.Settle(Outcome{N: n, Accepted: true}))
		for _, commit := range []bool{false, true} {
			if commit {
				if err := s.Commit(""); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = openAt(t, p, Options{})
			if open := s.Unresolved(); len(open) != 1 || !open[0].Accepted || s.Owns("s-1") {
				t.Fatalf("open after a commit (%v): %+v", commit, open)
			}
		}
		end.N = s.Unresolved()[0].N
		wait(t, s, s.Settle(end))
		if open := s.Unresolved(); len(open) != 0 || s.Owns("s-1") == end.Aborted {
			t.Errorf("after %+v: open %+v", end, open)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// step is one random thing that an apply does.
func step(rnd *rand.Rand, s *Session) Ticket {
	names := []string{"source.a", "flow.b", "flow.c", "dataset.d"}
	a := names[rnd.IntN(len(names))]
	e, has := s.Get(addr(a))
	body := fmt.Sprintf(`{"n":%d,"state":"enabled"}`, rnd.IntN(100))
	id := fmt.Sprintf("id-%d", rnd.IntN(1000))
	var in Intent
	switch k := rnd.IntN(8); {
	case k == 0:
		return s.Edit(Edit{ETag: &ETag{Address: addr(a), ID: e.ID, ETag: "read"}})
	case k == 1 && has:
		return s.Edit(Edit{Put: &EntryText{e}})
	case k == 2 && has && e.ID != "":
		in = Intent{Address: addr(a), Step: StepDelete, Object: e.ID}
	case k == 3 && len(e.Deposed) > 0:
		d := e.Deposed[0]
		in = Intent{Address: addr(a), Step: StepRetire, Object: d.ID}
		if !slices.Contains(d.StepsLeft, StepDisable) {
			in.Step = StepDelete
		}
	case k < 6 && has && e.ID != "":
		in = update(a, body)
		in.Object = e.ID
	default:
		in = create(a, body, "disable", "delete")
	}
	n, ticket := s.Intend(in)
	switch rnd.IntN(5) {
	case 0: // left open
	case 1:
		ticket = s.Settle(Outcome{N: n, Aborted: true})
	default:
		ticket = s.Settle(Outcome{N: n, ID: id, ETag: `"` + id + `"`})
	}
	return ticket
}

// TestReplay: whatever an apply records, a reader of the files sees what the
// process has in memory, at any time; and a journal cut anywhere reads as it was
// at the end of a line.
func TestReplay(t *testing.T) {
	for seed := range uint64(10) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		p := PathsIn(t.TempDir(), "dev")
		d := &disk{room: -1} // syncs nothing: no power is lost here
		s := openAt(t, p, Options{open: d.open})
		states := map[int]View{}
		for range 25 {
			wait(t, s, step(rnd, s))
			got := loadAt(t, p)
			if want := (View{s.Lock(), s.Unresolved()}); !cmp.Equal(want, got) {
				t.Fatalf("seed %d (-memory +files):\n%s", seed, cmp.Diff(want, got))
			}
			if rnd.IntN(15) == 0 {
				if err := s.Commit(""); err != nil {
					t.Fatal(err)
				}
				states = map[int]View{}
			}
			if info, err := os.Stat(p.Journal); err == nil {
				states[int(info.Size())] = loadAt(t, p)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		journal, _ := os.ReadFile(p.Journal)
		for cut := range journal {
			if cut%97 != 0 {
				continue
			}
			if err := os.WriteFile(p.Journal, journal[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			v := loadAt(t, p)
			end := -1
			for size := range maps.Keys(states) {
				if size <= cut {
					end = max(end, size)
				}
			}
			if want, ok := states[end]; ok && !cmp.Equal(want, v) {
				t.Fatalf("seed %d, cut at %d:\n%s", seed, cut, cmp.Diff(want, v))
			}
		}
	}
}

// TestGoOnAfterTearing writes behind a torn line.
func TestGoOnAfterTearing(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	s := openAt(t, p, Options{})
	done(t, s, create("source.a", `{}`), "s-1", "")
	_, ticket := s.Intend(create("source.b", `{}`))
	wait(t, s, ticket)
	_ = s.Close()
	text, _ := os.ReadFile(p.Journal)
	if err := os.WriteFile(p.Journal, text[:len(text)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, p, Options{})
	if open := s.Unresolved(); len(open) != 0 {
		t.Errorf("a torn intent counts: %v", open)
	}
	done(t, s, create("source.c", `{}`), "s-3", "")
	_ = s.Close()
	s = openAt(t, p, Options{})
	if err := s.Commit(""); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	l := loadAt(t, p).Lock
	if len(l.Entries) != 2 || l.Serial != 1 {
		t.Errorf("committed %+v", l)
	}
}

func TestDamaged(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	s := openAt(t, p, Options{})
	done(t, s, create("source.a", `{}`), "s-1", "")
	done(t, s, create("source.b", `{}`), "s-2", "")
	_ = s.Close()
	text, _ := os.ReadFile(p.Journal)
	i := strings.Index(string(text), "source.a")
	text[i] ^= 1
	if err := os.WriteFile(p.Journal, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(p); !errors.Is(err, ErrDamaged) {
		t.Errorf("load: %v", err)
	}
	if _, err := Open(t.Context(), p, Options{Target: dev}); !errors.Is(err, ErrDamaged) {
		t.Errorf("open: %v", err)
	}
	if _, held, _ := FindHolder(p); held {
		t.Error("the lock stays held when opening fails")
	}
}

// TestNoteOfTheDead: the note of a killed process, or of another machine, names no holder.
func TestNoteOfTheDead(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, note := range []string{
		fmt.Sprintf(`{"pid":%d,"host":%q}`, 1<<30, host),
		fmt.Sprintf(`{"pid":%d,"host":"elsewhere"}`, os.Getpid()),
	} {
		p := PathsIn(t.TempDir(), "dev")
		if err := openAt(t, p, Options{}).Close(); err != nil {
			t.Fatal(err)
		}
		if err := p.holder().Write(0o644, []byte(note)); err != nil {
			t.Fatal(err)
		}
		if h, is := NotedHolder(p); is {
			t.Errorf("%s: holder %+v", note, h)
		}
	}
}

// TestCommitCrashes stops a commit at each of its steps.
func TestCommitCrashes(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	s := openAt(t, p, Options{})
	done(t, s, create("source.a", `{"n":1}`), "s-1", "")
	if err := s.Commit(""); err != nil {
		t.Fatal(err)
	}
	old, _ := os.ReadFile(p.Lock)
	done(t, s, update("source.a", `{"n":2}`), "", `"e2"`)
	n, ticket := s.Intend(create("source.b", `{}`))
	wait(t, s, ticket)
	before, _ := os.ReadFile(p.Journal)
	want := View{s.Lock(), s.Unresolved()}
	if err := s.Commit(""); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	renamed, _ := os.ReadFile(p.Lock)
	restarted, _ := os.ReadFile(p.Journal)
	digest := resource.Digest(renamed)
	recs, _, _ := unframeAll(before)
	commit := frameEncoded([][]byte{encode(Record{Commit: &Commit{Serial: 2, Digest: digest}})})
	marked := append(slices.Clone(before), commit...)
	if len(recs) == 0 || n == 0 {
		t.Fatal("nothing recorded")
	}
	for name, c := range map[string]struct{ lock, journal []byte }{
		"before the mark":                {old, before},
		"while the mark is written":      {old, marked[:len(marked)-9]},
		"before the rename":              {old, marked},
		"before the journal is replaced": {renamed, marked},
		"done":                           {renamed, restarted},
	} {
		t.Run(name, func(t *testing.T) {
			q := PathsIn(t.TempDir(), "dev")
			_ = os.MkdirAll(q.Folder, 0o755)
			_ = os.WriteFile(q.Lock, c.lock, 0o644)
			_ = os.WriteFile(q.Journal, c.journal, 0o600)
			for range 2 { // opening alone changes nothing
				s := openAt(t, q, Options{})
				got := View{s.Lock(), s.Unresolved()}
				got.Lock.Serial = want.Lock.Serial
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
				_ = s.Close()
			}
			s := openAt(t, q, Options{})
			wait(t, s, s.Settle(Outcome{N: n, ID: "s-2"}))
			if v := loadAt(t, q); len(v.Open) != 0 || len(v.Lock.Entries) != 2 {
				t.Errorf("a reader sees %+v", v)
			}
			if err := s.Commit(""); err != nil {
				t.Fatal(err)
			}
			_ = s.Close()
			v := loadAt(t, q)
			if len(v.Open) != 0 || len(v.Lock.Entries) != 2 || v.Lock.Serial < 2 {
				t.Errorf("in the end: %+v", v)
			}
		})
	}
}

func TestJournalsThatDoNotFit(t *testing.T) {
	make2 := func(t *testing.T) (p Paths, journal, newer []byte) {
		p = PathsIn(t.TempDir(), "dev")
		s := openAt(t, p, Options{})
		done(t, s, create("source.a", `{"n":1}`), "s-1", "")
		if err := s.Commit(""); err != nil {
			t.Fatal(err)
		}
		done(t, s, create("source.b", `{"n":1}`), "s-2", "")
		journal, _ = os.ReadFile(p.Journal)
		if err := s.Commit(""); err != nil {
			t.Fatal(err)
		}
		newer, _ = os.ReadFile(p.Lock)
		_ = s.Close()
		return p, journal, newer
	}
	for _, c := range []struct {
		name  string
		want  error
		spoil func(t *testing.T, p Paths, newer []byte)
	}{
		{"lockfile gone", ErrForeign, func(t *testing.T, p Paths, _ []byte) { _ = os.Remove(p.Lock) }},
		{"another lineage", ErrForeign, func(t *testing.T, p Paths, _ []byte) {
			text, _ := (&Lock{Lineage: "other", Serial: 1, Target: dev}).Marshal()
			_ = os.WriteFile(p.Lock, text, 0o644)
		}},
		{"replaced by another apply's", ErrStale, func(t *testing.T, p Paths, newer []byte) {
			l, err := Parse(newer)
			if err != nil {
				t.Fatal(err)
			}
			l.Serial = 5
			text, _ := l.Marshal()
			_ = os.WriteFile(p.Lock, text, 0o644)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, journal, newer := make2(t)
			_ = os.WriteFile(p.Journal, journal, 0o600)
			c.spoil(t, p, newer)
			_, err := Load(p)
			var j *JournalError
			if !errors.Is(err, c.want) || !errors.As(err, &j) || j.Made != "source.b = s-2" || !strings.Contains(err.Error(), "it holds source.b = s-2") {
				t.Errorf("load: %v", err)
			}
			if now, _ := os.ReadFile(p.Journal); string(now) != string(journal) {
				t.Error("the journal was touched")
			}
		})
	}
}

func TestHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := PathsIn(t.TempDir(), "dev")
		if _, held, err := FindHolder(p); held || err != nil {
			t.Errorf("not held: %v, %v", held, err)
		}
		if _, held := NotedHolder(p); held {
			t.Error("a holder is noted before there is one")
		}
		s := openAt(t, p, Options{Now: time.Now()})
		var held *HeldError
		_, err := Open(t.Context(), p, Options{Target: dev})
		if !errors.As(err, &held) || held.Holder.PID != os.Getpid() || held.Holder.Host == "" || held.Holder.Since.IsZero() {
			t.Fatalf("second session: %v", err)
		}
		if h, is, _ := FindHolder(p); !is || h.PID != os.Getpid() {
			t.Errorf("holder %+v, %v", h, is)
		}
		if h, is := NotedHolder(p); !is || h.PID != os.Getpid() {
			t.Errorf("noted holder %+v, %v", h, is)
		}
		began := time.Now()
		if _, err = Open(t.Context(), p, Options{Target: dev, Timeout: 3 * time.Second}); !errors.As(err, &held) || time.Since(began) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		time.AfterFunc(time.Second, func() { _ = s.Close() })
		s2, err := Open(t.Context(), p, Options{Target: dev, Timeout: 3 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		_ = s2.Close()
		if _, err := os.Stat(p.Holder); err == nil {
			t.Error("the note outlives its holder")
		}
		if v := loadAt(t, p); len(v.Lock.Entries) != 0 {
			t.Errorf("a session without records leaves %+v", v)
		}
	})
}

func TestOtherTarget(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	s := openAt(t, p, Options{})
	done(t, s, create("source.a", `{}`), "s-1", "")
	if err := s.Commit(""); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	var other *TargetError
	if _, err := Open(t.Context(), p, Options{Target: Target{Org: dev.Org, Sandbox: "prod"}}); !errors.As(err, &other) {
		t.Errorf("open: %v", err)
	}
}

func TestNoFolder(t *testing.T) {
	dir := t.TempDir()
	p := PathsIn(dir, "dev")
	if err := os.WriteFile(p.Folder, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), p, Options{Target: dev}); err == nil || !strings.Contains(err.Error(), "it is a file; expected a folder") {
		t.Errorf("open: %v", err)
	}
	if _, err := Load(PathsIn(filepath.Join(dir, "none"), "dev")); err != nil {
		t.Errorf("load where nothing is: %v", err)
	}
}

// TestFolderNotWritable: it is found out before the first call, not at the end.
func TestFolderNotWritable(t *testing.T) {
	dir := t.TempDir()
	p := PathsIn(dir, "dev")
	p.Lock = filepath.Join(dir, "gone", "dataflow.dev.lock")
	s := openAt(t, p, Options{})
	defer s.Close()
	_, ticket := s.Intend(create("source.a", `{}`))
	if err := s.Wait(ticket); err == nil || !strings.Contains(err.Error(), "prepare the lockfile") {
		t.Errorf("wait: %v", err)
	}
}

// disk is a journal file that can fail, and counts.
type disk struct {
	journalFile
	mu    sync.Mutex
	room  int // bytes left; below 0 there is no limit
	syncs int
	slow  time.Duration
	fail  error // of Sync
}

func (d *disk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.room < 0 || len(b) <= d.room {
		if d.room >= 0 {
			d.room -= len(b)
		}
		return d.journalFile.Write(b)
	}
	n, _ := d.journalFile.Write(b[:d.room])
	d.room = 0
	return n, syscall.ENOSPC
}

func (d *disk) Sync() error {
	if d.slow > 0 {
		<-time.After(d.slow)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncs++
	if d.fail != nil {
		return d.fail
	}
	return nil
}

func (d *disk) open(p Paths, whole int64) (journalFile, error) {
	f, err := openJournal(p, whole)
	d.journalFile = f
	return d, err
}

// TestFullDisk: an intent that does not fit is not sent; what fitted is kept.
func TestFullDisk(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	d := &disk{room: -1}
	s := openAt(t, p, Options{open: d.open})
	done(t, s, create("source.a", `{}`), "s-1", "")
	n, ticket := s.Intend(create("source.b", `{}`))
	wait(t, s, ticket)
	d.room = 10
	if err := s.Wait(s.Settle(Outcome{N: n, ID: "s-2"})); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("settle: %v", err)
	}
	_, ticket = s.Intend(create("source.c", `{}`))
	if err := s.Wait(ticket); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("the next intent: %v", err)
	}
	if err := s.Commit(""); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("commit: %v", err)
	}
	_ = s.Close()
	v := loadAt(t, p)
	if len(v.Lock.Entries) != 1 || len(v.Open) != 1 || v.Open[0].Address != addr("source.b") {
		t.Errorf("the next process sees %+v", v)
	}
}

func TestSyncFails(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	d := &disk{room: -1, fail: syscall.EIO}
	s := openAt(t, p, Options{open: d.open})
	defer s.Close()
	_, ticket := s.Intend(create("source.a", `{}`))
	if err := s.Wait(ticket); !errors.Is(err, syscall.EIO) {
		t.Errorf("wait: %v", err)
	}
}

// TestGroupCommit: while one sync runs, all that comes waits for the next one.
func TestGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := PathsIn(t.TempDir(), "dev")
		d := &disk{room: -1, slow: 10 * time.Millisecond}
		s := openAt(t, p, Options{open: d.open})
		defer s.Close()
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				_, ticket := s.Intend(create(fmt.Sprintf("source.s%d", i), `{}`))
				if err := s.Wait(ticket); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(began); d.syncs > 3 || took > 30*time.Millisecond {
			t.Errorf("%d syncs, %v", d.syncs, took)
		}
		if v := loadAt(t, p); len(v.Open) != 100 {
			t.Errorf("%d intents on disk", len(v.Open))
		}
	})
}

// FuzzJournal: no bytes make the reader of a journal panic, and what it says is
// whole reads the same again.
func FuzzJournal(f *testing.F) {
	line := frameEncoded([][]byte{
		encode(Record{Header: &Header{Version: Version, Lineage: "x"}}),
		encode(Record{Intent: &Intent{N: 1, Address: addr("flow.a"), Step: StepUpdate}}),
	})
	f.Add(line)
	f.Add(append(slices.Clone(line), line[:30]...))
	f.Add(append(slices.Clone(line), make([]byte, 100)...))
	f.Add([]byte("00000000 00000000 \n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		recs, whole, err := unframeAll(text)
		if err != nil {
			return
		}
		again, size, err := unframeAll(text[:whole])
		if err != nil || size != whole || len(again) != len(recs) {
			t.Fatalf("whole %d of %d reads as %d: %v", whole, len(text), size, err)
		}
	})
}
