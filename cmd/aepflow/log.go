package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/platform"
)

// levelTrace also shows bodies.
const levelTrace = slog.LevelDebug - 4

// requestLog writes a line for each attempt of a request. The client has masked its secrets.
type requestLog struct {
	log   *slog.Logger
	level slog.Level
	file  *os.File // nil for stderr
}

// logged reports whether requests are logged to stderr, where they would break a progress bar.
func (g *globals) logged() bool { return g.LogLevel != "off" && g.LogFile == "" }

// openLog returns the log of --log-level and --log-file, nil for none.
func openLog(a *app) (*requestLog, error) {
	if a.LogLevel == "off" && a.LogFile == "" {
		return nil, nil
	}
	l := &requestLog{level: slog.LevelDebug}
	if a.LogLevel == "trace" {
		l.level = levelTrace
	}
	out := a.stderr
	if a.LogFile != "" {
		f, err := files.Chosen(a.LogFile).OpenWrite(os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return nil, exit(exitWorld, "open the log %s: %s", display(a.LogFile), reason(err))
		}
		l.file, out = f, output.New(f)
	}
	l.log = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: l.level, ReplaceAttr: shortAttr}))
	return l, nil
}

// shortAttr prints times to the millisecond and names the level below debug.
func shortAttr(groups []string, attr slog.Attr) slog.Attr {
	switch {
	case len(groups) == 0 && attr.Key == slog.TimeKey:
		attr.Value = slog.StringValue(attr.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
	case len(groups) == 0 && attr.Key == slog.LevelKey && attr.Value.Any() == levelTrace:
		attr.Value = slog.StringValue("TRACE")
	}
	return attr
}

// exchange writes one attempt of a request.
func (l *requestLog) exchange(x platform.Exchange) {
	attrs := []slog.Attr{
		slog.String("method", x.Method), slog.String("path", x.URL), slog.Int("status", x.Status),
		slog.Duration("took", x.Elapsed.Round(100*time.Microsecond)), slog.String("request_id", x.RequestID),
		slog.Int("attempt", x.Attempt),
	}
	if x.Tag != "" {
		attrs = append(attrs, slog.String("for", x.Tag))
	}
	if x.Reason != "" {
		attrs = append(attrs, slog.String("again_because", x.Reason))
	}
	if x.Err != nil {
		attrs = append(attrs, slog.String("error", x.Err.Error()))
	}
	if l.level == levelTrace {
		attrs = append(attrs, slog.String("sent", string(x.RequestBody)), slog.String("got", string(x.ResponseBody)))
	}
	l.log.LogAttrs(context.Background(), l.level, "request", attrs...)
}

func (l *requestLog) close() error {
	if l == nil || l.file == nil {
		return nil
	}
	return l.file.Close()
}
