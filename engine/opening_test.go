package engine_test

import (
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// opens is a config of three firings in ten minutes, but for what is critical.
func opens(t testing.TB) func(*engine.Config) {
	rule := func(count int, within time.Duration, match map[string]string) engine.Opening {
		m, err := engine.Patterns(match)
		if err != nil {
			t.Fatal(err)
		}
		return engine.Opening{Match: m, Count: count, Within: within}
	}
	return func(c *engine.Config) {
		c.NoServiceGroups = true
		c.Openings = []engine.Opening{
			rule(1, 0, map[string]string{"severity": "critical"}),
			rule(3, 10*time.Minute, map[string]string{"alertname": "CheckoutSlow"}),
		}
	}
}

func TestAnIncidentOpensAtTheNthFiringWithinItsTime(t *testing.T) {
	begin := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	fires := func(minute int, adjust ...func(*engine.Alert)) engine.Alert {
		return alert("a", append(adjust, func(a *engine.Alert) { a.StartedAt = begin.Add(time.Duration(minute) * time.Minute) })...)
	}
	ends := func(began, minute int) engine.Alert {
		return fires(began, ended(begin.Add(time.Duration(minute)*time.Minute)))
	}
	critical := func(a *engine.Alert) { a.Severity = engine.SeverityCritical }
	other := func(a *engine.Alert) { a.Name = "DiskFull" }
	for name, c := range map[string]struct {
		alerts []engine.Alert
		opens  int // the alert that opens an incident; -1 for none
	}{
		"the third in ten minutes":               {[]engine.Alert{fires(0), ends(0, 1), fires(3), ends(3, 4), fires(7)}, 4},
		"two are too few":                        {[]engine.Alert{fires(0), ends(0, 1), fires(3), ends(3, 4)}, -1},
		"the first is too long ago":              {[]engine.Alert{fires(0), ends(0, 1), fires(6), ends(6, 7), fires(12), ends(12, 13)}, -1},
		"the window goes on":                     {[]engine.Alert{fires(0), ends(0, 1), fires(6), ends(6, 7), fires(12), ends(12, 13), fires(14)}, 6},
		"repeats are one firing":                 {[]engine.Alert{fires(0), fires(0), fires(0), fires(0), fires(0)}, -1},
		"late ones are none":                     {[]engine.Alert{fires(5), ends(5, 7), fires(3), fires(6), fires(5)}, -1},
		"critical is told at once":               {[]engine.Alert{fires(0, critical)}, 0},
		"what becomes critical is told then":     {[]engine.Alert{fires(0), fires(0), fires(0, critical)}, 2},
		"what no rule matches is told at once":   {[]engine.Alert{fires(0, other)}, 0},
		"what ended opens nothing":               {[]engine.Alert{fires(0), ends(0, 1), ends(0, 2)}, -1},
		"restarted senders lose only their time": {[]engine.Alert{fires(0), fires(2), fires(4)}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, opens(t))
			at := -1
			for n, a := range c.alerts {
				got := r.ingest(a).Alerts[0]
				if got.AlertID == "" {
					t.Fatalf("alert %d is not recorded", n)
				}
				if got.IncidentID != "" && at < 0 {
					at = n
				}
			}
			if at != c.opens {
				t.Errorf("alert %d opens an incident, want %d", at, c.opens)
			}
			want := 1
			if c.opens < 0 {
				want = 0
			}
			if n := len(r.incidents()); n != want {
				t.Errorf("%d incidents", n)
			}
			if posts := r.posts(); c.opens < 0 && len(posts) > 0 {
				t.Errorf("something is told: %+v", posts)
			}
		})
	}
}

func TestWhatOpensLateSaysHowOftenItFired(t *testing.T) {
	r := newRig(t, opens(t))
	begin := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	id := ""
	for n := range 3 {
		at := begin.Add(time.Duration(3*n) * time.Minute)
		id = r.ingest(alert("a", func(a *engine.Alert) { a.StartedAt = at })).Alerts[0].IncidentID
		if n < 2 {
			r.ingest(alert("a", func(a *engine.Alert) { a.StartedAt = at }, ended(at.Add(time.Minute))))
		}
	}
	d := r.detail(id)
	if len(d.Timeline) == 0 || !strings.Contains(d.Timeline[0].Text, "fired 3 times in 6 min") {
		t.Errorf("timeline: %+v", d.Timeline)
	}
	if a := d.Alerts[0]; a.Held || len(a.Fired) != 3 {
		t.Errorf("alert: %+v", a)
	}
}

func TestWhatIsHeldJoinsWhatIsOpen(t *testing.T) {
	r := newRig(t, opens(t), func(c *engine.Config) { c.NoServiceGroups = false })
	open := r.ingest(alert("x", func(a *engine.Alert) { a.Name = "DiskFull" })).Alerts[0].IncidentID
	if got := r.ingest(alert("a")).Alerts[0].IncidentID; got != open {
		t.Errorf("it stands in %q, not in %s", got, open)
	}
}

func TestARuleThatIsGoneHoldsNothing(t *testing.T) {
	r := newRig(t, opens(t))
	if got := r.ingest(alert("a")).Alerts[0].IncidentID; got != "" {
		t.Fatalf("it opens %s", got)
	}
	e, err := engine.New(t.Context(), engine.Config{Store: r.store, Now: r.clock.Now, Channel: "C0ALL"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Ingest(t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{alert("a")}})
	if err != nil || got.Alerts[0].IncidentID == "" {
		t.Errorf("%+v, %v", got, err)
	}
}
