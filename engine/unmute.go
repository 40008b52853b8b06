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

// unmuteWindows looks once more, at the start, at what maintenance windows hold
// back: the config may have one no longer, or not for as long.
func (e *Engine) unmuteWindows(ctx context.Context) {
	var jobs []Job
	err := e.store.View(ctx, func(r Reader) error {
		live, _, err := r.Incidents(ctx, IncidentFilter{Live: true}, "", 1000)
		for _, i := range live {
			if i.Muted != nil && i.Muted.Silence == "" {
				jobs = append(jobs, Job{Kind: JobUnmute, Subject: i.ID})
			}
		}
		return err
	})
	if err == nil && len(jobs) > 0 {
		err = e.store.Update(ctx, func(tx Tx) error { return tx.Enqueue(ctx, jobs...) })
	}
	if err != nil && ctx.Err() == nil {
		e.log.WarnContext(ctx, "what maintenance holds back is not looked at again", "error", err)
	}
}

func (e *Engine) unmuteOne(ctx context.Context, id string) error {
	now := e.now()
	err := e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, id)
		if err != nil || !i.Live() {
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
		if i.Firing > 0 || was != nil && !was.holds(active, now) {
			i.Muted = e.mutedAll(firingOf(alerts), active, now)
		}
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
			entry.Kind, entry.Text = "announced", "no longer silenced"
			if i.Firing > 0 {
				entry.Text += ", and still firing"
			}
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

// holds reports whether what muted an incident goes on.
func (m *Mute) holds(active []Silence, now time.Time) bool {
	return m.Until.After(now) && (m.Silence == "" || slices.ContainsFunc(active, func(s Silence) bool { return s.ID == m.Silence }))
}

// remute brings what holds a reopened incident back to what holds now: while it
// was over, nobody looked.
func (e *Engine) remute(ctx context.Context, tx Tx, i *Incident, now time.Time) error {
	if i.Muted == nil {
		return nil
	}
	alerts, err := tx.Alerts(ctx, i.ID)
	if err != nil {
		return err
	}
	active, err := tx.Silences(ctx, now)
	if err != nil {
		return err
	}
	if i.Muted = e.mutedAll(firingOf(alerts), active, now); i.Muted != nil {
		return tx.Enqueue(ctx, Job{Kind: JobUnmute, Subject: i.ID, At: i.Muted.Until})
	}
	w := newWants(now)
	if err := e.placeAgain(ctx, tx, i, w); err != nil {
		return err
	}
	return w.write(ctx, tx)
}

// announceAgain gives an incident that is muted no more its place, and says so
// where it fires.
func (e *Engine) announceAgain(ctx context.Context, tx Tx, i *Incident, w *wants) error {
	told := i.Channel != ""
	if err := e.placeAgain(ctx, tx, i, w); err != nil || i.Firing == 0 {
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

// placeAgain wants all of an incident where it belongs.
func (e *Engine) placeAgain(ctx context.Context, tx Tx, i *Incident, w *wants) error {
	if i.Channel == "" {
		to := e.cfg.route(i, w.now)
		i.send(to)
		if i.Quiet != "" {
			if err := w.digest(i.Quiet, i.Channel, Digest{Why: "quiet"}, to.QuietTill); err != nil {
				return err
			}
		}
	}
	return wantAll(ctx, tx, i, w)
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
