package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// stopper ends the emulator as soon as it says that it listens.
type stopper struct {
	bytes.Buffer
	stop func()
}

func (s *stopper) Write(b []byte) (int, error) {
	s.stop()
	return s.Buffer.Write(b)
}

// An emulator that other machines reach takes two flags, and says so.
func TestEmulatorPublic(t *testing.T) {
	const warning = "can read and change everything"
	for _, c := range []struct {
		args  string
		code  int
		warns bool
	}{
		{"--listen 127.0.0.1:0", exitOK, false},
		{"--listen localhost:0", exitOK, false},
		{"--listen 127.0.0.1:0 --public", exitOK, false},
		{"--listen 0.0.0.0:0", exitUsage, false},
		{"--listen :0", exitUsage, false},
		{"--listen 127.example.com:0", exitUsage, false},
		{"--listen 0.0.0.0:0 --public", exitOK, true},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		out, said := stopper{stop: cancel}, bytes.Buffer{}
		code := run(ctx, append([]string{"emulator"}, strings.Fields(c.args)...), strings.NewReader(""), &out, &said)
		if code != c.code || strings.Contains(said.String(), warning) != c.warns {
			t.Errorf("%s: exit %d, want %d: %s%s", c.args, code, c.code, out.String(), said.String())
		}
		cancel()
	}
}
