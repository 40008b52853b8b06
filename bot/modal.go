package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// openWithin is how long a trigger lives, less the way it has come.
const openWithin = 2500 * time.Millisecond

// openFor opens the dialog of a command, or tells why there is none.
func (b *Bot) openFor(ctx context.Context, a asker, trigger string, c command) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), openWithin)
	defer cancel()
	v, m, err := b.dialogOf(ctx, a, c)
	if _, ok := errors.AsType[*engine.Again](err); ok {
		err = b.needID(c.verb) // a dialog cannot wait
	}
	if err == nil && v != nil {
		if _, err = b.api.OpenViewContext(ctx, trigger, *v); err != nil {
			b.log.WarnContext(ctx, "a dialog did not open", "request", a.request, "error", quiet(err))
			m, err = b.render.note("The dialog did not open in time. Nothing was changed; try again."), nil
		}
	}
	// Nothing is retried here: the person who asked looks at the screen.
	told, done := context.WithTimeout(context.WithoutCancel(ctx), openWithin)
	defer done()
	if err := b.conclude(told, a, m, err); err != nil {
		b.answer(told, a, b.render.note(words(err, a.request)))
	}
}

func (b *Bot) dialogOf(ctx context.Context, a asker, c command) (*slack.ModalViewRequest, *message, error) {
	at := anchor{Channel: a.channel, Thread: a.under}
	if err := b.maySteer(ctx, a, c.verb); err != nil {
		return nil, nil, err
	}
	if c.verb == verbDeclare {
		v := b.render.declareModal(at)
		return &v, nil, nil
	}
	if c.verb == verbReject {
		d, err := b.decisionOf(ctx, a, c)
		if err != nil {
			return nil, nil, err
		}
		if v := standing(&d); v != nil {
			return nil, nil, engine.Conflictf("%s already %s this at %s UTC", v.Actor, verdictWord(v.Verdict), v.At.UTC().Format("15:04"))
		}
		if err := b.may(ctx, a, judging()); err != nil {
			return nil, nil, err
		}
		at.ID = d.ID
		v := b.render.rejectModal(at, &d)
		return &v, nil, nil
	}
	i, m, err := b.incidentOf(ctx, a, c)
	if err != nil || m != nil {
		return nil, m, err
	}
	if err := ended(&i); err != nil && c.verb == verbResolve {
		return nil, nil, err
	}
	at.ID = i.ID
	if c.verb != verbResolve {
		return b.careDialog(at, &i, c.verb)
	}
	fix, cause := b.suggested(ctx, i.ID)
	v := b.render.resolveModal(at, &i, engine.ReasonFixed, fix, cause)
	return &v, nil, nil
}

// ended is the conflict of resolving what people have ended, nil where it can be
// resolved or told what fixed it.
func ended(i *engine.Incident) error {
	if i.MergedInto == "" && i.Status == engine.Resolved && i.ResolvedBy != "" {
		return engine.Conflictf("%s is resolved already, by %s", i.ID, i.ResolvedBy)
	}
	return i.Gone()
}

// receiveModal checks a submitted dialog while it is still open: what is wrong
// is shown at its field, and nothing is stored.
func (b *Bot) receiveModal(ctx context.Context, p interaction, payload json.RawMessage, ack receipt) {
	errs, field := b.checkModal(ctx, &p.View)
	if len(errs) > 0 {
		ack(slack.NewErrorsViewSubmissionResponse(errs))
		return
	}
	if field == "" {
		ack(nil) // a dialog of another version
		return
	}
	if b.keep(ctx, kindModal, p.key(), payload) != nil {
		ack(slack.NewErrorsViewSubmissionResponse(map[string]string{field: notStored}))
		return
	}
	ack(nil)
}

