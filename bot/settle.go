package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
	"ragoffire/engine/fail"
)

const (
	// skew is how far Slack's clock may be from ours: a message's timestamp is
	// Slack's, the attempt's is ours, or another replica's.
	skew = 5 * time.Minute
	// lookupPages bounds one lookup: 1000 messages from around the attempt.
	lookupPages = 5
	// lookupPatience is how long lookups may fail before the post is sent
	// anyway: better twice than never.
	lookupPatience = 5 * time.Minute
	// lookupSlow is what a lookup takes where the way to Slack is bad.
	lookupSlow = 2 * time.Second
)

// lookupPace is the tier of conversations.history, 50 a minute, with a margin.
func lookupPace() engine.Pace { return engine.Pace{Burst: 10, Every: 2 * time.Second} }

// settle finds out what became of an attempt whose outcome is unknown: the
// process died, or the answer got lost. Where the message stands, its timestamp
// is adopted; where it does not, or nobody can tell, the post is free to be sent.
func (a *announcer) settle(ctx context.Context, d *due) (wait time.Duration, err error) {
	now := a.cfg.Now()
	if wait := d.AttemptedAt.Add(a.cfg.Settle).Sub(now); wait > 0 {
		return wait, nil // it may still be on its way
	}
	err = a.store.Update(ctx, func(tx engine.Tx) (err error) {
		wait, err = tx.TakePace(ctx, methodHistory, methodHistory, lookupPace(), now)
		return err
	})
	if err != nil || wait > 0 {
		return wait, err
	}
	began := time.Now()
	ts, err := a.find(ctx, d)
	slow := time.Since(began) > lookupSlow
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	answer, isAnswer := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case ts != "":
		fail.Point("settle.found")
		a.settled(d)
		a.cfg.Count(CountAdopted)
		// What it says is known by the hash of the attempt.
		d.TS, d.Sending, d.LastError, d.NotBefore = ts, false, "", time.Time{}
		return 0, a.save(ctx, d)
	case err == nil || isAnswer && answer.Err == "thread_not_found":
		if a.overtook(d, slow) {
			return a.cfg.Settle, nil
		}
		a.cfg.Count(CountAbsent)
	case isLimited:
		err = a.store.Update(ctx, func(tx engine.Tx) error {
			return tx.HoldPace(ctx, methodHistory, "", now.Add(limited.RetryAfter))
		})
		return limited.RetryAfter, err
	case isAnswer && !uncertain(err) || now.Sub(d.AttemptedAt) > lookupPatience:
		a.settled(d)
		a.cfg.Count(CountUnsettled)
		a.log.WarnContext(ctx, "nobody can tell whether a post was sent; it is sent once more", "post", d.Key, "channel", d.Channel, "error", quiet(err))
	default:
		a.unanswered(d)
		return backoff(a.cfg.Settle, 2, time.Minute), nil
	}
	d.Sending = false
	return 0, a.save(ctx, d) // a window that is closed now must not cost another lookup
}

// overtook reports whether a lookup that found nothing may have been quicker than
// the attempt itself, and is to be made again: where the way to Slack was bad, what
// was stuck on it arrives together with what is asked once it is good.
func (a *announcer) overtook(d *due, slow bool) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	bad, known := a.lookups[d.Key]
	if bad || slow && !known {
		a.lookups[d.Key] = false // the next one is believed
		return true
	}
	delete(a.lookups, d.Key)
	return false
}

// unanswered keeps that a lookup had no answer.
func (a *announcer) unanswered(d *due) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lookups[d.Key] = true
}

// settled forgets the lookups of a post.
func (a *announcer) settled(d *due) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.lookups, d.Key)
}

// find looks for the post's message around the time of its last attempt.
func (a *announcer) find(ctx context.Context, d *due) (string, error) {
	oldest, latest := stamp(d.AttemptedAt.Add(-skew)), stamp(d.AttemptedAt.Add(2*skew))
	cursor := ""
	for range lookupPages {
		messages, next, err := a.page(ctx, d, oldest, latest, cursor)
		if err != nil {
			return "", err
		}
		for _, m := range messages {
			if m.Metadata.EventType == metadataType && m.Metadata.EventPayload[metadataKey] == d.Key {
				return m.Timestamp, nil
			}
		}
		if next == "" {
			break
		}
		cursor = next
	}
	return "", nil
}

func (a *announcer) page(ctx context.Context, d *due, oldest, latest, cursor string) ([]slack.Message, string, error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	const size = 200
	if d.thread != "" {
		messages, _, next, err := a.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: d.Channel, Timestamp: d.thread, Oldest: oldest, Latest: latest, Inclusive: true, Limit: size, Cursor: cursor, IncludeAllMetadata: true,
		})
		return messages, next, err
	}
	h, err := a.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: d.Channel, Oldest: oldest, Latest: latest, Inclusive: true, Limit: size, Cursor: cursor, IncludeAllMetadata: true,
	})
	if err != nil {
		return nil, "", err
	}
	return h.Messages, h.ResponseMetaData.NextCursor, nil
}

// stamp is a time as Slack's timestamps are written.
func stamp(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }
