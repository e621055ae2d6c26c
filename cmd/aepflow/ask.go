package main

import (
	"bufio"
	"context"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/aepflow/aepflow/internal/output"
)

// canAsk reports whether stdin is a terminal.
func (a *app) canAsk() bool {
	f, ok := a.stdin.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// confirms asks a question on the terminal and reports whether the answer is yes. The error is for an interruption.
func (a *app) confirms(ctx context.Context, question string) (bool, error) {
	columns := output.Room(a.viewOptions(a.stderr).Width)
	for _, l := range output.Wrap(strings.Fields(question), columns-len(" yes")) {
		_ = a.stderr.Printf("\n%s", l)
	}
	_ = a.stderr.Printf(" ")
	answer := make(chan string, 1) // the reader may outlive the question
	go func() {
		text, _ := bufio.NewReader(a.stdin).ReadString('\n')
		answer <- text
	}()
	select {
	case <-ctx.Done():
		return false, quiet(exitInterrupted)
	case text := <-answer:
		return strings.TrimSpace(text) == "yes", nil
	}
}
