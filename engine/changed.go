package engine

import (
	"cmp"
	"context"
	"slices"
	"time"
)

const (
	// changeWindow is how long before its alert a change is told, and justBefore how
	// long before it one is the first suspect.
	changeWindow = time.Hour
	justBefore   = 30 * time.Minute
	// changeTakes is how long a change may take that had begun by then: what is said
	// of it last came after the alert.
	changeTakes = 2 * time.Hour
	// changesShown is how many changes stand beside an incident.
	changesShown = 3
)

// changedBefore are the changes on services in the hour before a moment, and those
// that were under way at it, the nearest first.
func changedBefore(ctx context.Context, r Reader, at time.Time, services ...string) ([]Change, error) {
	var near []Change
	for _, service := range services {
		if service == "" {
			continue
		}
		list, err := r.Changes(ctx, service, at.Add(-changeWindow), at.Add(changeTakes), changesLooked)
		if err != nil {
			return nil, err
		}
		near = append(near, slices.DeleteFunc(list, func(c Change) bool { return c.by(at).After(at) })...)
	}
	slices.SortStableFunc(near, func(a, b Change) int { return cmp.Or(b.by(at).Compare(a.by(at)), cmp.Compare(a.ID, b.ID)) })
	return near[:min(len(near), changesShown)], nil
}

// JustBefore reports whether the change is the first suspect of what began at a
// moment.
func (c *Change) JustBefore(at time.Time) bool { return at.Sub(c.by(at)) <= justBefore }

// suspected has the advice of live incidents looked at again that changes came just
// before: what is told of a change can come after the alert.
func suspected(ctx context.Context, tx Tx, changes []Change) error {
	for n := range changes {
		c := &changes[n]
		live, _, err := tx.Incidents(ctx, IncidentFilter{Live: true, Service: c.Service}, "", changesLooked)
		if err != nil {
			return err
		}
		for m := range live {
			if began := live[m].StartedAt; c.by(began).After(began) || !c.JustBefore(began) {
				continue
			}
			if err := tx.Enqueue(ctx, Job{Kind: JobDecide, Subject: live[m].ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// unsuspecting reports whether the advice was given without the change that came
// just before its incident.
func (d *Decision) unsuspecting(detail *Detail) bool {
	if len(d.Reviews) > 0 || len(detail.Changes) == 0 || !detail.Changes[0].JustBefore(detail.StartedAt) {
		return false
	}
	return !slices.ContainsFunc(d.Changes, func(c Change) bool { return c.ID == detail.Changes[0].ID })
}

// by is when the change was last heard of by a moment, else when it was first.
func (c *Change) by(at time.Time) time.Time {
	if c.At.After(at) && !c.Began.IsZero() {
		return c.Began
	}
	return c.At
}

// services are those of the incident and its alerts, of which a storm has many.
func (d *Detail) services() []string {
	list := []string{d.Service}
	for n := range d.Alerts {
		if s := d.Alerts[n].Service; s != "" && len(list) < changedServices && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// changedServices bounds the services of one incident whose changes are looked for.
const changedServices = 5
