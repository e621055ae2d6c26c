package emulator

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/redact"
)

// A value that the caller knows as secret is stored nowhere, and its connection can
// be changed all the same.
func TestSecretValuesAreNotStored(t *testing.T) {
	const user = "reader-of-the-vault"
	params := object{"server": "a.example.com", "port": "5432", "database": "d", "username": user, "password": "hunter2-x",
		"sslMode": "Require"}
	a := open(t, Options{IsSecret: func(v string) bool { return v == user || v == "5432" }})
	id, etag := a.connection("postgresql", "Basic Authentication", params)
	path := flowBase + "/connections/" + id
	stored := func() object {
		t.Helper()
		if all := string(core.ToJSON(a.s.Objects())); strings.Contains(all, user) || strings.Contains(all, "5432") {
			t.Errorf("a secret value is stored: %s", all)
		}
		return core.At(a.get(path).item(), "auth", "params").(object)
	}
	if got := core.ToJSON(stored()); string(got) != `{"database":"d","server":"a.example.com","sslMode":"Require"}` {
		t.Errorf("stored params %s", got)
	}
	// A parameter of its own, and the whole sign-in.
	server := `[{"op":"replace","path":"/auth/params/server","value":"b.example.com"}]`
	etag = a.patch(path, etag, server).want(200).text("etag")
	if got := core.ToJSON(stored()); string(got) != `{"database":"d","server":"b.example.com","sslMode":"Require"}` {
		t.Errorf("stored params after a nested patch %s", got)
	}
	whole := object{
		"op": "replace", "path": "/auth", "value": object{"specName": "Basic Authentication", "params": params},
	}
	a.patch(path, etag, string(core.ToJSON([]any{whole}))).want(200)
	stored()
	if ops := string(core.ToJSON(core.At(a.get(path).item(), "lastOperation"))); !strings.Contains(ops, redact.Mask) {
		t.Errorf("the operation does not show that values are hidden: %s", ops)
	}
	// One that no name calls secret is stored.
	a = open(t, Options{IsSecret: func(v string) bool { return v == "other" }})
	id, _ = a.connection("postgresql", "Basic Authentication", params)
	if got := core.Text(a.get(flowBase+"/connections/"+id).item(), "auth", "params", "username"); got != user {
		t.Errorf("username %q", got)
	}
}
