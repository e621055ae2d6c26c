package lockfile

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
)

func addr(s string) resource.Address {
	a, err := resource.ParseAddress(s)
	if err != nil {
		panic(err)
	}
	return a
}

// sample is a lock with everything in it.
func sample() *Lock {
	return &Lock{
		Lineage: "5f1c", Serial: 7, Secrets: "$argon2id$all", Target: Target{Org: "1@AdobeOrg", Sandbox: "dev", Tenant: "acme"},
		Entries: []Entry{
			{
				Address: addr("connection.crm"), ID: "c-1", ETag: `"e1"`,
				Applied: json.RawMessage(`{"name":"crm","auth":{"params":{"password":"${env.PW}"}}}`),
				Secrets: []SecretHash{{"auth.params.password", "$argon2id$one"}},
			},
			{
				Address: addr("flow.crm"), ID: "f-2", ETag: `"e2"`, Protect: true,
				Applied: json.RawMessage(`{"name":"<crm> & co","startTime":"${time.start}"}`),
				Sent:    []Sent{{"startTime", json.RawMessage(`1798761600`)}},
				Needs: []Need{
					{Edge: resource.Edge{To: addr("mapping.crm"), Via: "m[0].id"}, ID: "m-1"},
					{Edge: resource.Edge{To: addr("mapping.crm"), Via: "m[0].version"}, Field: "version", ID: "0"},
					{Edge: resource.Edge{To: addr("union.crm"), Via: "profile"}},
				},
				Deposed: []Deposed{{"f-1", `"e0"`, resource.Flow, []string{"disable", "delete"}}},
			},
			{Address: addr("source.crm"), Deposed: []Deposed{{ID: "s-1", Kind: resource.Source, StepsLeft: []string{"delete"}}}},
		},
	}
}

func print(t *testing.T, l *Lock) string {
	t.Helper()
	text, err := l.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRoundTrip(t *testing.T) {
	want := sample()
	text := print(t, want)
	got, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-printed +read):\n%s", d)
	}
	if again := print(t, got); again != text {
		t.Errorf("printed again it differs:\n%s", cmp.Diff(text, again))
	}
}

// TestCanonical: the order in which things were made does not show.
func TestCanonical(t *testing.T) {
	want := print(t, sample())
	for range 20 {
		l := &Lock{Lineage: "5f1c", Serial: 7, Secrets: "$argon2id$all", Target: sample().Target}
		entries := sample().Entries
		for _, i := range rand.Perm(len(entries)) {
			e := entries[i]
			rand.Shuffle(len(e.Needs), func(a, b int) { e.Needs[a], e.Needs[b] = e.Needs[b], e.Needs[a] })
			l.Put(e)
		}
		if got := print(t, l); got != want {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
		}
	}
}

func TestOneKeyALine(t *testing.T) {
	for _, line := range strings.Split(print(t, sample()), "\n") {
		if strings.Count(line, `": `) > 1 {
			t.Errorf("two keys in one line: %s", line)
		}
	}
}

// newer is a lockfile with another version.
func newer(text, version string) string {
	return strings.Replace(text, `"lock_version": "1.0"`, `"lock_version": `+version, 1)
}

