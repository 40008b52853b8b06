package engine_test

import (
	"fmt"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestNoiseIsCountedByRule(t *testing.T) {
	r := newRig(t, func(c *engine.Config) {
		c.NoServiceGroups = true
		match, err := engine.Patterns(map[string]string{"service": "quiet"})
		if err != nil {
			t.Fatal(err)
		}
		c.Maintenance = []engine.Window{{Match: match, From: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), To: time.Date(2027, 12, 20, 0, 0, 0, 0, time.UTC)}}
	})
	n := 0
	// opens an incident of a rule and returns its id.
	opens := func(rule string, adjust ...func(*engine.Alert)) string {
		n++
		a := alert(fmt.Sprint("s", n), append([]func(*engine.Alert){func(a *engine.Alert) { a.Name, a.StartedAt = rule, r.clock.Now() }}, adjust...)...)
		id := r.ingest(a).Alerts[0].IncidentID
		r.clock.Advance(time.Minute)
		return id
	}
	ends := func(id string) {
		a := r.detail(id).Alerts[0]
		at := r.clock.Now()
		r.ingest(engine.Alert{Fingerprint: a.Fingerprint, Status: engine.AlertResolved, StartedAt: a.StartedAt, EndedAt: &at})
	}
	do := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	resolve := func(id string, reason engine.Reason) {
		t.Helper()
		do(r.Resolve(t.Context(), id, engine.Resolution{Actor: "ann", Reason: reason, Resolution: map[bool]string{true: "restarted it"}[reason == engine.ReasonFixed]}))
	}

	opens("Old") // and none of the last days'
	r.clock.Advance(31 * 24 * time.Hour)

	for range 3 {
		ends(opens("Flaky"))
	}
	touched := opens("Flaky")
	do(r.Acknowledge(t.Context(), touched, "ann"))
	ends(touched)
	resolve(opens("Paranoid"), engine.ReasonFalseAlarm)
	resolve(opens("Paranoid"), engine.ReasonFixed)
	mitigated := opens("Useful")
	do(r.Acknowledge(t.Context(), mitigated, "ann"))
	do(r.Mitigate(t.Context(), mitigated, "ann"))
	advised := opens("Useful")
	d := engine.Decision{ID: "dec_1", IncidentID: &advised, Status: engine.Approved, CreatedAt: r.clock.Now()}
	shown := engine.Decision{ID: "dec_2", IncidentID: &mitigated, Status: engine.Approved, CreatedAt: r.clock.Now(), Example: true}
	if err := r.store.Update(t.Context(), func(tx engine.Tx) error { return tx.PutDecisions(t.Context(), []engine.Decision{d, shown}) }); err != nil {
		t.Fatal(err)
	}
	opens("", func(a *engine.Alert) { a.Title = "Queue 7 holds 1200 jobs" })
	opens("", func(a *engine.Alert) { a.Title = "Queue 7 holds 15 jobs" })
	opens("Muted", func(a *engine.Alert) { a.Service = "quiet" })
	do(r.Declare(t.Context(), engine.Declaration{Actor: "ann", Title: "nobody can pay", Service: "checkout"}))
	past := engine.Incident{ID: "INC-2025-701", Title: "Flaky", Source: "alertmanager", Rule: "Flaky", Historical: true, Status: engine.Resolved, Resolution: "y", StartedAt: r.clock.Now()}
	example := past
	example.ID, example.Seed = "INC-2025-702", true
	if err := r.AddHistory(t.Context(), []engine.Incident{past, example}, nil); err != nil {
		t.Fatal(err)
	}

	got, err := r.Noise(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []engine.RuleNoise{
		{Rule: "Flaky", Fired: 4, Acknowledged: 1, Untouched: 3},
		{Rule: "Paranoid", Fired: 2, ActedOn: 1, FalseAlarms: 1},
		{Rule: "Queue holds jobs", Fired: 2},
		{Rule: "Useful", Fired: 2, Acknowledged: 1, ActedOn: 2},
	}
	if got.Days != 30 || got.More != 0 || len(got.Rules) != len(want) {
		t.Fatalf("%+v", got)
	}
	for k, w := range want {
		w.Source, w.Last = "alertmanager", got.Rules[k].Last
		if got.Rules[k] != w || w.Last.IsZero() {
			t.Errorf("got %+v, want %+v", got.Rules[k], w)
		}
	}

	t.Run("and by source, over all its rules", func(t *testing.T) {
		if len(got.Sources) != 1 || got.Sources[0] != (engine.SourceNoise{Source: "alertmanager", Rules: 4, Fired: 10, Acknowledged: 2, ActedOn: 3, FalseAlarms: 1, Untouched: 3}) {
			t.Errorf("%+v", got.Sources)
		}
	})

	t.Run("of the noisiest only, however many there are, half a minute later", func(t *testing.T) {
		for k := range 30 {
			opens("Rule" + string(rune('a'+k)))
		}
		if again, err := r.Noise(t.Context()); err != nil || len(again.Rules) != 20 || again.More != 14 || again.Rules[0].Rule != "Flaky" {
			t.Errorf("%d rules and %d more, %v", len(again.Rules), again.More, err)
		}
	})
}
