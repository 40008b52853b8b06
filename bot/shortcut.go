package bot

import (
	"context"
	"encoding/json"
	"strings"

	"ragoffire/engine"
)

// shortcutAnalyze is the message shortcut's id in the manifest.
const shortcutAnalyze = "analyze_message"

// picked is the message that a shortcut was used on.
type picked struct {
	CallbackID string `json:"callback_id"`
	Message    struct {
		TS          string       `json:"ts"`
		Text        string       `json:"text"`
		Attachments []attachment `json:"attachments"`
	} `json:"message"`
}

// attachment is how monitoring systems have always written to Slack.
type attachment struct {
	Title    string `json:"title"`
	Text     string `json:"text"`
	Fallback string `json:"fallback"`
}

// receiveShortcut stores the use of a message shortcut.
func (b *Bot) receiveShortcut(ctx context.Context, p interaction, payload json.RawMessage, ack receipt) {
	m, err := decode[picked](payload)
	if err != nil || m.CallbackID != shortcutAnalyze {
		ack(nil) // of another version
		return
	}
	if b.keep(ctx, kindShortcut, p.key(), payload) == nil || b.whisper(ctx, p.asker(), b.render.note(notStored)) == nil {
		ack(nil)
	}
}

// actShortcut analyzes the message, and answers in its thread. Where the bot is
// not in the channel, who asked gets the answer alone, with how to invite it.
func (b *Bot) actShortcut(ctx context.Context, e engine.Envelope) error {
	p, err := decode[interaction](e.Payload)
	if err != nil {
		return nil
	}
	m, err := decode[picked](e.Payload)
	if err != nil {
		return nil
	}
	a := p.asker()
	a.request = e.ID
	told, err := b.known(ctx, a, m.Message.TS)
	if err != nil || told != nil {
		return b.conclude(ctx, a, told, err)
	}
	m.Message.Text = b.named(ctx, m.Message.Text)
	q, err := engine.ParseQuestion(m.words())
	if err != nil {
		err = engine.Invalidf("text", "this message has no text that could be looked up")
	} else {
		err = b.analyze(ctx, a, q)
	}
	return b.conclude(ctx, a, nil, err)
}

// known answers for a message of ours: what it rests on is in the store.
func (b *Bot) known(ctx context.Context, a asker, ts string) (*message, error) {
	var p engine.Post
	err := b.store.View(ctx, func(r engine.Reader) (err error) {
		p, err = r.PostAt(ctx, a.channel, ts)
		return err
	})
	switch {
	case engine.KindOf(err) == engine.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case p.Kind == engine.PostDecision || p.Kind == engine.PostOutcome:
		return b.evidence(ctx, p.Subject)
	}
	m, err := b.show(ctx, p.Subject)
	if engine.KindOf(err) == engine.NotFound {
		return nil, nil // a post about something else than an incident
	}
	return m, err
}

// words are what the message says, in its text or else in its attachments.
func (m *picked) words() string {
	parts := []string{m.Message.Text}
	for _, at := range m.Message.Attachments {
		if at.Title+at.Text == "" {
			at.Text = at.Fallback
		}
		parts = append(parts, at.Title, at.Text)
	}
	return typed(strings.TrimSpace(strings.Join(parts, "\n")))
}
