package bot

import (
	"math"

	"ragoffire/engine"
)

// measureOf is what the monitoring said of an incident, nil where it was not asked
// or did not know.
func measureOf(i *engine.Incident) *engine.Measure {
	if len(i.Measures) == 0 {
		return nil
	}
	return &i.Measures[0]
}

// quantity is a number with its unit.
func (r *renderer) quantity(v float64, unit string) string {
	if unit == "" {
		return number(v)
	}
	return number(v) + " " + r.esc(unit, 20)
}

// measured is the line of an incident's measure: the value when it was asked for,
// what is usual, and the one against the other.
func (r *renderer) measured(i *engine.Incident) string {
	m := measureOf(i)
	if m == nil {
		return ""
	}
	usual := ""
	if m.Baseline != nil {
		usual = "usual " + r.quantity(*m.Baseline, m.Unit)
	}
	return join("📈 "+r.named(m)+r.quantity(m.Value, m.Unit), usual, spikeOf(m), "measured "+clock(m.At))
}

func (r *renderer) named(m *engine.Measure) string {
	if m.Name == "" {
		return ""
	}
	return "*" + r.bold(m.Name, maxName) + "* "
}

func spikeOf(m *engine.Measure) string {
	if m.Spike == nil {
		return ""
	}
	if math.Abs(*m.Spike) >= 10 {
		return change(math.Round(*m.Spike)) // no baseline is so exact
	}
	return change(*m.Spike)
}

// now is how large the trouble is tonight: what was measured, else what the alert
// or the asker said.
func (r *renderer) now(d *engine.Decision, live *engine.Incident) string {
	said := ""
	if d.Question.Spike != nil {
		said = change(*d.Question.Spike)
	}
	if live == nil || measureOf(live) == nil {
		return said
	}
	m := measureOf(live)
	name := ""
	if m.Name != "" {
		name = r.esc(m.Name, maxName) + " "
	}
	spike := spikeOf(m)
	if spike == "" {
		spike = said
	}
	if spike == "" {
		return name + r.quantity(m.Value, m.Unit)
	}
	return name + r.quantity(m.Value, m.Unit) + ", " + spike
}
