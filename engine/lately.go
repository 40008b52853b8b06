package engine

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Lately are the figures of the last days; examples are in none of them.
type Lately struct {
	Days       int
	Opened     int // live incidents that began
	Declared   int // of those, by people
	BySeverity map[Severity]int
	Acked      int // acknowledged
	Resolved   int
	Fixed      int // resolved with what fixed it
	MTTA, MTTR time.Duration
	Services   []ServiceCount // the most often hit, at most three

	Advised, Silent             int // decisions with a recommendation, and without
	Approved, Rejected          int
	Worked, Failed, NotAnswered int // outcomes of what was approved
}

// ServiceCount is how many incidents hit a service.
type ServiceCount struct {
	Service string
	N       int
}

// latelyRead bounds the rows that are read for it, of each kind.
const latelyRead = 10_000

// Lately counts what happened in the last days.
func (e *Engine) Lately(ctx context.Context, days int) (Lately, error) {
	l := Lately{Days: days, BySeverity: make(map[Severity]int)}
	from := e.now().AddDate(0, 0, -days)
	err := e.store.View(ctx, func(r Reader) error {
		if err := l.incidents(ctx, r, from); err != nil {
			return err
		}
		return l.decisions(ctx, r, from)
	})
	return l, err
}

func (l *Lately) incidents(ctx context.Context, r Reader, from time.Time) error {
	services := make(map[string]int)
	var acks, ends []time.Duration
	err := eachBegun(ctx, r, from, func(i *Incident) {
		if i.MergedInto != "" {
			return // people say that it is another one, which is counted
		}
		l.Opened++
		l.BySeverity[i.Severity]++
		if i.DeclaredBy != "" {
			l.Declared++
		}
		if i.Service != "" {
			services[i.Service]++
		}
		if i.AcknowledgedAt != nil {
			acks = append(acks, max(0, i.AcknowledgedAt.Sub(i.StartedAt)))
		}
		if i.Status == Resolved && i.ResolvedAt != nil {
			l.Resolved++
			ends = append(ends, max(0, i.ResolvedAt.Sub(i.StartedAt)))
		}
		if i.Fix() {
			l.Fixed++
		}
	})
	if err != nil {
		return err
	}
	l.Acked, l.MTTA, l.MTTR = len(acks), average(acks), average(ends)
	for s, n := range services {
		l.Services = append(l.Services, ServiceCount{s, n})
	}
	slices.SortFunc(l.Services, func(a, b ServiceCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Service, b.Service))
	})
	l.Services = l.Services[:min(len(l.Services), 3)]
	return nil
}

func (l *Lately) decisions(ctx context.Context, r Reader, from time.Time) error {
	return eachDecided(ctx, r, from, l.count)
}

// eachBegun calls f with the live incidents that began since a time, the latest
// first, within latelyRead.
func eachBegun(ctx context.Context, r Reader, from time.Time, f func(*Incident)) error {
	_, _, err := begunSince(ctx, r, from, latelyRead, f)
	return err
}

// begunSince is eachBegun within a bound of its own. It says whether it came as
// far as from, and the start of the last one that it read.
func begunSince(ctx context.Context, r Reader, from time.Time, most int, f func(*Incident)) (oldest time.Time, whole bool, err error) {
	after := ""
	for read := 0; read < most; {
		page, next, err := r.Incidents(ctx, IncidentFilter{}, after, 1000)
		if err != nil {
			return oldest, false, err
		}
		for n := range page {
			if i := &page[n]; !i.Historical && !i.Seed && !i.StartedAt.Before(from) {
				f(i)
			}
			oldest = page[n].StartedAt
		}
		if next == "" || oldest.Before(from) {
			return oldest, true, nil
		}
		after, read = next, read+len(page)
	}
	return oldest, false, nil
}

// eachDecided calls f with the decisions since a time that rest on no example,
// the latest first, within latelyRead.
func eachDecided(ctx context.Context, r Reader, from time.Time, f func(*Decision)) error {
	_, _, err := decidedSince(ctx, r, from, latelyRead, f)
	return err
}

// decidedSince is to eachDecided what begunSince is to eachBegun.
func decidedSince(ctx context.Context, r Reader, from time.Time, most int, f func(*Decision)) (oldest time.Time, whole bool, err error) {
	after := ""
	for read := 0; read < most; {
		page, next, err := r.Decisions(ctx, DecisionFilter{}, after, 1000)
		if err != nil {
			return oldest, false, err
		}
		for n := range page {
			d := &page[n]
			if oldest = d.CreatedAt; oldest.Before(from) {
				return oldest, true, nil
			}
			if !d.Example {
				f(d)
			}
		}
		if next == "" {
			return oldest, true, nil
		}
		after, read = next, read+len(page)
	}
	return oldest, false, nil
}

func (l *Lately) count(d *Decision) {
	if d.RecommendedAction == nil {
		l.Silent++
		return
	}
	l.Advised++
	switch d.Status {
	case Approved:
		l.Approved++
	case Rejected:
		l.Rejected++
	}
	switch {
	case d.Outcome == nil && d.Status == Approved:
		l.NotAnswered++
	case d.Outcome == nil:
	case d.Outcome.Outcome == Worked:
		l.Worked++
	case d.Outcome.Outcome == Failed || d.Outcome.Outcome == Reverted:
		l.Failed++
	}
}

func average(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	var sum time.Duration
	for _, d := range list {
		sum += d
	}
	return sum / time.Duration(len(list))
}
