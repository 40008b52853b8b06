package bot

import (
	"context"
	"encoding/json"

	"ragoffire/engine"
)

// receiveInteraction takes a click or a submitted dialog in.
func (b *Bot) receiveInteraction(ctx context.Context, payload json.RawMessage, ack receipt) {
	p, err := decode[interaction](payload)
	switch {
	case err != nil:
		b.log.WarnContext(ctx, "an interaction is not understood", "error", err)
		ack(nil)
	case p.Type == "view_submission":
		b.receiveModal(ctx, p, payload, ack)
	case p.Type == "block_actions":
		b.receiveClick(ctx, p, payload, ack)
	case p.Type == "message_action":
		b.receiveShortcut(ctx, p, payload, ack)
	default:
		ack(nil) // closed dialogs, shortcuts of other versions
	}
}

// receiveClick stores a click, unless it only opens a dialog: that changes
// nothing, and Slack gives it three seconds.
func (b *Bot) receiveClick(ctx context.Context, p interaction, payload json.RawMessage, ack receipt) {
	act := p.action()
	if b.receiveInDialog(ctx, p, payload, ack) {
		return
	}
	if verb := dialogVerb(act.ActionID); verb != "" {
		ack(nil)
		b.openFor(ctx, p.asker(), p.TriggerID, command{verb: verb, id: act.Value})
		return
	}
	switch act.ActionID {
	case actionReview:
		ack(nil)
		b.openDraft(ctx, p.asker(), act.Value)
	case actionMitigate, actionSnooze, actionDismiss, actionDrop, actionSurface, actionSilence, actionEnd, actionSplit,
		actionApprove, actionUndo, actionEvidence, actionAck, actionDetails, actionWorked, actionFailed, actionReverted:
		if b.keep(ctx, kindClick, p.key(), payload) != nil {
			// Slack ignores what the acknowledgement of a click says, so the
			// person is told by other means, and sees Slack's own warning
			// sign where that fails, too.
			if b.whisper(ctx, p.asker(), b.render.note(notStored)) == nil {
				ack(nil)
			}
			return
		}
		ack(nil)
	default:
		ack(nil) // a link, or a button of another version
	}
}

func (b *Bot) actClick(ctx context.Context, e engine.Envelope) error {
	p, err := decode[interaction](e.Payload)
	if err != nil {
		return nil
	}
	a, act := p.asker(), p.action()
	var m *message
	if err := b.maySteer(ctx, a, clickVerb(act.ActionID)); err != nil {
		return b.conclude(ctx, a, nil, err)
	}
	switch act.ActionID {
	case actionApprove:
		err = b.review(ctx, a, act.Value, engine.Review{Verdict: engine.Approve})
	case actionDrop:
		err = b.dropDraft(ctx, a, act.Value, p.View.ID)
	case actionUndo:
		err = b.undo(ctx, a, act.Value)
	case actionWorked, actionFailed, actionReverted:
		o := map[string]engine.Result{actionWorked: engine.Worked, actionFailed: engine.Failed, actionReverted: engine.Reverted}[act.ActionID]
		m, err = b.outcome(ctx, a, act.Value, engine.Outcome{Outcome: o})
	case actionEvidence:
		m, err = b.evidence(ctx, act.Value)
	case actionAck:
		err = b.acknowledge(ctx, a, act.Value)
	case actionSurface:
		err = b.engine.Surface(ctx, act.Value)
	case actionSilence:
		m, err = b.confirmSilence(ctx, a, act.Value)
	case actionEnd:
		m, err = b.endSilence(ctx, a, act.Value)
	case actionSplit:
		m, err = b.splittable(ctx, act.Value)
	case actionDetails:
		m, err = b.show(ctx, act.Value)
	case actionMitigate, actionSnooze, actionDismiss:
		m, err = b.actCareClick(ctx, a, &p)
	}
	if p.View.Type == "home" && b.lookAgain(ctx, a.user) != nil {
		b.log.WarnContext(ctx, "a home tab is brought up to date later", "user", a.user)
	}
	return b.conclude(ctx, a, m, err)
}

func (p *interaction) asker() asker {
	name := p.User.Username
	if name == "" {
		name = p.User.Name
	}
	if name == "" {
		name = p.User.ID
	}
	a := asker{user: p.User.ID, name: name, channel: p.channel(), thread: p.thread(), under: p.under(), responseURL: p.ResponseURL, trigger: p.TriggerID}
	if p.Type != "view_submission" {
		a.request = p.key()
	}
	return a
}
