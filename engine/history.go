package engine

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"ragoffire/engine/confidence"
)

// judgedLimit is how many verdicts calibration looks back on.
const judgedLimit = 2000

// loadEmbedding bounds how long a start waits for an embedding endpoint; what has
// no vector by then gets one later and is found by its words until then.
const loadEmbedding = 2 * time.Second

// load reads the history and the verdicts, and returns the Seq up to which it
// is current. What is committed while it reads has a higher Seq and follows.
func (e *Engine) load(ctx context.Context) (last int64, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		if last, _, err = r.LastSeq(ctx); err != nil {
			return err
		}
		var incidents []Incident
		if err := each(func(after string) (string, error) {
			page, next, err := r.History(ctx, after, 1000)
			incidents = append(incidents, page...)
			return next, err
		}); err != nil {
			return err
		}
		var runbooks []Runbook
		if err := each(func(after string) (string, error) {
			page, next, err := r.Runbooks(ctx, after, 1000)
			runbooks = append(runbooks, page...)
			return next, err
		}); err != nil {
			return err
		}
		soon, cancel := context.WithTimeout(ctx, loadEmbedding)
		defer cancel()
		if err := e.library.put(soon, incidents, runbooks); err != nil {
			e.log.WarnContext(ctx, "some of the history has no vectors yet", "error", err)
		}
		return e.calibrate(ctx, r)
	})
	return last, err
}

// embedMissing makes up for what an embedding endpoint failed to do.
func (e *Engine) embedMissing(ctx context.Context) {
	tick := time.NewTicker(15 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if left, err := e.library.index.EmbedMissing(ctx); err != nil && ctx.Err() == nil {
			e.log.WarnContext(ctx, "history still without vectors", "left", left, "error", err)
		}
	}
}

// each reads pages until the last.
func each(page func(after string) (next string, err error)) error {
	for after := ""; ; {
		next, err := page(after)
		if err != nil || next == "" {
			return err
		}
		after = next
	}
}

func (e *Engine) calibrate(ctx context.Context, r Reader) error {
	judged, err := r.Reviewed(ctx, judgedLimit)
	if err != nil {
		return err
	}
	outcomes := make([]confidence.Outcome, len(judged))
	for n, j := range judged {
		outcomes[n] = confidence.Outcome{Raw: j.Raw, Right: j.Right}
	}
	c := confidence.NewCalibrator(outcomes)
	e.calibrator.Store(&c)
	return nil
}

// learn brings the library and the calibration up to date with one event.
func (e *Engine) learn(ctx context.Context, ev Event) {
	var err error
	switch ev.Type {
	case EventIncident:
		var i Incident
		if err = json.Unmarshal(ev.Data, &i); err == nil {
			err = e.learnIncident(ctx, i)
		}
	case EventReview:
		err = e.store.View(ctx, func(r Reader) error { return e.calibrate(ctx, r) })
	case EventSystem:
		var n news
		if err = json.Unmarshal(ev.Data, &n); err == nil {
			err = e.learnNews(ctx, n)
		}
	case EventAnomaly, EventDecision, EventAction:
	}
	if err != nil {
		e.log.WarnContext(ctx, "an event was not learnt from", "seq", ev.Seq, "error", err)
	}
}

func (e *Engine) learnIncident(ctx context.Context, i Incident) error {
	if i.Fix() {
		return e.library.put(ctx, []Incident{i}, nil)
	}
	if _, ok := e.library.incident(i.ID); ok {
		return e.library.remove(ctx, KindIncident, i.ID)
	}
	return nil
}

// news is the data of the system events that change history.
type news struct {
	What string `json:"what"` // runbook, removed
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

func (e *Engine) learnNews(ctx context.Context, n news) error {
	switch n.What {
	case "removed":
		return e.library.remove(ctx, n.Kind, n.ID)
	case "runbook":
		var b Runbook
		err := e.store.View(ctx, func(r Reader) (err error) {
			b, err = r.Runbook(ctx, n.ID)
			return err
		})
		if err != nil {
			return err
		}
		return e.library.put(ctx, nil, []Runbook{b})
	}
	return nil
}

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
