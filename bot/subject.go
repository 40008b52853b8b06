package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// subject is what a thread is about.
type subject struct{ incident, decision string }

// threadOf finds what the asker's thread is about: its parent is one of our
// posts, or nothing we know.
func (b *Bot) threadOf(ctx context.Context, a asker) (subject, error) {
	if a.thread == "" {
		return b.roomOf(ctx, a.channel)
	}
	var s subject
	p, err := b.postAt(ctx, a.channel, a.thread)
	if engine.KindOf(err) == engine.NotFound {
		return b.roomOf(ctx, a.channel)
	}
	if err != nil {
		return s, err
	}
	err = b.store.View(ctx, func(r engine.Reader) error {
		if p.Kind == engine.PostDigest || p.Kind == engine.PostTrouble {
			return nil // about many, or none
		}
		if p.Kind != engine.PostDecision && p.Kind != engine.PostOutcome {
			s.incident = p.Subject
			return nil
		}
		s.decision = p.Subject
		d, err := r.Decision(ctx, p.Subject)
		if err == nil && d.IncidentID != nil {
			s.incident = *d.IncidentID
		}
		return err
	})
	if engine.KindOf(err) == engine.NotFound {
		return s, nil
	}
	return s, err
}

// recording is how long a message may stand in Slack before its post says so.
const recording = 2 * time.Second

// postAt is the post of a message. Who answers at once may be faster than the
// record that it was posted.
func (b *Bot) postAt(ctx context.Context, channel, ts string) (p engine.Post, err error) {
	for young := b.now().Sub(b.saidAt(ts)) < recording; ; {
		err = b.store.View(ctx, func(r engine.Reader) (err error) {
			p, err = r.PostAt(ctx, channel, ts)
			return err
		})
		if engine.KindOf(err) == engine.NotFound && !young {
			return b.unsettled(ctx, channel, ts)
		}
		if engine.KindOf(err) != engine.NotFound || !b.sleep(ctx, 100*time.Millisecond) {
			return p, err
		}
		young = b.now().Sub(b.saidAt(ts)) < recording
	}
}

// unsettled says to come again where the message may be one of ours whose
// outcome is not known yet, because the process that sent it died: a command in
// its thread must not be refused for that. Else it looks a last time.
func (b *Bot) unsettled(ctx context.Context, channel, ts string) (p engine.Post, err error) {
	err = b.store.View(ctx, func(r engine.Reader) error {
		if b.now().Sub(b.saidAt(ts)) < lookupPatience {
			posts, err := r.Posts(ctx, channel, pendingLimit)
			if err != nil {
				return err
			}
			for _, p := range posts {
				if p.Sending && p.TS == "" {
					return &engine.Again{After: b.cfg.Settle / 3}
				}
			}
		}
		p, err = r.PostAt(ctx, channel, ts)
		return err
	})
	return p, err
}

// needID is the hint where neither an id nor a thread says what is meant.
func (b *Bot) needID(verb string) error {
	return engine.Invalidf("id", "which incident? Say its id, or do it in its thread by mentioning the bot. An example: %s", b.render.exampleOf(verb))
}

// incidentOf finds the live incident that a command means. The message, where
// there is one, is the answer instead: the id was a past incident's.
func (b *Bot) incidentOf(ctx context.Context, a asker, c command) (engine.Incident, *message, error) {
	if m, err := b.caught(ctx, a, c); err != nil || m != nil {
		return engine.Incident{}, m, err
	}
	id := c.id
	if decisionID.MatchString(id) {
		d, err := b.engine.Decision(ctx, id)
		if err != nil {
			return engine.Incident{}, nil, err
		}
		if id = ""; d.IncidentID != nil {
			id = *d.IncidentID
		}
	} else if id == "" {
		here, err := b.hereOf(ctx, a, c.verb)
		if err != nil {
			return engine.Incident{}, nil, err
		}
		id = here.incident
	}
	if id == "" {
		return engine.Incident{}, nil, b.needID(c.verb)
	}
	d, err := b.engine.Incident(ctx, id)
	return d.Incident, nil, err
}

// caught answers a command that names a past incident: it most likely means the
// one that resembles it, in whose thread it was said.
func (b *Bot) caught(ctx context.Context, a asker, c command) (*message, error) {
	if c.id == "" || decisionID.MatchString(c.id) {
		return nil, nil
	}
	d, err := b.engine.Incident(ctx, c.id)
	if err != nil || !d.Historical {
		return nil, err
	}
	text := d.ID + " is history; it has no state to change."
	here, err := b.threadOf(ctx, a)
	if err != nil || here.incident == "" {
		return b.render.note(text + " " + b.render.exampleOf(verbList) + " shows the live ones."), err
	}
	text = d.ID + " is history. This thread is " + here.incident + "."
	decision, err := b.decisionOf(ctx, a, command{verb: c.verb, id: here.incident})
	switch {
	case c.verb == verbAck:
		return b.render.offer(text, primary(button(actionAck, here.incident, "Acknowledge that one"))), nil
	case c.verb == verbResolve:
		return b.render.offer(text, primary(button(actionResolve, here.incident, "Resolve that one"))), nil
	case err != nil || c.verb != verbApprove && c.verb != verbReject:
		return b.render.note(text), nil
	case c.verb == verbApprove:
		return b.render.offer(text, primary(button(actionApprove, decision.ID, "Approve its advice"))), nil
	}
	return b.render.offer(text, button(actionReject, decision.ID, "Reject its advice")), nil
}

// offer is an answer with a button.
func (r *renderer) offer(text string, b slack.BlockElement) *message {
	m := r.note(text)
	m.add(buttons(b))
	return m
}

// decisionOf finds the decision that is meant: by its own id, by that of its
// incident, or by the thread.
func (b *Bot) decisionOf(ctx context.Context, a asker, c command) (engine.Decision, error) {
	id := c.id
	if id == "" {
		here, err := b.hereOf(ctx, a, c.verb)
		if err != nil {
			return engine.Decision{}, err
		}
		if id = here.decision; id == "" {
			id = here.incident
		}
	}
	switch {
	case id == "":
		return engine.Decision{}, b.needID(c.verb)
	case decisionID.MatchString(id):
		return b.engine.Decision(ctx, id)
	}
	p, err := b.engine.Decisions(ctx, engine.DecisionFilter{IncidentID: id}, "", 1)
	if err != nil {
		return engine.Decision{}, err
	}
	if len(p.Items) > 0 {
		return p.Items[0], nil
	}
	switch i, err := b.engine.Incident(ctx, id); {
	case err != nil:
		return engine.Decision{}, err
	case i.Historical:
		return engine.Decision{}, engine.Invalidf("id", "%s is history; it gives advice and gets none. %s shows it", id, b.render.exampleWith(verbShow, id))
	}
	return engine.Decision{}, engine.NotFoundf("%s has no advice yet", id)
}
