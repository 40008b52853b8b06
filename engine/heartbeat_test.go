package engine_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/enginetest"
	"ragoffire/store"
)

// heartbeats is a config of two: one told by name, one that is an alert.
func heartbeats(t testing.TB) func(*engine.Config) {
	match, err := engine.Patterns(map[string]string{"alertname": "Watchdog"})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *engine.Config) {
		c.Heartbeats = []engine.Heartbeat{
			{Name: "nightly-backup", Every: 24 * time.Hour, Grace: time.Hour, Severity: engine.SeverityHigh, Service: "backup"},
			{Name: "prometheus", Match: match, Every: 5 * time.Minute, Grace: time.Minute, Severity: engine.SeverityCritical},
		}
	}
}

// listen looks at the heartbeats every 15 s until the clock has gone on by d.
func (r *rig) listen(d time.Duration) {
	r.t.Helper()
	for end := r.clock.Now().Add(d); ; r.clock.Advance(15 * time.Second) {
		r.job(engine.JobHeartbeat)
		if !r.clock.Now().Before(end) {
			return
		}
	}
}

// job runs a job of the engine on "all".
func (r *rig) job(kind string) {
	r.t.Helper()
	for _, w := range r.Workers() {
		if w.Kind == kind {
			if err := w.Do(r.t.Context(), "all"); err != nil {
				r.t.Fatal(err)
			}
			return
		}
	}
	r.t.Fatalf("nobody does %s", kind)
}

