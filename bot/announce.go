package bot

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
	"ragoffire/engine/fail"
)

// everyChannel is the subject of the sweep that Worker.Every asks for.
const everyChannel = "all"

// turn bounds one run of the job: it comes back for the rest at once, and the
// worker's timeout is never what ends it.
const turn = 45 * time.Second

// saveWithin bounds the write of what Slack answered. It happens even while the
// process stops: losing the answer means looking for the message later.
const saveWithin = 5 * time.Second

// announcer brings channels to what the engine wants them to show. At most one
// run per channel is under way anywhere (engine.Job), which is what makes a
// post one message.
type announcer struct {
	cfg    *Config
	log    *slog.Logger
	api    *slack.Client
	store  engine.Store
	render renderer
	// tell hands the asker of a decision the answer that the channel refused.
	tell func(ctx context.Context, request string, m *message) bool

	severities severities

	mu      sync.Mutex
	refused map[string]string // the last error of a channel that was logged
	lookups map[string]bool   // of posts: true where the last had no answer, false where the next is believed
}

func newAnnouncer(b *Bot) *announcer {
	return &announcer{
		cfg: &b.cfg, log: b.log, api: b.api, store: b.store, render: b.render, refused: map[string]string{}, lookups: map[string]bool{},
		tell: func(ctx context.Context, request string, m *message) bool {
			a, ok := b.lobby.take(request, b.now())
			return ok && b.whisper(ctx, a, m) == nil
		},
	}
}

// announce is the worker: it sends a channel's due posts, one by one and the
// best first, until none is left or the pace says wait. After what was gathered
// comes a round that sends: however fast posts arrive to be gathered, the message
// that tells them goes out.
func (a *announcer) announce(ctx context.Context, channel string) error {
	if channel == everyChannel {
		return sweep(ctx, a.store)
	}
	gathered := false
	for end := time.Now().Add(turn); time.Now().Before(end); {
		r, err := a.round(ctx, channel, !gathered)
		switch {
		case err != nil:
			return err
		case r.more, gathered && (r.wait == 0 || r.wait > a.cfg.Pace.Every):
		case r.wait > 0:
			return &engine.Again{After: r.wait}
		default:
			return nil
		}
		gathered = r.gathered
	}
	return &engine.Again{After: time.Millisecond}
}

// sweep asks for the job of every channel that lacks something: a job that
// failed too often is so taken up again.
func sweep(ctx context.Context, store engine.Store) error {
	var posts []engine.Post
	err := store.View(ctx, func(r engine.Reader) (err error) {
		posts, err = r.Posts(ctx, "", pendingLimit)
		return err
	})
	if err != nil || len(posts) == 0 {
		return err
	}
	known := map[string]bool{}
	var jobs []engine.Job
	for _, p := range posts {
		if p.Kind == engine.PostChart {
			jobs = append(jobs, engine.Job{Kind: engine.JobChart, Subject: p.Subject})
			continue
		}
		if !known[p.Channel] && p.Channel != everyChannel {
			known[p.Channel] = true
			jobs = append(jobs, engine.Job{Kind: engine.JobAnnounce, Subject: p.Channel})
		}
	}
	return store.Update(ctx, func(tx engine.Tx) error { return tx.Enqueue(ctx, jobs...) })
}

// round is what one look at a channel's posts came to.
type round struct {
	more     bool          // there is more to look at
	gathered bool          // nothing was sent: posts were put under a digest
	wait     time.Duration // how long until there is more, 0 for never
}

// round takes the channel's posts best first until one was sent: then the order
// is read anew, for something better may have come. Where it may, it first puts
// posts under digests and lets go of what digests tell.
func (a *announcer) round(ctx context.Context, channel string, mayGather bool) (round, error) {
	now := a.cfg.Now()
	var q queue
	err := a.store.View(ctx, func(r engine.Reader) (err error) {
		q, err = pending(ctx, r, &a.severities, channel, now)
		return err
	})
	if err != nil {
		return round{}, err
	}
	ready, out := q.ready, round{wait: q.wait}
	if mayGather {
		if len(q.told) > 0 {
			return round{more: true, gathered: true}, a.settleTold(ctx, q.told)
		}
		if gathered, err := a.crowded(ctx, channel, ready, now); err != nil || gathered {
			return round{more: true, gathered: true}, err
		}
	}
	closed := map[string]bool{} // methods whose window is closed
	for n := range ready {
		d := &ready[n]
		if closed[d.method()] {
			continue
		}
		sent, hold, err := a.bring(ctx, d)
		switch {
		case err != nil:
			return round{}, err
		case sent:
			return round{more: true}, nil
		case hold.post > 0:
			out.wait = soonest(out.wait, hold.post)
		case hold.method > 0:
			if mayGather {
				if gathered, err := a.storm(ctx, channel, ready, crowd); err != nil || gathered {
					return round{more: true, gathered: true}, err
				}
			}
			out.wait = soonest(out.wait, hold.method)
			if hold.method <= a.cfg.Pace.Every {
				return out, nil // the bucket is empty, and its next token is for this post
			}
			closed[d.method()] = true
		default:
			out.more = true // settled, unchanged or given up, at no cost
		}
	}
	return out, nil
}

