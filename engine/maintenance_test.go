package engine_test

import (
	"testing"
	"time"

	"ragoffire/engine"
)

func TestAWindowThatTheConfigHasNoLongerHoldsNothingBack(t *testing.T) {
	match, err := engine.Patterns(map[string]string{"service": "checkout"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *engine.Config) {
		c.Maintenance = []engine.Window{{Match: match, From: c.Now(), To: c.Now().AddDate(100, 0, 0)}}
	})
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	if r.detail(id).Muted == nil {
		t.Fatal("not held back")
	}
	again, err := engine.New(t.Context(), engine.Config{Store: r.store, Now: r.clock.Now, Channel: "C0OPS"})
	if err != nil {
		t.Fatal(err)
	}
	r.Engine = again
	r.running()
	r.eventually("it is announced", func() bool { d := r.detail(id); return d.Muted == nil && d.Channel != "" })
}

func TestAnErrorTypeIsHeldBackWhereverItIsFrom(t *testing.T) {
	match, err := engine.Patterns(map[string]string{"error_type": "disk_full"})
	if err != nil {
		t.Fatal(err)
	}
	full, err := engine.Patterns(map[string]string{"alertname": "DiskFull"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *engine.Config) {
		c.NoServiceGroups = true
		c.Types = []engine.TypeRule{{Match: full, ErrorType: "disk_full"}}
		c.Maintenance = []engine.Window{{Match: match, From: c.Now(), To: c.Now().Add(time.Hour)}}
	})
	for name, adjust := range map[string]func(*engine.Alert){
		"the sender": func(a *engine.Alert) { a.ErrorType = "disk_full" },
		"a rule":     func(a *engine.Alert) { a.ErrorType, a.Name = "", "DiskFull" },
	} {
		if d := r.detail(r.ingest(alert(name, adjust)).Alerts[0].IncidentID); d.Muted == nil {
			t.Errorf("from %s: %+v", name, d.Incident)
		}
	}
}
