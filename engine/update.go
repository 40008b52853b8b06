package engine

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"
)

// maxSaid bounds what a person says of an incident, in characters: a dialog takes
// 3,000 of any alphabet.
const maxSaid = 8192

// SendUpdate tells those who wait how an incident stands: in its thread and, where
// the config names one, in the channel of updates.
func (e *Engine) SendUpdate(ctx context.Context, id, actor, text, request string) (Incident, error) {
	text = strings.TrimSpace(Clean(text))
	switch {
	case text == "":
		return Incident{}, Invalidf("text", "an update needs a text")
	case utf8.RuneCountInString(text) > maxSaid:
		return Incident{}, Invalidf("text", "an update may have at most %d characters", maxSaid)
	}
	return e.change(ctx, id, actor, func(tx Tx, i *Incident, now time.Time) (Entry, error) {
		if i.Historical {
			return Entry{}, Conflictf("%s is history; nobody waits for news of it", i.ID)
		}
		if err := i.Gone(); err != nil {
			return Entry{}, err
		}
		entry := Entry{ID: entryID(request), Kind: "update", Text: text}
		if entry.ID == "" {
			entry.ID = newID("ent_", now)
		}
		i.LastUpdate = &Said{By: actor, Text: text, At: now}
		w := newWants(now)
		r := Reply{What: ReplyUpdate, By: actor, Text: text, Broadcast: e.cfg.Updates != "" && e.cfg.Updates == i.Channel}
		if err := w.reply(i, entry.ID, r); err != nil {
			return Entry{}, err
		}
		if i.Channel != "" && e.cfg.Updates != "" && e.cfg.Updates != i.Channel {
			if err := w.digestUpdate(i, entry.ID, e.cfg.Updates, r); err != nil {
				return Entry{}, err
			}
		}
		return entry, w.write(ctx, tx)
	})
}

// NoteOnce writes a line into an incident's timeline, one per request.
func (e *Engine) NoteOnce(ctx context.Context, id, actor, text, request string) (Incident, error) {
	text = strings.TrimSpace(Clean(text))
	switch {
	case text == "":
		return Incident{}, Invalidf("text", "a note needs a text")
	case utf8.RuneCountInString(text) > maxSaid:
		return Incident{}, Invalidf("text", "a note may have at most %d characters", maxSaid)
	}
	return e.change(ctx, id, actor, func(_ Tx, i *Incident, _ time.Time) (Entry, error) {
		if i.Historical {
			return Entry{}, Conflictf("%s is history; its timeline is written", i.ID)
		}
		return Entry{ID: entryID(request), Kind: "note", Text: text}, nil
	})
}

// TellsUpdates reports whether updates also go to a channel of their own.
func (e *Engine) TellsUpdates() bool { return e.cfg.Updates != "" }
