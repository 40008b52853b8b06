package bot

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
	"ragoffire/engine/fail"
)

// The methods whose windows are kept. Slack limits chat.postMessage by channel,
// so its window is the channel's; the others by workspace, so theirs holds for
// all channels.
const (
	methodPost    = "chat.postMessage"
	methodUpdate  = "chat.update"
	methodHistory = "conversations.history"
)

// callWithin bounds one call. It is not cut short when the process stops: a
// call that is under way mostly ends well, and its end is worth knowing.
const callWithin = 10 * time.Second

// tooOld is when a post that its channel keeps refusing is given up.
const tooOld = 24 * time.Hour

// metadataType marks our messages, so that an attempt whose outcome is unknown
// can be found. The payload is the post's key: ids, which anybody may read.
const (
	metadataType = "rof_post"
	metadataKey  = "post"
)

// send calls Slack for a post and records what came of it. slack-go retries
// nothing here: what may be repeated is decided by what the error means.
func (a *announcer) send(ctx context.Context, d *due, m *message) error {
	ts, err := a.call(ctx, d, m)
	if broken(err) {
		// Blocks that Slack refuses are our mistake; the alert is said without.
		a.log.ErrorContext(ctx, "slack refuses the blocks of a post; it is sent as plain text", "post", d.Key, "error", err)
		ts, err = a.call(ctx, d, &message{text: m.text, broadcast: m.broadcast})
	}
	if err == nil {
		return a.done(ctx, d, ts, m.hash())
	}
	d.LastError = quiet(err).Error()
	now := a.cfg.Now()
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	switch {
	case isLimited:
		return a.limited(ctx, d, now.Add(limited.RetryAfter))
	case uncertain(err):
		a.cfg.Count(CountUncertain)
		d.NotBefore = now.Add(a.cfg.Settle)
		return a.save(ctx, d) // still Sending: to be settled
	}
	d.Sending = false
	switch code := err.Error(); {
	case d.TS == "" && (code == "thread_not_found" || code == "message_not_found" || code == "cannot_reply_to_message"):
		d.Parent, d.Thread = "", "" // its parent was deleted: it stands in the channel
		return a.save(ctx, d)
	case code == "message_not_found" || code == "cant_update_message" || code == "edit_window_closed":
		return a.bury(ctx, d, code) // somebody deleted it, and meant it
	case fixOf(code, d.Channel) != "":
		return a.turnedAway(ctx, d, m, code)
	case broken(err):
		return a.bury(ctx, d, code)
	}
	d.NotBefore = now.Add(backoff(time.Second, d.Attempts, 5*time.Minute))
	a.log.WarnContext(ctx, "a post is not sent yet", "post", d.Key, "channel", d.Channel, "error", quiet(err))
	return a.save(ctx, d)
}

func (a *announcer) call(ctx context.Context, d *due, m *message) (ts string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	options := []slack.MsgOption{
		slack.MsgOptionText(m.text, true),
		slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{metadataKey: d.Key}}),
	}
	if d.TS != "" {
		fail.Point("edit.before")
		_, ts, _, err = a.api.UpdateMessageContext(ctx, d.Channel, d.TS, options...)
		fail.Point("edit.stored")
		return ts, err
	}
	if d.thread != "" {
		fail.Point("reply.before")
		options = append(options, slack.MsgOptionTS(d.thread))
		if m.broadcast {
			options = append(options, slack.MsgOptionBroadcast())
		}
	}
	fail.Point("post.before")
	_, ts, err = a.api.PostMessageContext(ctx, d.Channel, options...)
	fail.Point("post.stored")
	if d.thread != "" {
		fail.Point("reply.stored")
	}
	return ts, err
}

// done records a message that stands. Sent is what was wanted before the
// content was rendered: what was wanted since is sent next.
func (a *announcer) done(ctx context.Context, d *due, ts, hash string) error {
	what := CountEdited
	if d.TS == "" {
		d.TS, what = ts, CountPosted
	}
	a.cfg.Count(what)
	a.welcome(d.Channel)
	d.Hash, d.Sent, d.Sending, d.Attempts, d.LastError, d.NotBefore = hash, d.Wanted, false, 0, "", time.Time{}
	if d.Kind == engine.PostDigest {
		d.NotBefore = a.cfg.Now().Add(digestEvery * a.cfg.Pace.Every)
	}
	if what == CountPosted && d.Told != "" {
		// The digest that told it shows how things are now.
		return a.save(ctx, d, func(tx engine.Tx) error { return tx.WantPosts(ctx, engine.Post{Key: d.Told}) })
	}
	return a.save(ctx, d)
}

// limited closes the method's window until Slack takes calls again.
func (a *announcer) limited(ctx context.Context, d *due, until time.Time) error {
	a.cfg.Count(CountLimited)
	d.Sending = false // a refused call has no effect
	channel := ""
	if d.method() == methodPost {
		channel = d.Channel
	}
	return a.save(ctx, d, func(tx engine.Tx) error { return tx.HoldPace(ctx, d.method(), channel, until) })
}

// backoff doubles with each attempt.
func backoff(first time.Duration, attempts int, most time.Duration) time.Duration {
	return min(first<<min(max(attempts-1, 0), 16), most)
}

// uncertain says whether the message may stand although the call failed: the
// request may have left, and the answer is missing or admits not to know.
func uncertain(err error) bool {
	if code, ok := errors.AsType[slack.StatusCodeError](err); ok {
		return code.Code >= 500
	}
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		switch answer.Err {
		case "fatal_error", "internal_error", "request_timeout", "service_unavailable":
			return true
		}
		return false
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return false
	}
	return true
}

// broken says whether Slack refuses what the message says, whoever asks.
func broken(err error) bool {
	if err == nil {
		return false
	}
	switch err.Error() {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text", "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema":
		return true
	}
	return false
}
