package platform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestRetryTable is the table of the design: what each method does after each
// kind of failure that is followed by success.
func TestRetryTable(t *testing.T) {
	const first = 250 * time.Millisecond // back-off without luck
	methods := []string{"GET", "DELETE", "PUT", "PATCH", "POST"}
	rows := []struct {
		name string
		step http.HandlerFunc // nil: the connection is refused
		wait time.Duration    // before the second attempt
		want string           // per method: again, done (at once), error, lost
	}{
		{"429", status(429), first, "again again again again again"},
		{"408", status(408), first, "again again lost lost lost"},
		{"500", status(500), first, "again again lost lost lost"},
		{"502", status(502), first, "again again lost lost lost"},
		{"503", status(503), first, "again again lost lost lost"},
		{"504", status(504), first, "again again lost lost lost"},
		{"reset-before-send", nil, first, "again again again again again"},
		{"reset-after-send", dropped, first, "again again lost lost lost"},
		{"truncated", cut, first, "again done lost lost lost"},
		{"html-200", page200("text/html", "<html>login</html>"), first, "again done lost lost lost"},
		{"empty-200", page200("application/json", ""), first, "again done lost lost lost"},
		{"half-json-200", page200("application/json", `{"id":`), first, "again done lost lost lost"},
		{"400", status(400), 0, "error error error error error"},
		{"404", status(404), 0, "error error error error error"},
		{"409", status(409), 0, "error error error error error"},
		{"412", status(412), 0, "error error error error error"},
		{"302", status(302, "Location", "/elsewhere"), 0, "error lost lost lost lost"},
		{"501", status(501), first, "again again lost lost lost"},
		{"403-html", pageOf(403, "text/html", "<html>proxy</html>"), 0, "error lost lost lost lost"},
		{"404-empty", pageOf(404, "application/json", ""), 0, "error lost lost lost lost"},
		{"404-other-json", pageOf(404, "application/json", `{"elsewhere":true}`), 0, "error lost lost lost lost"},
		{"400-list", pageOf(400, "application/json", `["no"]`), 0, "error lost lost lost lost"},
		{"429-html", pageOf(429, "text/html", "<html>slow down</html>"), first, "again lost lost lost lost"},
		{"422", status(422), 0, "error error error error error"},
		{"429-seconds", status(429, "Retry-After", "7"), 7 * time.Second, "again again again again again"},
		{"429-date", dated(429, 9*time.Second), 9 * time.Second, "again again again again again"},
		{"429-past-date", dated(429, -time.Hour), first, "again again again again again"},
		{"429-absurd-seconds", status(429, "Retry-After", "99999999999999999999"), 2 * time.Minute, "again again again again again"},
		{"429-absurd-date", dated(429, 1000*time.Hour), 2 * time.Minute, "again again again again again"},
		{"429-negative", status(429, "Retry-After", "-5"), first, "again again again again again"},
		{"429-nonsense", status(429, "Retry-After", "soon"), first, "again again again again again"},
		{"429-zero", status(429, "Retry-After", "0"), first, "again again again again again"},
		{"503-seconds", status(503, "Retry-After", "7"), 7 * time.Second, "again again lost lost lost"},
		{"503-date", dated(503, 9*time.Second), 9 * time.Second, "again again lost lost lost"},
	}
	for _, row := range rows {
		for i, want := range strings.Fields(row.want) {
			method := methods[i]
			t.Run(row.name+"/"+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, fine)
					defer w.close()
					c := w.client()
					// The token first, on a connection that is then given up.
					if _, err := c.Do(t.Context(), flowCall("GET")); err != nil {
						t.Fatal(err)
					}
					w.wire.CloseIdleConnections()
					w.seen = nil
					if row.step == nil {
						w.refuse = 1
					} else {
						w.handler = script(row.step)
					}
					began := time.Now()
					res, err := c.Do(t.Context(), flowCall(method))
					took := time.Since(began)

					sent := map[string]int{"again": 2, "done": 1, "error": 1, "lost": 1}[want]
					if row.step == nil {
						sent = 1 // the first never arrived
					}
					if n := len(w.calls()); n != sent {
						t.Errorf("%d calls arrived, expected %d", n, sent)
					}
					wait := row.wait
					if want != "again" {
						wait = 0
					}
					if took != wait {
						t.Errorf("took %v, expected %v", took, wait)
					}
					switch want {
					case "again", "done":
						if err != nil || res.Status != 200 {
							t.Errorf("got %d, %v", res.Status, err)
						}
					case "lost":
						if !isLost(err) || isUnsent(err) {
							t.Errorf("got %v, expected a lost answer", err)
						}
						if n := (*Error)(nil); strings.HasPrefix(row.name, "5") && (!errors.As(err, &n) || n.Status != res.Status) {
							t.Errorf("%v hides the refusal", err)
						}
					case "error":
						var e *Error
						if !errors.As(err, &e) || isLost(err) || fmt.Sprint(e.Status) != row.name[:3] {
							t.Errorf("got %v, expected an answer of %s", err, row.name)
						}
					}
				})
			})
		}
	}
}

