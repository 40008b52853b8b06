package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// loadEmbedding bounds how long a start waits for an embedding endpoint; what has
// no vector by then gets one later and is found by its words until then.
const loadEmbedding = 2 * time.Second

// load reads the history, from where it is kept if it is, and the verdicts, and
// returns the Seq up to which it is current. What is committed while it reads has a higher Seq and follows.
func (e *Engine) load(ctx context.Context) (last int64, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		if last, _, err = r.LastSeq(ctx); err != nil {
			return err
		}
		if seq, ok := e.recall(ctx, r, last); ok {
			last = seq
		} else if err := e.loadHistory(ctx, r); err != nil {
			return err
		}
		soon, cancel := context.WithTimeout(ctx, loadEmbedding)
		defer cancel()
		e.embed(soon)
		judged, err := r.Judged(ctx, judgedLimit)
		if err != nil {
			return err
		}
		e.ledger.put(judged...)
		live, _, err := r.Incidents(ctx, IncidentFilter{Live: true}, "", 500)
		for n := range live {
			e.weather.put(&live[n])
		}
		return err
	})
	if err != nil || e.keptSeq == 0 {
		return last, err
	}
	return e.missed(ctx, last)
}

// missed learns what happened since the history was kept.
func (e *Engine) missed(ctx context.Context, last int64) (int64, error) {
	for {
		var events []Event
		err := e.store.View(ctx, func(r Reader) (err error) {
			events, err = r.Events(ctx, last, 500)
			return err
		})
		if err != nil || len(events) == 0 {
			return last, err
		}
		if err := e.learn(ctx, events); err != nil {
			return last, err
		}
		last = events[len(events)-1].Seq
	}
}

// loadChunk is how many items of history are indexed while the next are read.
const loadChunk = 10_000

// loadHistory reads and indexes at once: on a long history, each takes seconds.
func (e *Engine) loadHistory(ctx context.Context, r Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks := make(chan []Incident, 1)
	var reading sync.WaitGroup
	var readErr, putErr error
	reading.Go(func() {
		defer close(chunks)
		readErr = readHistory(ctx, r, chunks)
	})
	for chunk := range chunks {
		if putErr == nil {
			putErr = e.library.put(ctx, chunk, nil)
		}
		if putErr != nil {
			cancel()
		}
	}
	reading.Wait()
	if putErr != nil || readErr != nil {
		return cmp.Or(putErr, readErr)
	}
	var runbooks []Runbook
	if err := each(func(after string) (string, error) {
		page, next, err := r.Runbooks(ctx, after, 1000)
		runbooks = append(runbooks, page...)
		return next, err
	}); err != nil {
		return err
	}
	if err := e.library.put(ctx, nil, runbooks); err != nil {
		return err
	}
	e.library.index.Measure(ctx)
	return nil
}

