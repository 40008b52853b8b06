package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

// merge is what history on its way in changes of what is stored.
type merge struct {
	incidents []Incident // to be written
	runbooks  []Runbook
	added     int // of both
	unchanged int
	kept      []string // ids of what lives here and must not be overwritten
}

// compareHistory looks up what is stored of the rows. A row that does not say
// when it began keeps what is stored of that, so that it is the same row when it
// comes again.
func compareHistory(ctx context.Context, tx Tx, incidents []Incident, runbooks []Runbook, now time.Time) (merge, error) {
	var m merge
	ids := make([]string, len(incidents))
	for n, i := range incidents {
		ids[n] = i.ID
	}
	list, err := tx.IncidentsByID(ctx, ids)
	if err != nil {
		return m, err
	}
	old := make(map[string]*Incident, len(list))
	for n := range list {
		old[list[n].ID] = &list[n]
	}
	for _, i := range incidents {
		before := old[i.ID]
		switch {
		case before == nil:
			m.added++
		case !before.Historical, i.Seed && !before.Seed:
			m.kept = append(m.kept, i.ID)
			continue
		}
		i.since(before, now)
		if before != nil && sameObject(i, *before) {
			m.unchanged++
			continue
		}
		i.touch(now)
		m.incidents = append(m.incidents, i)
	}
	for _, b := range runbooks {
		before, err := tx.Runbook(ctx, b.ID)
		switch {
		case KindOf(err) == NotFound:
			m.added++
		case err != nil:
			return m, err
		case b.Seed && !before.Seed:
			m.kept = append(m.kept, b.ID)
			continue
		default:
			if b.UpdatedAt = before.UpdatedAt; sameObject(b, before) {
				m.unchanged++
				continue
			}
		}
		b.UpdatedAt = now
		m.runbooks = append(m.runbooks, b)
	}
	return m, nil
}

// since fills in the times and the source that a row left open.
func (i *Incident) since(before *Incident, now time.Time) {
	if before != nil {
		i.UpdatedAt = before.UpdatedAt
		if i.Source == "" {
			i.Source = before.Source
		}
		if i.StartedAt.IsZero() {
			i.StartedAt = before.StartedAt
			if i.ResolvedAt == nil {
				i.ResolvedAt = before.ResolvedAt
			}
		}
	}
	if i.StartedAt.IsZero() {
		i.StartedAt = now
		if i.ResolvedAt != nil && i.ResolvedAt.Before(now) {
			i.StartedAt = *i.ResolvedAt
		}
	}
	if i.ResolvedAt == nil {
		started := i.StartedAt
		i.ResolvedAt = &started
	}
}

// sameObject reports whether two objects are stored alike.
func sameObject(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && bytes.Equal(x, y)
}

// write stores what a merge changes, with the events that the indexes of all
// replicas follow.
func (e *Engine) write(ctx context.Context, tx Tx, m *merge, now time.Time) error {
	if len(m.incidents)+len(m.runbooks) == 0 {
		return nil
	}
	if err := tx.PutIncidents(ctx, m.incidents); err != nil {
		return err
	}
	if err := tx.PutRunbooks(ctx, m.runbooks); err != nil {
		return err
	}
	return e.tellHistory(ctx, tx, m.incidents, m.runbooks, now)
}

// follow makes what was written searched at once, here.
func (e *Engine) follow(ctx context.Context, m *merge) {
	if e.cfg.Unread {
		return
	}
	e.remember(ctx, m.incidents, m.runbooks)
}

func (e *Engine) tellHistory(ctx context.Context, tx Tx, incidents []Incident, runbooks []Runbook, now time.Time) error {
	var events []Event
	for _, i := range incidents {
		ev, err := NewEvent(EventIncident, now, i)
		if err != nil {
			return err
		}
		events = append(events, ev)
	}
	for _, b := range runbooks {
		ev, err := NewEvent(EventSystem, now, news{What: "runbook", Kind: KindRunbook, ID: b.ID})
		if err != nil {
			return err
		}
		events = append(events, ev)
	}
	return tx.Emit(ctx, events...)
}
