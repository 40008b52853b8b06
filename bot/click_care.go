package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"ragoffire/engine"
)

// actCareClick does what a button that looks after an incident says.
func (b *Bot) actCareClick(ctx context.Context, a asker, p *interaction) (*message, error) {
	act := p.action()
	if p.View.ID != "" { // in a dialog: the answer belongs where it was opened
		if at, err := anchorOf(&p.View); err == nil {
			a.channel, a.under = at.Channel, at.Thread
		}
	}
	if act.ActionID == actionSnooze || act.ActionID == actionDismiss {
		what, err := b.nudgeAt(ctx, a.channel, cmp.Or(p.Container.MessageTS, p.Message.TS))
		if err != nil {
			return nil, err
		}
		if act.ActionID == actionDismiss {
			return nil, b.engine.Dismiss(ctx, act.Value, a.name, what)
		}
		_, err = b.engine.Snooze(ctx, act.Value, a.name, what)
		return nil, err
	}
	_, err := b.engine.Mitigate(ctx, act.Value, a.name)
	if err != nil {
		return nil, b.unless(ctx, err, act.Value, engine.Mitigated)
	}
	if p.View.ID != "" {
		return nil, nil // the dialog says so
	}
	return b.render.note("🔵 " + act.Value + " is mitigated."), nil
}

// nudgeAt is what the reminder in the clicked message reminds of.
func (b *Bot) nudgeAt(ctx context.Context, channel, ts string) (string, error) {
	var say engine.Reply
	err := b.store.View(ctx, func(r engine.Reader) error {
		p, err := r.PostAt(ctx, channel, ts)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(p.Detail, &say); err != nil {
			return fmt.Errorf("reminder %s: %w", p.Key, err)
		}
		return nil
	})
	return say.Nudge, err
}
