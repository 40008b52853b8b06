package bot_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
	"ragoffire/engine/enginetest"
	"ragoffire/store"
	"ragoffire/store/storetest/pgtest"
)

// series is an observation of an alert that began when the story did.
func (f *flow) series(name, service string, status engine.AlertStatus) engine.Alert {
	spike := 450.0
	a := engine.Alert{
		Fingerprint: name, Status: status, Severity: engine.SeverityHigh, Name: name, Title: name, Service: service, Environment: "prod",
		ErrorType: "database_timeout", Spike: &spike, StartedAt: f.began,
	}
	if status == engine.AlertResolved {
		a.EndedAt = new(f.clock.Now())
	}
	return a
}

// evening is a short story: an alert, its advice, a verdict, the all clear. It
// returns how everything stands in the end.
func (f *flow) evening() []string {
	f.t.Helper()
	id := f.deliver(f.series("PoolExhausted", "checkout", engine.Firing))
	f.press(alice, "decision_approve", f.shows("This is *"+id+"*", "Approved by"), "This is *"+id+"*")
	f.deliver(f.series("PoolExhausted", "checkout", engine.AlertResolved))
	f.jobs.Sweep()
	f.run(time.Minute)
	return f.state()
}

// night is a whole story: an alert, its advice, a question beside it, what
// people do with it, and what becomes of it; and one that ends by itself.
func (f *flow) night() []string {
	f.t.Helper()
	id := f.deliver(f.series("PoolExhausted", "checkout", engine.Firing))
	f.slash(bob, "analyze error_type=memory_leak service=cart")
	f.press(alice, "incident_ack", f.shows(id, "@alice has it"), id, "nobody has it")
	f.press(alice, "decision_approve", f.shows("This is *"+id+"*", "Approved by"), "This is *"+id+"*")
	f.run(15 * time.Minute)
	f.press(alice, "outcome_worked", f.shows("It worked, says @alice", "This is"), "Did it help?")
	f.fill(alice, "incident_resolve", "incident_resolve_modal",
		map[string]map[string]any{"outcome": {"outcome": "fixed"}, "resolution": {"resolution": "raised the pool to 60"}},
		f.shows("closed by @alice"), id, "Details")
	f.learnt(id, "raised the pool to 60") // the next decision cites it
	f.deliver(f.series("CartDown", "cart", engine.Firing))
	f.deliver(f.series("CartDown", "cart", engine.AlertResolved))
	f.run(time.Minute)
	f.jobs.Sweep()
	f.run(time.Minute)
	return f.state()
}

// learnt waits until what fixed an incident is history: the events are followed
// beside the flow.
func (f *flow) learnt(id, fix string) {
	f.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		found, err := f.engine.Search(f.ctx, engine.SearchQuery{Text: fix})
		if err != nil {
			f.t.Fatal(err)
		}
		if slices.ContainsFunc(found, func(r engine.SearchResult) bool { return r.ID == id }) {
			return
		}
		if time.Now().After(deadline) {
			f.t.Fatalf("%s is not in the history: %+v", id, found)
		}
	}
}

// each runs a flow with its nth call spoilt, for each n from 1 on until a run
// comes to its end unspoilt. The first so many are known to be there.
func each(t *testing.T, known, step int, run func(t *testing.T, n int) (spoilt bool)) {
	t.Run("known", func(t *testing.T) {
		for n := 1; n <= known; n += step {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				if !run(t, n) {
					t.Error("it was not spoilt: the calls are not the same each time")
				}
			})
		}
	})
	for n := known + 1; !t.Failed(); n++ {
		ended := true
		t.Run(fmt.Sprint(n), func(t *testing.T) { ended = !run(t, n) })
		if ended {
			return
		}
	}
}

