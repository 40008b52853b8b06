package engine

import (
	"cmp"
	"context"
	"strings"
	"time"

	"ragoffire/engine/fail"
)

// Review records a person's verdict on a decision. The first one stands: a later
// one is a Conflict that says who decided.
func (e *Engine) Review(ctx context.Context, decisionID string, r Review) (Decision, error) {
	r.DecisionID, r.At = decisionID, e.now()
	for _, s := range []*string{&r.Actor, &r.Reason, &r.CorrectAction, &r.CorrectIncident} {
		*s = strings.TrimSpace(Clean(*s))
	}
	if r.Verdict != Approve && r.Verdict != Reject {
		return Decision{}, Invalidf("verdict", "verdict must be approve or reject, not %q", r.Verdict)
	}
	if r.Actor == "" {
		return Decision{}, Invalidf("actor", "a verdict needs an actor: who decided")
	}
	return e.judge(ctx, decisionID, func(tx Tx, d *Decision, w *wants) (Entry, error) {
		if len(d.Reviews) > 0 {
			first := d.Reviews[0]
			return Entry{}, Conflictf("%s already %s this at %s UTC", first.Actor, first.Verdict.past(), first.At.Format("15:04"))
		}
		switch {
		case r.Verdict != Approve:
		case d.Abstained:
			return Entry{}, Conflictf("there is no recommendation to approve")
		case d.isOvertaken() && !d.unhelpful(): // what people said of it they may go on
			return Entry{}, d.overtaken()
		}
		if err := r.checkIncident(ctx, tx, d); err != nil {
			return Entry{}, err
		}
		if err := tx.AddReview(ctx, r); err != nil {
			return Entry{}, err
		}
		d.Reviews = []Review{r}
		d.Status = Approved
		w.jobs = append(w.jobs, Job{Kind: JobAsk, Subject: d.ID, At: r.At.Add(askAfter)})
		if r.Verdict == Reject {
			d.Status = Rejected
			w.jobs[len(w.jobs)-1] = Job{Kind: JobDecide, Subject: d.subject()}
		}
		ev, err := NewEvent(EventReview, r.At, r)
		if err != nil {
			return Entry{}, err
		}
		text := r.Verdict.past() + " " + d.Match()
		if r.Reason != "" {
			text += ": " + r.Reason
		}
		return Entry{At: r.At, Kind: r.Verdict.past(), Actor: r.Actor, Text: text}, tx.Emit(ctx, ev)
	})
}

// checkIncident says where what the problem is said to be is no incident, or the
// very one that was asked about: neither would teach anything.
func (r *Review) checkIncident(ctx context.Context, tx Tx, d *Decision) error {
	if r.CorrectIncident == "" {
		return nil
	}
	if d.IncidentID != nil && *d.IncidentID == r.CorrectIncident {
		return Invalidf("correct_incident", "%s is this incident itself; name a past one or leave it out", r.CorrectIncident)
	}
	_, err := tx.Incident(ctx, r.CorrectIncident)
	if KindOf(err) == NotFound {
		return Invalidf("correct_incident", "there is no incident %s; leave it out if you are not sure", r.CorrectIncident)
	}
	return err
}

// UndoReview takes a verdict back: by its author, within UndoWindow.
func (e *Engine) UndoReview(ctx context.Context, decisionID, actor string) (Decision, error) {
	return e.takeBack(ctx, decisionID, actor, func(r Review) error {
		if r.Actor != actor {
			return &Error{Kind: Denied, Text: "only " + r.Actor + " can take this verdict back"}
		}
		return nil
	})
}

// OverruleReview takes somebody else's verdict back, within UndoWindow. Who may
// do so is for the front end to know.
func (e *Engine) OverruleReview(ctx context.Context, decisionID, actor string) (Decision, error) {
	return e.takeBack(ctx, decisionID, actor, func(Review) error { return nil })
}

