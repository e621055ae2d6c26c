//go:build ignore

// Looks at pages in one headless Chromium, spoken to over its debugging pipe.
//
//	go run .ci/browser.go CHROMIUM PROFILE OUT <pages
//
// Each line of pages is NAME WIDTH HEIGHT light|dark URL [BUTTON]. A button is the
// ID of one that is clicked first, until the page says what came of it. For each
// line it leaves in
// OUT: NAME.dom, NAME.text (what is visible), NAME.console (one line per message), NAME.width (what sticks
// out to the right, empty when all fits) and NAME.png of the whole page.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

func run(args []string, pages io.Reader) error {
	if len(args) != 3 {
		return errors.New("expected CHROMIUM PROFILE OUT")
	}
	b, err := start(args[0], args[1])
	if err != nil {
		return err
	}
	defer b.stop()
	lines := bufio.NewScanner(pages)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) != 5 && len(f) != 6 {
			return fmt.Errorf("expected NAME WIDTH HEIGHT SCHEME URL [BUTTON], found %q", lines.Text())
		}
		if err := b.look(filepath.Join(args[2], f[0]), f[1], f[2], f[3], f[4], f[5:]); err != nil {
			return fmt.Errorf("look at %s: %w", f[0], err)
		}
	}
	return lines.Err()
}

// clickAndWait clicks a button, by its ID, and ends when the page has said something, if it has a place to.
const clickAndWait = `new Promise(done => {
	document.getElementById(%q).click();
	if (!document.getElementById("say")) return done();
	setInterval(() => { if (document.getElementById("say").textContent) done() }, 50);
	setTimeout(done, 5000);
})`

// browser is a running Chromium with one tab.
type browser struct {
	cmd     *exec.Cmd
	to      io.Writer
	from    <-chan message
	log     *bytes.Buffer
	session string
	last    int
	console []string
	loaded  bool
}

type message struct {
	ID     int                       `json:"id,omitempty"`
	Method string                    `json:"method,omitempty"`
	Result json.RawMessage           `json:"result,omitempty"`
	Params json.RawMessage           `json:"params,omitempty"`
	Error  *struct{ Message string } `json:"error,omitempty"`
}

func start(chromium, profile string) (*browser, error) {
	toRead, toWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	fromRead, fromWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	b := &browser{to: toWrite, log: new(bytes.Buffer)}
	b.cmd = exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
		"--user-data-dir="+profile, "--remote-debugging-pipe", "about:blank")
	b.cmd.ExtraFiles = []*os.File{toRead, fromWrite} // its 3 and 4
	b.cmd.Stderr = b.log
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	toRead.Close()
	fromWrite.Close()
	from := make(chan message, 64)
	b.from = from
	go func() {
		defer close(from)
		r := bufio.NewReader(fromRead)
		for {
			raw, err := r.ReadBytes(0)
			if err != nil {
				return
			}
			var m message
			if json.Unmarshal(raw[:len(raw)-1], &m) == nil {
				from <- m
			}
		}
	}()
	var target struct{ TargetID, SessionID string }
	if err := b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		b.stop()
		return nil, err
	}
	if err := b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &target); err != nil {
		b.stop()
		return nil, err
	}
	b.session = target.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		if err := b.call(domain+".enable", nil, nil); err != nil {
			b.stop()
			return nil, err
		}
	}
	return b, nil
}

func (b *browser) stop() {
	b.cmd.Process.Kill()
	b.cmd.Wait()
}

// call sends one command and waits for its answer, noting events on the way.
func (b *browser) call(method string, params any, result any) error {
	b.last++
	raw, err := json.Marshal(struct {
		ID      int    `json:"id"`
		Session string `json:"sessionId,omitempty"`
		Method  string `json:"method"`
		Params  any    `json:"params,omitempty"`
	}{b.last, b.session, method, params})
	if err != nil {
		return err
	}
	if _, err := b.to.Write(append(raw, 0)); err != nil {
		return fmt.Errorf("%s: %w\n%s", method, err, b.log)
	}
	return b.until(method, func(m message) (bool, error) {
		switch {
		case m.ID != b.last:
			return false, nil
		case m.Error != nil:
			return true, errors.New(m.Error.Message)
		case result != nil:
			return true, json.Unmarshal(m.Result, result)
		}
		return true, nil
	})
}

func (b *browser) until(what string, done func(message) (bool, error)) error {
	timeout := time.After(60 * time.Second)
	for {
		select {
		case m, open := <-b.from:
			if !open {
				return fmt.Errorf("%s: chromium ended\n%s", what, b.log)
			}
			b.note(m)
			if ok, err := done(m); ok {
				if err != nil {
					return fmt.Errorf("%s: %w", what, err)
				}
				return nil
			}
		case <-timeout:
			return fmt.Errorf("%s: no answer in a minute\n%s", what, b.log)
		}
	}
}

func (b *browser) note(m message) {
	switch m.Method {
	case "Page.loadEventFired":
		b.loaded = true
	case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded":
		b.console = append(b.console, string(m.Params))
	}
}

// tooWide lists what lies beyond the right edge and in nothing that scrolls.
const tooWide = `(() => {
	const edge = document.documentElement.clientWidth + 1;
	const out = [...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll") && e.getBoundingClientRect().right > edge);
	return out.slice(0, 5).map(e => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 40)).join(" | ");
})()`

func (b *browser) look(path, width, height, scheme, url string, buttons []string) error {
	b.console, b.loaded = nil, false
	size := func(height any) error {
		return b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": json.Number(width), "height": height, "deviceScaleFactor": 1, "mobile": width < "500" && len(width) == 3}, nil)
	}
	if err := size(json.Number(height)); err != nil {
		return err
	}
	media := map[string]any{"features": []any{map[string]string{"name": "prefers-color-scheme", "value": scheme}}}
	if err := b.call("Emulation.setEmulatedMedia", media, nil); err != nil {
		return err
	}
	if err := b.call("Page.navigate", map[string]string{"url": url}, nil); err != nil {
		return err
	}
	if !b.loaded {
		if err := b.until("load", func(message) (bool, error) { return b.loaded, nil }); err != nil {
			return err
		}
	}
	for _, id := range buttons {
		click := fmt.Sprintf(clickAndWait, id)
		if err := b.call("Runtime.evaluate", map[string]any{"expression": click, "awaitPromise": true}, nil); err != nil {
			return err
		}
	}
	for suffix, expression := range map[string]string{".dom": "document.documentElement.outerHTML", ".width": tooWide,
		".text": "document.body.innerText"} {
		var got struct{ Result struct{ Value string } }
		if err := b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &got); err != nil {
			return err
		}
		if err := os.WriteFile(path+suffix, []byte(got.Result.Value), 0o644); err != nil {
			return err
		}
	}
	var shot struct{ Data string }
	if err := b.call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true}, &shot); err != nil {
		return err
	}
	png, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".png", png, 0o644); err != nil {
		return err
	}
	console := strings.Join(b.console, "\n")
	return os.WriteFile(path+".console", []byte(console), 0o644)
}
