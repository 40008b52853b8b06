package engine

import (
	"context"
	"slices"
	"strings"
)

// Link relates two incidents: each shows the other. It returns the first. Doing
// it again changes nothing.
func (e *Engine) Link(ctx context.Context, id, to, actor string) (Incident, error) {
	actor = strings.TrimSpace(Clean(actor))
	switch {
	case actor == "":
		return Incident{}, Invalidf("actor", "say who does this")
	case to == "":
		return Incident{}, Invalidf("to", "say which incident %s is related to", id)
	case id == to:
		return Incident{}, Invalidf("to", "%s is this incident itself", id)
	}
	now := e.now()
	var linked Incident
	err := e.store.Update(ctx, func(tx Tx) error {
		list, err := tx.IncidentsByID(ctx, slices.Sorted(slices.Values([]string{id, to})))
		if err != nil {
			return err
		}
		var pair []Incident
		for _, want := range []string{id, to} {
			n := slices.IndexFunc(list, func(i Incident) bool { return i.ID == want })
			switch {
			case n < 0:
				return NotFoundf("there is no incident %s", want)
			case list[n].Historical:
				return Conflictf("%s is history; what it has to do with an incident is said by its advice", want)
			}
			pair = append(pair, list[n])
		}
		linked = pair[0]
		if slices.Contains(pair[0].Linked, to) && slices.Contains(pair[1].Linked, id) {
			return nil
		}
		w := newWants(now)
		var entries []Entry
		for n := range pair {
			i, other := &pair[n], &pair[1-n]
			i.Linked = union(i.Linked, []string{other.ID})
			entry := Entry{ID: newID("ent_", now), IncidentID: i.ID, At: now, Kind: "linked", Actor: actor, Text: "related to " + other.ID + ": " + other.Title}
			entries = append(entries, entry)
			w.incident(i)
			if err := w.notice(i, entry.ID, Notice{What: "linked", Other: other.ID, Actor: actor}); err != nil {
				return err
			}
		}
		if err := e.publish(ctx, tx, []*Incident{&pair[0], &pair[1]}, entries, w, now); err != nil {
			return err
		}
		linked = pair[0]
		return nil
	})
	return linked, err
}
