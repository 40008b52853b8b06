package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"ragoffire/engine"
)

// Poison is a record that cannot be read, or holds alerts that cannot.
type Poison struct {
	Source string
	Place  string // topic/partition@offset
	At     time.Time
	Body   []byte // at most maxPoison bytes of it
	Alerts int    // how many of its alerts are lost to this, at least 1
	Err    error
}

// maxPoison is how much of a record quarantine gets: enough to see what is wrong.
const maxPoison = 8 << 10

// maxTries is how often a record may fail alone for a reason that is not the
// store's absence, before it is taken for poison: one must not hold up all that
// follow it for ever.
const maxTries = 8

// keep makes a batch durable, in order. An error means that some of it may not
// be, and that all of it must come again.
func (c *Consumer) keep(ctx context.Context, records []*kgo.Record) error {
	all := engine.Delivery{Source: Source}
	var bad []Poison
	held := make([]engine.Delivery, len(records))
	for n, r := range records {
		p, err := read(r)
		switch {
		case err != nil:
			bad = append(bad, poison(r, 1, err))
			continue
		case len(p.Bad) > 0:
			bad = append(bad, poison(r, len(p.Bad), p.Bad[0]))
		}
		d := p.Delivery
		if d.Idle = p.Ignored; len(r.Value) == 0 {
			d.Idle++
		}
		held[n] = d
		all.Idle += d.Idle
		if len(d.IDs) > 0 {
			all.IDs = append(append(all.IDs, make([]string, len(all.Alerts)-len(all.IDs))...), d.IDs...)
		}
		all.Alerts = append(all.Alerts, d.Alerts...)
		all.Changes = append(all.Changes, d.Changes...)
		all.Remarks = append(all.Remarks, d.Remarks...)
		all.Beats = append(all.Beats, d.Beats...)
	}
	receipt, err := c.cfg.Ingest(ctx, all)
	if err != nil {
		var more []Poison
		if receipt, more, err = c.alone(ctx, records, held, err); err != nil {
			return err
		}
		bad = append(bad, more...)
	}
	if err := c.quarantine(ctx, bad); err != nil {
		return err
	}
	c.count("accepted", receipt.Accepted)
	c.count("ignored", receipt.Ignored+all.Idle)
	return nil
}

// alone stores records one by one after all of them together failed, unless the
// store is away: then each would fail.
func (c *Consumer) alone(ctx context.Context, records []*kgo.Record, held []engine.Delivery, why error) (all engine.Receipt, bad []Poison, err error) {
	if engine.KindOf(why) == engine.Unavailable || ctx.Err() != nil {
		return all, nil, why
	}
	for n, r := range records {
		d := held[n]
		d.Source = Source
		receipt, err := c.cfg.Ingest(ctx, d)
		switch {
		case err == nil:
			all.Accepted += receipt.Accepted
			all.Ignored += receipt.Ignored
			continue
		case engine.KindOf(err) == engine.Unavailable || ctx.Err() != nil:
			return all, nil, err
		case engine.KindOf(err) != engine.Invalid:
			if c.tries[place(r)]++; c.tries[place(r)] < maxTries {
				return all, nil, fmt.Errorf("%s: %w", place(r), err)
			}
		}
		bad = append(bad, poison(r, max(1, len(d.Alerts)+len(d.Changes)), err))
	}
	return all, bad, nil
}

func poison(r *kgo.Record, alerts int, err error) Poison {
	return Poison{Source: Source, Place: place(r), At: r.Timestamp, Body: r.Value[:min(len(r.Value), maxPoison)], Alerts: alerts, Err: err}
}

func (c *Consumer) quarantine(ctx context.Context, bad []Poison) error {
	for _, p := range bad {
		if c.cfg.Quarantine != nil {
			if err := c.cfg.Quarantine(ctx, p); err != nil {
				return fmt.Errorf("quarantine of %s: %w", p.Place, err)
			}
		}
		c.log.WarnContext(ctx, "record not read", "place", p.Place, "alerts", p.Alerts, "error", p.Err)
		c.count("quarantined", p.Alerts)
	}
	return nil
}

func (c *Consumer) count(result string, n int) {
	if n > 0 {
		c.cfg.Count(result, n)
	}
}
