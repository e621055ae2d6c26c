package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/aepflow/aepflow/internal/gitlock"
	"github.com/aepflow/aepflow/internal/lockfile"
)

// teamHold is the lock for teams in the hands of an operation.
type teamHold struct {
	*gitlock.Taken
	had lockfile.Base // the lockfile when the lock was taken
}

// teamLock returns the lock of the project's target that a team shares, if it has one.
func (p *project) teamLock() (l gitlock.Lock, ok bool) {
	c := p.target.config.Lock
	if c == nil {
		return gitlock.Lock{}, false
	}
	ref := cmp.Or(c.Ref, gitlock.DefaultRef) + "/" + p.target.name
	return gitlock.Lock{Dir: p.dir, Remote: c.Git, Ref: ref}, true
}

// owner is this process as the holder of a lock for teams.
func owner() gitlock.Owner {
	return gitlock.Owner{Holder: lockfile.Self(time.Now()), Run: runPage(os.Getenv)}
}

// takeTeamLock takes the target's lock for teams, if it has one. It comes before the first call.
func (op *operation) takeTeamLock(ctx context.Context) error {
	l, ok := op.project.teamLock()
	if !ok {
		return nil
	}
	had, err := lockfile.ReadBase(op.project.paths())
	if err != nil {
		return err
	}
	taken, err := l.Take(ctx, owner(), had, op.LockTimeout)
	if err != nil {
		return err
	}
	op.team = &teamHold{taken, had}
	return nil
}

// releaseTeamLock gives the lock for teams back, also after an interruption. What was applied stays applied if that
// fails.
func (op *operation) releaseTeamLock() error {
	if op.team == nil {
		return nil
	}
	wrote, err := lockfile.ReadBase(op.project.paths())
	if err == nil {
		err = op.team.Release(context.Background(), op.team.had, wrote, time.Now())
	}
	if err != nil {
		return exitHelp(exitPending, "clear it with `aepflow unlock --target "+op.project.target.name+"`", "%w", err)
	}
	return nil
}

// outliveSignals keeps a signal from ending a process that holds a lock for teams, also between the phases of an
// operation: it cancels the context instead.
func (op *operation) outliveSignals(ctx context.Context) (context.Context, func()) {
	if _, ok := op.project.teamLock(); !ok {
		return ctx, func() {}
	}
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// runPage returns the page of the pipeline's run, from the variables that the pipeline sets; "" outside of one.
func runPage(get func(string) string) string {
	switch {
	case get("GITHUB_RUN_ID") != "":
		return get("GITHUB_SERVER_URL") + "/" + get("GITHUB_REPOSITORY") + "/actions/runs/" + get("GITHUB_RUN_ID")
	case get("BUILD_BUILDID") != "" && get("SYSTEM_TEAMPROJECT") != "":
		return strings.TrimSuffix(get("SYSTEM_COLLECTIONURI"), "/") + "/" + get("SYSTEM_TEAMPROJECT") +
			"/_build/results?buildId=" + get("BUILD_BUILDID")
	}
	return cmp.Or(get("CI_JOB_URL"), get("CIRCLE_BUILD_URL"), get("BUILDKITE_BUILD_URL"), get("BUILD_URL"))
}

// teamHeld is the state of a lock for teams in JSON.
type teamHeld struct {
	Ref     string    `json:"ref"`
	Remote  string    `json:"remote"`
	Held    bool      `json:"held"`
	Holder  string    `json:"holder,omitempty"`
	Run     string    `json:"run,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Cleared bool      `json:"cleared"` // by this command
}

// unlockTeam shows who holds the lock for teams and clears it once the user has confirmed that the holder is gone.
func (c unlockCmd) unlockTeam(ctx context.Context, a *app, p *project, l gitlock.Lock, out *unlocked) error {
	tip, err := l.Look(ctx)
	if err != nil {
		return err
	}
	held := tip.State == gitlock.Held
	out.Team = &teamHeld{Ref: l.Ref, Remote: l.Remote, Held: held, Holder: tip.Holder, Run: tip.Run, Since: tip.Since}
	if !held {
		a.say("The lock %s is free.", l)
		return nil
	}
	age := ageOf(tip.Since, time.Now())
	a.say("The lock %s is held by %s since %s, for %s.", l, tip.Holder, tip.Since.UTC().Format(time.RFC3339), age)
	if tip.Run != "" {
		a.say("Run: %s", tip.Run)
	}
	if err := c.confirm(ctx, a, p, tip); err != nil {
		return err
	}
	if rest := c.LostAfter - ageOf(tip.Since, time.Now()); rest > 0 {
		a.say("Waiting %s: until then, a call that the holder sent may still be carried out.",
			rest.Round(time.Second))
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return quiet(exitInterrupted)
		}
	}
	if err := l.Break(ctx, tip, owner()); err != nil {
		return err
	}
	out.Team.Held, out.Team.Cleared = false, true
	a.say("The lock %s is free now. If its holder was killed, look at `aepflow plan --refresh` before you apply.", l)
	return nil
}

// ageOf is how long ago something was, in seconds; none if that is in the future, by a clock that is ahead.
func ageOf(since, now time.Time) time.Duration { return max(now.Sub(since), 0).Truncate(time.Second) }

// confirm asks whether a holder is gone, which only a person can know.
func (c unlockCmd) confirm(ctx context.Context, a *app, p *project, tip gitlock.Tip) error {
	switch {
	case c.Force == tip.Holder:
		return nil
	case c.Force != "":
		return exit(exitStale, "--force %s: the holder is %s", c.Force, tip.Holder)
	case !a.canAsk():
		words := []string{"aepflow", "unlock", "--target", p.target.name, "--force", tip.Holder}
		return exitHelp(exitStale, "if the holder is gone: "+shellWords(words), "the lock is held by %s", tip.Holder)
	}
	if yes, err := a.confirms(ctx, "Is the holder gone for good? Type \"yes\" to clear the lock:"); err != nil || !yes {
		if err == nil {
			a.say("Not cleared.")
			err = quiet(exitRefused)
		}
		return err
	}
	return nil
}

// teamHelp says how to get past an error of the lock for teams; "" for other errors.
func teamHelp(err error) string {
	var held *gitlock.HeldError
	var behind *gitlock.BehindError
	switch {
	case errors.As(err, &held):
		return "wait with --lock-timeout; if the holder is gone, run `aepflow unlock`"
	case errors.As(err, &behind) && behind.Have.Lineage != "" && behind.Have.Lineage != behind.Released.Lineage:
		return "set another `lock.ref` for this project in " + projectFile
	case errors.As(err, &behind):
		return "`git pull`, and push the lockfile after every apply"
	}
	return ""
}
