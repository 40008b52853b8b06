package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// Rooms say which incidents get a channel of their own. Their summary stays where
// it is routed and points there; alert and advice stand in both.
type Rooms struct {
	Severities []engine.Severity // none: no incident gets one
	Name       string            // {{id}}: what it is called; {{id}}, {{service}}, {{environment}} and {{severity}} are filled in
	Archive    bool              // an hour after the incident is over
}

func (r *Rooms) any() bool { return len(r.Severities) > 0 }

// archiveAfter is how long a room outlives its incident: what fires again within
// that hour goes on in it.
const archiveAfter = time.Hour

// roomPrefix begins the keys of the posts that stand in a room.
const roomPrefix = "room:"

func inRoom(p *engine.Post) bool { return strings.HasPrefix(p.Key, roomPrefix) }

// room is the worker: it brings an incident's own channel to what it should be.
// It runs after each change of the incident's message. An incident whose room is
// not to be had goes on without one.
func (b *Bot) room(ctx context.Context, id string) error {
	d, err := b.engine.Incident(ctx, id)
	if engine.KindOf(err) == engine.NotFound || err == nil && d.RoomClosed {
		return nil
	}
	if err != nil {
		return err
	}
	if d.Room == "" {
		if !d.Live() || !slices.Contains(b.cfg.Rooms.Severities, d.Severity) {
			return nil
		}
		if d.Room, err = b.openRoom(ctx, &d.Incident); err != nil || d.Room == "" {
			return err
		}
	}
	if d.Status == engine.Resolved && !d.Flapping() && b.cfg.Rooms.Archive && d.ResolvedAt != nil {
		if wait := d.ResolvedAt.Add(archiveAfter).Sub(b.now()); wait > 0 {
			if err := b.furnish(ctx, &d); err != nil {
				return err
			}
			return &engine.Again{After: wait}
		}
		return b.closeRoom(ctx, &d.Incident)
	}
	return b.furnish(ctx, &d)
}

// furnish brings topic, bookmarks, members and messages of a room up to date.
func (b *Bot) furnish(ctx context.Context, d *engine.Detail) error {
	if there, err := b.dress(ctx, d); err != nil || !there {
		return err
	}
	channel := d.Room
	posts := []engine.Post{
		{Key: roomPrefix + "incident:" + d.ID, Channel: channel, Kind: engine.PostIncident, Subject: d.ID, CreatedAt: b.now()},
		{Key: roomPrefix + "alert:" + d.ID, Channel: channel, Kind: engine.PostAlert, Subject: d.ID, CreatedAt: b.now()},
	}
	for n := len(d.Decisions) - 1; n >= 0; n-- {
		dec := &d.Decisions[n]
		posts = append(posts, engine.Post{Key: roomPrefix + "decision:" + dec.ID, Channel: channel, Kind: engine.PostDecision, Subject: dec.ID, CreatedAt: b.now()})
	}
	return b.store.Update(ctx, func(tx engine.Tx) error {
		if err := tx.WantPosts(ctx, posts...); err != nil {
			return err
		}
		return tx.Enqueue(ctx, engine.Job{Kind: engine.JobAnnounce, Subject: channel})
	})
}

// closeRoom archives a room, once.
func (b *Bot) closeRoom(ctx context.Context, i *engine.Incident) error {
	err := b.slackCall(ctx, func(ctx context.Context) error { return b.api.ArchiveConversationContext(ctx, i.Room) })
	if wait, again := later(err); again {
		return wait
	}
	if code := answerOf(err); code != "" && !gone(code) {
		b.roomTrouble(ctx, i.ID, "archive", code)
	}
	return b.engine.SetRoom(ctx, i.ID, engine.Room{Channel: i.Room, Closed: true, Marks: i.RoomMarks})
}

// roomOf finds what a channel is about: an incident's own room, or nothing.
func (b *Bot) roomOf(ctx context.Context, channel string) (s subject, err error) {
	if !b.cfg.Rooms.any() || channel == "" {
		return subject{}, nil
	}
	err = b.store.View(ctx, func(r engine.Reader) error {
		p, err := r.PostAt(ctx, channel, roomMark)
		s.incident = p.Subject
		return err
	})
	if engine.KindOf(err) == engine.NotFound {
		return subject{}, nil
	}
	return s, err
}

// roomMark is where the post stands that says whose room a channel is. It is no
// message: nothing is ever sent for it.
const roomMark = "room"

// markRoom records whose room a channel is.
func (b *Bot) markRoom(ctx context.Context, channel, incident string) error {
	p := engine.Post{Key: roomPrefix + incident, Channel: channel, Kind: engine.PostIncident, Subject: incident, CreatedAt: b.now()}
	return b.store.Update(ctx, func(tx engine.Tx) error {
		old, err := tx.Post(ctx, p.Key)
		switch {
		case engine.KindOf(err) == engine.NotFound:
			if err := tx.WantPosts(ctx, p); err != nil {
				return err
			}
			p.Wanted = 1
		case err != nil:
			return err
		default:
			p = old
		}
		p.Channel, p.TS, p.Sent = channel, roomMark, p.Wanted
		return tx.SavePost(ctx, p)
	})
}

// slackCall bounds a call to Slack by the window of all.
func (b *Bot) slackCall(ctx context.Context, call func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	return call(ctx)
}

// later says of an error whether to come back, and how.
func later(err error) (error, bool) {
	if err == nil {
		return nil, false
	}
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &engine.Again{After: limited.RetryAfter}, true
	}
	if answerOf(err) == "" || uncertain(err) {
		return quiet(err), true
	}
	return nil, false
}

// answerOf is the error that Slack answered with, "" where it did not answer.
func answerOf(err error) string {
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return answer.Err
	}
	return ""
}

// gone says that a channel is no more to be had.
func gone(code string) bool {
	switch code {
	case "is_archived", "is_inactive", "already_archived", "channel_not_found", "not_in_channel":
		return true
	}
	return false
}
