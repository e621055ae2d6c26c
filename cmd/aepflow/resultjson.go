package main

import (
	"errors"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/planner"
)

// resultHead is how the result of a command begins in JSON, and each line of a stream.
type resultHead struct {
	Type          string          `json:"type,omitempty"` // of a line, see printLine
	FormatVersion string          `json:"format_version"`
	Command       string          `json:"command"`
	Target        *planner.Target `json:"target,omitempty"`
	Error         *resultError    `json:"error,omitempty"`
}

// resultError is an error as stderr shows it, in parts.
type resultError struct {
	Message  string   `json:"message"`
	Details  []string `json:"details,omitempty"`
	Help     string   `json:"help,omitempty"`
	ExitCode int      `json:"exit_code"`
}

func headOf(command string, p *project) resultHead {
	target := p.target.planTarget()
	return resultHead{FormatVersion: "1.0", Command: command, Target: &target}
}

// line is a result that is printed as a line of a stream.
type line interface{ typed(kind string) }

func (h *resultHead) typed(kind string) { h.Type = kind }

// printLine prints a result as a line of a stream of JSON, with what it is.
func (a *app) printLine(kind string, result line) error {
	result.typed(kind)
	return output.JSONLine(a.stdout, result)
}

// errorJSON returns an error in parts, nil for none.
func errorJSON(err error) *resultError {
	if err == nil {
		return nil
	}
	out := &resultError{Message: output.Line(err.Error()), Help: wayOut(err), ExitCode: codeOf(err)}
	var coded *exitError
	if errors.As(err, &coded) {
		out.Details = coded.details
	}
	return out
}

// failedJSON returns an error from before there is a result, after printing it as one if -o json asks for that.
func failedJSON(a *app, command string, err error) error {
	if a.Output != "json" {
		return err
	}
	head := resultHead{FormatVersion: "1.0", Command: command, Error: errorJSON(err)}
	return errors.Join(err, a.printJSON(head))
}
