package engine

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// The kinds of trouble.
const (
	TroubleRefused = "refused" // deliveries were turned away
	TroubleUnread  = "unread"  // alerts could not be read
)

// Trouble is that a source does not get through, and what to do about it. There
// is one a day for each source and fix, so that people are told once, whichever
// process meets it.
type Trouble struct {
	ID     string    `json:"id"`
	Source string    `json:"source"`
	What   string    `json:"what"`
	Reason string    `json:"reason"` // as it was first
	Fix    string    `json:"fix,omitempty"`
	Count  int       `json:"count"`
	Since  time.Time `json:"since"`
	Last   time.Time `json:"last"`
}

// troubleLives is how long a trouble is one that people look at.
const troubleLives = 24 * time.Hour

// newTrouble names it by its day. What is told of a reason may be of the sender's
// making, and fixes are ours: senders cannot make many troubles.
func newTrouble(what, source, reason, fix string, count int, now time.Time) Trouble {
	return Trouble{
		ID:     "trb_" + HashFingerprint(what+"\x00"+fix, source, map[string]string{"day": now.UTC().Format(time.DateOnly)}),
		Source: source, What: what, Reason: Clean(reason), Fix: fix, Count: count, Since: now, Last: now,
	}
}

func (r Refusal) trouble(now time.Time) Trouble {
	return newTrouble(TroubleRefused, r.Source, r.Reason, r.Fix, 1, now)
}

// and is the trouble with more of the same.
func (t Trouble) and(more Trouble) Trouble {
	t.Count += more.Count
	t.Last = later(t.Last, more.Last)
	return t
}

// tellTroubles stores troubles with what is known of them, and wants their
// messages: one each, which follows the count.
func (e *Engine) tellTroubles(ctx context.Context, tx Tx, list []Trouble) error {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list) // a transaction may run twice
	slices.SortFunc(list, func(a, b Trouble) int { return cmp.Compare(a.ID, b.ID) })
	now := e.now()
	var locks []string
	for n := range list {
		locks = append(locks, "trouble\x00"+list[n].ID)
	}
	if err := tx.Lock(ctx, locks...); err != nil {
		return err
	}
	// Those of a store that was away since yesterday are known, too.
	known, err := tx.Troubles(ctx, now.Add(-2*troubleLives))
	if err != nil {
		return err
	}
	w := newWants(now)
	for n := range list {
		for k := range known {
			if known[k].ID == list[n].ID {
				list[n] = known[k].and(list[n])
			}
		}
		w.post(Post{Key: "trouble:" + list[n].ID, Channel: e.cfg.catchAll(), Kind: PostTrouble, Subject: list[n].ID})
	}
	if err := tx.PutTroubles(ctx, list); err != nil {
		return err
	}
	return w.write(ctx, tx)
}

// catchAll is the channel of what is about no incident: where those go that no
// route names by a field.
func (c *Config) catchAll() string {
	for n := range c.Routes {
		if len(c.Routes[n].Match) == 0 && c.Routes[n].Channel != "" {
			return c.Routes[n].Channel
		}
	}
	return c.Channel
}

// Troubles lists what of late did not get through and has not since, the latest
// first.
func (e *Engine) Troubles(ctx context.Context) ([]Trouble, error) {
	var list []Trouble
	var taken []Account
	err := e.store.View(ctx, func(r Reader) (err error) {
		if list, err = r.Troubles(ctx, e.now().Add(-troubleLives)); err != nil || len(list) == 0 {
			return err
		}
		taken, err = r.Accounts(ctx)
		return err
	})
	return slices.DeleteFunc(list, func(t Trouble) bool {
		return t.What == TroubleRefused && slices.ContainsFunc(taken, func(a Account) bool { return a.Source == t.Source && a.TakenAt.After(t.Last) })
	}), err
}
