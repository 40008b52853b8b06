package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

// replay is the past on its way: a library and a ledger of its own that know
// only what was known at the moment it stands at.
type replay struct {
	engine  *Engine
	library *library
	ledger  *ledger

	asked     []Incident // by start
	fixes     []Incident // those that history has, by the time they were over
	judgings  []judging  // by time
	runbooks  map[string]Runbook
	corrected map[string]string // what people said an incident really was
	judged    int

	earlier []solved // the fixes known by now
	done    []answered
}

// judging is how a decision stood from a moment on.
type judging struct {
	at time.Time
	Decision
}

func (e *Engine) newReplay(ctx context.Context, rd Reader) (*replay, error) {
	r := &replay{
		engine: e, library: newLibrary(e.cfg.embedder()), ledger: newLedger(),
		runbooks: make(map[string]Runbook), corrected: make(map[string]string),
	}
	err := each(func(after string) (string, error) {
		page, next, err := rd.Incidents(ctx, IncidentFilter{Status: Resolved}, after, 1000)
		r.take(page)
		return next, err
	})
	if err != nil {
		return nil, err
	}
	var runbooks []Runbook
	err = each(func(after string) (string, error) {
		page, next, err := rd.Runbooks(ctx, after, 1000)
		runbooks = append(runbooks, slices.DeleteFunc(page, func(b Runbook) bool { return b.Seed })...)
		return next, err
	})
	if err != nil {
		return nil, err
	}
	for _, b := range runbooks {
		r.runbooks[b.ID] = b
	}
	judged, err := rd.Judged(ctx, judgedLimit)
	if err != nil {
		return nil, err
	}
	r.judge(judged)
	return r, r.put(ctx, nil, runbooks)
}

// take keeps the store's own incidents. A false alarm has no right answer and is
// not asked about; nor is an example, which is not known either.
func (r *replay) take(page []Incident) {
	for _, i := range page {
		if i.Seed {
			continue
		}
		if i.Reason != ReasonFalseAlarm {
			r.asked = append(r.asked, i)
		}
		if i.Fix() {
			r.fixes = append(r.fixes, i)
		}
	}
	slices.SortFunc(r.asked, func(a, b Incident) int { return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(r.fixes, func(a, b Incident) int { return cmp.Or(a.over().Compare(b.over()), cmp.Compare(a.ID, b.ID)) })
}

// over is when an incident's end was known; never before its start, whatever a
// post-mortem says.
func (i *Incident) over() time.Time {
	if i.ResolvedAt != nil && i.ResolvedAt.After(i.StartedAt) {
		return *i.ResolvedAt
	}
	return i.StartedAt
}

// judge notes what people said of decisions, and when: the verdict first, the
// outcome from its own time on.
func (r *replay) judge(judged []Decision) {
	r.judged = len(judged)
	for _, d := range judged {
		if len(d.Reviews) > 0 {
			before := d
			before.Outcome = nil
			r.judgings = append(r.judgings, judging{d.Reviews[0].At, before})
			if right := d.Reviews[0].CorrectIncident; right != "" && d.IncidentID != nil {
				r.corrected[*d.IncidentID] = right
			}
		}
		if d.Outcome != nil {
			r.judgings = append(r.judgings, judging{d.Outcome.At, d})
		}
	}
	slices.SortFunc(r.judgings, func(a, b judging) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.ID, b.ID)) })
}

// ask goes on to the moment an incident began, and asks about it.
func (r *replay) ask(ctx context.Context, i *Incident) error {
	if err := r.goTo(ctx, i.StartedAt); err != nil {
		return err
	}
	q, err := r.question(ctx, i)
	if err != nil {
		return err
	}
	in, err := r.engine.inquire(ctx, q, i.StartedAt)
	if err != nil {
		return err
	}
	in.not.incident = i.ID
	learnt := r.ledger.learnt.Load()
	a := &adviser{library: r.library, calibrator: learnt.calibrator, lessons: learnt.lessons, now: i.StartedAt, log: r.engine.log}
	d, ranked, err := a.advise(ctx, in)
	if err != nil {
		return err
	}
	r.done = append(r.done, r.grade(i, d, ranked))
	return nil
}

// goTo makes known what was over or judged before a moment.
func (r *replay) goTo(ctx context.Context, t time.Time) error {
	n := 0
	for n < len(r.fixes) && r.fixes[n].over().Before(t) {
		r.earlier = append(r.earlier, newSolved(&r.fixes[n]))
		n++
	}
	known := r.fixes[:n]
	r.fixes = r.fixes[n:]
	n = 0
	var said []Decision
	for n < len(r.judgings) && r.judgings[n].at.Before(t) {
		said = append(said, r.judgings[n].Decision)
		n++
	}
	r.judgings = r.judgings[n:]
	r.ledger.put(said...)
	return r.put(ctx, known, nil)
}

// put adds to what is known. An embedding endpoint that fails costs its leg only.
func (r *replay) put(ctx context.Context, incidents []Incident, runbooks []Runbook) error {
	if len(incidents)+len(runbooks) == 0 {
		return ctx.Err()
	}
	if err := r.library.put(ctx, incidents, runbooks); err != nil {
		return err
	}
	r.library.index.Measure(ctx)
	if err := r.library.embed(ctx); err != nil {
		r.engine.log.WarnContext(ctx, "some of the history has no vectors in the backtest", "error", err)
	}
	return ctx.Err()
}

// answerKey are labels whose values somebody wrote once it was understood.
func answerKey() []string { return []string{"error_type", "root_cause", "cause", "resolution", "fix"} }

// question is what was known of an incident when it began: of a live one what its
// first decision was asked, else its first alerts; of a post-mortem its symptoms.
// A post-mortem's error type, cause, fix and text were written by somebody who
// knew how it ended.
func (r *replay) question(ctx context.Context, i *Incident) (Question, error) {
	d := Detail{Incident: *i}
	if i.Historical {
		d.ErrorType = ""
		d.Labels = maps.Clone(i.Labels)
		for _, name := range answerKey() {
			delete(d.Labels, name)
		}
		return d.question(), nil
	}
	err := r.engine.store.View(ctx, func(rd Reader) (err error) {
		if d.Decisions, _, err = rd.Decisions(ctx, DecisionFilter{IncidentID: i.ID}, "", 1000); err != nil {
			return err
		}
		d.Alerts, err = rd.Alerts(ctx, i.ID)
		return err
	})
	if err != nil {
		return Question{}, err
	}
	if n := len(d.Decisions); n > 0 {
		return d.Decisions[n-1].Question, nil
	}
	began := i.StartedAt.Add(r.engine.cfg.GroupWindow)
	d.Alerts = slices.DeleteFunc(d.Alerts, func(a Alert) bool { return a.StartedAt.After(began) })
	return d.question(), nil
}
