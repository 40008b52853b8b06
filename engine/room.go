package engine

import (
	"context"
	"slices"
)

// Room is an incident's own channel, as chat knows it.
type Room struct {
	Channel string
	Name    string
	Closed  bool     // archived, or not to be had
	Marks   []string // the links that are bookmarks there
}

// SetRoom keeps what became of an incident's own channel, and where it stands
// among the incident's messages. What is so already changes nothing.
func (e *Engine) SetRoom(ctx context.Context, id string, r Room) error {
	now := e.now()
	return e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return err
		}
		if i.Room == r.Channel && i.RoomClosed == r.Closed && slices.Equal(i.RoomMarks, r.Marks) {
			return nil
		}
		opened, closed := i.Room == "" && r.Channel != "", i.Room != "" && r.Closed && !i.RoomClosed
		i.Room, i.RoomClosed, i.RoomMarks = r.Channel, r.Closed, r.Marks
		w := newWants(now)
		var entries []Entry
		switch {
		case opened:
			entries = []Entry{{ID: newID("ent_", now), IncidentID: id, At: now, Kind: "room", Text: "worked on in its own channel " + r.Name}}
			w.incident(&i)
		case closed:
			entries = []Entry{{ID: newID("ent_", now), IncidentID: id, At: now, Kind: "room", Text: "its own channel is archived"}}
			w.incident(&i)
		}
		return e.publish(ctx, tx, []*Incident{&i}, entries, w, now)
	})
}
