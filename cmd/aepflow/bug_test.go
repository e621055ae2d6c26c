package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/planner"
)

// TestBugExits: a bug is reported with the stack of its place, and the code says
// whether anything was done or is still open.
func TestBugExits(t *testing.T) {
	caught := bug.Catch(func() { panic("boom") })
	for code, r := range map[int]applier.Result{exitWorld: {}, exitPartial: {Unknown: 1}} {
		var stderr bytes.Buffer
		a := &app{globals: &globals{}, stdout: output.New(&stderr), stderr: output.New(&stderr)}
		if got := a.finish(outcome(&planner.Plan{}, r, errors.Join(caught))); got != code {
			t.Errorf("code %d, want %d", got, code)
		}
		text := stderr.String()
		if !strings.HasPrefix(text, "error: internal error; this is a bug in aepflow: boom\n") || !strings.Contains(text, "TestBugExits") {
			t.Errorf("got %s", text)
		}
	}
	if outcome(&planner.Plan{}, applier.Result{Created: 1, Failed: []applier.Failure{{}}}, caught).(*exitError).code != exitPartial {
		t.Error("something was done, and the code says that nothing is half done")
	}
}

// TestOutcome: the exit code says whether anything was done, and the advice helps.
func TestOutcome(t *testing.T) {
	calls := make([]planner.Call, 3)
	plan := &planner.Plan{Changes: []planner.Change{{Action: planner.Replace, Calls: calls}}}
	refused := func(status int, step planner.Step) applier.Failure {
		return applier.Failure{Subject: applier.Subject{Step: step}, Err: &platform.Error{Status: status}}
	}
	disk := errors.New("disk full")
	op := &operation{app: &app{globals: &globals{}}, project: &project{dir: "a b"}, verb: "apply"}
	for _, c := range []struct {
		result applier.Result
		err    error
		code   int
		advice string
	}{
		{applier.Result{Replaced: 1}, nil, exitOK, "Continue with: aepflow apply 'a b'"},
		{applier.Result{Replaced: 1}, disk, exitPartial, "Continue with: aepflow apply 'a b'"},
		{applier.Result{Left: calls}, disk, exitWorld, "Continue with: aepflow apply 'a b'"},
		{applier.Result{Left: calls}, applier.ErrInterrupted, exitInterrupted, "Continue with: aepflow apply 'a b'"},
		// Two of the three calls of a replacement were made.
		{applier.Result{Failed: []applier.Failure{refused(400, planner.StepDelete)}}, nil, exitPartial,
			"After correcting the cause, continue with: aepflow apply 'a b'"},
		{applier.Result{Failed: []applier.Failure{refused(404, planner.StepUpdate)}, Left: calls[1:]}, nil, exitWorld,
			"An object is gone from the platform. Create it again with: aepflow apply 'a b' --refresh --recreate"},
		{applier.Result{Failed: []applier.Failure{refused(404, planner.StepCreate)}, Left: calls[1:]}, nil, exitWorld,
			"After correcting the cause, continue with: aepflow apply 'a b'"},
		{applier.Result{Failed: []applier.Failure{refused(503, planner.StepCreate)}, Left: calls[1:]}, nil, exitWorld,
			"Continue with: aepflow apply 'a b'"},
		{applier.Result{Failed: []applier.Failure{{Err: disk}}, Left: calls[1:], Unknown: 1}, nil, exitPartial,
			"Continue with: aepflow apply 'a b'"},
	} {
		code := exitOK
		if err := outcome(plan, c.result, c.err); err != nil {
			code = codeOf(err)
		}
		lead, command := op.advice(c.result)
		if code != c.code || lead+" "+command != c.advice {
			t.Errorf("%+v, %v: exit code %d, want %d; %s %s", c.result, c.err, code, c.code, lead, command)
		}
	}
}
