package engine

import (
	"context"
	"slices"
	"strings"
	"time"
)

// beatsLock is the name under which beats are read and written.
const beatsLock = "heartbeats"

// hear takes the heartbeats out of a delivery and records when they came. It
// returns what became of them and of the alerts that are no alerts, by their
// places in the delivery.
func (e *Engine) hear(ctx context.Context, d *Delivery) (r Receipt, at map[int]AlertResult, err error) {
	if len(e.cfg.Heartbeats) == 0 && !slices.ContainsFunc(d.Alerts, allIsWell) {
		r.Ignored = len(d.Beats)
		d.Idle += len(d.Beats)
		return r, nil, nil
	}
	came := make(map[string]Beat)
	now := e.now()
	for _, b := range d.Beats {
		if b.At.IsZero() || b.At.After(now) {
			b.At = now
		}
		if e.expected(b.Name) == nil {
			r.Ignored++
			continue
		}
		r.Accepted++
		came[b.Name] = Beat{Name: b.Name, At: later(b.At, came[b.Name].At)}
	}
	rest := d.Alerts[:0:0]
	for n := range d.Alerts {
		a := &d.Alerts[n]
		h := e.heartbeat(a)
		if h == nil && !allIsWell(*a) {
			rest = append(rest, *a)
			continue
		}
		if at == nil {
			at = make(map[int]AlertResult)
		}
		beats := h != nil && a.Status == Firing
		at[n] = AlertResult{Changed: beats}
		if !beats { // its silence tells, and not its sender
			r.Ignored++
			continue
		}
		r.Accepted++
		came[h.Name] = Beat{Name: h.Name, At: later(a.ReceivedAt, came[h.Name].At)}
	}
	d.Alerts = rest
	if len(came) == 0 {
		d.Idle += r.Ignored
		return r, at, nil
	}
	return r, at, e.recordBeats(ctx, came, taken(d.Source, r.Accepted+r.Ignored, 0, r, now))
}

// allIsWell reports whether an alert fires for as long as nothing is wrong, as by
// custom the rule Watchdog does. It is a heartbeat or, where the config expects
// none, nothing.
func allIsWell(a Alert) bool { return a.Name == "Watchdog" && strings.EqualFold(a.SeverityRaw, "none") }

// recordBeats stores when heartbeats came. One that was missing is looked at at
// once, so that its incident ends.
func (e *Engine) recordBeats(ctx context.Context, came map[string]Beat, counted Account) error {
	return e.count(ctx, func(tx Tx, n accounts) error {
		n.add(counted)
		known, err := beats(ctx, tx)
		if err != nil {
			return err
		}
		var put []Beat
		back := false
		for name, b := range came {
			k := known[name]
			if !b.At.After(k.At) {
				continue
			}
			k.Name, k.At = name, b.At
			put = append(put, k)
			back = back || k.Missing
		}
		if err := tx.PutBeats(ctx, put); err != nil || !back {
			return err
		}
		return tx.Enqueue(ctx, Job{Kind: JobHeartbeat, Subject: "all"})
	})
}

// beats reads what is known of all heartbeats, and holds it.
func beats(ctx context.Context, tx Tx) (map[string]Beat, error) {
	if err := tx.Lock(ctx, beatsLock); err != nil {
		return nil, err
	}
	list, err := tx.Beats(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Beat, len(list))
	for _, b := range list {
		out[b.Name] = b
	}
	return out, nil
}

func (e *Engine) expected(name string) *Heartbeat {
	for n := range e.cfg.Heartbeats {
		if e.cfg.Heartbeats[n].Name == name {
			return &e.cfg.Heartbeats[n]
		}
	}
	return nil
}

// gone reports whether a heartbeat that nobody expects has left what was told of its
// absence: the config has it no more, at this replica and at all others.
func (b *Beat) gone(now time.Time) bool {
	return b.Missing && now.Sub(b.WatchedAt) > blind || !b.Missing && b.News
}

// listen is the job that looks which heartbeats are missing. What it finds is
// stored before it is told, and told again until that is stored, too: telling
// twice changes nothing.
func (e *Engine) listen(ctx context.Context, _ string) error {
	now := e.now()
	var news []Beat
	err := e.store.Update(ctx, func(tx Tx) error {
		known, err := beats(ctx, tx)
		if err != nil {
			return err
		}
		news = nil
		var put []Beat
		for n := range e.cfg.Heartbeats {
			h := &e.cfg.Heartbeats[n]
			b := h.look(known[h.Name], now)
			put = append(put, b)
			if b.News {
				news = append(news, b)
			}
		}
		for _, b := range known {
			if e.expected(b.Name) == nil && b.gone(now) {
				b.Missing, b.News = false, true
				put, news = append(put, b), append(news, b)
			}
		}
		return tx.PutBeats(ctx, put)
	})
	if err != nil || len(news) == 0 {
		return err
	}
	d := Delivery{Source: SourceHeartbeat, own: true}
	for n := range news {
		h := e.expected(news[n].Name)
		if h == nil {
			h = &Heartbeat{Name: news[n].Name}
		}
		d.Alerts = append(d.Alerts, h.alert(&news[n]))
	}
	if _, err := e.Ingest(ctx, d); err != nil {
		return err
	}
	return e.store.Update(ctx, func(tx Tx) error {
		known, err := beats(ctx, tx)
		if err != nil {
			return err
		}
		var put []Beat
		for _, b := range news {
			if k := known[b.Name]; k.Missing == b.Missing {
				k.News = false
				put = append(put, k)
			}
		}
		return tx.PutBeats(ctx, put)
	})
}