func TestUnusable(t *testing.T) {
	good := print(t, sample())
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"conflict markers", strings.Replace(good, "{\n", "{\n<<<<<<< HEAD\n", 1), ErrConflict},
		{"markers at the start", "<<<<<<< HEAD\n" + good, ErrConflict},
		{"merged by hand: a value", strings.Replace(good, `"c-1"`, `"c-9"`, 1), ErrDigest},
		{"merged by hand: an entry gone", cut(good, `    "source.crm"`, "    }\n  }"), ErrDigest},
		{"merged by hand: header of the other side", replaceDigest(good), ErrDigest},
		{"newer", strings.Replace(good, `"lock_version": "1.0"`, `"lock_version": "3.0"`, 1), ErrNewer},
		{"newer with keys of its own", newer(good, `"3.0", "colour": 1`), ErrNewer},
		{"newer minor with keys of its own", newer(good, `"2.9", "colour": 1`), ErrNewer},
		{"empty", "", ErrSyntax},
		{"torn", good[:len(good)/2], ErrSyntax},
		{"no version", "{}", ErrSyntax},
		{"something else", `["a"]`, ErrSyntax},
		{"more than one value", good + "{}", ErrSyntax},
		{"unknown key", strings.Replace(good, `"serial"`, `"serie"`, 1), ErrSyntax},
		{"unknown key of an entry", strings.Replace(good, `"id": "c-1"`, `"ident": "c-1"`, 1), ErrSyntax},
		{"unknown kind", strings.Replace(good, `"flow.crm"`, `"stream.crm"`, 1), ErrSyntax},
		{"twice the same address", strings.Replace(good, `"flow.crm": {`, `"connection.crm": {`, 1), ErrDigest},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.text == good {
				t.Fatal("the case changes nothing")
			}
			if _, err := Parse([]byte(c.text)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// cut removes the entry that begins with a text, and the comma before it.
func cut(s, from, to string) string {
	i := strings.Index(s, from)
	j := i + strings.Index(s[i:], to)
	return strings.TrimSuffix(strings.TrimRight(s[:i], "\n "), ",") + "\n  }" + strings.TrimPrefix(s[j:], to)
}

func replaceDigest(s string) string {
	i := strings.Index(s, `"digest": "`) + len(`"digest": "`)
	return s[:i] + "0123456789abcdef0123456789abcdef" + s[i+32:]
}

func TestGetPutRemove(t *testing.T) {
	l := sample()
	if _, ok := l.Get(addr("flow.none")); ok {
		t.Error("found what is not there")
	}
	if _, ok := (*Lock)(nil).Get(addr("flow.crm")); ok {
		t.Error("found something in no lock")
	}
	c := l.Clone()
	c.Remove(addr("flow.crm"))
	c.Remove(addr("flow.crm"))
	if _, ok := l.Get(addr("flow.crm")); !ok || len(c.Entries) != 2 {
		t.Error("a clone shares its list")
	}
	e, _ := l.Get(addr("flow.crm"))
	if v, ok := e.Output("id"); v != "f-2" || !ok {
		t.Errorf("id is %q", v)
	}
	if _, ok := e.Output("colour"); ok {
		t.Error("an unknown output is known")
	}
}

func TestSecrets(t *testing.T) {
	hash := HashSecret("canary")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is cheaper to guess from than it should be: %s", hash)
	}
	if strings.Contains(hash, "canary") || hash == HashSecret("canary") {
		t.Error("the hash tells the secret, or that two are equal")
	}
	if !SecretMatches(hash, "canary") || SecretMatches(hash, "Canary") || SecretMatches(hash, "") {
		t.Error("the hash matches the wrong secret")
	}
	for name, forged := range map[string]string{
		"empty": "", "other": "$argon2i$v=19$m=19456,t=2,p=1$AAAA$BBBB", "dear": strings.Replace(hash, "m=19456", "m=99999999", 1),
		"long": strings.Replace(hash, "t=2", "t=99999", 1), "no lanes": strings.Replace(hash, "p=1", "p=0", 1), "no salt": "$argon2id$v=19$m=8,t=1,p=1$!$",
	} {
		if SecretMatches(forged, "canary") {
			t.Errorf("%s: matches", name)
		}
	}
}

// TestSecretText: equal sets give equal texts in any order, and no two sets share
// one however their parts are cut.
func TestSecretText(t *testing.T) {
	a := SecretValue{addr("connection.a"), "p", "1"}
	b := SecretValue{addr("connection.b"), "p", "2"}
	if SecretText([]SecretValue{a, b}) != SecretText([]SecretValue{b, a}) {
		t.Error("the order shows")
	}
	if SecretText(nil) != "" {
		t.Error("no secrets give a text")
	}
	seen := map[string]bool{}
	for _, v := range []SecretValue{{addr("connection.a"), "p", "q1"}, {addr("connection.a"), "pq", "1"}, {addr("connection.ap"), "q", "1"}} {
		text := SecretText([]SecretValue{v})
		if seen[text] {
			t.Errorf("two secrets share %q", text)
		}
		seen[text] = true
	}
}

// FuzzParse: what is read prints to something that reads and prints the same;
// nothing panics.
func FuzzParse(f *testing.F) {
	text, err := sample().Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	empty, _ := (&Lock{Lineage: "x"}).Marshal()
	f.Add(empty)
	f.Add([]byte(`{"lock_version":"1.0","resources":{"flow.a":{"applied":{"a":"\u003c"}}}}`))
	f.Add([]byte(`{"lock_version":"1.0","resources":{"flow.a":null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Parse(text)
		if err != nil {
			return
		}
		once, err := l.Marshal()
		if err != nil {
			t.Fatalf("print: %v", err)
		}
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("read what was printed: %v\n%s", err, once)
		}
		twice, err := again.Marshal()
		if err != nil || string(once) != string(twice) {
			t.Fatalf("printed twice it differs (%v):\n%s", err, cmp.Diff(string(once), string(twice)))
		}
	})
}

// TestUnknownSecret: only a lockfile with a secret whose value is not known has a version that earlier releases refuse.
func TestUnknownSecret(t *testing.T) {
	l := sample()
	if text := print(t, l); !strings.Contains(text, `"lock_version": "1.0"`) {
		t.Error(text)
	}
	for i := range l.Entries {
		for k := range l.Entries[i].Secrets {
			l.Entries[i].Secrets[k].Hash = UnknownSecret
		}
	}
	text := print(t, l)
	if !strings.Contains(text, `"lock_version": "2.0"`) {
		t.Error(text)
	}
	if again, err := Parse([]byte(text)); err != nil || print(t, again) != text {
		t.Errorf("%v", err)
	}
}
