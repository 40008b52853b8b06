package engine

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ragoffire/engine/fail"
)

// decideAfter is how long an incident that grows is left to grow before its
// advice is looked at again.
const decideAfter = 3 * time.Second

// decide is the job that answers an incident's question, and answers it anew
// where what happened since asks for that: the advice was rejected or failed, or
// the incident is worse or wider than it was then. Run once more, it changes
// nothing.
func (e *Engine) decide(ctx context.Context, subject string) error {
	if strings.HasPrefix(subject, "dec_") {
		return e.decideNext(ctx, subject)
	}
	fail.Point("decide.fetched")
	c, err := e.caseOf(ctx, subject)
	if err == nil && c.why != dueNot && e.committer.rush.turn(ctx) { // alerts first
		c, err = e.caseOf(ctx, subject)
	}
	if err != nil || c.why == dueNot {
		return err
	}
	detail := &c.detail
	in := newInquiry(detail.question(), detail.Changes, detail.StartedAt)
	in.not.incident = detail.ID
	for n := range detail.Decisions {
		in.not.refuse(&detail.Decisions[n])
	}
	d, err := e.adviser().answer(ctx, in)
	if err != nil {
		return err
	}
	d.IncidentID, d.Basis = &detail.ID, detail.basis()
	d.giveWay(c.onset, c.services, &detail.Incident)
	ask := e.weather.ask(&d)
	if err := e.settle(ctx, detail, &d, c.why, ask); err != nil {
		return err
	}
	fail.Point("decide.committed")
	e.weather.told(ask, d.CreatedAt)
	return nil
}

// unanswered is what an incident's answer is made of, and why it needs one.
type unanswered struct {
	detail   Detail
	onset    []Onset
	services int
	why      due
}

// caseOf looks at an incident as it is now. One that is gone needs no answer.
func (e *Engine) caseOf(ctx context.Context, id string) (c unanswered, err error) {
	c.detail, err = e.Incident(ctx, id)
	if KindOf(err) == NotFound {
		return unanswered{}, nil
	}
	if err != nil {
		return unanswered{}, err
	}
	if c.onset, c.services, err = e.onset(ctx, &c.detail.Incident); err != nil {
		return unanswered{}, err
	}
	c.why = c.detail.due(c.onset)
	return c, nil
}

// due says why an incident needs an answer.
type due int

const (
	dueNot   due = iota
	dueFirst     // it has none
	dueNext      // the latest was rejected or failed
	dueAgain     // it is worse or wider than when the latest was made, or better known
)

func (d *Detail) due(onset []Onset) due {
	if len(d.Decisions) == 0 {
		return dueFirst
	}
	latest := &d.Decisions[0]
	switch {
	case !d.Live():
		return dueNot
	case latest.unhelpful():
		if latest.Outdated != "" {
			return dueNot
		}
		return dueNext
	case len(onset) > 0 && len(latest.Onset) == 0:
		return dueAgain
	case latest.sizeless(&d.Incident), latest.unsuspecting(d):
		return dueAgain
	case latest.Basis == nil || d.Series <= latest.Basis.Series && !d.Severity.Worse(latest.Basis.Severity):
		return dueNot
	}
	return dueAgain
}

// unhelpful reports whether people said that the advice is of no use.
func (d *Decision) unhelpful() bool {
	return len(d.Reviews) > 0 && d.Reviews[0].Verdict == Reject ||
		d.Outcome != nil && (d.Outcome.Outcome == Failed || d.Outcome.Outcome == Reverted)
}

func (i *Incident) basis() *Basis {
	return &Basis{Series: i.Series, Severity: i.Severity, Measured: len(i.Measures) > 0}
}

// sizeless reports whether the advice was given before the trouble was measured,
// and without a size from elsewhere.
func (d *Decision) sizeless(i *Incident) bool {
	return len(d.Reviews) == 0 && d.Basis != nil && !d.Basis.Measured && len(i.Measures) > 0 && d.Question.Spike == nil && i.Spike != nil
}

// settle writes the answer, or what it means for the latest one; ask are the
// incidents whose advice is then looked at again.
func (e *Engine) settle(ctx context.Context, detail *Detail, d *Decision, why due, ask []string) error {
	return e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, detail.ID)
		if err != nil {
			return err
		}
		made, _, err := tx.Decisions(ctx, DecisionFilter{IncidentID: i.ID}, "", 1)
		if err != nil {
			return err
		}
		if len(made) == 0 {
			return e.keepOf(ctx, tx, d, &i, ask)
		}
		latest, err := tx.Decision(ctx, made[0].ID)
		if err != nil || len(detail.Decisions) == 0 || latest.ID != detail.Decisions[0].ID || latest.unhelpful() != (why == dueNext) {
			return err // another run was first; what it left to do has its own job
		}
		fresh := d.follow(&latest, why, &i)
		if err := tx.PutDecisions(ctx, []Decision{latest}); err != nil {
			return err
		}
		if err := e.tellDecision(ctx, tx, &latest, e.now()); err != nil {
			return err
		}
		w := newWants(e.now())
		w.decision(&latest, &i, "")
		w.incident(&i)
		if err := w.write(ctx, tx); err != nil || !fresh {
			return err
		}
		return e.keepOf(ctx, tx, d, &i, ask)
	})
}

// What stands at advice that did not help: what comes after it.
const (
	nextIs    = "the next candidate is "
	exhausted = "nothing else in the history is close enough"
)

