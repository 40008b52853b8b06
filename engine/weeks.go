package engine

import (
	"context"
	"time"
)

// Week are the figures of a week; examples are in none of them. An incident
// belongs to the week in which it began, a decision to the one in which it was
// made, whatever came of them later.
type Week struct {
	From time.Time // a Monday, 00:00 UTC
	Lately
}

// Weeks are those that end with the running one, the oldest first. Where a week
// holds more than may be read, those before it are left out, and Short says so.
type Weeks struct {
	List  []Week
	Short bool
}

// weeksRead bounds the rows that are read for it, of each kind.
const weeksRead = 20_000

// Weeks counts what happened in the last n weeks.
func (e *Engine) Weeks(ctx context.Context, n int) (Weeks, error) {
	w := newWeeks(e.now(), n)
	from := w.List[0].From
	acks, ends := make([][]time.Duration, n), make([][]time.Duration, n)
	first := 0 // the first week that was read whole
	err := e.store.View(ctx, func(r Reader) error {
		oldest, whole, err := begunSince(ctx, r, from, weeksRead, func(i *Incident) {
			if i.MergedInto != "" {
				return
			}
			at := w.at(i.StartedAt)
			week := &w.List[at]
			week.Opened++
			if i.AcknowledgedAt != nil {
				acks[at] = append(acks[at], max(0, i.AcknowledgedAt.Sub(i.StartedAt)))
			}
			if i.Status == Resolved && i.ResolvedAt != nil {
				ends[at] = append(ends[at], max(0, i.ResolvedAt.Sub(i.StartedAt)))
			}
		})
		if err != nil {
			return err
		}
		if !whole {
			first = min(w.at(oldest)+1, n-1)
		}
		oldest, whole, err = decidedSince(ctx, r, from, weeksRead, func(d *Decision) { w.List[w.at(d.CreatedAt)].count(d) })
		if err == nil && !whole {
			first = max(first, min(w.at(oldest)+1, n-1))
		}
		return err
	})
	if err != nil {
		return Weeks{}, err
	}
	for at := range w.List {
		l := &w.List[at].Lately
		l.Acked, l.Resolved, l.MTTA, l.MTTR = len(acks[at]), len(ends[at]), average(acks[at]), average(ends[at])
	}
	w.List, w.Short = w.List[first:], first > 0
	return w, nil
}

func newWeeks(now time.Time, n int) Weeks {
	day := now.UTC().Truncate(24 * time.Hour)
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	w := Weeks{List: make([]Week, n)}
	for at := range w.List {
		w.List[at] = Week{From: monday.AddDate(0, 0, 7*(at-n+1)), Lately: Lately{Days: 7}}
	}
	return w
}

// at is the week of a time, that of a clock which is ahead the last.
func (w *Weeks) at(t time.Time) int {
	const week = 7 * 24 * time.Hour
	return max(0, min(int(t.Sub(w.List[0].From)/week), len(w.List)-1))
}
