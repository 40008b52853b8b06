package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"ragoffire/engine/fail"
)

// Acknowledge says that somebody is on it.
func (e *Engine) Acknowledge(ctx context.Context, id, actor string) (Incident, error) {
	return e.AcknowledgeAs(ctx, id, Person{Name: actor})
}

// AcknowledgeAs is Acknowledge by somebody whom chat can mention.
func (e *Engine) AcknowledgeAs(ctx context.Context, id string, by Person) (Incident, error) {
	actor := by.Name
	return e.change(ctx, id, actor, func(_ Tx, i *Incident, now time.Time) (Entry, error) {
		if i.Status == Acknowledged {
			return Entry{}, Conflictf("%s is acknowledged already, by %s", i.ID, i.AcknowledgedBy)
		}
		if err := i.To(Acknowledged); err != nil {
			return Entry{}, err
		}
		i.AcknowledgedAt, i.AcknowledgedBy, i.SinceAck = &now, actor, 0
		i.AcknowledgedUser = by.ID
		return Entry{Kind: "acknowledged", Text: "acknowledged"}, nil
	})
}

// Mitigate says that the pain is over though the cause may not be.
func (e *Engine) Mitigate(ctx context.Context, id, actor string) (Incident, error) {
	return e.change(ctx, id, actor, func(_ Tx, i *Incident, now time.Time) (Entry, error) {
		if err := i.To(Mitigated); err != nil {
			return Entry{}, err
		}
		i.MitigatedAt = &now
		return Entry{Kind: "mitigated", Text: "mitigated"}, nil
	})
}

// Reopen takes a resolved incident up again, and lets go of one that somebody has
// or that is mitigated.
func (e *Engine) Reopen(ctx context.Context, id, actor string) (Incident, error) {
	return e.change(ctx, id, actor, func(tx Tx, i *Incident, now time.Time) (Entry, error) {
		if i.MergedInto != "" {
			return Entry{}, Conflictf("%s was merged into %s, which has its alerts now; split takes them out again there", i.ID, i.MergedInto)
		}
		ended := i.Status == Resolved
		if err := i.To(Open); err != nil {
			return Entry{}, err
		}
		if ended {
			if err := e.reconsiders(ctx, tx, i, now); err != nil {
				return Entry{}, err
			}
		}
		i.ClearedAt = nil
		i.ResolvedAt, i.ResolvedBy, i.Reason, i.DuplicateOf = nil, "", "", ""
		i.Resolution, i.RootCause = "", ""
		if ended {
			i.Reopened++
		}
		i.UrgentAt, i.Escalated = time.Time{}, 0 // who reopens it knows of it
		if err := e.remute(ctx, tx, i, now); err != nil {
			return Entry{}, err
		}
		entry, err := e.reopened(ctx, tx, i, actor, now)
		if err != nil {
			return Entry{}, err
		}
		return entry, e.closeSeries(ctx, tx, i.ID, false)
	})
}

// Resolve ends an incident. Only what was fixed becomes a fix that later
// decisions may recommend. An incident that its alerts ended can still be told
// what fixed it. Series that still fire are marked as closed by a person.
func (e *Engine) Resolve(ctx context.Context, id string, r Resolution) (Incident, error) {
	if err := r.check(id); err != nil {
		return Incident{}, err
	}
	return e.change(ctx, id, r.Actor, func(tx Tx, i *Incident, now time.Time) (Entry, error) {
		told := i.Status == Resolved && i.ResolvedBy == "" && !i.Historical
		if !told {
			if err := i.To(Resolved); err != nil {
				return Entry{}, err
			}
			i.ResolvedAt = &now
		}
		if r.Reason == ReasonDuplicate {
			original, err := tx.Incident(ctx, r.DuplicateOf)
			switch {
			case KindOf(err) == NotFound:
				return Entry{}, Invalidf("duplicate_of", "there is no incident %s to be a duplicate of", r.DuplicateOf)
			case err != nil:
				return Entry{}, err
			case original.MergedInto == i.ID:
				return Entry{}, Invalidf("duplicate_of", "%s was merged into this one; say which other incident this one is a duplicate of", original.ID)
			}
		}
		i.ResolvedBy, i.Reason, i.DuplicateOf = r.Actor, r.Reason, r.DuplicateOf
		i.Resolution, i.RootCause = r.Resolution, r.RootCause
		text := strings.ReplaceAll(string(r.Reason), "_", " ")
		if r.Resolution != "" {
			text += ": " + r.Resolution
		}
		if i.Firing > 0 {
			text += fmt.Sprintf(" (%d still firing)", i.Firing)
		}
		if err := e.concludes(ctx, tx, i, now); err != nil {
			return Entry{}, err
		}
		return Entry{Kind: "resolved", Text: text}, e.closeSeries(ctx, tx, i.ID, true)
	})
}