// follow says what a new answer means for the latest one, and reports whether it
// is worth a message of its own: the same advice twice is not.
func (d *Decision) follow(latest *Decision, why due, i *Incident) (fresh bool) {
	grown := latest.predates(i)
	latest.Basis = i.basis()
	latest.Onset, latest.OnsetServices = d.Onset, d.OnsetServices
	latest.Changes = d.Changes
	switch {
	case why == dueNext && d.Abstained:
		latest.Outdated = exhausted
		return false
	case why == dueNext:
		latest.Outdated = nextIs + d.Match()
	case len(d.Onset) > 0 && d.Abstained:
		latest.Outdated = d.stormLine()
		return false
	case d.Match() == latest.Match() && (d.Abstained || *d.RecommendedAction == *latest.RecommendedAction):
		if len(latest.Reviews) == 0 {
			latest.Confidence, latest.ConfidenceScore = d.Confidence, d.ConfidenceScore
		}
		return false
	case grown == "" && len(d.Changes) > 0:
		latest.Outdated = "this advice predates what was told of " + d.Changes[0].line()
	default:
		latest.Outdated = grown
	}
	if d.Abstained {
		return false
	}
	d.Follows, latest.SupersededBy = latest.ID, d.ID
	if !d.CreatedAt.After(latest.CreatedAt) { // by a clock that was set back, or another's
		d.CreatedAt = latest.CreatedAt.Add(time.Microsecond)
	}
	return true
}

// predates says by how much an incident has outgrown the advice.
func (d *Decision) predates(i *Incident) string {
	if d.Basis == nil {
		return ""
	}
	if i.Severity.Worse(d.Basis.Severity) {
		return fmt.Sprintf("this advice predates %s", i.Severity)
	}
	if n := i.Series - d.Basis.Series; n == 1 {
		return "this advice predates 1 alert"
	} else if n > 1 {
		return fmt.Sprintf("this advice predates %d alerts", n)
	}
	if d.sizeless(i) {
		return "this advice predates the measure: " + Percent(*i.Spike)
	}
	return ""
}

// keepOf stores a fresh decision of an incident, with its line in the timeline.
// In a storm the first incidents' advice is looked at again: it was given before
// anybody knew.
func (e *Engine) keepOf(ctx context.Context, tx Tx, d *Decision, i *Incident, ask []string) error {
	text := d.Header()
	if d.RecommendedAction != nil {
		text = "looks like " + d.Match() + " (" + Percent(math.Round(100*d.ConfidenceScore)) + "): " + *d.RecommendedAction
	}
	entry := Entry{ID: newID("ent_", d.CreatedAt), IncidentID: i.ID, At: d.CreatedAt, Kind: "decided", Text: text}
	if err := tx.Note(ctx, entry); err != nil {
		return err
	}
	var jobs []Job
	for _, id := range ask {
		jobs = append(jobs, Job{Kind: JobDecide, Subject: id})
	}
	if err := tx.Enqueue(ctx, jobs...); err != nil {
		return err
	}
	err := e.keep(ctx, tx, d, i)
	fail.Point("decide.commit.before")
	return err
}

// decideNext answers a person's question anew after its answer was rejected or
// failed.
func (e *Engine) decideNext(ctx context.Context, id string) error {
	latest, err := e.Decision(ctx, id)
	if KindOf(err) == NotFound {
		return nil
	}
	if err != nil || !latest.unhelpful() || latest.Outdated != "" {
		return err
	}
	in, err := e.inquire(ctx, latest.Question, latest.CreatedAt)
	if err != nil {
		return err
	}
	for d, n := latest, 0; n < 20; n++ {
		in.not.refuse(&d)
		if d.Follows == "" {
			break
		}
		if d, err = e.Decision(ctx, d.Follows); err != nil {
			return err
		}
	}
	d, err := e.adviser().answer(ctx, in)
	if err != nil {
		return err
	}
	return e.store.Update(ctx, func(tx Tx) error {
		latest, err := tx.Decision(ctx, id)
		if err != nil || !latest.unhelpful() || latest.Outdated != "" {
			return err
		}
		fresh := d.follow(&latest, dueNext, &Incident{})
		latest.Basis = nil
		if err := tx.PutDecisions(ctx, []Decision{latest}); err != nil {
			return err
		}
		if err := e.tellDecision(ctx, tx, &latest, e.now()); err != nil {
			return err
		}
		w := newWants(e.now())
		w.decision(&latest, nil, e.answersTo())
		if err := w.write(ctx, tx); err != nil || !fresh {
			return err
		}
		return e.keep(ctx, tx, &d, nil)
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
	for _, a := range d.Alerts[:min(alertsRead, len(d.Alerts))] {
		for _, l := range a.Links {
			if l.Rel == "runbook" && q.Runbook == "" {
				q.Runbook = l.URL
			}
		}
		if a.Name != "" && q.Labels[alertName] == "" {
			labels := make(map[string]string, len(q.Labels)+1)
			for k, v := range q.Labels {
				labels[k] = v
			}
			labels[alertName] = a.Name
			q.Labels = labels
		}
	}
	return q
}

// alertsRead bounds the alerts whose words count; a storm says the same thing
// many times.
const alertsRead = 5

func alertLines(alerts []Alert) []string {
	var lines []string
	for _, a := range alerts[:min(alertsRead, len(alerts))] {
		lines = append(lines, a.Title, a.Name, a.Description)
	}
	return slices.Clip(lines)
}
