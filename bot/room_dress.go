package bot

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// dress brings a room's topic, bookmarks and members up to date. What Slack
// refuses of that is told once and left out. It reports whether the room is there
// still: people may archive it, and then it is closed.
func (b *Bot) dress(ctx context.Context, d *engine.Detail) (there bool, err error) {
	for _, step := range []struct {
		what string
		do   func(context.Context, *engine.Detail) error
	}{{"topic", b.setTopic}, {"bookmark", b.setBookmarks}, {"invite", b.inviteOwner}} {
		err := step.do(ctx, d)
		if engine.KindOf(err) != "" {
			return false, err
		}
		if wait, again := later(err); again {
			return false, wait
		}
		switch code := answerOf(err); {
		case code == "":
		case gone(code):
			return false, b.engine.SetRoom(ctx, d.ID, engine.Room{Channel: d.Room, Closed: true, Marks: d.RoomMarks})
		default:
			b.roomTrouble(ctx, d.ID, step.what, code)
		}
	}
	return true, nil
}

// setTopic sets the topic where it says something else: each change is a line in
// the channel.
func (b *Bot) setTopic(ctx context.Context, d *engine.Detail) error {
	return b.slackCall(ctx, func(ctx context.Context) error {
		ch, err := b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: d.Room})
		if err != nil {
			return err
		}
		topic := b.render.topic(&d.Incident)
		if ch.Topic.Value == topic {
			return nil
		}
		_, err = b.api.SetTopicOfConversationContext(ctx, d.Room, topic)
		return err
	})
}

// maxTopic is how long Slack lets a topic be.
const maxTopic = 250

// topic is an incident in the line above its channel. What does not fit is left out
// whole: cut within an escaped character it would be refused, or read wrongly.
func (r *renderer) topic(i *engine.Incident) string {
	state := r.esc(string(i.Status), 40)
	if i.Flapping() {
		state = "flapping"
	}
	line := join(dot(i)+" "+r.esc(i.ID, maxName), state, severity(i.Severity), r.esc(headline(i), 120))
	if whole := join(line, r.owner(i)); length(whole) <= maxTopic {
		return whole
	}
	return line
}

// setBookmarks adds the alerts' runbook and dashboard, where their hosts are
// allowed. Which are there is remembered: to ask Slack takes a scope of its own.
func (b *Bot) setBookmarks(ctx context.Context, d *engine.Detail) error {
	marks := slices.Clone(d.RoomMarks)
	for _, rel := range []string{"runbook", "dashboard"} {
		to := b.render.addressOf(d, rel)
		if to == "" || slices.Contains(marks, to) {
			continue
		}
		err := b.slackCall(ctx, func(ctx context.Context) error {
			_, err := b.api.AddBookmarkContext(ctx, d.Room, slack.AddBookmarkParameters{Title: title(rel), Type: "link", Link: to})
			return err
		})
		if err != nil {
			return err
		}
		marks = append(marks, to)
	}
	if len(marks) == len(d.RoomMarks) {
		return nil
	}
	d.RoomMarks = marks
	return b.engine.SetRoom(ctx, d.ID, engine.Room{Channel: d.Room, Marks: marks})
}

// addressOf is the first allowed link of a kind that the alerts have, or "".
func (r *renderer) addressOf(d *engine.Detail, rel string) string {
	for _, a := range d.Alerts[:min(len(d.Alerts), 20)] {
		for _, l := range a.Links[:min(len(a.Links), 10)] {
			if u := r.allow(l.URL); l.Rel == rel && u != nil && len(l.URL) <= 2000 {
				return u.String()
			}
		}
	}
	return ""
}

// inviteOwner brings whoever has the incident into its room.
func (b *Bot) inviteOwner(ctx context.Context, d *engine.Detail) error {
	id := d.AcknowledgedUser
	if d.Owner != nil && d.Owner.ID != "" {
		id = d.Owner.ID
	}
	if id == "" {
		return nil // nobody has it, or somebody whom Slack does not know
	}
	err := b.slackCall(ctx, func(ctx context.Context) error {
		_, err := b.api.InviteUsersToConversationContext(ctx, d.Room, id)
		return err
	})
	switch answerOf(err) {
	case "already_in_channel", "cant_invite_self", "user_not_found", "cant_invite":
		return nil
	}
	return err
}
