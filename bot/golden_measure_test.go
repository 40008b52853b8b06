package bot

import (
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// measuredStates are the messages that show what the monitoring said, and what is
// in trouble around an incident, by the name of their golden file.
func measuredStates() map[string]any {
	r := testRenderer()
	p99 := func(d *engine.Detail) {
		d.Measures = []engine.Measure{{Name: "p99", Query: "latency", Unit: "s", Value: 1.9, Baseline: new(0.45), Spike: new(322.2), At: night.Add(time.Minute)}}
	}
	bare := func(d *engine.Detail) {
		d.Measures = []engine.Measure{{Query: "up", Value: 0, At: night.Add(time.Minute)}}
		d.Alerts[0].Value, d.Spike = nil, nil
	}
	needs := func(d *engine.Detail) {
		d.DependsOn = []engine.Dependency{
			{Service: "db", IncidentID: "INC-2026-0040", Title: "Replication stopped", Severity: engine.SeverityCritical, Status: engine.Open, Firing: true},
			{Service: "queue", IncidentID: "INC-2026-0041", Title: "Queue is long", Severity: engine.SeverityHigh, Status: engine.Acknowledged, Firing: true},
		}
	}
	of := func(changes ...func(*engine.Detail)) *engine.Detail {
		d := firing()
		for _, change := range changes {
			change(d)
		}
		return d
	}
	d := answered()
	return map[string]any{
		"alert_measured":      r.alert(of(p99)),
		"alert_measured_bare": r.alert(of(bare)),
		"incident_measured":   r.incident(of(p99, func(d *engine.Detail) { d.Alerts[0].Value = nil })),
		"incident_depends":    r.incident(of(needs)),
		"catchup_depends":     r.catchup(of(needs), night.Add(time.Hour)),
		"decision_measured":   r.decision(&advice{Decision: &d, live: &of(p99).Incident}, night),
	}
}

func TestWhatWasMeasuredLooksAsItDid(t *testing.T) {
	for name, v := range measuredStates() {
		t.Run(name, func(t *testing.T) { golden(t, name, v) })
		valid(t, name, v)
	}
}

func TestAChartIsToldToWhoDoesNotSeeIt(t *testing.T) {
	r := testRenderer()
	c := engine.Chart{Title: "p99", Unit: "s", Baseline: new(0.45), Threshold: new(1.0)}
	for n, v := range []float64{0.4, 2.1, 1.9} {
		c.Samples = append(c.Samples, engine.Sample{At: night.Add(time.Duration(n) * time.Minute), Value: v})
	}
	const want = "Chart: p99 from 03:01 to 03:03 UTC: now 1.9 s, between 0.4 s and 2.1 s; usually 0.45 s; limit 1 s"
	if got := r.altText(&c); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	c.Title, c.Unit = strings.Repeat("<!channel> https://evil.example.com ", 500), strings.Repeat("s", 500)
	if got := r.altText(&c); len(got) > 1000 || strings.Contains(got, "evil.example.com") { // Slack takes 1000
		t.Errorf("%d characters: %s", len(got), got)
	}
}
