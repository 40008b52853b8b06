package engine

import (
	"context"
	"encoding/json"
	"time"
)

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
		judged, err := r.Judged(ctx, judgedLimit)
		e.ledger.put(judged...)
		return err
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
		err = e.learnReview(ctx, ev)
	case EventDecision:
		err = e.learnDecision(ctx, ev)
	case EventSystem:
		var n news
		if err = json.Unmarshal(ev.Data, &n); err == nil {
			err = e.learnNews(ctx, n)
		}
	case EventAnomaly, EventAction:
	}
	if err != nil {
		e.log.WarnContext(ctx, "an event was not learnt from", "seq", ev.Seq, "error", err)
	}
}

// learnDecision learns from how a decision stands. An event tells how it stood:
// where that was before a verdict that is known by now, the store is asked.
func (e *Engine) learnDecision(ctx context.Context, ev Event) error {
	var d Decision
	if err := json.Unmarshal(ev.Data, &d); err != nil {
		return err
	}
	if d.Outcome == nil && len(d.Reviews) == 0 && !e.ledger.knows(d.ID) {
		return nil
	}
	return e.relearn(ctx, d.ID)
}

func (e *Engine) learnReview(ctx context.Context, ev Event) error {
	var r Review
	if err := json.Unmarshal(ev.Data, &r); err != nil {
		return err
	}
	return e.relearn(ctx, r.DecisionID)
}

// relearn learns from how a decision stands now.
func (e *Engine) relearn(ctx context.Context, id string) error {
	var d Decision
	err := e.store.View(ctx, func(r Reader) (err error) {
		d, err = r.Decision(ctx, id)
		return err
	})
	if KindOf(err) == NotFound {
		return nil
	}
	if err == nil {
		e.ledger.put(d)
	}
	return err
}

func (e *Engine) learnIncident(ctx context.Context, i Incident) error {
	if p, ok := e.library.incident(i.ID); ok && i.Historical && p.updated.Equal(i.UpdatedAt) {
		return nil // imported here
	}
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
		if h, ok := e.library.runbook(b.ID); ok && h.updated.Equal(b.UpdatedAt) {
			return nil // imported here
		}
		return e.library.put(ctx, nil, []Runbook{b})
	}
	return nil
}
