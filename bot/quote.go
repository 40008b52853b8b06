package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// marks says whether somebody made a message part of its incident's story: by
// pinning it, or with the timeline's emoji.
func (p *eventPayload) marks(emoji string) bool {
	ev := &p.Event
	switch ev.Type {
	case "reaction_added":
		name, _, _ := strings.Cut(ev.Reaction, "::") // without the tone of the skin
		return name == emoji && ev.Item.Type == "message" && ev.Item.Channel != "" && ev.Item.TS != ""
	case "pin_added":
		return ev.Item.Type == "message" && ev.Item.Message.TS != ""
	}
	return false
}

// quote writes the message that was marked into the timeline of its incident,
// once. What is in no incident's thread or channel, and what a bot said, is none.
func (b *Bot) quote(ctx context.Context, p *eventPayload) error {
	m, channel := p.Event.Item.Message, p.Event.Item.Channel
	if channel == "" {
		channel = p.Event.ChannelID
	}
	if p.Event.Type == "reaction_added" {
		var err error
		if m, err = b.message(ctx, channel, p.Event.Item.TS); err != nil {
			return err
		}
	}
	if m.BotID != "" || m.User == "" || m.User == b.self() {
		return nil
	}
	thread := m.ThreadTS
	if thread == "" {
		thread = m.TS
	}
	here, err := b.threadOf(ctx, asker{channel: channel, thread: thread})
	if err != nil || here.incident == "" {
		return err
	}
	_, err = b.engine.Quote(ctx, here.incident, engine.Quote{
		Key: channel + ":" + m.TS, Author: b.names.of(ctx, m.User), Text: typed(b.named(ctx, m.Text)), At: b.saidAt(m.TS),
	})
	if theirs(err) {
		return nil // a file without words, a past incident: nothing to keep
	}
	return err
}

// message reads one message. reactions.get finds replies, too; one that is gone
// says nothing.
func (b *Bot) message(ctx context.Context, channel, ts string) (marked, error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	item, err := b.api.GetReactionsContext(ctx, slack.ItemRef{Channel: channel, Timestamp: ts}, slack.GetReactionsParameters{})
	answer, isAnswer := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case isAnswer && !uncertain(err):
		b.log.WarnContext(ctx, "a marked message cannot be read", "channel", channel, "ts", ts, "error", answer.Err)
		return marked{}, nil
	case err != nil:
		return marked{}, &engine.Error{Kind: engine.Unavailable, Text: "slack did not show the message", Err: quiet(err)}
	case item.Message == nil:
		return marked{}, nil
	}
	m := item.Message
	return marked{TS: m.Timestamp, ThreadTS: m.ThreadTimestamp, User: m.User, BotID: m.BotID, Text: m.Text}, nil
}

// saidAt is when a message was said, by its timestamp.
func (b *Bot) saidAt(ts string) time.Time {
	seconds, fraction, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return b.now()
	}
	micros, _ := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	return time.Unix(s, 1000*micros).UTC()
}
