package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// monitoring is a Prometheus as tests want it: each query gives list, or fails.
type monitoring struct {
	list    []engine.Series
	err     error
	queries []string
	from    time.Time
	step    time.Duration
}

func (m *monitoring) ask(_ context.Context, query string, from, _ time.Time, step time.Duration) ([]engine.Series, error) {
	m.queries, m.from, m.step = append(m.queries, query), from, step
	return m.list, m.err
}

func (m *monitoring) meter(rules ...engine.MeasureRule) func(*engine.Config) {
	return func(c *engine.Config) {
		c.Meter = engine.Meter{Range: m.ask, Rules: rules, Charts: true, Query: func(link string) (string, bool) {
			return strings.CutPrefix(link, "http://prometheus/")
		}}
	}
}

// risen is a series that was at base until half an hour before the rig's clock,
// and is at now since.
func risen(base, now float64, labels ...string) engine.Series {
	s := engine.Series{Labels: map[string]string{}}
	for n := 0; n < len(labels); n += 2 {
		s.Labels[labels[n]] = labels[n+1]
	}
	end := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	for at := end.Add(-90 * time.Minute); !at.After(end); at = at.Add(time.Minute) {
		v := base
		if at.After(end.Add(-30 * time.Minute)) {
			v = now
		}
		s.Samples = append(s.Samples, engine.Sample{At: at, Value: v})
	}
	return s
}

func linked(a *engine.Alert) {
	a.Links = []engine.Link{{Rel: "runbook", URL: "http://prometheus/no"}, {Rel: "source", URL: "http://prometheus/latency"}}
	a.Unit = "s"
}

func (r *rig) enrich(id string) error {
	r.t.Helper()
	for _, w := range r.Workers() {
		if w.Kind == engine.JobEnrich {
			return w.Do(r.t.Context(), id)
		}
	}
	r.t.Fatal("nobody measures")
	return nil
}

