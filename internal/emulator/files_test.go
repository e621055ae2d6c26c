package emulator

import (
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

const (
	connectorsBase = "/data/foundation/connectors"
	keysPath       = connectorsBase + "/encryption/keys"
	customerPath   = connectorsBase + "/encryption/customer-keys"
	zonePath       = connectorsBase + "/landingzone"
	landingZone    = "26f526f2-58f4-4712-961d-e41bf1ccc0e8"
)

// zoneSource is a source connection of the landing zone.
func zoneSource() object {
	return object{"name": "files", "connectionSpec": object{"id": landingZone, "version": "1.0"},
		"data":   object{"format": "delimited", "properties": object{"columnDelimiter": "|", "compressionType": "gzip"}},
		"params": object{"path": "dlz-user-container/orders/*.csv.gz", "type": "folder", "recursive": false}}
}

func zoneSourceWith(pairs ...any) func(*api) reply {
	return func(a *api) reply { return a.post(flowBase+"/sourceConnections", with(zoneSource(), pairs...)) }
}

// filesFlow is a flow of a source of files, with further transformations.
func (a *api) filesFlow(source string, more ...any) object {
	o := a.flowParts()
	mapping := core.List(o, "transformations")[1]
	return with(o, "flowSpec.id", specs.CloudStorageToAEP, "sourceConnectionIds", []any{source},
		"transformations", append([]any{mapping}, more...))
}

func encryption(pairs ...any) object {
	return object{"name": "Encryption", "params": with(object{}, pairs...)}
}

// encrypted posts a flow whose files are encrypted, with changes of the source.
func encrypted(params func(*api) object, source ...any) func(*api) reply {
	return func(a *api) reply {
		id := zoneSourceWith(source...)(a).want(201).text("id")
		flow := a.filesFlow(id, params(a))
		return a.post(flowsPath, with(flow, "scheduleParams.startTime", a.s.env.Now().Unix()+3600))
	}
}

func keyBody() object {
	return object{"name": "k", "encryptionAlgorithm": "PGP", "params": object{"passPhrase": "open-sesame"}}
}

func (a *api) newKey() string {
	a.t.Helper()
	return a.post(keysPath, keyBody()).want(201).text("publicKeyId")
}

var fileRefusals = []refusalCase{
	{"FLOW-1327-400", "a table of a file connector", zoneSourceWith("data.format", "tabular")},
	{"FLOW-1327-400", "a format in capitals", zoneSourceWith("data.format", "JSON")},
	{"FLOW-1331-400", "a delimiter of two characters", zoneSourceWith("data.properties.columnDelimiter", "||")},
	{"FLOW-1312-400", "a delimiter for JSON", zoneSourceWith("data.format", "json")},
	{"FLOW-1312-400", "an unknown encoding", zoneSourceWith("data.properties.encoding", "UTF-16")},
	{"FLOW-1312-400", "an unknown compression", zoneSourceWith("data.properties.compressionType", "zstd")},
	{"FLOW-1312-400", "compressed Parquet",
		zoneSourceWith("data", object{"format": "parquet", "properties": object{"compressionType": "gzip"}})},
	{"FLOW-1312-400", "properties that are not an object", zoneSourceWith("data.properties", ",")},
	{"FLOW-1304-400", "files without a path", zoneSourceWith("params.path", nil)},
	{"FLOW-1312-400", "an unknown type of path", zoneSourceWith("params.type", "glob")},
	{"FLOW-1312-400", "recursive as text", zoneSourceWith("params.recursive", "true")},
	{"FLOW-1312-400", "a file with its subfolders", zoneSourceWith("params.recursive", true, "params.type", "file")},
	{"FLOW-1312-400", "change data as text", zoneSourceWith("params.cdcEnabled", "true")},
	{"FLOW-1353-400", "a filter of files", zoneSourceWith("params.filters", pql("TestID", "String"))},
	{"FLOW-1312-400", "a Copy of files", encrypted(func(*api) object { return object{"name": "Copy"} })},
	{"FLOW-1309-400", "decryption without a key", encrypted(func(*api) object { return encryption() })},
	{"FLOW-1309-400", "an unknown encryption key",
		encrypted(func(*api) object { return encryption("publicKeyId", noID) })},
	{"FLOW-1309-400", "an expired encryption key", encrypted(func(a *api) object {
		id := a.newKey()
		a.s.Advance(180 * 24 * time.Hour)
		a.signIn()
		return encryption("publicKeyId", id)
	})},
	{"FLOW-1309-400", "an unknown key for signatures",
		encrypted(func(a *api) object { return encryption("publicKeyId", a.newKey(), "signVerificationKeyId", noID) })},
	{"FLOW-1309-400", "encrypted subfolders",
		encrypted(func(a *api) object { return encryption("publicKeyId", a.newKey()) }, "params.recursive", true)},
	{"FLOW-1368-400", "a draft of files", func(a *api) reply {
		return a.post(flowBase+"/sourceConnections?mode=draft", zoneSource())
	}},
	{"FLOW-1368-400", "a draft of a flow of files", func(a *api) reply {
		id := zoneSourceWith()(a).want(201).text("id")
		return a.post(flowsPath+"?mode=draft", a.filesFlow(id))
	}},
	{"BadRequestError", "another landing zone", getting(zonePath + "?type=dlz_destination")},
	{"BadRequestError", "credentials of no landing zone", getting(zonePath + "/credentials")},
	{"BadRequestError", "an unknown action on credentials", func(a *api) reply {
		return a.post(zonePath+"/credentials?type=user_drop_zone&action=drop", nil)
	}},
	{"BadRequestError", "a key without a name", posting(keysPath, with(keyBody(), "name", nil))},
	{"BadRequestError", "a key of an unknown algorithm", posting(keysPath, with(keyBody(), "encryptionAlgorithm", "AES"))},
	{"BadRequestError", "a key without a passphrase", posting(keysPath, with(keyBody(), "params", nil))},
	{"BadRequestError", "a customer key that is not Base64", posting(customerPath, with(keyBody(), "publicKey", "?"))},
	{"NotFoundError", "an unknown key", getting(keysPath + "/" + noID)},
}

// Every connector of files has sources and flows; the landing zone has no connection.
func TestFileConnectors(t *testing.T) {
	a := open(t, Options{Switches: Switches{Cloud: "any"}})
	seen := 0
	for _, c := range specs.Connectors() {
		if c.FlowSpec != "CloudStorageToAEP" || !c.IsSource() {
			continue
		}
		seen++
		o := with(zoneSource(), "connectionSpec.id", c.ID)
		if c.Slug != core.LandingZone {
			params := object{}
			for _, p := range c.Auth[0].Params {
				switch {
				case len(p.Enum) > 0:
					params[p.Name] = p.Enum[0]
				case p.Type == "integer":
					params[p.Name] = 1
				case p.Type == "boolean":
					params[p.Name] = true
				default:
					params[p.Name] = "x"
				}
			}
			o["baseConnectionId"] = a.post(flowBase+"/connections", object{"name": c.Slug,
				"connectionSpec": object{"id": c.ID, "version": "1.0"},
				"auth":           object{"specName": c.Auth[0].Name, "params": params}}).want(201).text("id")
		}
		id := a.post(flowBase+"/sourceConnections", o).want(201).text("id")
		flow := a.post(flowsPath, a.filesFlow(id)).want(201).text("id")
		if got := a.get(flowsPath + "/" + flow).item(); core.Text(got, "state") != "enabled" {
			t.Errorf("%s: %s", c.Slug, core.ToJSON(got))
		}
	}
	if seen != 10 {
		t.Errorf("%d connectors of files, want 10", seen)
	}
	for _, data := range []object{{"format": "json"}, {"format": "parquet"}, {"format": "json",
		"properties": object{"compressionType": "tar"}},
		{"format": "delimited", "properties": object{"encoding": "ISO-8859-1"}}} {
		zoneSourceWith("data", data, "params", object{"path": "a", "cdcEnabled": true})(a).want(201)
	}
}

func TestEncryptionKeys(t *testing.T) {
	a := open(t, Options{})
	id := a.newKey()
	other := a.newKey()
	got := a.get(keysPath + "/" + id).want(200)
	if until, _ := core.AsInt(core.At(got.v, "expiryTime")); until != start.Unix()+180*24*3600 ||
		core.Text(got.v, "publicKey") == "" || core.Text(got.v, "encryptionAlgorithm") != "PGP" {
		t.Errorf("key %s", got.raw)
	}
	if n := len(a.get(keysPath).want(200).v.([]any)); n != 2 {
		t.Errorf("%d keys", n)
	}
	customer := a.post(customerPath, with(keyBody(), "publicKey", "a2V5")).want(201).text("publicKeyId")
	if l := a.get(customerPath).want(200).v.([]any); len(l) != 1 || core.Text(l[0], "publicKeyId") != customer {
		t.Errorf("customer keys %s", core.ToJSON(l))
	}
	if all := string(core.ToJSON(a.s.Objects())); strings.Contains(all, "open-sesame") {
		t.Error("a passphrase is stored")
	}
	flow := encrypted(func(*api) object {
		return encryption("publicKeyId", id, "signVerificationKeyId", customer)
	})(a).want(201)
	// A second before the end the key is valid; then it is not, and what uses it can still be renamed.
	a.s.SetNow(start.Add(180*24*time.Hour - time.Second))
	a.signIn()
	if s := a.get(keysPath + "/validate/" + id).want(200).text("status"); s != "Active" {
		t.Errorf("a second before the end: %s", s)
	}
	a.s.Advance(time.Second)
	if s := a.get(keysPath + "/validate/" + id).want(200).text("status"); s != "Expired" {
		t.Errorf("at the end: %s", s)
	}
	path := flowsPath + "/" + flow.text("id")
	etag := core.Text(a.get(path).item(), "etag")
	etag = a.patch(path, etag, `[{"op":"replace","path":"/name","value":"n"}]`).want(200).text("etag")
	a.patch(path, etag, `[{"op":"replace","path":"/transformations/1/params/publicKeyId","value":"`+other+`"}]`).want(400)
	a.delete(keysPath + "/" + other).want(204)
	a.get(keysPath + "/validate/" + other).want(404)
	a.sandbox = "dev"
	a.get(keysPath + "/" + id).want(404)
}

func TestLandingZone(t *testing.T) {
	a := open(t, Options{})
	if got := a.get(zonePath + "?type=user_drop_zone").want(200); string(got.raw) !=
		`{"containerName":"dlz-user-container","containerTTL":"7"}` {
		t.Errorf("landing zone %s", got.raw)
	}
	const credentials = zonePath + "/credentials?type=user_drop_zone"
	first := a.get(credentials).want(200)
	if uri := first.text("SASUri"); first.text("containerName") != "dlz-user-container" || uri != "https://"+
		first.text("storageAccountName")+".blob.core.windows.net/dlz-user-container?"+first.text("SASToken") {
		t.Errorf("credentials %s", first.raw)
	}
	if again := a.get(credentials); string(again.raw) != string(first.raw) {
		t.Error("credentials change by themselves")
	}
	renewed := a.post(credentials+"&action=refresh", nil).want(200)
	if renewed.text("SASToken") == first.text("SASToken") {
		t.Error("a refresh does not renew the token")
	}
	if again := a.get(credentials); string(again.raw) != string(renewed.raw) {
		t.Error("the credentials are not the renewed ones")
	}
	if all := string(core.ToJSON(a.s.Objects())); strings.Contains(all, "sig=") {
		t.Error("a signature is stored")
	}
	a.sandbox = "dev"
	if other := a.get(credentials).want(200); other.text("SASToken") == renewed.text("SASToken") {
		t.Error("two sandboxes have one token")
	}
}

// A flow without a delta column can become a one-time flow until it starts.
func TestOnceBeforeTheStart(t *testing.T) {
	a, _ := openZone(t)
	for after, want := range map[time.Duration]int{0: 200, time.Hour - time.Second: 200, time.Hour: 400} {
		body := with(a.filesFlow(zoneSourceWith()(a).text("id")), "name", "after "+after.String())
		made := a.post(flowsPath, body).want(201)
		a.s.SetNow(start.Add(after))
		etag := a.get(flowsPath + "/" + made.text("id")).item()["etag"].(string)
		a.do("PATCH", flowsPath+"/"+made.text("id"), `[{"op":"remove","path":"/scheduleParams/interval"},`+
			`{"op":"remove","path":"/scheduleParams/backfill"},`+
			`{"op":"replace","path":"/scheduleParams/frequency","value":"once"}]`, "If-Match", etag).want(want)
		a.s.SetNow(start)
	}
}