func (e *Engine) takeBack(ctx context.Context, decisionID, actor string, may func(Review) error) (Decision, error) {
	now := e.now()
	return e.judge(ctx, decisionID, func(tx Tx, d *Decision, _ *wants) (Entry, error) {
		if len(d.Reviews) == 0 {
			return Entry{}, Conflictf("%s has no verdict to take back", d.ID)
		}
		r := d.Reviews[0]
		if err := may(r); err != nil {
			return Entry{}, err
		}
		if now.Sub(r.At) > UndoWindow {
			return Entry{}, Conflictf("a verdict can be taken back for %s; this one stands since %s UTC", Span(UndoWindow), r.At.Format("15:04"))
		}
		if err := tx.UndoReview(ctx, d.ID, now); err != nil {
			return Entry{}, err
		}
		d.Reviews, d.Status = nil, Proposed
		if d.Outdated == exhausted || strings.HasPrefix(d.Outdated, nextIs) {
			d.Outdated, d.SupersededBy = "", "" // it is open again, beside what was offered instead
		}
		if err := mergedAway(ctx, tx, d); err != nil {
			return Entry{}, err
		}
		return Entry{At: now, Kind: "undone", Actor: actor, Text: "took the verdict " + of(r, actor) + "back"}, e.tellDecision(ctx, tx, d, now)
	})
}

// of names whose verdict it was, where it was not the actor's own.
func of(r Review, actor string) string {
	if r.Actor == actor {
		return ""
	}
	return "of " + r.Actor + " "
}

// overtaken says why advice that waits for nobody any more cannot be approved: a
// message may show its buttons for a moment longer, and programs know none.
func (d *Decision) overtaken() error {
	text := cmp.Or(d.Outdated, "there is newer advice")
	if d.SupersededBy != "" {
		text += "; " + d.SupersededBy + " is newer"
	}
	return Conflictf("it can no longer be approved: %s", text)
}

// mergedAway says at advice that nobody has answered any more where its incident
// went meanwhile.
func mergedAway(ctx context.Context, tx Tx, d *Decision) error {
	if d.IncidentID == nil || !d.Open() {
		return nil
	}
	i, err := tx.Incident(ctx, *d.IncidentID)
	if err == nil && i.MergedInto != "" {
		d.Outdated = mergedInto + i.MergedInto
	}
	return err
}

// tellDecision emits how a decision stands now.
func (e *Engine) tellDecision(ctx context.Context, tx Tx, d *Decision, at time.Time) error {
	ev, err := NewEvent(EventDecision, at, d)
	if err != nil {
		return err
	}
	return tx.Emit(ctx, ev)
}

// judge changes a decision under its row's hold, with its entry in the
// incident's timeline, its messages and jobs; an entry without a kind means that
// nothing changed.
func (e *Engine) judge(ctx context.Context, decisionID string, change func(Tx, *Decision, *wants) (Entry, error)) (Decision, error) {
	var d Decision
	err := e.store.Update(ctx, func(tx Tx) (err error) {
		if d, err = tx.Decision(ctx, decisionID); err != nil {
			return err
		}
		w := newWants(e.now())
		entry, err := change(tx, &d, w)
		if err != nil || entry.Kind == "" {
			return err
		}
		if err := tx.PutDecisions(ctx, []Decision{d}); err != nil {
			return err
		}
		if d.IncidentID == nil {
			w.decision(&d, nil, e.answersTo())
			return w.write(ctx, tx)
		}
		i, err := tx.Incident(ctx, *d.IncidentID)
		if err != nil {
			return err
		}
		entry.ID, entry.IncidentID = newID("ent_", entry.At), i.ID
		if err := tx.Note(ctx, entry); err != nil {
			return err
		}
		w.decision(&d, &i, "")
		w.incident(&i)
		err = w.write(ctx, tx)
		fail.Point("review.commit.before")
		return err
	})
	if err == nil {
		fail.Point("review.committed")
		e.ledger.put(d)
	}
	return d, err
}

func (v Verdict) past() string {
	if v == Approve {
		return "approved"
	}
	return "rejected"
}
