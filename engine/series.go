package engine

import "time"

// change is what one observation does to its series.
type change string

const (
	changeNone    change = "none"    // a repeat, or stale: counted, nothing else
	changeOpen    change = "open"    // a new episode
	changeAgain   change = "again"   // the series fires again soon after it ended: a flap
	changeUpdate  change = "update"  // still firing, but something people see is different
	changeResolve change = "resolve" // the episode is over
	changeAck     change = "ack"     // acknowledged at the sender
	changeEnded   change = "ended"   // an end that overtook its beginning: kept, so that this is known to be over
	changeIgnore  change = "ignore"  // ends what never began here: not even counted
)

// step applies an observation to the latest episode of its series (nil where
// there is none) and returns the episode as it is now. An observation may come
// twice, late and out of order:
//
//   - firing on nothing or on an ended episode opens one, unless it began before
//     that one ended: then it is a retry of the past;
//   - firing on a firing episode updates it. A new startsAt there is the same
//     episode: senders lose theirs when they restart;
//   - a person may have closed the episode while it fires. Then the same startsAt
//     is counted and changes nothing, a newer one opens again;
//   - resolved ends a firing episode unless it ended before that one began. One
//     that does not say when it ended did so when it came; since that is no time
//     of the sender's, only the start of the episode tells then what is late. On
//     nothing it is kept where it says when that ended: senders that deliver in
//     no order may tell the beginning later.
func step(prev *Alert, in Alert, reopen time.Duration) (Alert, change) {
	in.Count, in.LastSeenAt, in.FirstValue = 1, in.ReceivedAt, in.Value
	in.Values = in.valued(nil)
	if prev == nil {
		return first(in)
	}
	if prev.Status == AlertResolved {
		return afterEnd(prev, in, reopen)
	}
	switch in.Status {
	case AlertResolved:
		return resolve(prev, in)
	case AlertAcknowledged:
		next := seen(prev, in)
		if prev.Status == AlertAcknowledged {
			return next, changeNone
		}
		next.Status = AlertAcknowledged
		return next, changeAck
	}
	if prev.ClosedByPerson && in.StartedAt.After(prev.StartedAt) {
		return in, changeOpen
	}
	next := seen(prev, in)
	if prev.ClosedByPerson {
		return next, changeNone
	}
	return update(next, in)
}

func first(in Alert) (Alert, change) {
	switch {
	case in.Status == Firing:
		return in, changeOpen
	case in.Status == AlertResolved && in.EndedAt != nil:
		if in.StartedAt.After(*in.EndedAt) { // it is not known
			in.StartedAt = *in.EndedAt
		}
		return in, changeEnded
	}
	return in, changeIgnore
}

// farAhead is how far a sender's clock may be ahead of ours before we go by ours:
// once it is set right, or where other alerts of the series say no time, what is
// new would be late until then.
const farAhead = 10 * time.Minute

func afterEnd(prev *Alert, in Alert, reopen time.Duration) (Alert, change) {
	began, ended := prev.StartedAt, prev.LastSeenAt
	if prev.EndedAt != nil {
		ended = *prev.EndedAt
	}
	// An end whose time nobody reported is ours, and says nothing of what began before.
	ours := !prev.ExpiresAt.IsZero() && ended.Equal(prev.ExpiresAt)
	if began.Sub(prev.ReceivedAt) > farAhead {
		began = prev.ReceivedAt
	}
	past := in.StartedAt.Before(ended) && ended.Sub(in.ReceivedAt) <= farAhead && !ours
	if in.Status != Firing || in.StartedAt.Equal(prev.StartedAt) || !in.StartedAt.After(began) || past {
		return seen(prev, in), changeNone
	}
	if in.StartedAt.Sub(ended) < reopen {
		in.Values = in.valued(prev.Values)
		return in, changeAgain
	}
	return in, changeOpen
}

func resolve(prev *Alert, in Alert) (Alert, change) {
	if in.expires() && prev.ExpiresAt.After(in.ExpiresAt) {
		return *prev, changeNone // it was told once more while we looked
	}
	next := seen(prev, in)
	began, ended := prev.StartedAt, in.ReceivedAt
	if in.EndedAt != nil {
		ended = *in.EndedAt
	} else if prev.ReceivedAt.Before(began) {
		began = prev.ReceivedAt // by our clock, as the end is: the sender's may be ahead
	}
	if ended.Before(began) {
		return next, changeNone
	}
	ended = later(ended, prev.StartedAt)
	if in.EndedAt == nil {
		next.ExpiresAt = ended
	}
	next.Status, next.EndedAt = AlertResolved, &ended
	return next, changeResolve
}

// expires reports whether an end is none that its sender told: its time is over.
func (a *Alert) expires() bool {
	return a.EndedAt != nil && !a.ExpiresAt.IsZero() && a.EndedAt.Equal(a.ExpiresAt)
}

// seen counts one more delivery of an episode.
func seen(prev *Alert, in Alert) Alert {
	next := *prev
	next.Count++
	if in.ReceivedAt.After(next.LastSeenAt) {
		next.LastSeenAt = in.ReceivedAt
	}
	if !in.ExpiresAt.IsZero() && prev.Status != AlertResolved {
		next.ExpiresAt = in.ExpiresAt
	}
	return next
}

// update takes over what a sender may change while an alert fires. The worst
// severity stays: a storm that ebbs was still a storm.
func update(next Alert, in Alert) (Alert, change) {
	what := changeNone
	if in.Severity.Worse(next.Severity) {
		next.Severity, next.SeverityRaw = in.Severity, in.SeverityRaw
		what = changeUpdate
	}
	if in.Value != nil && (next.Value == nil || *in.Value != *next.Value) {
		next.Value, next.Values = in.Value, in.valued(next.Values)
		if next.FirstValue == nil {
			next.FirstValue = in.Value
		}
		what = changeUpdate
	}
	if in.Spike != nil && (next.Spike == nil || *in.Spike != *next.Spike) {
		next.Spike = in.Spike
		what = changeUpdate
	}
	if in.Title != "" && in.Title != next.Title {
		next.Title = in.Title
		what = changeUpdate
	}
	if in.Description != "" {
		next.Description = in.Description
	}
	return next, what
}
