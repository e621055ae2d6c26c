package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Sandbox administration: create, rename, reset, delete. Each change is kept
// beside the state, so that a restart has the same sandboxes; a seeded one
// that was deleted comes back with its seed, as every seeded object does.

// maxSandboxes is what an organization can hold with every licence pack.
const maxSandboxes = 75

var sandboxName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,254}$`)

func badSandbox(format string, args ...any) error {
	return problem(http.StatusBadRequest, "BadRequestError", format, args...)
}

// admin refuses clients that may not write.
func admin(next handler) handler {
	return func(c *call) (answer, error) {
		if c.org().readOnly(c.r.Header.Get("x-api-key")) {
			return answer{}, problem(http.StatusForbidden, forbidden, "the client is no administrator of sandboxes")
		}
		c.env.adminMu.Lock()
		defer c.env.adminMu.Unlock()
		return next(c)
	}
}

func (c *call) sandboxArg() (*sandbox, error) {
	if b := c.org().sandbox(c.arg("name")); b != nil {
		return b, nil
	}
	return nil, problem(http.StatusNotFound, "Sandbox not found", "there is no sandbox %q", c.arg("name"))
}

// settle is when a sandbox that is made or reset now can be used.
func (c *call) settle() int64 { return c.ms() + c.env.sw.SandboxMillis }

// shortSandbox is the answer of create, reset and delete.
func shortSandbox(b *sandbox, state string) object {
	return object{"name": b.Name, "title": b.Title, "type": b.Type, "region": sandboxRegion, "state": state}
}

func createSandbox(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	b := &sandbox{Name: text(body, "name"), Title: text(body, "title"), Type: text(body, "type"), Revision: 1}
	switch o := c.org(); {
	case !sandboxName.MatchString(b.Name):
		return answer{}, badSandbox("name is %q, expected small letters, digits and hyphens", b.Name)
	case strings.TrimSpace(b.Title) == "":
		return answer{}, badSandbox("title is missing")
	case b.Type != "production" && b.Type != "development":
		return answer{}, badSandbox("type is %q, expected production or development", b.Type)
	case o.sandbox(b.Name) != nil:
		return answer{}, problem(http.StatusConflict, "ConflictError", "there is a sandbox %q already", b.Name)
	case len(o.boxes()) >= maxSandboxes:
		return answer{}, badSandbox("the organization has %d sandboxes, its licence allows no more", maxSandboxes)
	}
	// Whoever still holds the space of a deleted namesake finds it gone.
	c.env.spaces.Store(spaceKey(c.org(), b), newSpace(c.env, c.org(), b))
	b.ID, b.Made, b.Changed = c.env.newUUID(), c.ms(), c.ms()
	b.Busy, b.Until = "creating", c.settle()
	if err := c.keepSandboxes(append(slices.Clone(c.org().boxes()), b)); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusAccepted, body: toJSON(shortSandbox(b, "creating"))}, nil
}

// changeSandbox puts a changed copy where the sandbox stands.
func (c *call) changeSandbox(b sandbox) error {
	b.Revision, b.Changed = b.Revision+1, c.ms()
	boxes := slices.Clone(c.org().boxes())
	boxes[slices.IndexFunc(boxes, func(o *sandbox) bool { return o.Name == b.Name })] = &b
	return c.keepSandboxes(boxes)
}

// sandboxAndBody returns the sandbox that the path names and what is to become of it.
func (c *call) sandboxAndBody() (*sandbox, object, error) {
	b, err := c.sandboxArg()
	if err != nil {
		return nil, nil, err
	}
	body, err := c.object()
	return b, body, err
}

func renameSandbox(c *call) (answer, error) {
	b, body, err := c.sandboxAndBody()
	if err != nil {
		return answer{}, err
	}
	title, isText := body["title"].(string)
	if len(body) != 1 || !isText || strings.TrimSpace(title) == "" {
		return answer{}, badSandbox("only title can be changed, to a text that is not empty")
	}
	changed := *b
	changed.Title = title
	if err := c.changeSandbox(changed); err != nil {
		return answer{}, err
	}
	return ok(sandboxObject(c.org().sandbox(b.Name), c.now))
}

// resetSandbox takes everything out of a sandbox and keeps its name.
func resetSandbox(c *call) (answer, error) {
	b, body, err := c.sandboxAndBody()
	if err != nil {
		return answer{}, err
	}
	if action := text(body, "action"); action != "reset" {
		return answer{}, badSandbox("action is %q, expected reset", action)
	}
	if c.query.Get("validationOnly") == "true" {
		return answer{status: http.StatusAccepted, body: toJSON(shortSandbox(b, b.state(c.now)))}, nil
	}
	if err := c.env.space(c.org(), b).empty(false); err != nil {
		return answer{}, err
	}
	changed := *b
	changed.Busy, changed.Until = "resetting", c.settle()
	if err := c.changeSandbox(changed); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusAccepted, body: toJSON(shortSandbox(b, "resetting"))}, nil
}

func deleteSandbox(c *call) (answer, error) {
	b, err := c.sandboxArg()
	if err != nil {
		return answer{}, err
	}
	o := c.org()
	if b.Default {
		return answer{}, badSandbox("the default sandbox cannot be deleted")
	}
	if c.query.Get("validationOnly") == "true" {
		return answer{status: http.StatusAccepted, body: toJSON(shortSandbox(b, b.state(c.now)))}, nil
	}
	if err := c.env.space(o, b).empty(true); err != nil {
		return answer{}, err
	}
	if err := c.keepSandboxes(slices.DeleteFunc(slices.Clone(o.boxes()), func(e *sandbox) bool { return e.Name == b.Name })); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusAccepted, body: toJSON(shortSandbox(b, "deleted"))}, nil
}

// empty drops every object. With gone, calls that are on their way into the
// sandbox find that it is no more.
func (sp *space) empty(gone bool) error {
	sp.mu.Lock()
	for k := range sp.tables {
		for _, r := range slices.Clone(sp.table(k).order) {
			sp.remove(k, r.id)
		}
	}
	sp.gone = gone
	wait := sp.flush()
	sp.mu.Unlock()
	return wait()
}

// keepSandboxes makes a list the org's, on disk first.
func (c *call) keepSandboxes(boxes []*sandbox) error {
	o := c.org()
	raw, err := json.Marshal(boxes)
	if err != nil {
		return err
	}
	if err := c.env.store.commit([]change{{metaBucket, sandboxKey(o), raw}})(); err != nil {
		return err
	}
	o.list.Store(&boxes)
	return nil
}

func sandboxKey(o *org) []byte { return []byte("sandboxes\x00" + o.ID) }

// recallSandboxes adds to the seed's sandboxes what calls made and changed.
func (e *env) recallSandboxes(o *org) error {
	raw, err := e.store.read(sandboxKey(o))
	if err != nil || raw == nil {
		return err
	}
	var kept []*sandbox
	if err := json.Unmarshal(raw, &kept); err != nil {
		return fmt.Errorf("read emulator state, sandboxes of %s: %w", o.ID, err)
	}
	boxes := slices.Clone(o.boxes())
	for _, k := range kept {
		i := slices.IndexFunc(boxes, func(b *sandbox) bool { return b.Name == k.Name })
		if i < 0 {
			boxes = append(boxes, k)
			continue
		}
		k.Default, k.Seeded = boxes[i].Default, true
		boxes[i] = k
	}
	o.list.Store(&boxes)
	return nil
}