func TestANewIncidentIsMeasured(t *testing.T) {
	m := &monitoring{list: []engine.Series{
		risen(7, 7, "service", "cart"), risen(0.4, 1.9, "service", "checkout", "__name__", "latency"), risen(8, 8, "zone", "a"),
	}}
	r := newRig(t, m.meter())
	id := r.ingest(alert("a", linked)).Alerts[0].IncidentID
	for range 2 { // once more changes nothing
		if err := r.enrich(id); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.queries) != 1 || m.queries[0] != "latency" || !m.from.Equal(time.Date(2026, 11, 23, 1, 59, 0, 0, time.UTC)) || m.step != 15*time.Second {
		t.Errorf("asked %v from %s by %s", m.queries, m.from, m.step)
	}
	d := r.detail(id)
	if len(d.Measures) != 1 {
		t.Fatalf("measures: %+v", d.Measures)
	}
	got := d.Measures[0]
	if got.Query != "latency" || got.Name != "CheckoutSlow" || got.Value != 1.9 || *got.Baseline != 0.4 || *got.Spike != 375 || !got.At.Equal(r.clock.Now()) {
		t.Errorf("measure: %+v", got)
	}
	if d.Spike == nil || *d.Spike != 375 {
		t.Errorf("spike: %v", d.Spike)
	}
	if last := d.Timeline[len(d.Timeline)-1]; last.Text != "CheckoutSlow 1.9 s, usually 0.4 s (+375 %)" {
		t.Errorf("timeline: %q", last.Text)
	}
	if err := r.store.View(t.Context(), func(rd engine.Reader) error {
		p, err := rd.Post(t.Context(), "chart:"+id)
		if err != nil {
			return err
		}
		var c engine.Chart
		if err := json.Unmarshal(p.Detail, &c); err != nil {
			return err
		}
		if p.Kind != engine.PostChart || p.Parent != "incident:"+id || len(c.Samples) != 91 || *c.Baseline != 0.4 {
			t.Errorf("chart: %+v", c)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotMeasured(t *testing.T) {
	checkout := func(a *engine.Alert) { a.Labels["service"] = "checkout" }
	short := risen(1, 2, "service", "checkout")
	short.Samples = short.Samples[len(short.Samples)-3:]
	old := risen(1, 2, "service", "checkout")
	old.Samples = old.Samples[:len(old.Samples)-10]
	stated := 12.
	for name, c := range map[string]struct {
		list    []engine.Series
		adjust  func(*engine.Alert)
		measure bool
		spike   *float64
	}{
		"nothing is given":             {nil, linked, false, nil},
		"another service's":            {[]engine.Series{risen(1, 2, "service", "cart")}, linked, false, nil},
		"two that fit alike":           {[]engine.Series{risen(1, 2, "service", "checkout"), risen(1, 3, "service", "checkout", "x", "y")}, linked, false, nil},
		"a label with a field's name":  {[]engine.Series{risen(1, 2, "source", "eth0"), risen(1, 3, "source", "eth1")}, func(a *engine.Alert) { linked(a); a.Labels["source"] = "eth0" }, true, new(100.0)},
		"no query":                     {[]engine.Series{risen(1, 2)}, func(*engine.Alert) {}, false, nil},
		"a last value that is old":     {[]engine.Series{old}, linked, false, nil},
		"a value without a baseline":   {[]engine.Series{short}, linked, true, nil},
		"a baseline of zero":           {[]engine.Series{risen(0, 2)}, linked, true, nil},
		"a fall is no spike":           {[]engine.Series{risen(2, 1)}, linked, true, nil},
		"what was stated comes before": {[]engine.Series{risen(1, 2)}, func(a *engine.Alert) { linked(a); a.Spike = &stated }, true, &stated},
	} {
		m := &monitoring{list: c.list}
		r := newRig(t, m.meter())
		id := r.ingest(alert("a", checkout, c.adjust)).Alerts[0].IncidentID
		if err := r.enrich(id); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		d := r.detail(id)
		if (len(d.Measures) == 1) != c.measure {
			t.Errorf("%s: %+v", name, d.Measures)
		}
		if (d.Spike == nil) != (c.spike == nil) || d.Spike != nil && *d.Spike != *c.spike {
			t.Errorf("%s: a spike of %v", name, d.Spike)
		}
	}
}

func TestAConfiguredQueryComesFirst(t *testing.T) {
	match, err := engine.Patterns(map[string]string{"alertname": "Checkout.*"})
	if err != nil {
		t.Fatal(err)
	}
	rule := engine.MeasureRule{Match: match, Name: "p99", Unit: "s", Query: `p99{service="{{ service }}", instance="{{instance}}"}`}
	for label, want := range map[string]string{
		"plain":    `p99{service="checkout", instance="plain"}`,
		`a"} or b`: `p99{service="checkout", instance="a\"} or b"}`,
		`c\`:       `p99{service="checkout", instance="c\\"}`,
		"d\ne'":    `p99{service="checkout", instance="d\ne\'"}`,
		"`f":       "", // could end a string in backquotes
	} {
		m := &monitoring{list: []engine.Series{risen(1, 3)}}
		r := newRig(t, m.meter(rule))
		id := r.ingest(alert(label, linked)).Alerts[0].IncidentID
		if err := r.enrich(id); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(m.queries, "; "); got != want {
			t.Errorf("%q: asked %s, want %s", label, got, want)
		}
		if d := r.detail(id); want != "" && (len(d.Measures) != 1 || d.Measures[0].Line() != "p99 3 s, usually 1 s (+200 %)") {
			t.Errorf("%q: %+v", label, d.Measures)
		}
	}
}

func TestAMonitoringThatIsAwayIsAskedAgainForAWhile(t *testing.T) {
	m := &monitoring{err: errors.New("connection refused")}
	r := newRig(t, m.meter())
	id := r.ingest(alert("a", linked)).Alerts[0].IncidentID
	var again *engine.Again
	if err := r.enrich(id); !errors.As(err, &again) || again.After < time.Second {
		t.Fatalf("got %v", err)
	}
	r.clock.Advance(11 * time.Minute)
	if err := r.enrich(id); err != nil || len(m.queries) != 1 {
		t.Errorf("after eleven minutes: %v, asked %d times", err, len(m.queries))
	}
	m.err = engine.Invalidf("query", "parse error")
	r = newRig(t, m.meter())
	id = r.ingest(alert("a", linked)).Alerts[0].IncidentID
	if err := r.enrich(id); err != nil {
		t.Errorf("a query that is refused: %v", err)
	}
}

func TestAdviceIsLookedAtAgainOnceTheTroubleIsMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		adjust func(*engine.Alert)
		again  bool
	}{
		"nobody said how large it is": {func(*engine.Alert) {}, true},
		"the alert says":              {func(a *engine.Alert) { a.Spike = new(12.) }, false},
		"its words say":               {func(a *engine.Alert) { a.Description = "errors are up 12%" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := &monitoring{list: []engine.Series{risen(1, 5)}}
			r := newRig(t, m.meter())
			id := r.ingest(alert("a", linked, c.adjust)).Alerts[0].IncidentID
			r.work(engine.JobDecide, id)
			if d := r.detail(id); len(d.Decisions) != 1 || d.Decisions[0].Basis.Measured {
				t.Fatalf("before: %+v", d.Decisions)
			}
			if err := r.enrich(id); err != nil {
				t.Fatal(err)
			}
			r.work(engine.JobDecide, id)
			d := r.detail(id)
			if got := d.Decisions[len(d.Decisions)-1].Basis.Measured; got != c.again {
				t.Errorf("looked at again: %v", got)
			}
			if said := d.Spike != nil && *d.Spike == 400; said != c.again {
				t.Errorf("the incident's spike is %v", d.Spike)
			}
		})
	}
}
