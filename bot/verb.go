package bot

import (
	"cmp"
	"context"
	"strings"

	"ragoffire/engine"
)

// perform does what a command asks for: one use case each. The message it
// returns is for the asker alone.
func (b *Bot) perform(ctx context.Context, a asker, c command) (*message, error) {
	if err := b.maySteer(ctx, a, c.verb); err != nil {
		return nil, err
	}
	if c.dialog() {
		return b.offerDialog(ctx, a, c)
	}
	switch c.verb {
	case verbDeclare:
		return b.declare(ctx, a, c.declared)
	case verbMitigate, verbReopen, verbSeverity, verbAssign, verbNote, verbUpdate:
		return b.tendTo(ctx, a, c)
	case verbRunbook:
		return b.runbook(ctx, a, c)
	case verbStats:
		return b.stats(ctx)
	case verbStatus:
		return b.status(ctx)
	case verbAnalyze:
		return nil, b.analyze(ctx, a, c.question)
	case verbDrafts:
		return b.drafts(ctx)
	case verbList:
		return b.list(ctx, c.text)
	case verbShow:
		return b.showOf(ctx, a, c)
	case verbAck, verbResolve:
		return b.performOnIncident(ctx, a, c)
	case verbApprove, verbReject:
		return b.performOnDecision(ctx, a, c)
	case verbOutcome:
		return b.outcomeOf(ctx, a, c)
	case verbWhy:
		d, err := b.decisionOf(ctx, a, c)
		if err != nil {
			return nil, err
		}
		return b.render.evidence(&d), nil
	case verbSilence:
		return b.silence(ctx, a, c)
	case verbMerge, verbSplit, verbLink, verbTimeline, verbCatchup, verbPostmortem, verbHandoff:
		return b.performStory(ctx, a, c)
	case verbSimilar:
		found, err := b.engine.Search(ctx, engine.SearchQuery{Text: c.text, K: shownSimilar})
		if err != nil {
			return nil, err
		}
		return b.render.similar(c.text, found), nil
	}
	return b.render.help(c.text), nil
}

// analyze asks the engine, which also wants the answer's post; what is left to
// do here is to know the asker in case the channel does not let us in.
func (b *Bot) analyze(ctx context.Context, a asker, q engine.Question) error {
	q.Asked = &engine.Asked{By: a.name, User: a.user, Channel: a.channel, Thread: a.thread, Request: a.request}
	b.lobby.put(a, b.now())
	_, err := b.engine.Analyze(ctx, q)
	return err
}

func (b *Bot) list(ctx context.Context, asked string) (*message, error) {
	f, err := engine.ParseFind(asked)
	if err != nil {
		return nil, err
	}
	f.Live = f.Live || f.Status == ""
	p, err := b.engine.Incidents(ctx, f, "", shownIncidents)
	if err != nil {
		return nil, err
	}
	return b.render.list(asked, p.Items, p.Next != ""), nil
}

func (b *Bot) showOf(ctx context.Context, a asker, c command) (*message, error) {
	if c.id == "" {
		here, err := b.hereOf(ctx, a, c.verb)
		if err != nil {
			return nil, err
		}
		if c.id = cmp.Or(here.incident, here.decision); c.id == "" {
			return nil, b.needID(c.verb)
		}
	}
	if decisionID.MatchString(c.id) {
		return b.evidence(ctx, c.id)
	}
	m, err := b.show(ctx, c.id)
	if engine.KindOf(err) == engine.NotFound { // what similar lists are runbooks, too
		if book, bookErr := b.engine.Runbook(ctx, c.id); bookErr == nil && strings.EqualFold(book.ID, c.id) {
			return b.render.runbook(&book), nil
		}
	}
	return m, err
}

func (b *Bot) show(ctx context.Context, id string) (*message, error) {
	d, err := b.engine.Incident(ctx, id)
	if err != nil {
		return nil, err
	}
	return b.render.show(&d), nil
}

func (b *Bot) evidence(ctx context.Context, id string) (*message, error) {
	d, err := b.engine.Decision(ctx, id)
	if err != nil {
		return nil, err
	}
	return b.render.evidence(&d), nil
}

