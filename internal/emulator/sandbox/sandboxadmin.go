package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/state"
)

// Sandbox administration: create, rename, reset, delete. Each change is kept
// beside the state, so that a restart has the same sandboxes; a seeded one
// that was deleted comes back with its seed, as every seeded object does.

// MaxSandboxes is what an organization can hold with every licence pack.
const MaxSandboxes = 75

var sandboxName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`) // at most 255 characters

func badSandbox(format string, args ...any) error {
	return core.Problem(http.StatusBadRequest, "BadRequestError", format, args...)
}

// admin refuses clients that may not write.
func admin(next core.Handler) core.Handler {
	return func(c *core.Call) (core.Answer, error) {
		if c.Org().ReadOnly(c.Request.Header.Get("x-api-key")) {
			return core.Answer{}, core.Problem(http.StatusForbidden, core.Forbidden,
				"the client is not an administrator of sandboxes")
		}
		c.Env.AdminMu.Lock()
		defer c.Env.AdminMu.Unlock()
		return next(c)
	}
}

func sandboxArg(c *core.Call) (*core.Sandbox, error) {
	if b := c.Org().Sandbox(c.Arg("name")); b != nil {
		return b, nil
	}
	return nil, core.Problem(http.StatusNotFound, "Sandbox not found", "there is no sandbox %q", c.Arg("name"))
}

// settle is when a sandbox that is made or reset now can be used.
func settle(c *core.Call) int64 { return c.Millis() + c.Env.Switches.SandboxMillis }

// shortSandbox is the answer of create, reset and delete.
func shortSandbox(b *core.Sandbox, state string) object {
	return object{"name": b.Name, "title": b.Title, "type": b.Type, "region": sandboxRegion, "state": state}
}

func createSandbox(c *core.Call, body object) (core.Answer, error) {
	b := &core.Sandbox{Name: core.Text(body, "name"), Title: core.Text(body, "title"), Type: core.Text(body, "type"),
		Revision: 1}
	switch o := c.Org(); {
	case len(b.Name) > 255, !sandboxName.MatchString(b.Name):
		return core.Answer{}, badSandbox("name is %q, expected small letters, digits and hyphens", b.Name)
	case strings.TrimSpace(b.Title) == "":
		return core.Answer{}, badSandbox("title is missing")
	case b.Type != "production" && b.Type != "development":
		return core.Answer{}, badSandbox("type is %q, expected production or development", b.Type)
	case o.Sandbox(b.Name) != nil:
		return core.Answer{}, core.Problem(http.StatusConflict, "ConflictError", "there is a sandbox %q already", b.Name)
	case len(o.Sandboxes()) >= MaxSandboxes:
		return core.Answer{}, badSandbox("the organization has %d sandboxes, its licence allows no more", MaxSandboxes)
	}
	// Whoever still holds the space of a deleted namesake finds it gone.
	c.Env.Spaces.Store(core.SpaceKey(c.Org(), b), core.NewSpace(c.Env, c.Org(), b))
	b.ID, b.Made, b.Changed = c.Env.NewUUID(), c.Millis(), c.Millis()
	b.Busy, b.Until = "creating", settle(c)
	if err := keepSandboxes(c, append(slices.Clone(c.Org().Sandboxes()), b)); err != nil {
		return core.Answer{}, err
	}
	return core.Answer{Status: http.StatusAccepted, Body: core.ToJSON(shortSandbox(b, "creating"))}, nil
}

// changeSandbox puts a changed copy where the sandbox stands.
func changeSandbox(c *core.Call, b core.Sandbox) error {
	b.Revision, b.Changed = b.Revision+1, c.Millis()
	sandboxes := slices.Clone(c.Org().Sandboxes())
	sandboxes[slices.IndexFunc(sandboxes, func(o *core.Sandbox) bool { return o.Name == b.Name })] = &b
	return keepSandboxes(c, sandboxes)
}

// sandboxAndBody returns the sandbox that the path names and what is to become of it.
func sandboxAndBody(c *core.Call) (*core.Sandbox, object, error) {
	b, err := sandboxArg(c)
	if err != nil {
		return nil, nil, err
	}
	body, err := c.Object()
	return b, body, err
}

func renameSandbox(c *core.Call) (core.Answer, error) {
	b, body, err := sandboxAndBody(c)
	if err != nil {
		return core.Answer{}, err
	}
	title, isText := body["title"].(string)
	if len(body) != 1 || !isText || strings.TrimSpace(title) == "" {
		return core.Answer{}, badSandbox("only title can be changed, to a text that is not empty")
	}
	changed := *b
	changed.Title = title
	if err := changeSandbox(c, changed); err != nil {
		return core.Answer{}, err
	}
	return core.OK(sandboxObject(c.Org().Sandbox(b.Name), c.Now))
}

// resetSandbox takes everything out of a sandbox and keeps its name.
func resetSandbox(c *core.Call) (core.Answer, error) {
	b, body, err := sandboxAndBody(c)
	if err != nil {
		return core.Answer{}, err
	}
	if action := core.Text(body, "action"); action != "reset" {
		return core.Answer{}, badSandbox("action is %q, expected reset", action)
	}
	if c.Query.Get("validationOnly") == "true" {
		return core.Answer{Status: http.StatusAccepted, Body: core.ToJSON(shortSandbox(b, b.State(c.Now)))}, nil
	}
	if err := empty(c.Env.Space(c.Org(), b), false); err != nil {
		return core.Answer{}, err
	}
	changed := *b
	changed.Busy, changed.Until = "resetting", settle(c)
	if err := changeSandbox(c, changed); err != nil {
		return core.Answer{}, err
	}
	return core.Answer{Status: http.StatusAccepted, Body: core.ToJSON(shortSandbox(b, "resetting"))}, nil
}

func deleteSandbox(c *core.Call, b *core.Sandbox) (core.Answer, error) {
	o := c.Org()
	if b.Default {
		return core.Answer{}, badSandbox("the default sandbox cannot be deleted")
	}
	if c.Query.Get("validationOnly") == "true" {
		return core.Answer{Status: http.StatusAccepted, Body: core.ToJSON(shortSandbox(b, b.State(c.Now)))}, nil
	}
	if err := empty(c.Env.Space(o, b), true); err != nil {
		return core.Answer{}, err
	}
	if err := keepSandboxes(c, slices.DeleteFunc(slices.Clone(o.Sandboxes()),
		func(e *core.Sandbox) bool { return e.Name == b.Name })); err != nil {
		return core.Answer{}, err
	}
	return core.Answer{Status: http.StatusAccepted, Body: core.ToJSON(shortSandbox(b, "deleted"))}, nil
}

// empty drops every object. With gone, calls that are on their way into the
// sandbox find that it is no more.
func empty(sp *core.Space, gone bool) error {
	sp.Mu.Lock()
	for k := range sp.Tables {
		for _, r := range slices.Clone(sp.Table(k).Order) {
			sp.Remove(k, r.ID)
		}
	}
	sp.Gone = gone
	wait := sp.Flush()
	sp.Mu.Unlock()
	return wait()
}

// keepSandboxes makes a list the org's, on disk first.
func keepSandboxes(c *core.Call, sandboxes []*core.Sandbox) error {
	o := c.Org()
	raw, err := json.Marshal(sandboxes)
	if err != nil {
		return err
	}
	if err := c.Env.Store.Commit([]state.Change{{Bucket: state.MetaBucket, Key: sandboxKey(o),
		Value: raw}})(); err != nil {
		return err
	}
	o.List.Store(&sandboxes)
	return nil
}

func sandboxKey(o *core.Org) []byte { return []byte("sandboxes\x00" + o.ID) }

// RecallSandboxes adds to the seed's sandboxes what calls made and changed.
func RecallSandboxes(e *core.Env, o *core.Org) error {
	raw, err := e.Store.Read(sandboxKey(o))
	if err != nil || raw == nil {
		return err
	}
	var kept []*core.Sandbox
	if err := json.Unmarshal(raw, &kept); err != nil {
		return fmt.Errorf("read emulator state, sandboxes of %s: %w", o.ID, err)
	}
	sandboxes := slices.Clone(o.Sandboxes())
	for _, k := range kept {
		i := slices.IndexFunc(sandboxes, func(b *core.Sandbox) bool { return b.Name == k.Name })
		if i < 0 {
			sandboxes = append(sandboxes, k)
			continue
		}
		k.Default, k.Seeded = sandboxes[i].Default, true
		sandboxes[i] = k
	}
	o.List.Store(&sandboxes)
	return nil
}