func (r *rig) beat(name string) engine.Receipt {
	r.t.Helper()
	got, err := r.Ingest(r.t.Context(), engine.Delivery{Source: "generic", Beats: []engine.Beat{{Name: name}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

func TestAWatchdogThatNobodyExpectsIsNothing(t *testing.T) {
	watchdog := alert("w", func(a *engine.Alert) { a.Name, a.SeverityRaw = "Watchdog", "none" })
	for name, adjust := range map[string]func(*engine.Config){
		"without heartbeats": func(*engine.Config) {},
		"with another one":   func(c *engine.Config) { c.Heartbeats = []engine.Heartbeat{{Name: "nightly-backup", Every: time.Hour}} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, adjust)
			got := r.ingest(watchdog, alert("a"))
			if got.Accepted != 1 || got.Ignored != 1 || got.Alerts[0].IncidentID != "" || got.Alerts[1].IncidentID == "" || len(r.incidents()) != 1 {
				t.Errorf("receipt %+v, %d incidents; want the other alert's alone", got, len(r.incidents()))
			}
			if got := r.ingest(watchdog); got.Accepted != 0 || got.Ignored != 1 {
				t.Errorf("alone: %+v; want it ignored", got)
			}
		})
	}
	r := newRig(t)
	if got := r.ingest(alert("w", func(a *engine.Alert) { a.Name, a.SeverityRaw = "Watchdog", "critical" })); got.Accepted != 1 {
		t.Errorf("one with a severity: %+v; want an alert like any other", got)
	}
}

// about lists the incidents of a heartbeat, the latest first.
func (r *rig) about(name string) (out []engine.Incident) {
	r.t.Helper()
	page, err := r.Incidents(r.t.Context(), engine.IncidentFilter{}, "", 0)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, i := range page.Items {
		if i.Source == engine.SourceHeartbeat && i.Fingerprint == name {
			out = append(out, i)
		}
	}
	return out
}

// watchdog is the alert that always fires.
func watchdog(adjust ...func(*engine.Alert)) engine.Alert {
	return alert("w1", append([]func(*engine.Alert){func(a *engine.Alert) { a.Name, a.Service = "Watchdog", "" }}, adjust...)...)
}

func TestAHeartbeatThatStopsIsAnIncidentUntilItReturns(t *testing.T) {
	r := newRig(t, heartbeats(t))
	start := r.clock.Now()
	for range 6 {
		if got := r.ingest(watchdog()); got.Accepted != 1 || len(got.Alerts) != 1 || got.Alerts[0].IncidentID != "" {
			t.Fatalf("receipt: %+v", got)
		}
		r.listen(2 * time.Minute)
	}
	last := start.Add(10 * time.Minute)
	if r.listen(3 * time.Minute); len(r.about("prometheus")) != 0 {
		t.Fatal("an incident while it comes")
	}
	r.listen(2 * time.Minute)
	got := r.about("prometheus")
	if len(got) != 1 || got[0].Status != engine.Open || got[0].Severity != engine.SeverityCritical || !got[0].StartedAt.Equal(last.Add(5*time.Minute)) {
		t.Fatalf("after it stopped: %+v", got)
	}
	d := r.detail(got[0].ID)
	if a := d.Alerts[0]; a.Title != "No heartbeat from prometheus" || !strings.Contains(a.Description, "03:10:00 UTC") || a.Count != 1 {
		t.Errorf("its alert: %+v", a)
	}

	r.ingest(watchdog())
	back := r.clock.Now()
	r.job(engine.JobHeartbeat)
	got = r.about("prometheus")
	if len(got) != 1 || got[0].Status != engine.Resolved || !got[0].ResolvedAt.Equal(back) {
		t.Fatalf("after it returned: %+v", got)
	}
	if n := len(r.about("nightly-backup")); n != 0 {
		t.Errorf("the other one has %d incidents", n)
	}
	r.listen(30 * time.Minute)
	if got = r.about("prometheus"); len(got) != 1 || got[0].Status != engine.Open || got[0].Reopened != 1 {
		t.Errorf("after it stopped again: %+v", got)
	}
}

func TestAHeartbeatBesideAlertsLeavesTheirOrder(t *testing.T) {
	r := newRig(t, heartbeats(t))
	got := r.ingest(alert("a"), watchdog(), alert("b"), watchdog(ended(r.clock.Now())))
	if got.Accepted != 3 || got.Ignored != 1 || len(got.Alerts) != 4 {
		t.Fatalf("receipt: %+v", got)
	}
	for n, want := range []bool{true, false, true, false} {
		if has := got.Alerts[n].IncidentID != ""; has != want {
			t.Errorf("alert %d has an incident: %v, want %v", n, has, want)
		}
	}
	for _, id := range []string{got.Alerts[0].IncidentID, got.Alerts[2].IncidentID} {
		if d := r.detail(id); d.Source != "alertmanager" {
			t.Errorf("%s is of %s", id, d.Source)
		}
	}
}

func TestAnAlertNamedByNobodyIsNoHeartbeat(t *testing.T) {
	r := newRig(t)
	if got := r.ingest(watchdog()); got.Alerts[0].IncidentID == "" {
		t.Errorf("receipt: %+v", got)
	}
	if got := r.beat("nightly-backup"); got.Accepted != 0 || got.Ignored != 1 {
		t.Errorf("a heartbeat that nobody expects: %+v", got)
	}
	r = newRig(t, heartbeats(t))
	if got := r.beat("nightly-backups"); got.Accepted != 0 || got.Ignored != 1 {
		t.Errorf("a heartbeat of another name: %+v", got)
	}
}

func TestAHeartbeatThatNeverCameIsMissedFromTheFirstLookOn(t *testing.T) {
	r := newRig(t, heartbeats(t))
	r.listen(6 * time.Minute)
	if n := len(r.about("prometheus")); n != 0 {
		t.Fatalf("%d incidents within the first six minutes", n)
	}
	r.listen(time.Minute)
	got := r.about("prometheus")
	if len(got) != 1 {
		t.Fatalf("%d incidents after them", len(got))
	}
	if a := r.detail(got[0].ID).Alerts[0]; !strings.Contains(a.Description, "never come") {
		t.Errorf("it says %q", a.Description)
	}
	r.ingest(watchdog())
	if r.job(engine.JobHeartbeat); r.about("prometheus")[0].Status != engine.Resolved {
		t.Error("its first one does not end it")
	}
}

func TestOurOwnDowntimeIsNotTakenForTheirs(t *testing.T) {
	for name, c := range map[string]struct {
		beat       string
		since      time.Duration // from the last one to our going down
		down       time.Duration
		still, not time.Duration // after our return: when nothing is said yet, and when it is
	}{
		"a short gap between two":       {"prometheus", 2 * time.Minute, 90 * time.Second, 2 * time.Minute, 3 * time.Minute},
		"a gap in which one was due":    {"prometheus", 2 * time.Minute, 3 * time.Minute, 6 * time.Minute, 7 * time.Minute},
		"a long gap":                    {"prometheus", time.Minute, 3 * time.Hour, 6 * time.Minute, 7 * time.Minute},
		"a restart far from a rare one": {"nightly-backup", 9 * time.Hour, 2 * time.Minute, 15*time.Hour + 50*time.Minute, 16*time.Hour + 10*time.Minute},
		"a night in which one was due":  {"nightly-backup", 20 * time.Hour, 8 * time.Hour, 24*time.Hour + 50*time.Minute, 25*time.Hour + 10*time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, heartbeats(t))
			r.job(engine.JobHeartbeat)
			if c.beat == "prometheus" {
				r.ingest(watchdog())
			} else {
				r.beat(c.beat)
			}
			look := func(d time.Duration) { // as the job does, but not each time
				end := r.clock.Now().Add(d)
				for {
					r.job(engine.JobHeartbeat)
					left := end.Sub(r.clock.Now())
					if left <= 0 {
						return
					}
					r.clock.Advance(min(left, 50*time.Second))
				}
			}
			look(c.since)
			r.clock.Advance(c.down)
			look(c.still)
			if n := len(r.about(c.beat)); n != 0 {
				t.Fatalf("%d incidents %s after our return", n, c.still)
			}
			look(c.not - c.still)
			if n := len(r.about(c.beat)); n != 1 {
				t.Errorf("%d incidents %s after our return, want 1", n, c.not)
			}
		})
	}
}

