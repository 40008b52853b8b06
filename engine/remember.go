package engine

import (
	"context"
	"strings"
	"time"
)

// AddHistory stores past incidents and runbooks; an id that exists is updated.
// An incident that lives here is never overwritten. They are searched at once.
func (e *Engine) AddHistory(ctx context.Context, incidents []Incident, runbooks []Runbook) error {
	now := e.now()
	for n := range incidents {
		if err := incidents[n].asHistory(now); err != nil {
			return err
		}
	}
	for n := range runbooks {
		if err := runbooks[n].complete(now); err != nil {
			return err
		}
	}
	err := e.store.Update(ctx, func(tx Tx) error {
		ids := make([]string, len(incidents))
		for n, i := range incidents {
			ids[n] = i.ID
		}
		old, err := tx.IncidentsByID(ctx, ids)
		if err != nil {
			return err
		}
		for _, i := range old {
			if !i.Historical {
				return Conflictf("%s is a live incident; history needs another id", i.ID)
			}
		}
		if err := tx.PutIncidents(ctx, incidents); err != nil {
			return err
		}
		if err := tx.PutRunbooks(ctx, runbooks); err != nil {
			return err
		}
		return e.tellHistory(ctx, tx, incidents, runbooks, now)
	})
	if err != nil {
		return err
	}
	if err := e.library.put(ctx, incidents, runbooks); err != nil {
		e.log.WarnContext(ctx, "some of the history has no vectors yet", "error", err)
	}
	return nil
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

// asHistory checks and completes a past incident. Only a title, a symptom or a
// text is required.
func (i *Incident) asHistory(now time.Time) error {
	for _, s := range []*string{
		&i.ID, &i.Title, &i.Service, &i.Environment, &i.ErrorType, &i.Symptom, &i.RootCause, &i.Resolution, &i.Text,
		&i.Cost, &i.Undo, &i.TimeToMitigate,
	} {
		*s = strings.TrimSpace(Clean(*s))
	}
	if i.Title == "" {
		i.Title, _, _ = strings.Cut(i.Symptom+i.firstWords(), "\n")
	}
	if i.Title == "" {
		return Invalidf("title", "a past incident needs a title, a symptom or a text")
	}
	if i.ID == "" {
		i.ID = "H-" + HashFingerprint(i.Title, i.Service, map[string]string{"at": i.StartedAt.UTC().Format(time.RFC3339)})
	}
	if i.Severity == "" {
		i.Severity = SeverityUnknown
	}
	if i.Labels == nil {
		i.Labels = map[string]string{}
	}
	if i.StartedAt.IsZero() {
		i.StartedAt = now
	}
	if i.ResolvedAt == nil {
		i.ResolvedAt = &i.StartedAt
	}
	i.Historical, i.Status, i.UpdatedAt = true, Resolved, now
	if i.Reason == "" {
		i.Reason = ReasonFixed
	}
	return nil
}

func (i *Incident) firstWords() string {
	if i.Symptom != "" {
		return ""
	}
	line, _, _ := strings.Cut(i.Text, "\n")
	if r := []rune(line); len(r) > 120 {
		return string(r[:120])
	}
	return line
}

// complete checks and completes a runbook.
func (b *Runbook) complete(now time.Time) error {
	for _, s := range []*string{&b.ID, &b.Title, &b.ErrorType, &b.Service, &b.Text, &b.Mitigation, &b.URL} {
		*s = strings.TrimSpace(Clean(*s))
	}
	if b.Title == "" {
		b.Title, _, _ = strings.Cut(b.Text, "\n")
	}
	if b.Title == "" {
		return Invalidf("title", "a runbook needs a title or a text")
	}
	if b.ID == "" {
		b.ID = "RB-" + HashFingerprint(b.Title, b.Service, nil)
	}
	b.UpdatedAt = now
	return nil
}

// RemoveHistory deletes a past incident or a runbook.
func (e *Engine) RemoveHistory(ctx context.Context, id string) error {
	kind := KindIncident
	err := e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, id)
		switch {
		case KindOf(err) == NotFound:
			if _, err := tx.Runbook(ctx, id); err != nil {
				return NotFoundf("no incident or runbook %s", id)
			}
			kind = KindRunbook
			err = tx.DeleteRunbook(ctx, id)
		case err == nil && !i.Historical:
			return Conflictf("%s is a live incident; only history can be deleted", id)
		case err == nil:
			err = tx.DeleteIncident(ctx, id)
		}
		if err != nil {
			return err
		}
		ev, err := NewEvent(EventSystem, e.now(), news{What: "removed", Kind: kind, ID: id})
		if err != nil {
			return err
		}
		return tx.Emit(ctx, ev)
	})
	if err != nil {
		return err
	}
	return e.library.remove(ctx, kind, id)
}