func (b *Bot) performOnIncident(ctx context.Context, a asker, c command) (*message, error) {
	i, m, err := b.incidentOf(ctx, a, c)
	if err != nil || m != nil {
		return m, err
	}
	if c.verb == verbAck {
		if err := b.acknowledge(ctx, a, i.ID); err != nil {
			return nil, err
		}
		return b.render.note("🟡 " + i.ID + " is yours."), b.because(ctx, a, i.ID, c.text)
	}
	r := resolutionOf(c.text)
	if i.Live() && i.Firing > 0 && i.Firing < i.Series {
		return b.resolveFiring(ctx, a, &i, r.Resolution)
	}
	if err := b.resolve(ctx, a, i.ID, r); err != nil {
		return nil, err
	}
	done := "🟢 " + i.ID + " is resolved; what fixed it is now part of history."
	if r.Reason != engine.ReasonFixed {
		done = "🟢 " + i.ID + " is resolved: " + strings.TrimRight(c.text, " .!") + "."
	}
	if firing := still(&i); firing != "" {
		done += " " + firing + ": if it is not over, " + b.render.command + " " + verbReopen + " " + i.ID + "."
	}
	return b.render.note(done), nil
}

func (b *Bot) performOnDecision(ctx context.Context, a asker, c command) (*message, error) {
	if m, err := b.caught(ctx, a, c); err != nil || m != nil {
		return m, err
	}
	d, err := b.decisionOf(ctx, a, c)
	if err != nil {
		return nil, err
	}
	r := engine.Review{Verdict: engine.Approve, Reason: c.text}
	done := "✅ Approved: " + d.Match() + ". rof changed nothing, this is done by hand."
	if c.verb == verbReject {
		r, done = engine.Review{Verdict: engine.Reject, Reason: c.text}, "❌ Rejected: "+d.Match()+"."
	}
	if err := b.review(ctx, a, d.ID, r); err != nil {
		return nil, err
	}
	return b.render.note(done), nil
}

// The three that follow are clicked twice and delivered twice: what the same
// person has done already is no conflict. What they say anew is, for it is not kept.

func (b *Bot) review(ctx context.Context, a asker, id string, r engine.Review) error {
	if err := b.mayReview(ctx, a, id, r.Verdict); err != nil {
		return err
	}
	r.Actor = a.name
	_, err := b.engine.Review(ctx, id, r)
	if engine.KindOf(err) == engine.Conflict {
		if d, readErr := b.engine.Decision(ctx, id); readErr == nil {
			if v := standing(&d); v != nil && v.Actor == a.name && v.Verdict == r.Verdict && flat(v.Reason) == flat(r.Reason) {
				return errAlready
			}
		}
	}
	return err
}

func (b *Bot) acknowledge(ctx context.Context, a asker, id string) error {
	_, err := b.engine.AcknowledgeAs(ctx, id, engine.Person{ID: a.user, Name: a.name})
	if engine.KindOf(err) == engine.Conflict {
		if d, readErr := b.engine.Incident(ctx, id); readErr == nil && d.Status == engine.Acknowledged && d.AcknowledgedBy == a.name {
			return errAlready
		}
	}
	return err
}

func (b *Bot) resolve(ctx context.Context, a asker, id string, r engine.Resolution) error {
	if err := b.may(ctx, a, steering()); err != nil {
		return err
	}
	r.Actor = a.name
	_, err := b.engine.Resolve(ctx, id, r)
	if engine.KindOf(err) == engine.Conflict {
		if d, readErr := b.engine.Incident(ctx, id); readErr == nil && d.Status == engine.Resolved && d.MergedInto == "" && d.ResolvedBy == a.name &&
			d.Reason == r.Reason && d.DuplicateOf == r.DuplicateOf && flat(d.Resolution) == flat(r.Resolution) {
			return errAlready
		} else if readErr == nil {
			return cmp.Or(ended(&d.Incident), err)
		}
	}
	return err
}
