package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ragoffire/engine"
)

// crowd is how many first posts may wait for the pace of a channel: what more of
// them wait, the last would not be seen for longer than five seconds.
const crowd = 5

// patience is for how many of the pace's intervals a first post may wait before
// its like are gathered even where the pace is not what holds them up: a storm
// keeps everything busy.
const patience = 3

// limit is how many first posts of a kind may wait now, before anything is tried:
// what a full bucket holds, or the crowd where one is late already.
func (a *announcer) limit(ready []due, now time.Time) int {
	if late(ready, now.Add(-patience*a.cfg.Pace.Every)) {
		return crowd
	}
	return max(crowd, a.cfg.Pace.Burst)
}

// A storm's digest gathers for as many of the pace's intervals as a minute has
// seconds, and is edited once in ten of them.
const (
	digestFor   = 60
	digestEvery = 10
)

// The beginnings of the keys of digests.
const (
	stormDigest    = "digest:storm:"
	criticalDigest = "digest:critical:"
)

// gathering is what is told together, where more waits than the pace allows.
type gathering struct {
	critical []due // each is told now, and gets its own message in its turn
	rest     []due // told in a digest in place of their own messages
}

// gather says what of the posts that wait is told together: what is more than the
// limit. open says whether the
// channel has a digest of this minute: then what comes is added to it.
func gather(ready []due, limit int, open bool) gathering {
	var g gathering
	for n := range ready {
		d := &ready[n]
		switch {
		case !d.first() || d.Sending || d.Told != "":
		case d.severity == engine.SeverityCritical:
			g.critical = append(g.critical, *d)
		default:
			g.rest = append(g.rest, *d)
		}
	}
	if len(g.critical) <= limit {
		g.critical = nil
	}
	if len(g.rest) <= limit && !open {
		g.rest = nil
	}
	return g
}

// late reports whether a first post that nothing tells has waited since before.
func late(ready []due, before time.Time) bool {
	return slices.ContainsFunc(ready, func(d due) bool { return d.first() && d.Told == "" && d.CreatedAt.Before(before) })
}

// crowded looks before anything is tried whether more waits than may. It asks the
// store only where that could be.
func (a *announcer) crowded(ctx context.Context, channel string, ready []due, now time.Time) (bool, error) {
	limit := a.limit(ready, now)
	if g := gather(ready, limit, false); len(g.critical)+len(g.rest) == 0 {
		return false, nil
	}
	return a.storm(ctx, channel, ready, limit)
}

// storm puts into digests what would wait for too long, where more first posts of
// a kind wait than the limit, and reports whether there is anything.
func (a *announcer) storm(ctx context.Context, channel string, ready []due, limit int) (bool, error) {
	now := a.cfg.Now()
	began := now.Truncate(digestFor * a.cfg.Pace.Every)
	key := fmt.Sprintf("%s%s:%d", stormDigest, channel, began.UnixMilli())
	open := false
	err := a.store.View(ctx, func(r engine.Reader) error {
		_, err := r.Post(ctx, key)
		open = err == nil
		if engine.KindOf(err) == engine.NotFound {
			return nil
		}
		return err
	})
	if err != nil {
		return false, err
	}
	g := gather(ready, limit, open)
	if len(g.critical)+len(g.rest) == 0 {
		return false, nil
	}
	return true, a.store.Update(ctx, func(tx engine.Tx) error {
		if err := tell(ctx, tx, key, channel, engine.Digest{Why: "storm"}, g.rest, now); err != nil {
			return err
		}
		d := engine.Digest{Why: "critical"}
		for n := range g.critical {
			d.Incidents = append(d.Incidents, g.critical[n].Subject)
		}
		return tell(ctx, tx, fmt.Sprintf("%s%s:%d", criticalDigest, channel, now.UnixMicro()), channel, d, g.critical, now)
	})
}

// tell has a digest tell posts.
func tell(ctx context.Context, tx engine.Tx, key, channel string, d engine.Digest, posts []due, now time.Time) error {
	if len(posts) == 0 {
		return nil
	}
	for n := range posts {
		p, err := tx.Post(ctx, posts[n].Key)
		if err != nil {
			return err
		}
		if d.Why == "critical" {
			p.Told = key
		} else {
			p.Digest = key
		}
		if err := tx.SavePost(ctx, p); err != nil {
			return err
		}
	}
	detail, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	return tx.WantPosts(ctx, engine.Post{Key: key, Channel: channel, Kind: engine.PostDigest, Subject: channel, Detail: detail, CreatedAt: now})
}

// settleTold lets go of what stands under posts that a digest tells. What was wanted
// since is not let go of: somebody may have asked for messages of its own.
func (a *announcer) settleTold(ctx context.Context, posts []engine.Post) error {
	return a.store.Update(ctx, func(tx engine.Tx) error {
		for n := range posts {
			p, err := tx.Post(ctx, posts[n].Key)
			if err != nil {
				return err
			}
			p.Sent = max(p.Sent, posts[n].Wanted)
			if err := tx.SavePost(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}
