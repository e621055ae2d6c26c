package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/files"
)

type emulatorCmd struct {
	Listen   string        `default:"127.0.0.1:8090" placeholder:"HOST:PORT" help:"Address. Port 0 selects a free port."`
	Public   bool          `help:"Allow --listen addresses that other machines can reach."`
	Data     string        `placeholder:"DIR" help:"Folder for the state. Default: memory only."`
	Seed     string        `placeholder:"FILE" help:"Initial organization, sandboxes, clients, and objects."`
	Latency  time.Duration `placeholder:"TIME" help:"Wait before every answer."`
	Rate     string        `placeholder:"N/s" help:"Refuse more requests per second with 429050."`
	TokenTTL time.Duration `name:"token-ttl" default:"24h" placeholder:"TIME" help:"How long tokens are valid."`
	Faults   string        `placeholder:"FILE" help:"Fault rules: a JSON list."`
	Record   string        `placeholder:"FILE" help:"Write each request as a line of JSON. Secrets are hidden."`
	Source   []string      `placeholder:"NAME=KIND:PATH" sep:"none" help:"Data of a connection: sqlite, csv, json, files."`
	Switch   []string      `placeholder:"NAME=VALUE" sep:"none" help:"Undocumented behavior; see docs/emulator.md."`
}

func (emulatorCmd) Help() string {
	return `Emulates Adobe's token service, Flow Service, Schema Registry, Catalog Service, and
Data Prep. Prints its address when it is ready. Stops at Ctrl-C or SIGTERM.

  aepflow emulator --listen 127.0.0.1:0 --data ./state --seed emulator.yaml`
}

func (c emulatorCmd) Validate() error {
	switch {
	case c.Latency < 0:
		return fmt.Errorf("--latency %v: expected 0s or more", c.Latency)
	case c.TokenTTL <= 0:
		return fmt.Errorf("--token-ttl %v: expected more than 0s", c.TokenTTL)
	}
	return nil
}

func (c emulatorCmd) Run(ctx context.Context, a *app) (err error) {
	if err := a.writes("text"); err != nil {
		return err
	}
	if err := c.checkListen(); err != nil {
		return err
	}
	o := emulator.Options{Now: a.now, Latency: c.Latency, TokenTTL: c.TokenTTL, Log: a.stderr}
	if o.Rate, err = parseRate(c.Rate); err != nil {
		return err
	}
	if c.Seed != "" {
		if o.Seed, err = a.parseSeed(files.Chosen(c.Seed)); err != nil {
			return err
		}
	}
	if o.Faults, err = readFaults(c.Faults); err != nil {
		return err
	}
	for _, text := range c.Source {
		source, err := emulator.ParseSource(text)
		if err != nil {
			return exit(exitUsage, "--source %s: %v", text, err)
		}
		o.Sources = append(o.Sources, source)
	}
	for _, text := range c.Switch {
		name, value, _ := strings.Cut(text, "=")
		if err := o.Switches.Set(name, value); err != nil {
			return exit(exitUsage, "--switch %s: %v", text, err)
		}
	}
	if c.Record != "" {
		f, err := files.Chosen(c.Record).OpenWrite(os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return exit(exitWorld, "record to %s: %s", display(c.Record), reason(err))
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		o.Record = f
	}
	if c.Data != "" {
		o.Dir = files.ChosenFolder(c.Data)
		if err := o.Dir.Make(); err != nil {
			return exit(exitWorld, "make %s: %s", display(c.Data), reason(err))
		}
	}
	emu, err := emulator.Open(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, emu.Close()) }()
	return serve(ctx, a, emu, c.Listen)
}

// checkListen refuses an address that other machines can reach, unless --public is given.
func (c emulatorCmd) checkListen() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return exit(exitUsage, "--listen %s: expected HOST:PORT, such as 127.0.0.1:8090", c.Listen)
	}
	if !onlyHere(host) && !c.Public {
		return exit(exitUsage, "--listen %s: other machines can reach this address, and by default the emulator checks no "+
			"passwords; to allow that, add --public", c.Listen)
	}
	return nil
}

// onlyHere reports whether only this machine can reach a host.
func onlyHere(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func parseRate(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "/s"), 64)
	if err != nil || n <= 0 {
		return 0, exit(exitUsage, "--rate %s: expected requests per second, such as 10/s", text)
	}
	return n, nil
}

func readFaults(path string) ([]emulator.Fault, error) {
	if path == "" {
		return nil, nil
	}
	text, err := files.Chosen(path).Read(files.MaxSeed)
	if err != nil {
		return nil, exit(exitDocuments, "read faults %s: %s", display(path), reason(err))
	}
	faults, err := emulator.ParseFaults(text)
	if err != nil {
		return nil, exit(exitDocuments, "read faults %s: %v", display(path), err)
	}
	return faults, nil
}

// serve answers requests until a signal. Running requests may finish.
func serve(ctx context.Context, a *app, emu *emulator.Server, listen string) error {
	ctx, _, stop := a.interrupts(ctx, "stopping")
	defer stop()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return exit(exitWorld, "listen on %s: %v", listen, errors.Unwrap(err))
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return err
	}
	if !onlyHere(host) {
		a.say("warning: anyone who can reach %s can read and change everything in this emulator", l.Addr())
	}
	if err := a.stdout.Printf("listening on http://%s\n", l.Addr()); err != nil {
		return err
	}
	server := emulator.NewHTTPServer(emu, host)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return err
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
