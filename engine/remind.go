package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// Reminders say when who has an incident is reminded; a negative time is never.
type Reminders struct {
	Update     time.Duration // 30 min: without an update, of critical and high ones
	Unresolved time.Duration // 24 h: and neither mitigated nor resolved
}

// What a reminder reminds of.
const (
	NudgeUpdate     = "update"
	NudgeUnresolved = "unresolved"
)

// Nudge is how far the reminders of one kind have come.
type Nudge struct {
	What  string    `json:"what"`
	Count int       `json:"count"`          // reminders so far
	At    time.Time `json:"at,omitzero"`    // of the last one
	Until time.Time `json:"until,omitzero"` // snoozed till then
	Off   bool      `json:"off,omitempty"`  // dismissed
	By    string    `json:"by,omitempty"`   // who snoozed or dismissed
}

// snoozeFor is how long a reminder is put off.
const snoozeFor = time.Hour

// mostDoublings bounds how far the time between two reminders grows: it doubles,
// for who has not reacted to the third has a reason.
const mostDoublings = 4

// nudge is the incident's state of one kind of reminder.
func (i *Incident) nudge(what string) *Nudge {
	for n := range i.Nudges {
		if i.Nudges[n].What == what {
			return &i.Nudges[n]
		}
	}
	i.Nudges = append(i.Nudges, Nudge{What: what})
	return &i.Nudges[len(i.Nudges)-1]
}

// reminded reports whether anybody is reminded of the incident at all: somebody
// has it, and it still hurts.
func (i *Incident) reminded() bool {
	return (i.Status == Open || i.Status == Acknowledged) && !i.Historical && i.Channel != "" && i.Taker() != nil
}

// remindAt is when the next reminder of a kind is due, zero for never.
func (r Reminders) remindAt(i *Incident, what string) time.Time {
	if !i.reminded() {
		return time.Time{}
	}
	every, from := r.Unresolved, i.takenAt()
	switch {
	case i.Clear() && what == NudgeUpdate:
		return time.Time{} // nothing fires any more: what is asked is whether it is over
	case i.Clear():
		from = *i.ClearedAt
		if r.Update > 0 {
			every = min(every, r.Update)
		}
	case what == NudgeUpdate:
		every = r.Update
		if i.Severity.Rank() < SeverityHigh.Rank() {
			return time.Time{}
		}
		if i.LastUpdate != nil && i.LastUpdate.At.After(from) {
			from = i.LastUpdate.At
		}
	}
	if every < 0 {
		return time.Time{}
	}
	var n Nudge
	for _, o := range i.Nudges {
		if o.What == what {
			n = o
		}
	}
	switch {
	case n.Off:
		return time.Time{}
	case n.At.After(from):
		from, every = n.At, every<<min(n.Count-1, mostDoublings)
	}
	due := from.Add(every)
	if n.Until.After(n.At) {
		due = n.Until // who asked to be reminded then is
	}
	if last := n.At.Add(time.Minute); due.Before(last) {
		return last
	}
	return due
}

// next is when any reminder is due, zero for never.
func (r Reminders) next(i *Incident) time.Time {
	a, b := r.remindAt(i, NudgeUpdate), r.remindAt(i, NudgeUnresolved)
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// remind is the job that reminds who has an incident, each time once: the
// reminder and the count of it are one transaction.
func (e *Engine) remind(ctx context.Context, id string) error {
	now := e.now()
	var next time.Time
	err := e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return err
		}
		w := newWants(now)
		for _, what := range []string{NudgeUpdate, NudgeUnresolved} {
			at := e.cfg.Reminders.remindAt(&i, what)
			if at.IsZero() || at.After(now) {
				continue
			}
			n := i.nudge(what)
			n.Count++
			n.At, n.By, n.Until = now, "", time.Time{}
			if err := w.reply(&i, nudgeKey(&i, n), Reply{What: ReplyReminder, To: i.Taker(), Text: e.cfg.Reminders.text(&i, what, now), Nudge: what, Count: n.Count}); err != nil {
				return err
			}
			if before := *n; n.Count > 1 {
				before.Count-- // the one before asks nothing any more
				if err := w.reply(&i, nudgeKey(&i, &before), Reply{What: ReplyReminder, Nudge: what, Count: before.Count}); err != nil {
					return err
				}
			}
		}
		next = e.cfg.Reminders.next(&i)
		if len(w.posts) == 0 {
			return nil
		}
		if err := tx.PutIncidents(ctx, []Incident{i}); err != nil {
			return err
		}
		return w.write(ctx, tx)
	})
	switch {
	case KindOf(err) == NotFound:
		return nil
	case err != nil || next.IsZero():
		return err
	}
	return &Again{After: max(next.Sub(now), time.Second)}
}

