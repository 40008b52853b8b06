package bot

import (
	"context"
	"encoding/json"

	"ragoffire/engine"
)

// receiveSlash takes a slash command in. One that only opens a dialog changes
// nothing and has three seconds: it does not go through the store.
func (b *Bot) receiveSlash(ctx context.Context, payload json.RawMessage, ack receipt) {
	p, err := decode[slashPayload](payload)
	if err != nil || p.TriggerID == "" {
		b.log.WarnContext(ctx, "a slash command is not understood", "error", err)
		ack(nil)
		return
	}
	if c, err := b.render.parse(p.Text, false); err == nil && c.dialog() {
		ack(nil)
		b.openFor(ctx, p.asker(), p.TriggerID, c)
		return
	}
	if b.keep(ctx, kindSlash, p.key(), payload) != nil {
		ack(refusal(notStored))
		return
	}
	ack(nil)
}

func (b *Bot) actSlash(ctx context.Context, e engine.Envelope) error {
	p, err := decode[slashPayload](e.Payload)
	if err != nil {
		return nil // it was checked when it came in
	}
	a := p.asker()
	c, err := b.render.parse(p.Text, false)
	if err != nil {
		return b.conclude(ctx, a, nil, err)
	}
	m, err := b.perform(ctx, a, c)
	return b.conclude(ctx, a, m, err)
}

func (p *slashPayload) asker() asker {
	name := p.UserName
	if name == "" {
		name = p.UserID
	}
	return asker{user: p.UserID, name: name, channel: p.ChannelID, responseURL: p.ResponseURL, request: p.key()}
}