func TestWhicheverCallOfTheStoreFailsTheNightEndsTheSame(t *testing.T) {
	fresh := emptyStore(t)
	clean, faults := newFlow(t, fresh(t), spoil{})
	want, calls := clean.night(), faults.Calls()
	t.Logf("%d calls", calls)
	each(t, calls, bot.Thinned, func(t *testing.T, n int) bool {
		f, faults := newFlow(t, fresh(t), spoil{store: n})
		if d := differ(f.night(), want); d != "" {
			t.Errorf("after call %d, %s:\n%s", n, faults.Spoilt(), d)
		}
		return faults.Spoilt() != ""
	})
}

// A database of many replicas has other ways to fail a call; what it leaves
// behind is the same.
func TestWhicheverCallOfPostgreSQLFailsTheEveningEndsTheSame(t *testing.T) {
	var pg pgtest.Server
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	empty := pg.Database(t)
	s, err := store.Open(t.Context(), empty, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	clean, faults := newFlow(t, pg.Copy(t, empty), spoil{})
	want, calls := clean.evening(), faults.Calls()
	t.Logf("%d calls", calls)
	step := 3 * bot.Thinned // a database for each
	if os.Getenv("ROF_NIGHTLY") == "1" {
		step = 1
	}
	each(t, calls, step, func(t *testing.T, n int) bool {
		f, faults := newFlow(t, pg.Copy(t, empty), spoil{store: n})
		if d := differ(f.evening(), want); d != "" {
			t.Errorf("after call %d, %s:\n%s", n, faults.Spoilt(), d)
		}
		return faults.Spoilt() != ""
	})
}

func TestWhicheverCallOfSlackFailsTheNightEndsTheSame(t *testing.T) {
	fresh := emptyStore(t)
	clean, _ := newFlow(t, fresh(t), spoil{})
	signed := len(clean.slack.Snapshot().Calls("")) // until both sockets stood
	want := clean.night()
	calls := len(clean.slack.Snapshot().Calls("")) - signed
	t.Logf("%d calls", calls)
	for _, fault := range []slackfake.Fault{
		{DropBefore: true},
		{DropAfter: true},
		{Status: http.StatusServiceUnavailable},
		{Status: http.StatusTooManyRequests, RetryAfter: 3 * time.Second},
	} {
		t.Run(errOf(fault), func(t *testing.T) {
			each(t, calls, (bot.Thinned+1)/2, func(t *testing.T, n int) bool {
				fault := fault
				fault.Skip = n - 1
				f, _ := newFlow(t, fresh(t), spoil{slack: fault})
				if d := differ(f.night(), want); d != "" {
					t.Errorf("after call %d:\n%s", n, d)
				}
				return f.spoilt(fault)
			})
		})
	}
}

// spoilt reports whether a fault struck.
func (f *flow) spoilt(fault slackfake.Fault) bool {
	return slices.ContainsFunc(f.slack.Snapshot().Calls(""), func(c *slackfake.Call) bool {
		return c.Lost || fault.Status != 0 && c.Status == fault.Status
	})
}

// A model's words are gone where it fails, and nothing else is.
func TestWhicheverCallOfTheModelFailsTheNightEndsTheSame(t *testing.T) {
	fresh := emptyStore(t)
	counts := enginetest.Spoil(0)
	clean, _ := newFlow(t, fresh(t), spoil{model: enginetest.Writer{Faults: counts}})
	want := clean.night()
	for _, fault := range []string{enginetest.Refuses, enginetest.Hangs, enginetest.Babbles, enginetest.Garbles} {
		t.Run(fault, func(t *testing.T) {
			each(t, counts.Calls(), 1, func(t *testing.T, n int) bool {
				faults := enginetest.Spoil(n)
				f, _ := newFlow(t, fresh(t), spoil{model: enginetest.Writer{Fault: fault, Faults: faults}})
				got := f.night()
				spoilt, d := faults.Spoilt() != "", differ(got, want)
				if spoilt && fault != enginetest.Hangs { // whose job runs again, and then it answers
					if d == "" {
						t.Error("a model that failed has words all the same")
					}
					d = differ(wordless(got), wordless(want))
				}
				if d != "" {
					t.Error(d)
				}
				return spoilt
			})
		})
	}
}
