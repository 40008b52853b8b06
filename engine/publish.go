package engine

import (
	"context"
	"time"
)

// publish writes incidents that changed outside the intake, with their events,
// timelines, messages and jobs.
func (e *Engine) publish(ctx context.Context, tx Tx, incidents []*Incident, entries []Entry, w *wants, now time.Time) error {
	var events []Event
	var changed []Incident
	for _, i := range incidents {
		i.touch(now)
		events, changed = append(events, EventOf(EventIncident, now, i.ID)), append(changed, *i)
		w.jobs = append(w.jobs, e.dependJobs(i)...)
	}
	if err := tx.PutIncidents(ctx, changed); err != nil {
		return err
	}
	if err := tx.Note(ctx, entries...); err != nil {
		return err
	}
	if err := tx.Emit(ctx, events...); err != nil {
		return err
	}
	return w.write(ctx, tx)
}
