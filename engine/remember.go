package engine

import (
	"context"
	"strings"
	"time"
)

// AddHistory stores past incidents and runbooks; an id that exists is updated,
// and what is stored as it is already is left alone. An incident that lives here
// is never overwritten. They are searched at once.
func (e *Engine) AddHistory(ctx context.Context, incidents []Incident, runbooks []Runbook) error {
	now := e.now()
	for n := range incidents {
		if err := incidents[n].asHistory(); err != nil {
			return err
		}
	}
	for n := range runbooks {
		if err := runbooks[n].complete(); err != nil {
			return err
		}
	}
	var m merge
	err := e.store.Update(ctx, func(tx Tx) (err error) {
		if m, err = compareHistory(ctx, tx, incidents, runbooks, now); err != nil {
			return err
		}
		for _, id := range m.kept {
			return Conflictf("%s lives here already; history needs another id", id)
		}
		return e.write(ctx, tx, &m, now)
	})
	if err == nil {
		e.follow(ctx, &m)
	}
	return err
}

// asHistory checks and completes a past incident. Only a title, a symptom or a
// text is required.
func (i *Incident) asHistory() error {
	for _, s := range []*string{
		&i.ID, &i.Title, &i.Service, &i.Environment, &i.ErrorType, &i.Symptom, &i.RootCause, &i.Resolution, &i.Text,
		&i.Cost, &i.Undo, &i.TimeToMitigate, &i.Source, &i.Fingerprint,
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
	i.StartedAt = i.StartedAt.UTC().Truncate(time.Microsecond)
	i.MitigatedAt, i.ResolvedAt = micros(i.MitigatedAt), micros(i.ResolvedAt)
	i.Historical, i.Status = true, Resolved
	if i.Reason == "" {
		i.Reason = ReasonFixed
	}
	return nil
}

// micros is a time as every store keeps it.
func micros(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
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

// complete checks and completes a runbook. Where it does not say what to do, its
// text does.
func (b *Runbook) complete() error {
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
	if b.Mitigation == "" {
		b.Mitigation = Mitigation(b.Text)
	}
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