// A crash between what was found and what was told is told at the next look,
// and one after that changes nothing.
func TestWhatIsMissingIsToldAfterACrash(t *testing.T) {
	path := "sqlite:" + filepath.Join(t.TempDir(), "rof.db")
	st, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	c := enginetest.NewClock(time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC))
	cfg := engine.Config{Store: st, Now: c.Now}
	heartbeats(t)(&cfg)
	if err := st.Update(t.Context(), func(tx engine.Tx) error {
		due := c.Now().Add(-time.Minute)
		return tx.PutBeats(t.Context(), []engine.Beat{
			{Name: "prometheus", At: due.Add(-5 * time.Minute), DueAt: due, WatchedAt: c.Now(), Missing: true, News: true},
		})
	}); err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{e, st, c, t}
	for range 3 {
		r.job(engine.JobHeartbeat)
		c.Advance(15 * time.Second)
	}
	got := r.about("prometheus")
	if len(got) != 1 {
		t.Fatalf("%d incidents", len(got))
	}
	if a := r.detail(got[0].ID).Alerts[0]; a.Count != 1 {
		t.Errorf("told %d times", a.Count)
	}
}

// One that came in time and was delivered late, as a retry is, ends the incident
// that its absence has opened: it says that all was well.
func TestAHeartbeatThatIsDeliveredLateEndsItsIncident(t *testing.T) {
	r := newRig(t, heartbeats(t))
	r.listen(time.Minute)
	r.beat("prometheus")
	last := r.clock.Now()
	r.listen(7 * time.Minute)
	if got := r.about("prometheus"); len(got) != 1 || got[0].Status != engine.Open {
		t.Fatalf("incidents: %+v", got)
	}
	early := engine.Beat{Name: "prometheus", At: last.Add(4*time.Minute + 50*time.Second)}
	if _, err := r.Ingest(t.Context(), engine.Delivery{Source: "generic", Beats: []engine.Beat{early}}); err != nil {
		t.Fatal(err)
	}
	r.listen(time.Minute)
	if got := r.about("prometheus"); len(got) != 1 || got[0].Status != engine.Resolved {
		t.Errorf("incidents: %+v", got)
	}
}

// A return is noticed by the job that the beat itself asks for.
func TestAReturnEndsTheIncidentAtOnce(t *testing.T) {
	r := newRig(t, heartbeats(t))
	r.listen(7 * time.Minute)
	if len(r.about("prometheus")) != 1 {
		t.Fatal("no incident")
	}
	seen := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- r.store.Work(ctx, []engine.Worker{{Kind: engine.JobHeartbeat, Parallel: 1, Timeout: time.Minute, Do: func(context.Context, string) error {
			seen <- struct{}{}
			return nil
		}}})
	}()
	r.ingest(watchdog())
	<-seen
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAHeartbeatThatIsNoLongerExpectedEndsItsIncident(t *testing.T) {
	for name, left := range map[string]func(*engine.Config){
		"while another one is": func(c *engine.Config) { heartbeats(t)(c); c.Heartbeats = c.Heartbeats[:1] },
		"and none is":          func(*engine.Config) {},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, heartbeats(t))
			r.listen(7 * time.Minute)
			cfg := engine.Config{Store: r.store, Now: r.clock.Now}
			left(&cfg)
			e, err := engine.New(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			after := &rig{e, r.store, r.clock, t}
			// The other replica may not have the new config yet.
			for range 4 {
				r.listen(30 * time.Second)
				if after.listen(0); r.about("prometheus")[0].Status != engine.Open {
					t.Fatal("it has ended while another replica expects it")
				}
			}
			after.listen(90 * time.Second)
			got := after.about("prometheus")
			if len(got) != 1 || got[0].Status != engine.Resolved || got[0].Severity != engine.SeverityCritical || got[0].Title != "No heartbeat from prometheus" {
				t.Fatalf("%+v", got)
			}
			if d := after.detail(got[0].ID); d.Alerts[0].Status != engine.AlertResolved || d.Alerts[0].Severity != engine.SeverityCritical {
				t.Errorf("its alert: %+v", d.Alerts[0])
			}
			// It is looked at anew where it is expected again.
			r.listen(10 * time.Minute)
			if got := r.about("prometheus"); got[0].Status != engine.Open {
				t.Errorf("expected again: %+v", got)
			}
		})
	}
}