// checkModal returns what is wrong, by field, and the dialog's first field.
func (b *Bot) checkModal(ctx context.Context, v *view) (errs map[string]string, first string) {
	errs = map[string]string{}
	switch v.CallbackID {
	case modalReject:
		if v.field(fieldReason) == "" {
			errs[fieldReason] = "Say why: the next one who sees this advice will want to know."
		}
		b.checkIncident(ctx, v, fieldIncident, errs)
		return errs, fieldReason
	case modalDraft:
		return checkDraft(v, errs)
	case modalResolve:
		switch engine.Reason(v.field(fieldOutcome)) {
		case engine.ReasonFixed:
			if v.field(fieldFix) == "" {
				errs[fieldFix] = "Say what fixed it: it is what the next incident of this kind is told."
			}
		case engine.ReasonDuplicate:
			if v.field(fieldDuplicate) == "" {
				errs[fieldDuplicate] = "Say of which incident, such as INC-2026-0041."
			} else {
				b.checkIncident(ctx, v, fieldDuplicate, errs)
			}
		case engine.ReasonRecovered, engine.ReasonFalseAlarm:
		default:
			errs[fieldOutcome] = "Choose what happened."
		}
		for _, field := range []string{fieldFix, fieldDuplicate} {
			if errs[field] != "" && !v.asks(field) { // an error must stand at a field
				delete(errs, field)
				errs[fieldOutcome] = "Choose it once more: the dialog had no time to ask what belongs to it."
			}
		}
		return errs, fieldOutcome
	}
	return b.checkCare(v)
}

const itself = "That is this incident itself."

// checkIncident checks an id that was entered. Where the store cannot say in
// time, it is not held against the person: the job checks again.
func (b *Bot) checkIncident(ctx context.Context, v *view, field string, errs map[string]string) {
	id := v.field(field)
	if id == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	at, _ := anchorOf(v)
	known := cmp.Or(idOf(id), id)
	if known == at.ID {
		errs[field] = itself
		return
	}
	var of engine.Decision // that a rejection is about
	err := b.store.View(ctx, func(r engine.Reader) (err error) {
		if v.CallbackID == modalReject {
			if of, err = r.Decision(ctx, at.ID); err != nil {
				return nil // the job will say so
			}
		}
		_, err = r.Incident(ctx, known)
		return err
	})
	if of.IncidentID != nil && *of.IncidentID == known {
		errs[field] = itself
		return
	}
	if engine.KindOf(err) == engine.NotFound {
		errs[field] = cut("There is no incident "+flat(id)+"; leave it empty if you are not sure.", 150, nil)
	}
}

func anchorOf(v *view) (anchor, error) { return decode[anchor](json.RawMessage(v.PrivateMetadata)) }

// actModal does what a dialog was submitted for. Its answer, where one is
// needed, appears where it was opened.
func (b *Bot) actModal(ctx context.Context, e engine.Envelope) error {
	p, err := decode[interaction](e.Payload)
	if err != nil {
		return nil
	}
	at, err := anchorOf(&p.View)
	if err != nil {
		b.log.ErrorContext(ctx, "a dialog has lost its subject", "id", e.ID, "error", err)
		return nil
	}
	a := p.asker()
	a.channel, a.under, a.request = at.Channel, at.Thread, e.ID
	if at.Channel == "" {
		defer b.glance(ctx, a.user)
	}
	v := &p.View
	if v.CallbackID == modalDraft {
		return b.acceptDraft(ctx, a, at.ID, v)
	}
	if v.CallbackID == modalReject {
		incident := v.field(fieldIncident)
		err = b.review(ctx, a, at.ID, engine.Review{
			Verdict: engine.Reject, Reason: v.field(fieldReason), CorrectAction: v.field(fieldInstead), CorrectIncident: cmp.Or(idOf(incident), incident),
		})
		return b.conclude(ctx, a, nil, err)
	}
	if err := b.maySteer(ctx, a, modalVerb(v.CallbackID)); err != nil {
		return b.conclude(ctx, a, nil, err)
	}
	if v.CallbackID != modalResolve {
		m, err := b.actCare(ctx, a, at, v)
		return b.conclude(ctx, a, m, err)
	}
	duplicate := v.field(fieldDuplicate)
	r := engine.Resolution{Reason: engine.Reason(v.field(fieldOutcome)), Resolution: v.field(fieldFix), RootCause: v.field(fieldCause)}
	if r.Reason == engine.ReasonDuplicate {
		r.DuplicateOf = cmp.Or(idOf(duplicate), duplicate)
	}
	return b.conclude(ctx, a, nil, b.resolve(ctx, a, at.ID, r))
}