func page200(kind, body string) http.HandlerFunc { return pageOf(200, kind, body) }

func pageOf(status int, kind, body string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", kind)
		rw.WriteHeader(status)
		rw.Write([]byte(body))
	}
}

// dated asks for a retry at a date, by a clock that is an hour ahead of ours.
func dated(code int, after time.Duration) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		there := time.Now().Add(time.Hour).UTC()
		status(code, "Date", there.Format(http.TimeFormat), "Retry-After", there.Add(after).Format(http.TimeFormat))(rw, r)
	}
}

// TestBudget has a platform that never recovers.
func TestBudget(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		step         http.HandlerFunc
		calls        int
		took         time.Duration
		check        func(error) bool
	}{
		{"get-500", "GET", status(500), 5, 3750 * time.Millisecond, func(err error) bool { return hasStatus(err, 500) && !isLost(err) }},
		{"delete-500", "DELETE", status(500), 5, 3750 * time.Millisecond, isLost},
		{"get-dropped", "GET", dropped, 5, 3750 * time.Millisecond, func(err error) bool { return errors.As(err, new(*ReadError)) }},
		{"delete-dropped", "DELETE", dropped, 5, 3750 * time.Millisecond, isLost},
		// 15 s of growing back-off, then a wait every 15 s: 45 calls fit in ten minutes.
		{"post-429", "POST", status(429), 45, 585750 * time.Millisecond, func(err error) bool { return hasStatus(err, 429) && !isLost(err) }},
		{"post-429-asked", "POST", status(429, "Retry-After", "60"), 11, 10 * time.Minute, func(err error) bool { return hasStatus(err, 429) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tt.step)
				defer w.close()
				// No connection is used twice: on a reused one that breaks, net/http itself
				// sends a GET again.
				w.wire.DisableKeepAlives = true
				began := time.Now()
				_, err := w.client().Do(t.Context(), flowCall(tt.method))
				if n, took := len(w.calls()), time.Since(began); n != tt.calls || took != tt.took {
					t.Errorf("%d calls in %v, expected %d in %v", n, took, tt.calls, tt.took)
				}
				if err == nil || !tt.check(err) {
					t.Errorf("got %T %v", err, err)
				}
			})
		})
	}
}

func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fine)
		defer w.close()
		var told []Retry
		c := w.client(func(cfg *Config) { cfg.Notify = func(r Retry) { told = append(told, r) } })
		if _, err := c.Do(t.Context(), flowCall("GET")); err != nil {
			t.Fatal(err)
		}
		w.wire.CloseIdleConnections()
		w.refuse = 1000
		r := flowCall("POST")
		r.Tag = "flow.orders"
		_, err := c.Do(t.Context(), r)
		if !isUnsent(err) || isLost(err) || IsAuth(err) {
			t.Errorf("got %v, expected it to be known as not sent", err)
		}
		want := "POST /data/foundation/flowservice/flows: not sent: dial tcp: connection refused"
		if err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if len(told) != 4 || told[3].Attempt != 4 || told[3].Tag != "flow.orders" || told[3].Wait != 2*time.Second || told[3].Err == nil {
			t.Errorf("notified of %+v", told)
		}
	})
}