// text says what a reminder reminds of.
func (r Reminders) text(i *Incident, what string, now time.Time) string {
	if i.Clear() {
		return fmt.Sprintf("nothing of %s has fired for %s: is it over?", i.ID, Span(now.Sub(*i.ClearedAt)))
	}
	if what == NudgeUnresolved {
		return fmt.Sprintf("%s is not over after %s", i.ID, Span(now.Sub(i.StartedAt)))
	}
	if i.LastUpdate == nil {
		return fmt.Sprintf("%s has had no update yet", i.ID)
	}
	return fmt.Sprintf("no update on %s for %s", i.ID, Span(now.Sub(i.LastUpdate.At)))
}

// Snooze puts a kind of reminder off for an hour, and Dismiss ends it.
func (e *Engine) Snooze(ctx context.Context, id, actor, what string) (until time.Time, err error) {
	_, err = e.change(ctx, id, actor, func(_ Tx, i *Incident, now time.Time) (Entry, error) {
		if err := i.remindable(what); err != nil {
			return Entry{}, err
		}
		n := i.nudge(what)
		n.Until, n.By, n.Off = now.Add(snoozeFor), actor, false
		until = n.Until
		return Entry{}, nil
	})
	return until, err
}

// Dismiss ends a kind of reminder for this incident.
func (e *Engine) Dismiss(ctx context.Context, id, actor, what string) error {
	_, err := e.change(ctx, id, actor, func(_ Tx, i *Incident, _ time.Time) (Entry, error) {
		if err := i.remindable(what); err != nil {
			return Entry{}, err
		}
		n := i.nudge(what)
		if n.Off {
			return Entry{}, Conflictf("%s has dismissed it already", n.By)
		}
		n.Off, n.By, n.Until = true, actor, time.Time{}
		return Entry{}, nil
	})
	return err
}

func (i *Incident) remindable(what string) error {
	switch {
	case what != NudgeUpdate && what != NudgeUnresolved:
		return Invalidf("what", "there is no reminder called %q", what)
	case !i.Live():
		return Conflictf("%s is over; nobody is reminded of it any more", i.ID)
	}
	return nil
}

// tend keeps an incident's reminders going after a change: their job, and the
// last of each as it stands now.
func (e *Engine) tend(i *Incident, w *wants) error {
	w.jobs = append(w.jobs, e.remindJobs(i)...)
	for n := range i.Nudges {
		if o := &i.Nudges[n]; o.Count > 0 {
			// Its row keeps what it said; only whether it is still asked changes.
			if err := w.reply(i, nudgeKey(i, o), Reply{What: ReplyReminder, Nudge: o.What, Count: o.Count}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) remindJobs(i *Incident) []Job {
	if at := e.cfg.Reminders.next(i); !at.IsZero() {
		return []Job{{Kind: JobRemind, Subject: i.ID, At: at}}
	}
	return nil
}

func nudgeKey(i *Incident, n *Nudge) string {
	return strings.Join([]string{"reminder", i.ID, n.What, fmt.Sprint(n.Count)}, ":")
}

// defaults fills in what is not set.
func (r Reminders) defaults() Reminders {
	return Reminders{Update: cmp.Or(r.Update, 30*time.Minute), Unresolved: cmp.Or(r.Unresolved, 24*time.Hour)}
}
