package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const (
	// enrichAfter leaves the plain alert the way out.
	enrichAfter = 2 * time.Second
	// enrichWithin is how long after its start an incident is still measured:
	// after that the value is not the one that the alert was about.
	enrichWithin = 10 * time.Minute
	// enrichAgain is the wait where the monitoring is away, as it may well be in
	// an incident.
	enrichAgain = 30 * time.Second
	// enrichTries bounds the alerts of an incident whose queries are tried.
	enrichTries = 3
)

// Chart is what a measure looks like over time. A face draws it when it sends it.
type Chart struct {
	Title     string    `json:"title"`
	Unit      string    `json:"unit,omitempty"`
	Samples   []Sample  `json:"samples"`
	Baseline  *float64  `json:"baseline,omitempty"`
	Threshold *float64  `json:"threshold,omitempty"`
	Started   time.Time `json:"started"` // when the alert began
}

// enrich is the job that asks the monitoring for the numbers of a new incident.
// It stands in no alert's way: what it finds is added by an edit.
func (e *Engine) enrich(ctx context.Context, subject string) error {
	detail, err := e.Incident(ctx, subject)
	if KindOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	now := e.now()
	if !detail.Live() || len(detail.Measures) > 0 || now.Sub(detail.LastSeriesAt) > enrichWithin {
		return nil
	}
	tried := 0
	for n := range detail.Alerts {
		a := &detail.Alerts[n]
		rule, ok := e.cfg.Meter.asks(a)
		if !ok || tried == enrichTries {
			continue
		}
		tried++
		window := e.cfg.Meter.Window
		from := a.StartedAt.Add(-2 * window)
		step := max(now.Sub(from)/samplesAsked, 15*time.Second).Round(time.Second)
		from = now.Add(-(now.Sub(from) / step * step)) // the last step is now, not up to a step ago
		list, err := e.cfg.Meter.Range(ctx, rule.Query, from, now, step)
		if err != nil {
			if KindOf(err) == Invalid { // the query itself is no good; asking again is no better
				e.log.WarnContext(ctx, "an alert's query gives nothing", "incident", subject, "alert", a.ID, "error", err)
				continue
			}
			e.log.WarnContext(ctx, "an incident is not measured yet", "incident", subject, "error", err)
			return &Again{After: enrichAgain}
		}
		s := pick(list, a)
		m, ok := rule.measure(s, a.StartedAt, now, window)
		if !ok {
			continue
		}
		if m.Name == "" {
			m.Name = a.Name
		}
		return e.measured(ctx, subject, a, &m, s.Samples, detail.question().Spike == nil)
	}
	return nil
}

// measured adds a measure to its incident. Where nobody said how large the trouble
// is, the measured spike says so, and advice that was given without is looked at
// again.
func (e *Engine) measured(ctx context.Context, id string, a *Alert, m *Measure, samples []Sample, sizeless bool) error {
	return e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, id)
		if err != nil || len(i.Measures) > 0 {
			return err
		}
		now := e.now()
		i.Measures = []Measure{*m}
		w := newWants(now)
		if sizeless && i.Spike == nil && m.Spike != nil && *m.Spike > 0 {
			i.Spike = m.Spike
			w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: i.ID})
		}
		w.incident(&i)
		if e.cfg.Meter.Charts {
			if err := w.chart(&i, &Chart{Title: m.Name, Unit: m.Unit, Samples: samples, Baseline: m.Baseline, Threshold: a.Threshold, Started: a.StartedAt}); err != nil {
				return err
			}
		}
		entry := Entry{ID: newID("ent_", now), IncidentID: id, At: now, Kind: "note", Text: m.Line()}
		return e.publish(ctx, tx, []*Incident{&i}, []Entry{entry}, w, now)
	})
}

// chart wants a chart in an incident's thread.
func (w *wants) chart(i *Incident, c *Chart) error {
	detail, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	if i.home() == "" {
		return nil // it has no thread
	}
	w.posts = append(w.posts, Post{
		Key: ChartKeyOf(i.ID), Channel: i.home(), Parent: incidentKey(i.ID), Kind: PostChart, Subject: i.ID, Detail: detail, CreatedAt: w.now,
	})
	w.jobs = append(w.jobs, Job{Kind: JobChart, Subject: i.ID})
	return nil
}
