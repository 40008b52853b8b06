package engine

import (
	"context"
	"strings"
)

// decide is the job that answers an incident's question, once: its plain alert
// is in chat by then or will be without waiting for this.
func (e *Engine) decide(ctx context.Context, incidentID string) error {
	detail, err := e.Incident(ctx, incidentID)
	if KindOf(err) == NotFound || err == nil && len(detail.Decisions) > 0 {
		return nil
	}
	if err != nil {
		return err
	}
	d, err := e.answer(ctx, detail.question())
	if err != nil {
		return err
	}
	d.IncidentID = &incidentID
	return e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, incidentID)
		if err != nil {
			return err
		}
		made, _, err := tx.Decisions(ctx, DecisionFilter{IncidentID: incidentID}, "", 1)
		if err != nil || len(made) > 0 {
			return err
		}
		text := d.Header()
		if d.RecommendedAction != nil {
			text = "looks like " + d.Match() + " (" + Percent(100*d.ConfidenceScore) + "): " + *d.RecommendedAction
		}
		if err := tx.Note(ctx, Entry{ID: newID("ent_", d.CreatedAt), IncidentID: incidentID, At: d.CreatedAt, Kind: "decided", Text: text}); err != nil {
			return err
		}
		return e.keep(ctx, tx, &d, &i)
	})
}

// question is what an incident asks: its own facts and its alerts' words.
func (d Detail) question() Question {
	q := Question{ErrorType: d.ErrorType, Spike: d.Spike, Service: d.Service, Environment: d.Environment, Labels: d.Labels}
	said := make(map[string]bool)
	var lines []string
	for _, s := range append([]string{d.Title, d.Symptom}, alertLines(d.Alerts)...) {
		if s = strings.TrimSpace(s); s != "" && !said[s] {
			said[s] = true
			lines = append(lines, s)
		}
	}
	q.Text = strings.Join(lines, "\n")
	if q.Spike == nil {
		q.Spike = SpikeIn(q.Text)
	}
	return q
}

// alertLines are the words of the first alerts; a storm says the same thing
// many times.
func alertLines(alerts []Alert) []string {
	var lines []string
	for _, a := range alerts[:min(5, len(alerts))] {
		lines = append(lines, a.Title, a.Name, a.Description)
	}
	return lines
}