// hold is how long a post has to wait: by itself, or because the window of its
// method, and so of its likes, is closed.
type hold struct{ post, method time.Duration }

// bring brings one post to what is wanted, and reports whether it called Slack
// for it.
func (a *announcer) bring(ctx context.Context, d *due) (sent bool, h hold, err error) {
	if d.Sending && d.TS == "" {
		if h.post, err = a.settle(ctx, d); err != nil || h.post > 0 || d.TS != "" {
			return false, h, err
		}
	}
	m, err := a.content(ctx, d)
	if engine.KindOf(err) == engine.NotFound {
		return false, h, a.bury(ctx, d, "its subject is gone")
	}
	if err != nil {
		return false, h, a.postpone(ctx, d, err)
	}
	hash := m.hash()
	if d.TS != "" && !d.Sending && d.Hash == hash {
		a.cfg.Count(CountUnchanged)
		d.Sent = d.Wanted
		return false, h, a.save(ctx, d)
	}
	if h.method, err = a.begin(ctx, d, hash); err != nil || h.method > 0 {
		return false, h, err
	}
	if d.TS == "" && a.cfg.Now().Round(0).Sub(d.AttemptedAt) > heldUp {
		return false, h, nil // others may have looked for it and sent it meanwhile, so it is looked for
	}
	return true, h, a.send(ctx, d, m)
}

// heldUp is how long an attempt may take to begin after it was recorded. A process that
// stood still for longer may count as dead by then: another does its work. By the wall
// clock, which goes on while a machine sleeps.
const heldUp = 10 * time.Second

// begin takes a token and records that an attempt is under way, before it is:
// whoever finds the record later knows to look for the message.
func (a *announcer) begin(ctx context.Context, d *due, hash string) (time.Duration, error) {
	now := a.cfg.Now()
	p := d.Post
	p.Sending, p.AttemptedAt, p.Attempts = true, now, p.Attempts+1
	if p.TS == "" {
		p.Hash = hash // an attempt that is found later is known by it
	}
	var wait time.Duration
	err := a.store.Update(ctx, func(tx engine.Tx) (err error) {
		if wait, err = tx.TakePace(ctx, d.method(), d.Channel, a.cfg.Pace, now); err != nil || wait > 0 {
			return err
		}
		return tx.SavePost(ctx, p)
	})
	if err == nil && wait == 0 {
		d.Post = p
	}
	return wait, err
}

// postpone keeps a post that cannot be rendered from silencing its channel.
// Where the store is away, the whole job comes back instead.
func (a *announcer) postpone(ctx context.Context, d *due, err error) error {
	if ctx.Err() != nil || engine.KindOf(err) == engine.Unavailable {
		return err
	}
	a.log.ErrorContext(ctx, "a post cannot be rendered", "post", d.Key, "error", err)
	d.LastError, d.NotBefore = err.Error(), a.cfg.Now().Add(5*time.Minute)
	return a.save(ctx, d)
}

// content renders a post from the state of its subject as it is now.
func (a *announcer) content(ctx context.Context, d *due) (m *message, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("rendering panicked: %v", p)
		}
	}()
	err = a.store.View(ctx, func(r engine.Reader) (err error) {
		m, err = a.render.post(ctx, r, &d.Post, a.cfg.Now())
		return err
	})
	return m, err
}

func (a *announcer) save(ctx context.Context, d *due, also ...func(tx engine.Tx) error) error {
	if d.Kind == engine.PostIncident && d.Sent == d.Wanted && a.cfg.Rooms.any() && !inRoom(&d.Post) {
		also = append(also, func(tx engine.Tx) error {
			return tx.Enqueue(ctx, engine.Job{Kind: engine.JobRoom, Subject: d.Subject})
		})
	}
	return savePost(ctx, a.store, d.Post, also...)
}

// savePost writes a post's row, even while the process stops.
func savePost(ctx context.Context, store engine.Store, p engine.Post, also ...func(tx engine.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
	defer cancel()
	err := store.Update(ctx, func(tx engine.Tx) error {
		for _, f := range also {
			if err := f(tx); err != nil {
				return err
			}
		}
		return tx.SavePost(ctx, p)
	})
	if err != nil {
		return fmt.Errorf("post %s: %w", p.Key, err)
	}
	fail.Point("post.saved")
	return nil
}

// bury gives a post up.
func (a *announcer) bury(ctx context.Context, d *due, why string) error {
	a.cfg.Count(CountDead)
	a.log.WarnContext(ctx, "a post is given up", "post", d.Key, "channel", d.Channel, "error", why)
	d.Dead, d.Sending, d.LastError = true, false, why
	return a.save(ctx, d)
}
