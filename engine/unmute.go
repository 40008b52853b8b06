package engine

import (
	"context"
	"slices"
	"strings"
	"time"
)

// unmute is the job that brings what silences hold back to what holds now: an
// incident of which every firing alert is silenced is muted, and one that no
// silence covers any more is announced. The subject is an incident, or a silence
// and with it all that it could be about.
func (e *Engine) unmute(ctx context.Context, subject string) error {
	if !strings.HasPrefix(subject, "sil_") {
		return e.unmuteOne(ctx, subject)
	}
	var s Silence
	err := e.store.View(ctx, func(r Reader) (err error) {
		s, err = r.Silence(ctx, subject)
		return err
	})
	if KindOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	var jobs []Job
	err = e.eachLive(ctx, func(i Incident, firing []Alert) {
		if i.Muted != nil && i.Muted.Silence == s.ID || slices.ContainsFunc(firing, func(a Alert) bool { return s.matches(&a) }) {
			jobs = append(jobs, Job{Kind: JobUnmute, Subject: i.ID})
		}
	})
	if err != nil || len(jobs) == 0 {
		return err
	}
	return e.store.Update(ctx, func(tx Tx) error { return tx.Enqueue(ctx, jobs...) })
}

func (e *Engine) unmuteOne(ctx context.Context, id string) error {
	now := e.now()
	err := e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, id)
		if err != nil || !i.Live() || i.Firing == 0 {
			return err
		}
		alerts, err := tx.Alerts(ctx, id)
		if err != nil {
			return err
		}
		active, err := tx.Silences(ctx, now)
		if err != nil {
			return err
		}
		was := i.Muted
		i.Muted = e.mutedAll(firingOf(alerts), active, now)
		if was == nil && i.Muted == nil {
			return nil
		}
		w := newWants(now)
		entry := Entry{ID: newID("ent_", now), IncidentID: i.ID, At: now}
		switch {
		case i.Muted != nil:
			w.jobs = append(w.jobs, Job{Kind: JobUnmute, Subject: i.ID, At: i.Muted.Until})
			if was != nil && *was == *i.Muted {
				return tx.Enqueue(ctx, w.jobs...)
			}
			entry.Kind, entry.Text = "silenced", i.Muted.Words()
			w.incident(&i)
		default:
			entry.Kind, entry.Text = "announced", "no longer silenced, and still firing"
			if err := e.announceAgain(ctx, tx, &i, w); err != nil {
				return err
			}
		}
		return e.publish(ctx, tx, []*Incident{&i}, []Entry{entry}, w, now)
	})
	if KindOf(err) == NotFound {
		return nil
	}
	return err
}

// announceAgain gives an incident that is muted no more its place.
func (e *Engine) announceAgain(ctx context.Context, tx Tx, i *Incident, w *wants) error {
	told := i.Channel != ""
	if !told {
		i.send(e.cfg.route(i, w.now))
		if i.Quiet != "" {
			to := e.cfg.route(i, w.now)
			if err := w.digest(i.Quiet, i.Channel, Digest{Why: "quiet"}, to.QuietTill); err != nil {
				return err
			}
		}
	}
	if err := wantAll(ctx, tx, i, w); err != nil {
		return err
	}
	if i.urge(w.now) {
		w.jobs = append(w.jobs, e.escalateJobs(i)...)
	}
	if !told {
		return nil
	}
	return w.notice(i, newID("ent_", w.now), Notice{What: "unsilenced", Now: i.Firing})
}

// mutedAll says what holds an incident back: nothing where one of its firing
// alerts is silenced by none, else what ends first.
func (e *Engine) mutedAll(firing []Alert, active []Silence, now time.Time) *Mute {
	var first *Mute
	for n := range firing {
		m := e.muted(&firing[n], active, now)
		if m == nil {
			return nil
		}
		if first == nil || m.Until.Before(first.Until) {
			first = m
		}
	}
	return first
}
