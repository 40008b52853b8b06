package bot

import (
	"context"
	"time"

	"ragoffire/engine"
)

// fixOf says what a person can do about a channel that refuses posts, or ""
// where the error is not of that kind.
func fixOf(code, channel string) string {
	switch code {
	case "not_in_channel":
		return "invite the bot to " + channel + ": /invite @rof"
	case "channel_not_found":
		return "check the channel's id " + channel + " in SLACK_CHANNEL or routes; a private channel also needs /invite @rof"
	case "is_archived", "is_inactive":
		return "unarchive " + channel + " or route elsewhere"
	case "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "restricted_action_non_threadable_channel":
		return "let the bot post to " + channel + " in the channel's settings"
	case "missing_scope":
		return "give the app the scope chat:write and install it again"
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "org_login_required", "ekm_access_denied", "team_access_not_granted", "no_permission":
		return "copy SLACK_BOT_TOKEN again from the app's OAuth page"
	}
	return ""
}

// turnedAway keeps a refused post for later, at growing intervals and for a
// day: most channels let the bot in once somebody reads the log. Who asked for
// it gets it at once, if they can be reached.
func (a *announcer) turnedAway(ctx context.Context, d *due, m *message, code string) error {
	if inRoom(&d.Post) && gone(code) {
		return a.bury(ctx, d, code) // people archived it: the incident goes on without
	}
	now := a.cfg.Now()
	fix := fixOf(code, d.Channel)
	a.warnOnce(ctx, d, code, fix)
	if d.Kind == engine.PostDecision && d.TS == "" && a.tellAsker(ctx, d, m, fix) {
		return a.bury(ctx, d, code+"; shown to its asker alone")
	}
	if old(&d.Post, now) {
		return a.bury(ctx, d, code)
	}
	until := now.Add(backoff(a.cfg.Refused, d.Attempts, 30*a.cfg.Refused))
	d.NotBefore = until
	return a.save(ctx, d, func(tx engine.Tx) error { return tx.HoldPace(ctx, d.method(), d.Channel, until) })
}

func (a *announcer) tellAsker(ctx context.Context, d *due, m *message, fix string) bool {
	var asked *engine.Asked
	err := a.store.View(ctx, func(r engine.Reader) error {
		decision, err := r.Decision(ctx, d.Subject)
		asked = decision.Question.Asked
		return err
	})
	if err != nil || asked == nil {
		return false
	}
	private := &message{text: m.text, blocks: m.blocks}
	private.add(footnote("Only you see this, since rof cannot post here. To change that, " + a.render.sentence(fix, maxLine)))
	return a.tell(ctx, asked.Request, private.fit())
}

// warnOnce logs a refusal once, until the channel takes posts or says
// something else.
func (a *announcer) warnOnce(ctx context.Context, d *due, code, fix string) {
	a.mu.Lock()
	known := a.refused[d.Channel] == code
	a.refused[d.Channel] = code
	a.mu.Unlock()
	if !known {
		a.log.WarnContext(ctx, "slack refuses posts to a channel", "channel", d.Channel, "error", code, "fix", fix)
	}
}

func (a *announcer) welcome(channel string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.refused, channel)
}

// old says whether a post has been refused for long enough to be given up.
func old(p *engine.Post, now time.Time) bool {
	return !p.CreatedAt.IsZero() && now.Sub(p.CreatedAt) > tooOld
}
