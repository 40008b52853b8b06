package engine

import (
	"context"
	"strings"
	"time"
)

// Assign gives an incident to somebody, or with nil to nobody. Who takes it for
// themself has acknowledged it, too. The new owner is told in its thread.
func (e *Engine) Assign(ctx context.Context, id string, by Person, owner *Person) (Incident, error) {
	if owner != nil {
		owner = &Person{ID: Clean(owner.ID), Name: strings.TrimSpace(Clean(owner.Name))}
		if owner.Name == "" {
			return Incident{}, Invalidf("owner", "assign it to whom?")
		}
	}
	return e.change(ctx, id, by.Name, func(tx Tx, i *Incident, now time.Time) (Entry, error) {
		switch {
		case i.Historical:
			return Entry{}, Conflictf("%s is history; nobody needs to own it", i.ID)
		case i.MergedInto != "":
			return Entry{}, i.Gone()
		case i.Status == Resolved:
			return Entry{}, Conflictf("%s is resolved; reopen it first", i.ID)
		case owner == nil && i.Owner == nil:
			return Entry{}, Conflictf("nobody owns %s", i.ID)
		case owner != nil && i.Owner != nil && owner.Is(*i.Owner):
			return Entry{}, Conflictf("%s is %s's already", i.ID, owner.Name)
		}
		i.Owner, i.OwnedAt = owner, now
		entry := Entry{ID: newID("ent_", now), Kind: "assigned", Text: "assigned to nobody"}
		if owner == nil {
			return entry, nil
		}
		entry.Text = "assigned to " + owner.Name
		if owner.Is(by) {
			if i.Status == Open {
				i.Status = Acknowledged
				i.AcknowledgedAt, i.AcknowledgedBy, i.AcknowledgedUser = &now, by.Name, by.ID
			}
			return entry, nil
		}
		w := newWants(now)
		if err := w.reply(i, entry.ID, Reply{What: ReplyAssigned, By: by.Name, To: owner}); err != nil {
			return Entry{}, err
		}
		return entry, w.write(ctx, tx)
	})
}
