package bot

import (
	"context"
	"time"

	"ragoffire/engine"
)

// runbook shows a runbook by its name, or the one for an incident.
func (b *Bot) runbook(ctx context.Context, a asker, c command) (*message, error) {
	var found engine.Runbook
	var err error
	if c.id == "" && c.text != "" {
		found, err = b.engine.Runbook(ctx, c.text)
	} else {
		id := c.id
		if id == "" || decisionID.MatchString(id) {
			i, m, err := b.incidentOf(ctx, a, c)
			if err != nil || m != nil {
				return m, err
			}
			id = i.ID
		}
		found, err = b.engine.RunbookFor(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	return b.render.runbook(&found), nil
}

// statsDays is what a shift and the one before it can still do something about.
const statsDays = 7

func (b *Bot) stats(ctx context.Context) (*message, error) {
	l, err := b.engine.Lately(ctx, statsDays)
	if err != nil {
		return nil, err
	}
	s, err := b.engine.Stats(ctx)
	if err != nil {
		return nil, err
	}
	return b.render.stats(&l, &s), nil
}

// state is how rof itself is.
type state struct {
	slack   Health
	store   error
	heard   []engine.Heard
	counts  map[string]int
	history engine.HistoryStats
	waiting int
	oldest  time.Time // of what waits
}

func (b *Bot) status(ctx context.Context) (*message, error) {
	s := state{slack: b.Health(), store: b.engine.Ready(ctx)}
	var err error
	if s.heard, err = b.engine.Heard(ctx); err != nil {
		return nil, err
	}
	stats, err := b.engine.Stats(ctx)
	if err != nil {
		return nil, err
	}
	s.counts, s.history = stats.Incidents.ByStatus, stats.History
	err = b.store.View(ctx, func(r engine.Reader) error {
		posts, err := r.Posts(ctx, "", pendingLimit)
		if s.waiting = len(posts); s.waiting > 0 {
			s.oldest = posts[0].CreatedAt
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return b.render.status(&s), nil
}
