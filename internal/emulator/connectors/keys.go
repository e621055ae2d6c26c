package connectors

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Keys for encrypted files. A key pair of a sandbox is valid for KeyLifetime; its
// public key is random text, because no file is decrypted here. The customer's own
// keys verify signatures. Passphrases are not stored.

// keyLifetime is how long a key pair is valid.
const keyLifetime = 180 * 24 * time.Hour

func keyRoutes() []core.Route {
	r := core.RoutesOf(core.ConnectorService)
	const keys, customer = "/encryption/keys", "/encryption/customer-keys"
	return []core.Route{
		r(http.MethodGet, keys, core.Reads, list(core.KindEncryptionKey)),
		r(http.MethodPost, keys, core.Writes, core.With((*core.Call).Object, createKey)),
		r(http.MethodGet, keys+"/{id}", core.Reads, core.With(key(core.KindEncryptionKey), show)),
		r(http.MethodDelete, keys+"/{id}", core.Writes, core.With(key(core.KindEncryptionKey), deleteKey)),
		r(http.MethodGet, keys+"/validate/{id}", core.Reads, core.With(key(core.KindEncryptionKey), validateKey)),
		r(http.MethodGet, customer, core.Reads, list(core.KindCustomerKey)),
		r(http.MethodPost, customer, core.Writes, core.With((*core.Call).Object, createCustomerKey)),
	}
}

// key finds the key that the path names.
func key(k core.Kind) func(*core.Call) (*core.Record, error) {
	return func(c *core.Call) (*core.Record, error) {
		if r := c.Find(k, c.Arg("id")); r != nil {
			return r, nil
		}
		return nil, core.Missing("there is no key with id %s", c.Arg("id"))
	}
}

func list(k core.Kind) core.Handler {
	return func(c *core.Call) (core.Answer, error) {
		items := []any{}
		for _, r := range c.Space.Table(k).Order {
			items = append(items, r.View())
		}
		return core.OK(items)
	}
}

func show(_ *core.Call, r *core.Record) (core.Answer, error) { return core.OK(r.View()) }

// readKey checks what both kinds of keys have.
func readKey(body object) (object, error) {
	for _, name := range []string{"name", "encryptionAlgorithm"} {
		if core.Text(body, name) == "" {
			return nil, core.Problem(http.StatusBadRequest, "BadRequestError", "%s is missing", name)
		}
	}
	algorithm := core.Text(body, "encryptionAlgorithm")
	if !slices.Contains([]string{"PGP", "GPG"}, algorithm) {
		return nil, core.Problem(http.StatusBadRequest, "BadRequestError",
			"encryptionAlgorithm is %q, expected PGP or GPG", algorithm)
	}
	return object{"name": body["name"], "encryptionAlgorithm": algorithm}, nil
}

func createKey(c *core.Call, body object) (core.Answer, error) {
	o, err := readKey(body)
	if err != nil {
		return core.Answer{}, err
	}
	if core.Text(body, "params", "passPhrase") == "" {
		return core.Answer{}, core.Problem(http.StatusBadRequest, "BadRequestError", "params.passPhrase is missing")
	}
	AddKey(c, c.Env.NewUUID(), o)
	return core.Created(object{"publicKey": o["publicKey"], "publicKeyId": o["publicKeyId"],
		"expiryTime": o["expiryTime"]}, "")
}

// AddKey stores a pair of keys that is valid from now on.
func AddKey(c *core.Call, id string, o object) {
	o["publicKeyId"], o["publicKey"] = id, base64.StdEncoding.EncodeToString(c.Env.Random(96))
	o["expiryTime"] = strconv.FormatInt(c.Now.Add(keyLifetime).Unix(), 10)
	c.Space.Put(core.KindEncryptionKey, id, c.Millis(), o)
}

func createCustomerKey(c *core.Call, body object) (core.Answer, error) {
	o, err := readKey(body)
	if err != nil {
		return core.Answer{}, err
	}
	public := core.Text(body, "publicKey")
	if _, err := base64.StdEncoding.DecodeString(public); err != nil || public == "" {
		return core.Answer{}, core.Problem(http.StatusBadRequest, "BadRequestError", "publicKey must be Base64")
	}
	id := c.Env.NewUUID()
	o["publicKeyId"], o["publicKey"] = id, public
	c.Space.Put(core.KindCustomerKey, id, c.Millis(), o)
	return core.Created(object{"publicKeyId": id}, "")
}

func deleteKey(c *core.Call, r *core.Record) (core.Answer, error) {
	c.Space.Remove(core.KindEncryptionKey, r.ID)
	return core.Answer{Status: http.StatusNoContent}, nil
}

func validateKey(c *core.Call, r *core.Record) (core.Answer, error) {
	status := "Active"
	if IsExpired(r, c.Now) {
		status = "Expired"
	}
	return core.OK(object{"publicKeyId": r.ID, "status": status})
}

// IsExpired reports whether a key pair's time is over.
func IsExpired(r *core.Record, now time.Time) bool {
	until, _ := core.AsInt(r.View()["expiryTime"])
	return now.Unix() >= until
}
