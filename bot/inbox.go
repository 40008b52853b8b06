package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"ragoffire/engine"
	"ragoffire/engine/fail"
)

// ackWithin is how long Slack waits for an acknowledgement before it shows the
// person an error, or delivers an event again.
const ackWithin = 3 * time.Second

// storeWithin leaves time for the acknowledgement to travel.
const storeWithin = 2200 * time.Millisecond

// receipt acknowledges one envelope, with a payload where there is one.
type receipt func(payload any)

// receive takes one request in: stored and then acknowledged, or acknowledged
// with what is wrong. It runs beside the socket's loop, never in it.
func (b *Bot) receive(ctx context.Context, client *socketmode.Client, req *socketmode.Request) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	ack := func(payload any) {
		// The queue behind AckCtx is the client's, not the connection's: an
		// acknowledgement outlives a refresh, and blocks only where there has
		// been no connection for a while.
		if err := client.AckCtx(ctx, req.EnvelopeID, payload); err != nil {
			b.log.WarnContext(ctx, "an envelope is not acknowledged; slack may deliver it again", "envelope", req.EnvelopeID, "error", err)
		}
		fail.Point("envelope.acked")
	}
	switch req.Type {
	case socketmode.RequestTypeSlashCommands:
		b.receiveSlash(ctx, req.Payload, ack)
	case socketmode.RequestTypeInteractive:
		b.receiveInteraction(ctx, req.Payload, ack)
	case socketmode.RequestTypeEventsAPI:
		b.receiveEvent(ctx, req.Payload, ack)
	default:
		ack(nil) // nothing that is waited for; Slack would only send it again
	}
}

// salvage makes a request of a message that slack-go could not read. Mostly it
// is well-formed but newer than slack-go; either way it must be acknowledged.
func salvage(raw json.RawMessage) *socketmode.Request {
	var req socketmode.Request
	if err := json.Unmarshal(raw, &req); err == nil && req.EnvelopeID != "" {
		return &req
	}
	var only struct {
		EnvelopeID string `json:"envelope_id"`
	}
	if err := json.Unmarshal(raw, &only); err != nil || only.EnvelopeID == "" {
		return nil
	}
	return &socketmode.Request{EnvelopeID: only.EnvelopeID}
}

// keep stores an envelope with its inbound job, once. It tries again while there
// is time: the store may be back at once, or have stored it and the answer be
// lost, and then a person who is told otherwise asks for it twice.
func (b *Bot) keep(ctx context.Context, kind, id string, payload json.RawMessage) error {
	_, err := b.keepFresh(ctx, kind, id, payload)
	return err
}

// keepFresh is keep; fresh is false where the envelope was there already.
func (b *Bot) keepFresh(ctx context.Context, kind, id string, payload json.RawMessage) (fresh bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	e := engine.Envelope{ID: id, Kind: kind, Payload: payload, ReceivedAt: b.now()}
	fresh, err = b.keepOnce(ctx, e)
	for wait := 50 * time.Millisecond; engine.KindOf(err) == engine.Unavailable && b.sleep(ctx, wait); wait *= 2 {
		fresh, err = b.keepOnce(ctx, e)
	}
	fail.Point("envelope.stored")
	switch {
	case err != nil:
		b.cfg.Count(CountRefused)
		b.log.ErrorContext(ctx, "an envelope is not stored", "kind", kind, "id", id, "error", err)
	case !fresh:
		b.cfg.Count(CountRepeated)
	default:
		b.cfg.Count(CountReceived)
	}
	return fresh, err
}

func (b *Bot) keepOnce(ctx context.Context, e engine.Envelope) (fresh bool, err error) {
	err = b.store.Update(ctx, func(tx engine.Tx) (err error) {
		if fresh, err = tx.PutEnvelope(ctx, e); err != nil || !fresh {
			return err
		}
		fail.Point("envelope.commit.before")
		return tx.Enqueue(ctx, engine.Job{Kind: engine.JobInbound, Subject: e.ID})
	})
	return fresh, err
}

// notStored is what a person reads whose command did not get into the store.
const notStored = "Not stored: rof's database did not answer in time, and nothing was changed. Try again."

// refusal is an acknowledgement that only the sender of a slash command sees.
func refusal(text string) any {
	return map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": text}
}

// inbound is the worker of stored envelopes: it acts on one, answers, and marks
// it as done. What it calls is idempotent: after a crash it runs again.
func (b *Bot) inbound(ctx context.Context, id string) error {
	fail.Point("inbound.fetched")
	var e engine.Envelope
	err := b.store.View(ctx, func(r engine.Reader) (err error) {
		e, err = r.Envelope(ctx, id)
		return err
	})
	if engine.KindOf(err) == engine.NotFound {
		return nil // done already
	}
	if err != nil {
		return err
	}
	if err := b.act(ctx, e); err != nil {
		return err
	}
	fail.Point("inbound.acted")
	return b.store.Update(ctx, func(tx engine.Tx) error { return tx.DoneEnvelope(ctx, id) })
}

func (b *Bot) act(ctx context.Context, e engine.Envelope) error {
	switch e.Kind {
	case kindSlash:
		return b.actSlash(ctx, e)
	case kindEvent:
		return b.actEvent(ctx, e)
	case kindClick:
		return b.actClick(ctx, e)
	case kindShortcut:
		return b.actShortcut(ctx, e)
	case kindModal:
		return b.actModal(ctx, e)
	}
	b.log.ErrorContext(ctx, "an envelope of an unknown kind is dropped", "kind", e.Kind, "id", e.ID)
	return nil
}

// conclude tells the asker what came of it, also on their Home tab. It returns
// the errors that are worth another run of the job.
func (b *Bot) conclude(ctx context.Context, a asker, m *message, err error) error {
	if err == nil {
		defer b.glance(ctx, a.user)
	}
	if again, ok := errors.AsType[*engine.Again](err); ok {
		return again
	}
	switch {
	case err == nil:
	case errors.Is(err, errAlready):
		if a.trigger == "" { // who clicked sees it there; who typed sees nothing
			m = b.render.note("No change: it stands so already, as you said.")
		}
	case theirs(err):
		m = b.render.note(words(err, a.request))
	case engine.KindOf(err) == engine.Unavailable || ctx.Err() != nil:
		return err
	default:
		b.log.ErrorContext(ctx, "a command failed", "request", a.request, "error", err)
		m = b.render.note(words(err, a.request))
	}
	if m != nil {
		b.answer(ctx, a, m)
	}
	return nil
}
