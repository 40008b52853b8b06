package engine

import (
	"context"
	"time"
)

// publish writes incidents that changed outside the intake, with their events,
// timelines, messages and jobs.
func (e *Engine) publish(ctx context.Context, tx Tx, incidents []Incident, entries []Entry, w *wants, now time.Time) error {
	var events []Event
	for n := range incidents {
		incidents[n].UpdatedAt = now
		ev, err := NewEvent(EventIncident, now, incidents[n])
		if err != nil {
			return err
		}
		events = append(events, ev)
	}
	if err := tx.PutIncidents(ctx, incidents); err != nil {
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