// readHistory reads past incidents in chunks.
func readHistory(ctx context.Context, r Reader, chunks chan<- []Incident) error {
	var chunk []Incident
	pass := func() error {
		select {
		case chunks <- chunk:
			chunk = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := each(func(after string) (string, error) {
		page, next, err := r.History(ctx, after, 1000)
		if chunk = append(chunk, page...); err == nil && len(chunk) >= loadChunk {
			err = pass()
		}
		return next, err
	})
	if err != nil {
		return err
	}
	return pass()
}

// embed asks for what has no vector yet.
func (e *Engine) embed(ctx context.Context) {
	if e.cfg.Embedder == nil {
		return
	}
	switch err := e.library.embed(ctx); {
	case err != nil && e.library.lacking.begins():
		e.log.WarnContext(ctx, "some of the history has no vectors yet; it is found by its words", "error", err)
	case err == nil && e.library.lacking.ends():
		e.log.InfoContext(ctx, "all of the history has vectors")
	}
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
		e.embed(ctx)
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

// learn brings the library and the calibration up to date with events that follow
// each other. What an import adds comes in hundreds, and is put in together. An error
// says that the store was out of reach: they are to be learnt from again.
func (e *Engine) learn(ctx context.Context, events []Event) error {
	fresh := additions{incidents: make(map[string]*Incident), runbooks: make(map[string]Runbook)}
	alerts := 0
	for _, ev := range events {
		if ev.Type == EventAnomaly {
			alerts++
		}
		err := e.learnOne(ctx, ev, &fresh)
		if KindOf(err) == Unavailable {
			return err
		}
		if err != nil {
			e.log.WarnContext(ctx, "an event was not learnt from", "seq", ev.Seq, "error", err)
		}
	}
	e.add(ctx, &fresh)
	e.committer.rush.heard(alerts)
	return nil
}

// additions are what events do to the history, each id once, as it was last; an
// incident that teaches nothing any more is nil.
type additions struct {
	incidents map[string]*Incident
	runbooks  map[string]Runbook
}

// add does them and forgets them: nothing may overtake another.
func (e *Engine) add(ctx context.Context, fresh *additions) {
	var incidents []Incident
	for _, id := range slices.Sorted(maps.Keys(fresh.incidents)) {
		if i := fresh.incidents[id]; i != nil {
			incidents = append(incidents, *i)
		} else if err := e.library.remove(ctx, KindIncident, id); err != nil {
			e.log.WarnContext(ctx, "an incident is searched until the next start though it was reopened", "incident", id, "error", err)
		}
	}
	runbooks := slices.SortedFunc(maps.Values(fresh.runbooks), func(a, b Runbook) int { return strings.Compare(a.ID, b.ID) })
	clear(fresh.incidents)
	clear(fresh.runbooks)
	if len(incidents)+len(runbooks) > 0 {
		e.remember(ctx, incidents, runbooks)
	}
}

// remember makes what is stored already searched here, too.
func (e *Engine) remember(ctx context.Context, incidents []Incident, runbooks []Runbook) {
	if err := e.library.put(ctx, incidents, runbooks); err != nil {
		e.log.WarnContext(ctx, "some of the history is not searched before the next start", "error", err)
		return
	}
	e.library.index.Measure(ctx)
	e.embed(ctx)
}

func (e *Engine) learnOne(ctx context.Context, ev Event, fresh *additions) error {
	switch ev.Type {
	case EventIncident:
		var l liveIncident
		if err := json.Unmarshal(ev.Data, &l); err != nil {
			return err
		}
		if i := l.incident(); i.Live() && !e.remembers(i.ID, fresh) {
			e.weather.put(&i)
			return nil
		}
		var i Incident
		if err := json.Unmarshal(ev.Data, &i); err != nil {
			return err
		}
		e.weather.put(&i)
		e.learnIncident(i, fresh)
	case EventReview:
		return e.learnReview(ctx, ev)
	case EventDecision:
		return e.learnDecision(ctx, ev)
	case EventSystem:
		var n news
		if err := json.Unmarshal(ev.Data, &n); err != nil {
			return err
		}
		return e.learnNews(ctx, n, fresh)
	case EventAnomaly, EventAction:
	}
	return nil
}

// learnDecision learns from how a decision stands. An event tells how it stood:
// where that was before a verdict that is known by now, the store is asked.
func (e *Engine) learnDecision(ctx context.Context, ev Event) error {
	var d struct {
		ID      string            `json:"id"`
		Reviews []json.RawMessage `json:"reviews"`
		Outcome *struct{}         `json:"outcome"`
	}
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

// liveIncident is what the weather wants to know of an incident. In a burst there
// are thousands that history has nothing to learn from, and to read them whole
// would cost as much as to store them did.
type liveIncident struct {
	ID         string         `json:"id"`
	Title      string         `json:"title"`
	Status     IncidentStatus `json:"status"`
	Service    string         `json:"service"`
	Services   []string       `json:"services"`
	StartedAt  time.Time      `json:"started_at"`
	Historical bool           `json:"historical"`
}

func (l *liveIncident) incident() Incident {
	return Incident{
		ID: l.ID, Title: l.Title, Status: l.Status, Service: l.Service, Services: l.Services, StartedAt: l.StartedAt, Historical: l.Historical,
	}
}

// remembers reports whether history has an incident, or is about to.
func (e *Engine) remembers(id string, fresh *additions) bool {
	_, known := e.library.incident(id)
	return known || fresh.incidents[id] != nil
}

// learnIncident takes over an incident as an event tells it; what is known here
// may be newer.
func (e *Engine) learnIncident(i Incident, fresh *additions) {
	p, known := e.library.incident(i.ID)
	switch {
	case known && i.UpdatedAt.Before(p.updated), known && i.Historical && i.UpdatedAt.Equal(p.updated):
	case i.Fix():
		fresh.incidents[i.ID] = &i
	case known, fresh.incidents[i.ID] != nil:
		fresh.incidents[i.ID] = nil
	}
}

// news is the data of the system events that change history.
type news struct {
	What string `json:"what"` // runbook, removed
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

func (e *Engine) learnNews(ctx context.Context, n news, fresh *additions) error {
	switch n.What {
	case "removed":
		e.add(ctx, fresh)
		return e.library.remove(ctx, n.Kind, n.ID)
	case "runbook":
		var b Runbook
		err := e.store.View(ctx, func(r Reader) (err error) {
			b, err = r.Runbook(ctx, n.ID)
			return err
		})
		if KindOf(err) == NotFound {
			return nil // removed since, as a later event tells
		}
		if err != nil {
			return err
		}
		if h, ok := e.library.runbook(b.ID); ok && h.updated.Equal(b.UpdatedAt) {
			return nil // imported here
		}
		fresh.runbooks[b.ID] = b
	}
	return nil
}
