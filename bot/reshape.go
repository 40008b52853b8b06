package bot

import (
	"context"
	"encoding/json"

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
		v := b.render.doneModal(at, "Mitigated", "🔵 "+at.ID+" is marked as mitigated. Resolve it once nothing fires any more.")
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), openWithin)
		defer cancel()
		if _, err := b.api.UpdateViewContext(ctx, v, "", "", p.View.ID); err != nil {
			b.log.WarnContext(ctx, "a dialog did not change", "request", p.key(), "error", quiet(err))
		}
	default:
		return false
	}
	return true
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
