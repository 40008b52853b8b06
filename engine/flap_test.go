package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// flap lets a series end and fire again.
func (r *rig) flap(fingerprint string, every time.Duration) {
	r.t.Helper()
	r.clock.Advance(every)
	r.ingest(alert(fingerprint, ended(r.clock.Now())))
	r.clock.Advance(every)
	r.ingest(alert(fingerprint, func(a *engine.Alert) { a.StartedAt = r.clock.Now() }))
}

func count(list []string, word string) int {
	n := 0
	for _, s := range list {
		if strings.Contains(s, word) {
			n++
		}
	}
	return n
}

func TestAFlappingIncidentIsCountedAndNotTold(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	r.flap("a", 3*time.Minute)
	r.flap("a", 3*time.Minute)
	if d := r.detail(id); d.Flapping() || count(r.notices(), `"fired_again"`) != 2 || count(r.notices(), `"all_clear"`) != 2 {
		t.Fatalf("after two times: flapping %v, notices %v", d.Flapping(), r.notices())
	}
	r.flap("a", 3*time.Minute)
	before := r.notices()
	if d := r.detail(id); !d.Flapping() || d.Flaps != 3 || count(before, `"flapping"`) != 1 || count(before, `"fired_again"`) != 2 {
		t.Fatalf("after three times: %+v, notices %v", d.Story, before)
	}
	for range 4 {
		r.flap("a", 4*time.Minute)
	}
	if d := r.detail(id); d.Flaps != 7 || len(r.notices()) != len(before) {
		t.Errorf("%d flaps; %d notices, then %d", d.Flaps, len(before), len(r.notices()))
	}

	t.Run("also where it is silent for longer", func(t *testing.T) {
		r.flap("a", 20*time.Minute)
		if d := r.detail(id); d.Flaps != 8 || !d.Live() {
			t.Errorf("%d flaps, %s", d.Flaps, d.Status)
		}
	})
	t.Run("once it is calm, it is told how it ended", func(t *testing.T) {
		r.clock.Advance(3 * time.Minute)
		r.ingest(alert("a", ended(r.clock.Now())))
		r.clock.Advance(31 * time.Minute)
		r.running()
		for deadline := time.Now().Add(20 * time.Second); r.detail(id).FlappingSince != nil; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("it is never calm")
			}
		}
		d := r.detail(id)
		if d.Flaps != 0 || d.Status != engine.Resolved || count(r.notices(), `"all_clear"`) != count(before, `"all_clear"`)+1 {
			t.Errorf("%+v, notices %v", d.Story, r.notices())
		}
		if !slices.ContainsFunc(d.Timeline, func(e engine.Entry) bool { return e.Kind == "calm" && strings.Contains(e.Text, "8 times") }) {
			t.Errorf("the timeline does not say so: %+v", d.Timeline)
		}
	})
}

func TestFiringAgainNowAndThenIsNoFlapping(t *testing.T) {
	r := newRig(t, func(c *engine.Config) { c.ReopenWindow = time.Hour })
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	for range 5 {
		r.flap("a", 25*time.Minute)
	}
	if d := r.detail(id); d.Flapping() || d.Reopened != 5 {
		t.Errorf("%+v", d.Story)
	}
}

func TestAnOwnedIncidentIsProposedForClosingAndNotClosed(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	if _, err := r.Acknowledge(t.Context(), id, "ann"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Assign(t.Context(), id, engine.Person{Name: "ann"}, &engine.Person{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(10 * time.Minute)
	r.ingest(alert("a", ended(r.clock.Now())))
	d := r.detail(id)
	if d.Status != engine.Acknowledged || !d.Clear() || count(r.notices(), `"all_clear"`) != 1 {
		t.Fatalf("%s, %+v, notices %v", d.Status, d.Story, r.notices())
	}

	t.Run("firing again it is still theirs", func(t *testing.T) {
		r.clock.Advance(2 * time.Minute)
		r.ingest(alert("a", func(a *engine.Alert) { a.StartedAt = r.clock.Now() }))
		d := r.detail(id)
		if d.Clear() || d.AcknowledgedBy != "ann" || d.Reopened != 0 || count(r.notices(), `"fired_again"`) != 1 {
			t.Errorf("%+v, notices %v", d.Story, r.notices())
		}
	})
	t.Run("a person closes it", func(t *testing.T) {
		r.ingest(alert("a", ended(r.clock.Now())))
		i, err := r.Resolve(t.Context(), id, engine.Resolution{Actor: "ann", Reason: engine.ReasonRecovered})
		if err != nil || i.Status != engine.Resolved || i.Clear() {
			t.Errorf("%+v, %v", i, err)
		}
	})
}

func TestAnAcknowledgedIncidentWithoutAnOwnerEndsWithItsAlerts(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	if _, err := r.Acknowledge(t.Context(), id, "ann"); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(10 * time.Minute)
	r.ingest(alert("a", ended(r.clock.Now())))
	if d := r.detail(id); d.Status != engine.Resolved || d.Reason != engine.ReasonRecovered {
		t.Errorf("%s, %s", d.Status, d.Reason)
	}
}

func TestANewAlertAfterTheAcknowledgementIsToldOnce(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	r.ingest(alert("b"))
	if n := r.notices(); len(n) != 0 {
		t.Fatalf("before it: %v", n)
	}
	if _, err := r.Acknowledge(t.Context(), id, "ann"); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"c", "d", "e"} {
		r.ingest(alert(f))
	}
	if n := r.notices(); count(n, `"new_alert"`) != 1 || len(n) != 1 {
		t.Errorf("notices %v; want one", n)
	}
	if d := r.detail(id); d.SinceAck != 3 || d.Series != 5 {
		t.Errorf("%d since, %d in all", d.SinceAck, d.Series)
	}
}
