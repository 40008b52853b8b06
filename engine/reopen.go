package engine

import (
	"context"
	"time"
)

// reopened tells that a person has taken a resolved incident up again: whoever
// had it before is asked anew, and its reminders begin again.
func (e *Engine) reopened(ctx context.Context, tx Tx, i *Incident, actor string, now time.Time) (Entry, error) {
	i.AcknowledgedAt, i.AcknowledgedBy, i.AcknowledgedUser, i.MitigatedAt = nil, "", "", nil
	for n := range i.Nudges {
		i.Nudges[n] = Nudge{What: i.Nudges[n].What, Count: i.Nudges[n].Count, At: now}
	}
	entry := Entry{ID: newID("ent_", now), Kind: "reopened", Text: "reopened"}
	w := newWants(now)
	if err := w.notice(i, entry.ID, Notice{What: "reopened", Actor: actor, Now: i.Firing}); err != nil {
		return Entry{}, err
	}
	return entry, w.write(ctx, tx)
}
