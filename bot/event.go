package bot

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"ragoffire/engine"
)

// editedWithin is how old a message may be that is edited to mention the bot. It is
// known for longer whether it did so before.
const editedWithin = 24 * time.Hour

// receiveEvent takes an event in. What nobody acts on is acknowledged at once;
// where storing fails there is no acknowledgement, and Slack delivers it again.
func (b *Bot) receiveEvent(ctx context.Context, payload json.RawMessage, ack receipt) {
	p, err := decode[eventPayload](payload)
	if err != nil {
		b.log.WarnContext(ctx, "an event is not understood", "error", err)
	}
	if err != nil || !p.addressed() && !p.surfaces() && !p.marks(b.cfg.Emoji) {
		ack(nil)
		return
	}
	ev, fresh := &p.Event, false
	edited := ev.Edited.TS != ""
	if !edited || b.now().Sub(b.saidAt(ev.TS)) < editedWithin {
		if fresh, err = b.keepFresh(ctx, kindEvent, p.key(), payload); err != nil {
			return
		}
	}
	ack(nil)
	if edited && !fresh {
		b.answer(ctx, asker{user: ev.User, channel: ev.Channel, under: ev.ThreadTS}, b.render.note("What is edited is not read again; say it anew."))
	}
}

// addressed says whether a person speaks to the bot: a mention, or a direct
// message. Messages of bots, our own among them, and what Slack itself says
// (joins, edits, deletions) are not.
func (p *eventPayload) addressed() bool {
	ev := &p.Event
	if ev.BotID != "" || !spokenAs(ev.Subtype) || ev.User == "" || ev.Channel == "" || ev.TS == "" {
		return false
	}
	return ev.Type == "app_mention" || ev.Type == "message" && ev.ChannelType == "im"
}

// spokenAs says of a message's subtype that a person said it all the same.
func spokenAs(subtype string) bool {
	switch subtype {
	case "", "file_share", "thread_broadcast", "me_message":
		return true
	}
	return false
}

func (b *Bot) actEvent(ctx context.Context, e engine.Envelope) error {
	p, err := decode[eventPayload](e.Payload)
	if err != nil {
		return nil
	}
	if p.surfaces() {
		return b.actSurface(ctx, e.Payload)
	}
	ev := &p.Event
	if ev.User == b.self() {
		return nil
	}
	if p.marks(b.cfg.Emoji) {
		return b.quote(ctx, &p)
	}
	a := asker{user: ev.User, name: b.names.of(ctx, ev.User), channel: ev.Channel, thread: ev.ThreadTS, under: ev.ThreadTS, request: e.ID}
	said := b.named(ctx, p.said(b.self()))
	if ev.ChannelType == "im" {
		return b.direct(ctx, a, said, ev.TS)
	}
	c, err := b.render.parse(said, true)
	if err != nil {
		return b.conclude(ctx, a, nil, err)
	}
	m, err := b.perform(ctx, a, c)
	return b.conclude(ctx, a, m, err)
}

// mentioned is a mention of somebody, as Slack delivers it.
var mentioned = regexp.MustCompile(`^\s*<@[UWB][A-Z0-9]*(?:\|[^>]*)?>[\s:,]*`)

// said is what follows the mention of the bot; where it stands further back,
// everything but the mention. Whom else it begins with is only called.
func (p *eventPayload) said(self string) string {
	text := p.Event.Text
	if loc := mentioned.FindStringIndex(text); loc != nil {
		called := text[:loc[1]]
		if text = text[loc[1]:]; self != "" && strings.Contains(called, "<@"+self) {
			return text
		}
	}
	for _, auth := range p.Authorizations {
		text = strings.ReplaceAll(text, "<@"+auth.UserID+">", " ")
	}
	if self != "" {
		text = strings.ReplaceAll(text, "<@"+self+">", " ")
	}
	return text
}