// check completes a resolution or says what is missing.
func (r *Resolution) check(id string) error {
	for _, s := range []*string{&r.Actor, &r.Resolution, &r.RootCause, &r.DuplicateOf} {
		*s = strings.TrimSpace(Clean(*s))
	}
	if r.Reason == "" {
		r.Reason = ReasonFixed
	}
	switch {
	case !r.Reason.Valid():
		return Invalidf("reason", "reason must be fixed, recovered, false_alarm or duplicate, not %q", r.Reason)
	case r.Reason == ReasonFixed && r.Resolution == "":
		return Invalidf("resolution", "say what fixed it, or give another reason: recovered, false_alarm or duplicate")
	case r.Reason == ReasonDuplicate && (r.DuplicateOf == "" || r.DuplicateOf == id):
		return Invalidf("duplicate_of", "say which other incident this one is a duplicate of")
	}
	return nil
}

// closeSeries marks the incident's firing series as closed by a person, or
// takes that mark away.
func (e *Engine) closeSeries(ctx context.Context, tx Tx, id string, closed bool) error {
	alerts, err := tx.Alerts(ctx, id)
	if err != nil {
		return err
	}
	var changed []Alert
	for _, a := range alerts {
		if a.Status != AlertResolved && a.ClosedByPerson != closed {
			a.ClosedByPerson = closed
			changed = append(changed, a)
		}
	}
	return tx.PutAlerts(ctx, changed)
}

// AddNote writes a line into an incident's timeline.
func (e *Engine) AddNote(ctx context.Context, id, actor, text string) (Entry, error) {
	text = strings.TrimSpace(Clean(text))
	if text == "" {
		return Entry{}, Invalidf("text", "a note needs a text")
	}
	var entry Entry
	_, err := e.change(ctx, id, actor, func(_ Tx, i *Incident, _ time.Time) (Entry, error) {
		if i.Historical {
			return Entry{}, Conflictf("%s is history; its timeline is written", i.ID)
		}
		entry = Entry{Kind: "note", Text: text}
		return entry, nil
	}, &entry)
	return entry, err
}

// change changes an incident under its row's hold, and writes its timeline
// entry where it has a kind, its event and its messages. The entry as written goes to out.
func (e *Engine) change(ctx context.Context, id, actor string, do func(Tx, *Incident, time.Time) (Entry, error), out ...*Entry) (Incident, error) {
	now := e.now()
	if actor = strings.TrimSpace(Clean(actor)); actor == "" {
		return Incident{}, Invalidf("actor", "say who does this")
	}
	var i Incident
	err := e.store.Update(ctx, func(tx Tx) (err error) {
		if i, err = tx.Incident(ctx, id); err != nil {
			return err
		}
		entry, err := do(tx, &i, now)
		if err != nil {
			return err
		}
		w := newWants(now)
		if i.Live() {
			// What somebody works on has a message and a thread of its own.
			if err := surface(ctx, tx, &i, w); err != nil {
				return err
			}
		}
		entry.ID, entry.IncidentID, entry.At, entry.Actor = cmp.Or(entry.ID, newID("ent_", now)), i.ID, now, actor
		var entries []Entry
		if entry.Kind != "" {
			entries = append(entries, entry)
		}
		for _, o := range out {
			*o = entry
		}
		w.incident(&i)
		if err := e.tend(&i, w); err != nil {
			return err
		}
		err = e.publish(ctx, tx, []*Incident{&i}, entries, w, now)
		fail.Point("change.commit.before")
		if i.Fix() {
			fail.Point("resolve.commit.before")
		}
		return err
	})
	fail.Point("change.committed")
	if err == nil && i.Fix() {
		fail.Point("resolve.committed")
		e.remember(ctx, []Incident{i}, nil)
	}
	return i, err
}
