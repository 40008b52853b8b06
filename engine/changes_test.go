package engine_test

import (
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestAChangeThatComesTwiceIsOne(t *testing.T) {
	r := newRig(t)
	at := r.clock.Now().Add(-10 * time.Minute)
	deploy := func(adjust ...func(*engine.Change)) engine.Change {
		c := engine.Change{ID: "chg_7", Kind: "deploy", Service: "checkout", Title: "deploy checkout began", Ref: "4f1c2e", At: at}
		for _, f := range adjust {
			f(&c)
		}
		return c
	}
	later := func(d time.Duration, title string) func(*engine.Change) {
		return func(c *engine.Change) { c.At, c.Title = at.Add(d), title }
	}
	push := engine.Change{ID: "chg_8", Kind: "push", Service: "checkout", Title: "Fix the pool"} // says no time
	for _, c := range []struct {
		name     string
		changes  []engine.Change
		accepted int
	}{
		{"the first", []engine.Change{deploy()}, 1},
		{"the same again", []engine.Change{deploy()}, 0},
		{"twice in one body", []engine.Change{deploy(later(time.Minute, "deploy checkout succeeded")), deploy(later(time.Minute, "deploy checkout succeeded"))}, 1},
		{"an older state, late", []engine.Change{deploy()}, 0},
		{"another id", []engine.Change{deploy(func(c *engine.Change) { c.ID = "chg_9" })}, 1},
		{"one without a time", []engine.Change{push}, 1},
		{"that again", []engine.Change{push}, 0},
		{"that with news", []engine.Change{{ID: "chg_8", Kind: "push", Service: "checkout", Title: "Fix the pool, again"}}, 1},
		{"without an id, with a time", []engine.Change{{Kind: "flag", Service: "checkout", Title: "x", At: at}}, 1},
		{"that again, too", []engine.Change{{Kind: "flag", Service: "checkout", Title: "x", At: at}}, 0},
	} {
		r.clock.Advance(time.Minute)
		got, err := r.Ingest(t.Context(), engine.Delivery{Source: "github", Changes: c.changes})
		if err != nil || got.Accepted != c.accepted || got.Ignored != len(c.changes)-c.accepted {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	var list []engine.Change
	if err := r.store.View(t.Context(), func(rd engine.Reader) (err error) {
		list, err = rd.Changes(t.Context(), "checkout", at.Add(-time.Hour), r.clock.Now(), 10)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 || list[1].Title != "deploy checkout succeeded" {
		t.Errorf("stored: %+v", list)
	}
	accounts, err := r.Accounts(t.Context())
	if err != nil || len(accounts) != 1 || accounts[0].Received != 11 || accounts[0].Accepted != 6 || accounts[0].Duplicate != 5 {
		t.Errorf("%+v, %v", accounts, err)
	}
}

func TestAnIncidentSaysWhatChangedInTheHourBeforeIt(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	began := r.clock.Now()
	change := func(id, service string, before time.Duration) engine.Change {
		return engine.Change{ID: id, Kind: "deploy", Service: service, Ref: id, At: began.Add(-before)}
	}
	tell := func(changes ...engine.Change) {
		t.Helper()
		if _, err := r.Ingest(t.Context(), engine.Delivery{Source: "github", Changes: changes}); err != nil {
			t.Fatal(err)
		}
	}
	tell(change("too-old", "mailer", 61*time.Minute), change("old", "mailer", 59*time.Minute),
		change("under-way", "mailer", 5*time.Minute), change("elsewhere", "billing", 2*time.Minute))
	r.clock.Advance(time.Minute)
	got, err := r.Ingest(t.Context(), engine.Delivery{Source: "am", Alerts: []engine.Alert{
		{Title: "queue backlog", ErrorType: "queue_backlog", Service: "mailer", Fingerprint: "1", StartedAt: began, GroupKey: "g"},
		{Title: "queue backlog", ErrorType: "queue_backlog", Service: "sender", Fingerprint: "2", StartedAt: began, GroupKey: "g"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	// What is told late, of what ended after the alert, and of what began after it.
	tell(change("under-way", "mailer", -10*time.Minute), change("late", "sender", 20*time.Minute), change("after", "mailer", -time.Minute))
	d, err := r.Incident(t.Context(), got.Alerts[0].IncidentID)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range d.Changes {
		lines = append(lines, c.Before(d.StartedAt))
	}
	want := []string{"deploy mailer under-way, 5 min before", "deploy sender late, 20 min before", "deploy mailer old, 59 min before"}
	if !slices.Equal(lines, want) {
		t.Errorf("told %q, want %q", lines, want)
	}
}

func TestAChangeThatIsToldAfterTheAlertIsPutBesideItsAdvice(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	r.learnt(past("PM-9", "bad_release", "mailer", 200, "Roll back the release"))
	r.running()
	began := r.clock.Now()
	backlog := func(a *engine.Alert) {
		a.Service, a.ErrorType, a.Spike, a.StartedAt = "mailer", "queue_backlog", ptr(200), began
	}
	id := r.ingest(alert("a", backlog)).Alerts[0].IncidentID
	first := r.decision(id)
	if first.Match() != "PM-1" || len(first.Changes) != 0 {
		t.Fatalf("first: %q, %+v", first.Match(), first.Changes)
	}
	for _, c := range []engine.Change{
		{ID: "1", Service: "billing", Kind: "deploy", Ref: "a1", At: began.Add(-time.Minute)},    // of another service
		{ID: "2", Service: "mailer", Kind: "deploy", Ref: "b2", At: began.Add(time.Minute)},      // after it
		{ID: "3", Service: "mailer", Kind: "deploy", Ref: "4f1c2e", At: began.Add(-time.Minute)}, // the one
	} {
		if _, err := r.Ingest(t.Context(), engine.Delivery{Source: "github", Changes: []engine.Change{c}}); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d := r.detail(id).Decisions
		if len(d) == 1 && len(d[0].Changes) == 1 {
			if got := d[0]; got.ID != first.ID || got.Changes[0].Ref != "4f1c2e" || got.ConfidenceScore >= first.ConfidenceScore || got.Outdated != "" {
				t.Errorf("%+v at %v (was %v), %q", got.Changes, got.ConfidenceScore, first.ConfidenceScore, got.Outdated)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the change is not told: %+v", d)
		}
	}
}
