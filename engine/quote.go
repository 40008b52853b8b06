package engine

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Quote is a message that people made part of an incident's story.
type Quote struct {
	Key    string // names the message: it becomes one entry, however often it is marked
	Author string
	Text   string
	At     time.Time // when it was said
}

// quoteLimit bounds what is kept of a message.
const quoteLimit = 2000

// Quote writes a message into an incident's timeline, at the time at which it was
// said. It reports whether that is new.
func (e *Engine) Quote(ctx context.Context, id string, q Quote) (fresh bool, err error) {
	text := []rune(strings.TrimSpace(Clean(q.Text)))
	if len(text) == 0 {
		return false, Invalidf("text", "the message has no text")
	}
	if len(text) > quoteLimit {
		text = append(text[:quoteLimit-1], '…')
	}
	now := e.now()
	entry := Entry{ID: "msg_" + q.Key, IncidentID: id, At: q.At, Kind: "note", Actor: strings.TrimSpace(Clean(q.Author)), Text: string(text)}
	err = e.store.Update(ctx, func(tx Tx) error {
		fresh = false
		i, err := tx.Incident(ctx, id) // holds the row: two marks of one message wait for each other
		if err != nil {
			return err
		}
		if i.Historical {
			return Conflictf("%s is history; its timeline is written", id)
		}
		told, err := tx.Timeline(ctx, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(told, func(e Entry) bool { return e.ID == entry.ID }) {
			return nil
		}
		fresh = true
		return e.publish(ctx, tx, []*Incident{&i}, []Entry{entry}, newWants(now), now)
	})
	return fresh, err
}
