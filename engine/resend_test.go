package engine_test

import (
	"testing"
	"time"

	"ragoffire/engine"
)

// told is one delivery of a sender that gives no times.
type told struct {
	after  time.Duration // the one before
	status engine.AlertStatus
	id     string // the sender's own for it
	body   string
	event  string // the sender's own id of the alert
}

// TestWhatIsSentAgainWithoutTimes is the table of what may happen between a sender
// that gives no times and us.
func TestWhatIsSentAgainWithoutTimes(t *testing.T) {
	const firing, over = engine.Firing, engine.AlertResolved
	for name, c := range map[string]struct {
		deliveries []told
		firing     bool // at the end
		fired      int  // episodes
	}{
		"the same id while it fires":                {[]told{{0, firing, "1", "f", ""}, {time.Minute, firing, "1", "f", ""}}, true, 1},
		"the same id after the end":                 {[]told{{0, firing, "1", "f", ""}, {time.Minute, over, "2", "r", ""}, {time.Minute, firing, "1", "f", ""}}, false, 1},
		"the same id a day later":                   {[]told{{0, firing, "1", "f", ""}, {time.Minute, over, "2", "r", ""}, {24 * time.Hour, firing, "1", "f", ""}}, false, 1},
		"the same id with other bytes":              {[]told{{0, firing, "1", "f", ""}, {time.Minute, over, "2", "r", ""}, {time.Minute, firing, "1", "F", ""}}, false, 1},
		"the same id after two days is forgotten":   {[]told{{0, firing, "1", "f", ""}, {time.Minute, over, "2", "r", ""}, {48 * time.Hour, firing, "1", "f", ""}}, true, 2},
		"another id with the same bytes is news":    {[]told{{0, firing, "1", "f", ""}, {time.Minute, over, "2", "r", ""}, {time.Minute, firing, "3", "f", ""}}, true, 2},
		"the same bytes while it fires":             {[]told{{0, firing, "", "f", ""}, {time.Minute, firing, "", "f", ""}}, true, 1},
		"the same bytes soon after the end":         {[]told{{0, firing, "", "f", ""}, {time.Minute, over, "", "r", ""}, {time.Minute, firing, "", "f", ""}}, false, 1},
		"the same bytes long after":                 {[]told{{0, firing, "", "f", ""}, {time.Minute, over, "", "r", ""}, {10 * time.Minute, firing, "", "f", ""}}, true, 2},
		"other bytes soon after the end":            {[]told{{0, firing, "", "f", ""}, {time.Minute, over, "", "r", ""}, {time.Minute, firing, "", "F", ""}}, true, 2},
		"an end that comes again after a new start": {[]told{{0, firing, "1", "f", ""}, {time.Minute, over, "2", "r", ""}, {time.Minute, firing, "3", "f", ""}, {time.Minute, over, "2", "r", ""}}, true, 2},
		"its bytes alone":                           {[]told{{0, firing, "", "f", ""}, {time.Minute, over, "", "r", ""}, {time.Minute, firing, "", "F", ""}, {time.Minute, over, "", "r", ""}}, true, 2},
		"a repeat that comes again after the end":   {[]told{{0, firing, "1", "f", ""}, {time.Minute, firing, "2", "F", ""}, {time.Minute, over, "3", "r", ""}, {time.Minute, firing, "2", "F", ""}}, false, 1},
		"each minute while it fires, and again":     {append(minutely(12), told{time.Minute, over, "", "r", ""}, told{time.Minute, firing, "", "f", ""}), true, 2},
		"an end of what never began":                {[]told{{0, over, "1", "r", ""}}, false, 0},
		"an event's own id":                         {[]told{{0, firing, "", "f", "e1"}, {time.Minute, over, "", "r", "e2"}, {time.Hour, firing, "", "g", "e1"}}, false, 1},
		"nothing to tell them apart by":             {[]told{{0, firing, "", "", ""}, {time.Minute, over, "", "", ""}, {time.Minute, firing, "", "", ""}}, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			var last engine.Receipt
			episodes := map[string]bool{}
			for _, d := range c.deliveries {
				r.clock.Advance(d.after)
				in := engine.Delivery{Source: "generic", ID: d.id, Body: []byte(d.body), Alerts: []engine.Alert{alert("a", func(a *engine.Alert) {
					a.Status, a.StartedAt = d.status, time.Time{}
				})}}
				if d.event != "" {
					in.IDs = []string{d.event}
				}
				var err error
				if last, err = r.Ingest(t.Context(), in); err != nil {
					t.Fatal(err)
				}
				if last.Alerts[0].IncidentID != "" {
					episodes[last.Alerts[0].AlertID] = true
				}
			}
			if len(episodes) != c.fired {
				t.Errorf("it fired %d times, want %d", len(episodes), c.fired)
			}
			fires := 0
			for _, i := range r.incidents() {
				fires += i.Firing
			}
			if (fires == 1) != c.firing {
				t.Errorf("%d fire at the end, want %v", fires, c.firing)
			}
		})
	}
}

// minutely is a sender that says each minute that it still fires.
func minutely(n int) []told {
	list := make([]told, n)
	for i := range list {
		list[i] = told{time.Minute, engine.Firing, "", "f", ""}
	}
	return list
}

func TestTimesCountMoreThanBytes(t *testing.T) {
	r := newRig(t)
	send := func(adjust ...func(*engine.Alert)) engine.AlertResult {
		t.Helper()
		got, err := r.Ingest(t.Context(), engine.Delivery{Source: "generic", ID: "always the same", Body: []byte("x"), Alerts: []engine.Alert{alert("a", adjust...)}})
		if err != nil {
			t.Fatal(err)
		}
		return got.Alerts[0]
	}
	at := func(d time.Duration) func(*engine.Alert) {
		return func(a *engine.Alert) { a.StartedAt = r.clock.Now().Add(d) }
	}
	first := send(at(-3 * time.Minute))
	send(at(-3*time.Minute), ended(r.clock.Now().Add(-2*time.Minute)))
	if again := send(at(-time.Minute)); again.AlertID == first.AlertID || !again.Changed {
		t.Errorf("a new start is taken for a repeat: %+v", again)
	}
}

func TestABodyMayTellASeriesTwice(t *testing.T) {
	r := newRig(t)
	untimed := func(s engine.AlertStatus) engine.Alert {
		return alert("a", func(a *engine.Alert) { a.Status, a.StartedAt = s, time.Time{} })
	}
	for n := range 2 {
		got, err := r.Ingest(t.Context(), engine.Delivery{Source: "generic", Body: []byte("x"), Alerts: []engine.Alert{untimed(engine.Firing), untimed(engine.AlertResolved)}})
		if err != nil {
			t.Fatal(err)
		}
		if want := n == 0; got.Alerts[0].Changed != want || got.Alerts[1].Changed != want {
			t.Errorf("time %d: %+v", n, got.Alerts)
		}
	}
}