// A delete that may have been done stays so when the platform then vanishes.
func TestDoubtStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fine)
		defer w.close()
		c := w.client()
		w.handler = script(func(rw http.ResponseWriter, r *http.Request) {
			w.mu.Lock()
			w.refuse = 1000
			w.mu.Unlock()
			dropped(rw, r)
		})
		_, err := c.Do(t.Context(), flowCall("DELETE"))
		if !isLost(err) || isUnsent(err) {
			t.Errorf("got %v, expected a lost answer", err)
		}
	})
}

func TestStop(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		step         http.HandlerFunc
		check        func(error) bool
	}{
		{"post-throttled", "POST", status(429, "Retry-After", "60"), isUnsent},
		{"get-throttled", "GET", status(429, "Retry-After", "60"), func(err error) bool { return errors.As(err, new(*ReadError)) }},
		{"delete-doubtful", "DELETE", status(500, "Retry-After", "60"), isLost},
		{"post-running", "POST", func(rw http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, isLost},
		{"get-running", "GET", func(rw http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(err error) bool { return errors.As(err, new(*ReadError)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tt.step)
				defer w.close()
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began := time.Now()
				_, err := w.client().Do(ctx, flowCall(tt.method))
				if took := time.Since(began); took != 10*time.Second || len(w.calls()) != 1 {
					t.Errorf("%d calls, stopped after %v", len(w.calls()), took)
				}
				if !tt.check(err) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %T %v", err, err)
				}
			})
		})
	}
}

// An attempt without an answer ends by our own limit, and only the attempt.
func TestAttemptTimeout(t *testing.T) {
	hang := func(rw http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, script(hang, fine, hang))
		defer w.close()
		c := w.client()
		if _, err := c.Do(t.Context(), flowCall("GET")); err != nil {
			t.Error(err)
		}
		_, err := c.Do(t.Context(), flowCall("POST"))
		if !isLost(err) || !strings.Contains(err.Error(), "no whole answer within 1m30s") {
			t.Errorf("got %v", err)
		}
	})
}

// A POST that changes nothing is retried as a read and never called lost.
func TestRepeatable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, script(status(500), dropped, cut))
		defer w.close()
		r := flowCall("POST")
		r.Repeatable = true
		if _, err := w.client().Do(t.Context(), r); err != nil || len(w.calls()) != 4 {
			t.Errorf("%d calls, %v", len(w.calls()), err)
		}
		for _, s := range w.calls() {
			if s.body != `{"name":"x"}` {
				t.Errorf("body %q", s.body)
			}
		}
	})
}

func TestRateAndPause(t *testing.T) {
	run := func(c *Client, workers, each int) {
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for range each {
					if _, err := c.Do(context.Background(), flowCall("GET")); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	}
	t.Run("rate", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, script(fine, status(429, "Retry-After", "3"), fine, status(500), status(401), fine, status(429)))
			defer w.close()
			c := w.client(func(cfg *Config) { cfg.Rate = 4 })
			run(c, 8, 10)
			calls := w.calls()
			if len(calls) != 84 {
				t.Errorf("%d calls, expected 80 and 4 again", len(calls))
			}
			for i := 1; i < len(calls); i++ {
				if gap := calls[i].at.Sub(calls[i-1].at); gap < 250*time.Millisecond {
					t.Errorf("call %d came %v after the one before", i, gap)
				}
			}
			// 84 calls at four a second, the pause of 3 s and the back-off after the last 429.
			if took := calls[len(calls)-1].at.Sub(calls[0].at); took > 27*time.Second {
				t.Errorf("took %v, the rate allows 21 s", took)
			}
		})
	})
	t.Run("pause", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			slow := func(rw http.ResponseWriter, r *http.Request) {
				time.Sleep(100 * time.Millisecond) // on the fake clock
				fine(rw, r)
			}
			refuse := func(rw http.ResponseWriter, r *http.Request) {
				time.Sleep(time.Millisecond) // until the fourth call has come too
				status(429, "Retry-After", "60")(rw, r)
			}
			w := newWorld(t, script(slow, slow, refuse, slow, slow))
			defer w.close()
			run(w.client(), 4, 3)
			var late int
			began := w.calls()[0].at
			for _, s := range w.calls() {
				switch d := s.at.Sub(began); {
				case d >= 60*time.Second:
					late++
				case d > 0:
					t.Errorf("a call came %v after the start, inside the pause", d)
				}
			}
			if late != 9 || len(w.calls()) != 13 {
				t.Errorf("%d of %d calls came after the pause, expected 9 of 13", late, len(w.calls()))
			}
		})
	})
}

