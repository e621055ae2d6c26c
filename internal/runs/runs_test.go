package runs

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		panic(err)
	}
	return t
}

func count(n int64) *int64 { return &n }

// The platform writes the same run in many ways.
func TestParse(t *testing.T) {
	const ms, s = "1672531200000", "1672531200" // 2023-01-01T00:00:00Z
	for name, tt := range map[string]struct {
		text string
		want Run
	}{
		"nothing":             {`{}`, Run{Result: Unknown}},
		"milliseconds":        {`{"createdAt":` + ms + `}`, Run{Result: Unknown, Created: at("2023-01-01 00:00:00")}},
		"seconds":             {`{"createdAt":` + s + `}`, Run{Result: Unknown, Created: at("2023-01-01 00:00:00")}},
		"text":                {`{"createdAt":"` + s + `"}`, Run{Result: Unknown, Created: at("2023-01-01 00:00:00")}},
		"no time":             {`{"createdAt":-1}`, Run{Result: Unknown}},
		"after the last year": {`{"createdAt":253402300800000}`, Run{Result: Unknown}},
		"the last year": {`{"createdAt":253402300799999}`,
			Run{Result: Unknown, Created: time.UnixMilli(253402300799999).UTC()}},
		"capitals": {`{"metrics":{"statusSummary":{"status":"IN_PROGRESS"}}}`,
			Run{Result: InProgress, Status: "IN_PROGRESS"}},
		"a number of failed records is a partial success": {
			`{"metrics":{"statusSummary":{"status":"success"},"recordSummary":{"failedRecordCount":1}}}`,
			Run{Result: Partial, Status: "success", Records: Records{Failed: count(1)}},
		},
		"none is a success": {
			`{"metrics":{"statusSummary":{"status":"success"},"recordSummary":{"failedRecordCount":0}}}`,
			Run{Result: Success, Status: "success", Records: Records{Failed: count(0)}},
		},
		"-1 is not known": {
			`{"metrics":{"statusSummary":{"status":"Failed"},"sizeSummary":{"inputBytes":-1,"outputBytes":"7"}}}`,
			Run{Result: Failed, Status: "Failed", Bytes: Sizes{Written: count(7)}},
		},
		"codes are text or numbers, once each": {
			`{"metrics":{"statusSummary":{"status":"failed",
			"errors":[{"code":133,"message":"none"},{"code":"133","message":"none"},{}]}}}`,
			Run{Result: Failed, Status: "failed", Errors: []Fault{{Code: "133", Message: "none"}}},
		},
		"window, batch, and nested errors of activities": {
			`{"activites":[{"id":"promotionActivity","durationSummary":{"extensions":{"windowStart":0,"windowEnd":` + ms + `}},
			"statusSummary":{"status":"success","extensions":{"errors":[{"code":"MAPPER-3700-400","recordCount":2}]}},
			"targetInfo":[{"reference":{"type":"Batch","ids":["01A","01A"]}},{"reference":{"type":"Other","ids":["x"]}}]}]}`,
			Run{
				Result: Unknown, Window: Window{End: at("2023-01-01 00:00:00")}, Batches: []string{"01A"},
				Errors: []Fault{{Code: "MAPPER-3700-400", Records: 2}},
				Steps: []Activity{{
					Name: "promotionActivity", Result: Success, Errors: []Fault{{Code: "MAPPER-3700-400", Records: 2}},
				}},
			},
		},
		"on demand": {`{"params":{"startTime":"1"}}`, Run{Result: Unknown, OnDemand: true}},
	} {
		got, err := Parse([]byte(tt.text))
		if d := cmp.Diff(tt.want, got); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", name, err, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`{}`, `[]`, `{"createdAt":1e400}`, `{"metrics":[]}`, `{"activities":[{"targetInfo":null}]}`,
		`{"scheduleParams":{"frequency":"week","interval":9223372036854775807,"startTime":1}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		now := at("2027-01-01 00:00:00")
		run, err := Parse([]byte(text))
		if _, fault := json.Marshal(run); err == nil && fault != nil {
			t.Errorf("a run that JSON cannot write: %v", fault)
		}
		live, err := ParseFlow([]byte(text))
		if err != nil {
			return
		}
		status := StatusOf([]Subject{{ID: "x", State: "enabled", Live: &live, Runs: []Run{run}}}, now)
		if _, err := json.Marshal(status); err != nil {
			t.Errorf("a status that JSON cannot write: %v", err)
		}
	})
}

func TestNext(t *testing.T) {
	hourly := Live{State: "enabled", Start: at("2027-01-01 00:30:00"), Every: time.Hour}
	for name, tt := range map[string]struct {
		live     Live
		at, want string
	}{
		"before the start": {hourly, "2027-01-01 00:00:00", "2027-01-01 00:30:00"},
		"at the start":     {hourly, "2027-01-01 00:30:00", "2027-01-01 00:30:00"},
		"just after":       {hourly, "2027-01-01 00:30:01", "2027-01-01 01:30:00"},
		"later":            {hourly, "2027-01-03 01:30:00", "2027-01-03 01:30:00"},
		"once, passed":     {Live{State: "enabled", Start: hourly.Start}, "2027-01-01 00:30:01", ""},
		"disabled":         {Live{State: "disabled", Start: hourly.Start, Every: time.Hour}, "2027-01-01 00:00:00", ""},
		"a stream":         {Live{State: "enabled"}, "2027-01-01 00:00:00", ""},
	} {
		got := tt.live.Next(at(tt.at))
		if tt.want == "" && !got.IsZero() || tt.want != "" && !got.Equal(at(tt.want)) {
			t.Errorf("%s: %v, want %s", name, got, tt.want)
		}
	}
}

// Each health, and both sides of each limit.
func TestHealth(t *testing.T) {
	const id = "e8a1c6c2"
	start := at("2027-01-01 00:00:00")
	hourly := Live{
		State: "enabled", Updated: at("2026-12-31 23:00:00"), Start: start, Every: time.Hour, LastID: "r1", Last: Success,
		Began: at("2027-01-01 10:00:00"), Ended: at("2027-01-01 10:00:30"),
	}
	with := func(change func(l *Live)) *Live {
		l := hourly
		change(&l)
		return &l
	}
	ran := func(result Result, began string) Run {
		return Run{ID: "r" + began[11:13], Result: result, Started: at(began), Ended: at(began).Add(30 * time.Second)}
	}
	fresh := resource.Freshness{WarnAfter: 2 * time.Hour, ErrorAfter: 6 * time.Hour}
	for name, tt := range map[string]struct {
		s    Subject
		at   string
		want Health
		says string
	}{
		"never applied": {Subject{State: "enabled"}, "2027-01-01 10:10:00", IsUnapplied, ""},
		"gone":          {Subject{ID: id, State: "enabled"}, "2027-01-01 10:10:00", IsGone, "not on the platform"},
		"perhaps hidden": {Subject{ID: id, State: "enabled", Unseen: true}, "2027-01-01 10:10:00", IsUnseen,
			"a label may hide it"},
		"draft": {Subject{ID: id, State: "draft", Live: &Live{State: "draft"}}, "2027-01-01 10:10:00", IsDraft, ""},
		"off by us": {Subject{ID: id, State: "disabled", Live: &Live{State: "disabled"}}, "2027-01-01 10:10:00",
			IsDisabled, ""},
		"off without a document": {Subject{ID: id, Live: &Live{State: "disabled"}}, "2027-01-01 10:10:00", IsDisabled, ""},
		"off by others": {
			Subject{ID: id, State: "enabled", Live: &Live{State: "disabled"},
				Runs: []Run{ran(Failed, "2027-01-01 10:00:00"), ran(Failed, "2027-01-01 09:00:00"),
					ran(Success, "2027-01-01 08:00:00"), ran(Failed, "2027-01-01 07:00:00")}},
			"2027-01-01 10:10:00", IsSwitchedOff,
			"disabled, not by this project; last 2 runs failed since 2027-01-01 09:00 UTC",
		},
		"stream": {Subject{ID: id, State: "enabled", Live: &Live{State: "enabled"}}, "2027-01-01 10:10:00", IsStream, ""},
		"fine":   {Subject{ID: id, State: "enabled", Live: &hourly}, "2027-01-01 10:10:00", IsOK, ""},
		"failed": {
			Subject{ID: id, State: "enabled", Live: with(func(l *Live) { l.Last = Failed })},
			"2027-01-01 10:10:00", IsFailed, "",
		},
		"failed, with runs": {
			Subject{ID: id, State: "enabled", Live: &hourly, Runs: []Run{
				{ID: "r0", Result: InProgress, Started: at("2027-01-01 10:00:00")},
				{ID: "r1", Result: Failed, Started: at("2027-01-01 09:00:00"), Errors: []Fault{{Code: "C-1", Message: "no"}}},
			}},
			"2027-01-01 10:00:10", IsFailed, "C-1: no",
		},
		"partial": {
			Subject{ID: id, State: "enabled", Live: &hourly, Runs: []Run{{
				ID: "r1", Result: Partial, Started: hourly.Began, Ended: hourly.Ended, Records: Records{Failed: count(3)},
			}}},
			"2027-01-01 10:10:00", IsPartial, "3 records failed",
		},
		"never ran": {
			Subject{ID: id, State: "enabled", Live: with(func(l *Live) { l.LastID, l.Last, l.Began = "", "", time.Time{} })},
			"2026-12-31 23:59:59", IsWaiting, "",
		},
		"its first run": {
			Subject{ID: id, State: "enabled",
				Live: with(func(l *Live) { l.LastID, l.Last, l.Began, l.Ended = "", "", time.Time{}, time.Time{} }),
				Runs: []Run{{ID: "r0", Result: InProgress, Started: start}}},
			"2027-01-01 00:00:10", IsRunning, "",
		},
		"once": {
			Subject{ID: id, State: "enabled", Live: with(func(l *Live) { l.Every = 0 })}, "2027-01-09 00:00:00", IsDone, "",
		},
		"a run is not late yet": {
			Subject{ID: id, State: "enabled", Live: &hourly}, "2027-01-01 11:59:59", IsOK, "",
		},
		"late": {
			Subject{ID: id, State: "enabled", Live: &hourly}, "2027-01-01 12:00:00", IsLate,
			"the run due 1h ago has not begun",
		},
		"a write moves what is late": {
			Subject{ID: id, State: "enabled", Live: with(func(l *Live) { l.Updated = at("2027-01-01 11:00:01") })},
			"2027-01-01 12:00:00", IsOK, "",
		},
		"15 minutes have an hour as well": {
			Subject{ID: id, State: "enabled", Live: with(func(l *Live) { l.Every = 15 * time.Minute })},
			"2027-01-01 11:14:59", IsOK, "",
		},
		"15 minutes, late": {
			Subject{ID: id, State: "enabled", Live: with(func(l *Live) { l.Every = 15 * time.Minute })},
			"2027-01-01 11:15:00", IsLate, "",
		},
		"not aging": {
			Subject{ID: id, State: "enabled", Freshness: fresh, Live: with(func(l *Live) { l.Every = 24 * time.Hour })},
			"2027-01-01 12:00:29", IsOK, "",
		},
		"aging": {
			Subject{ID: id, State: "enabled", Freshness: fresh, Live: with(func(l *Live) { l.Every = 24 * time.Hour })},
			"2027-01-01 12:00:30", IsAging, "last success 2h ago, freshness.warnAfter is 2h",
		},
		"not stale": {
			Subject{ID: id, State: "enabled", Freshness: fresh, Live: with(func(l *Live) { l.Every = 24 * time.Hour })},
			"2027-01-01 16:00:29", IsAging, "",
		},
		"stale": {
			Subject{ID: id, State: "enabled", Freshness: fresh, Live: with(func(l *Live) { l.Every = 24 * time.Hour })},
			"2027-01-01 16:00:30", IsStale, "last success 6h ago, freshness.errorAfter is 6h",
		},
		"stale without any success": {
			Subject{ID: id, State: "enabled", Freshness: fresh,
				Live: &Live{State: "enabled", Start: start, Every: 7 * 24 * time.Hour}},
			"2027-01-01 06:00:00", IsStale, "no run has succeeded, freshness.errorAfter is 6h",
		},
	} {
		got := StatusOf([]Subject{tt.s}, at(tt.at))[0]
		if got.Health != tt.want || !strings.Contains(got.Reason, tt.says) {
			t.Errorf("%s: %s (%s), want %s (%s)", name, got.Health, got.Reason, tt.want, tt.says)
		}
	}
}

// What needs attention comes first, and makes the exit code; warnings do not.
func TestOrder(t *testing.T) {
	named := func(name string, live *Live) Subject {
		return Subject{Address: resource.Address{Kind: resource.Flow, Name: name}, ID: "x", State: "enabled", Live: live}
	}
	list := StatusOf([]Subject{
		named("b-fine", &Live{State: "enabled"}), named("a-fine", &Live{State: "enabled"}), named("z-gone", nil),
	}, at("2027-01-01 00:00:00"))
	var names []string
	for _, d := range list {
		names = append(names, d.Name)
	}
	if d := cmp.Diff([]string{"z-gone", "a-fine", "b-fine"}, names); d != "" {
		t.Error(d)
	}
	for h, attention := range map[Health]bool{IsFailed: true, IsLate: true, IsAging: false, IsUnseen: false, IsOK: false} {
		if h.NeedsAttention() != attention {
			t.Errorf("%s needs attention: %v", h, !attention)
		}
	}
	for h, warning := range map[Health]bool{IsLate: false, IsAging: true, IsUnseen: true, IsRunning: false} {
		if h.IsWarning() != warning {
			t.Errorf("%s is a warning: %v", h, !warning)
		}
	}
}

// Windows that only touch share nothing.
func TestOverlaps(t *testing.T) {
	window := func(from, to string) (w Window) {
		if from != "" {
			w.Start = at("2027-01-01 " + from)
		}
		if to != "" {
			w.End = at("2027-01-01 " + to)
		}
		return w
	}
	for _, tt := range []struct {
		a, b Window
		want bool
	}{
		{window("01:00:00", "02:00:00"), window("02:00:00", "03:00:00"), false},
		{window("01:00:00", "02:00:01"), window("02:00:00", "03:00:00"), true},
		{window("", "02:00:00"), window("01:00:00", "01:30:00"), true},
		{window("", "02:00:00"), window("02:00:00", "03:00:00"), false},
		{window("", ""), window("", "03:00:00"), false},
	} {
		if got := tt.a.Overlaps(tt.b); got != tt.want || tt.b.Overlaps(tt.a) != tt.want {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 59 * time.Second: "59s", time.Minute: "1m", 59 * time.Minute: "59m", time.Hour: "1h",
		90 * time.Minute: "90m", 2 * time.Hour: "2h", 23 * time.Hour: "23h", 24 * time.Hour: "1d", 47 * time.Hour: "47h",
		48 * time.Hour: "2d", 60 * time.Hour: "2d",
	} {
		if got := Short(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}

// TestSummarize: late is the mildest that needs attention, and not visible the mildest that is a warning.
func TestSummarize(t *testing.T) {
	var list []Dataflow
	for _, h := range []Health{IsFailed, IsLate, IsAging, IsUnseen, IsRunning, IsOK, IsUnapplied} {
		list = append(list, Dataflow{Health: h})
	}
	if got, want := Summarize(list), (Summary{Dataflows: 7, Attention: 2, Warnings: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
