package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// asker is who asked for something, where, and how to answer only them.
type asker struct {
	user        string // Slack's id
	name        string // as shown
	channel     string
	thread      string // what it is about: the timestamp of a thread's parent, or of the message clicked on
	under       string // the thread in which the asker reads, and so the answer belongs; "" in the channel
	responseURL string // lives for 30 minutes and five answers; "" for mentions
	trigger     string // opens one dialog within three seconds; "" where nothing was clicked
	request     string // the envelope's id
}

// note is an answer of one line.
func (r *renderer) note(text string) *message {
	m := &message{text: r.notify(strings.ReplaceAll(text, "`", ""), limitText)}
	m.add(section(r.sentence(text, 2000)))
	return m
}

// answer shows a message to the asker alone, past the pace of the channel. It
// is a courtesy: where it fails, what was asked for has happened all the same,
// so it is logged and not tried for ever.
func (b *Bot) answer(ctx context.Context, a asker, m *message) {
	err := b.whisper(ctx, a, m)
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) && limited.RetryAfter <= 10*time.Second && b.sleep(ctx, limited.RetryAfter) {
		err = b.whisper(ctx, a, m)
	}
	if err != nil {
		b.log.WarnContext(ctx, "an answer did not reach its asker", "request", a.request, "channel", a.channel, "error", quiet(err))
	}
}

func (b *Bot) whisper(ctx context.Context, a asker, m *message) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	options := []slack.MsgOption{
		slack.MsgOptionText(m.text, true),
		slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
	if a.under != "" {
		options = append(options, slack.MsgOptionTS(a.under))
	}
	if a.responseURL != "" {
		options = append(options, slack.MsgOptionResponseURL(a.responseURL, slack.ResponseTypeEphemeral))
		_, _, _, err := b.api.SendMessageContext(ctx, a.channel, options...)
		return err
	}
	switch {
	case a.under != "" && strings.HasPrefix(a.channel, "D"):
		// In the assistant's thread only two can read, and what is gone after a
		// reload is no conversation.
		_, _, err := b.api.PostMessageContext(ctx, a.channel, options...)
		return err
	case a.user == "":
		return nil
	case a.channel == "":
		return b.inform(ctx, a, m, options)
	}
	_, err := b.api.PostEphemeralContext(ctx, a.channel, a.user, options...)
	return err
}

// sleep waits, and reports false where ctx ended first.
func (b *Bot) sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