func TestBackoffJitter(t *testing.T) {
	luck := 0.0
	p := RetryPolicy{Rand: func() float64 { return luck }}.withDefaults()
	for n, want := range []time.Duration{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
		want *= time.Millisecond
		luck = 0
		if got := p.backoff(n + 1); got != want/2 {
			t.Errorf("attempt %d: at least %v, expected %v", n+1, got, want/2)
		}
		luck = 0.999999
		if got := p.backoff(n + 1); got > want || got < want*99/100 {
			t.Errorf("attempt %d: at most %v, expected %v", n+1, got, want)
		}
	}
	if got := p.backoff(1 << 40); got > 30*time.Second {
		t.Errorf("attempt 2^40: %v", got)
	}
}

// Whoever waits to send, be it for a pause, a turn or a token, can be stopped and
// has sent nothing.
func TestStopBeforeSending(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, prepare := range map[string]func(w *world) *Client{
		"pause": func(w *world) *Client {
			w.handler = script(status(429, "Retry-After", "60"))
			c := w.client()
			go c.Do(w.t.Context(), flowCall("GET"))
			return c
		},
		"turn": func(w *world) *Client {
			c := w.client(func(cfg *Config) { cfg.Rate = 0.01 })
			go c.Do(w.t.Context(), flowCall("GET"))
			return c
		},
		"token": func(w *world) *Client {
			w.noToken = hang
			c := w.client()
			go c.Do(w.t.Context(), flowCall("GET"))
			return c
		},
		"connection": func(w *world) *Client {
			c := w.client()
			c.Do(w.t.Context(), flowCall("GET"))
			w.wire.CloseIdleConnections()
			w.deaf = true
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, fine)
				defer w.close()
				c := prepare(w)
				synctest.Wait()
				before := len(w.calls())
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began := time.Now()
				_, err := c.Do(ctx, flowCall("POST"))
				if !isUnsent(err) || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 10*time.Second || len(w.calls()) != before {
					t.Errorf("after %v: %v", time.Since(began), err)
				}
				// A call that is dead from the start does not even wait.
				if _, err := c.Do(ctx, flowCall("POST")); !isUnsent(err) || !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
		})
	}
}

// Turns that were given out before a pause do not come due inside it, nor all
// together at its end.
func TestPauseOvertakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(1)
		began := time.Now()
		went := make(chan time.Duration, 6)
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if err := p.wait(t.Context()); err != nil {
					t.Error(err)
				}
				went <- time.Since(began)
			})
		}
		time.Sleep(2500 * time.Millisecond)
		p.pause(10 * time.Second)
		p.pause(time.Second) // does not shorten the first
		all.Wait()
		close(went)
		last := time.Duration(-time.Second)
		for at := range went {
			if at > 2*time.Second && at < 12500*time.Millisecond || at-last < time.Second {
				t.Errorf("one went at %v, after %v", at, last)
			}
			last = at
		}
		if last > 16*time.Second {
			t.Errorf("the last went at %v", last)
		}
	})
}

func hasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}
