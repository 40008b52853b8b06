package bot

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// receiveInDialog takes a click within a dialog in, and reports whether it was
// one: what the choice of how an incident ended changes about its fields, or that
// it is to be mitigated instead.
func (b *Bot) receiveInDialog(ctx context.Context, p interaction, payload json.RawMessage, ack receipt) bool {
	if p.View.CallbackID != modalResolve {
		return false
	}
	switch act := p.action(); act.ActionID {
	case fieldOutcome:
		ack(nil)
		b.reshape(ctx, p, engine.Reason(act.Selected.Value))
	case actionMitigate:
		if b.keep(ctx, kindClick, p.key(), payload) != nil {
			return true // without an acknowledgement Slack shows its own warning sign
		}
		ack(nil)
		at, _ := anchorOf(&p.View)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), openWithin)
		defer cancel()
		v := b.mitigating(ctx, p.asker(), at)
		if _, err := b.api.UpdateViewContext(ctx, v, "", "", p.View.ID); err != nil {
			b.log.WarnContext(ctx, "a dialog did not change", "request", p.key(), "error", quiet(err))
		}
	default:
		return false
	}
	return true
}

// mitigating says what comes of the click: it is acted on beside this, and a dialog
// may have been open for long.
func (b *Bot) mitigating(ctx context.Context, a asker, at anchor) slack.ModalViewRequest {
	err := b.maySteer(ctx, a, verbMitigate)
	if err == nil {
		var d engine.Detail
		switch d, err = b.engine.Incident(ctx, at.ID); {
		case err != nil:
		case d.MergedInto != "":
			err = d.Gone()
		case !d.Live():
			err = engine.Conflictf("%s is resolved already", d.ID)
		}
	}
	if err != nil {
		return b.render.doneModal(at, "Not mitigated", words(err, at.ID))
	}
	return b.render.doneModal(at, "Mitigated", "🔵 "+at.ID+" is marked as mitigated. Resolve it once nothing fires any more.")
}

// reshape shows the fields that a choice needs. It asks for no hash: of two quick
// choices the second knows only what was before the first. Where it fails, the old
// fields stay, and what is missing is said when the dialog is submitted.
func (b *Bot) reshape(ctx context.Context, p interaction, reason engine.Reason) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), openWithin)
	defer cancel()
	at, err := anchorOf(&p.View)
	var d engine.Detail
	if err == nil {
		d, err = b.engine.Incident(ctx, at.ID)
	}
	if err == nil {
		fix, cause := d.Prefill()
		v := b.render.resolveModal(at, &d.Incident, reason, fix, cause)
		_, err = b.api.UpdateViewContext(ctx, v, "", "", p.View.ID)
	}
	if err != nil {
		b.log.WarnContext(ctx, "a dialog did not change its fields", "request", p.key(), "error", quiet(err))
	}
}
