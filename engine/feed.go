package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"ragoffire/engine/fail"
)

// recent is how many events are kept in memory for subscribers, and at most
// twice as many; who is further behind reads the store.
const recent = 1024

// lagLimit is how long a reader that had everything may lag behind what is kept
// in memory. It can resume where it was, so dropping it costs a reconnect.
const lagLimit = 30 * time.Second

// errSlow ends the subscription of a reader that does not keep up.
var errSlow = errors.New("the reader was too slow; resume after the last event it has")

// feed follows the store's events for everybody in this process. Subscribers
// keep a cursor of their own and read at their own pace, so nothing is missed
// or repeated between what the store had and what arrives. Thousands of them look
// at what it holds at the same moment, and no lock is in their way.
type feed struct {
	store Store
	now   atomic.Pointer[shelf]
}

// shelf is what the feed holds at a moment; it never changes.
type shelf struct {
	tail []Event // the latest events, in Seq order
	last int64   // the Seq up to which everything was read
	turn *turn
}

// turn is the end of a shelf's time.
type turn struct {
	over chan struct{}
	at   time.Time // set before over is closed
}

func newFeed(store Store, last int64) *feed {
	f := &feed{store: store}
	f.now.Store(&shelf{last: last, turn: &turn{over: make(chan struct{})}})
	return f
}

// feedPause is the time between two looks at the store while events keep coming:
// in a storm, one look then finds what many commits told. The first event after
// a pause is read at once.
const feedPause = 25 * time.Millisecond

// feedPage is how many events are read at once.
const feedPage = 500

// run reads events as they are committed and hands them to learn, then to the
// subscribers, until ctx ends.
func (f *feed) run(ctx context.Context, log *slog.Logger, learn func(context.Context, []Event) error) error {
	wake := f.store.Watch(ctx)
	var away spell
	for {
		pause := time.After(feedPause)
		switch err := f.drain(ctx, learn); {
		case err != nil && ctx.Err() == nil && away.begins():
			log.WarnContext(ctx, "events cannot be read", "error", err)
		case err == nil && away.ends():
			log.InfoContext(ctx, "events can be read again")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-pause:
		}
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-wake:
			if !ok {
				return nil
			}
		case <-time.After(2 * time.Second): // a wake may be lost; the store is the truth
		}
	}
}

// drain passes on what there is. What could not be learnt from, as the store is out of
// reach, is read once more.
func (f *feed) drain(ctx context.Context, learn func(context.Context, []Event) error) error {
	for {
		events, err := f.read(ctx, f.position(), feedPage)
		if err != nil || len(events) == 0 {
			return err
		}
		fail.Point("follow.before")
		if err := learn(ctx, events); err != nil {
			return err
		}
		fail.Point("follow.learnt")
		f.publish(events)
		if len(events) < feedPage {
			return nil // what was committed meanwhile wakes again
		}
	}
}

func (f *feed) read(ctx context.Context, after int64, limit int) (events []Event, err error) {
	err = f.store.View(ctx, func(r Reader) error {
		events, err = r.Events(ctx, after, limit)
		return err
	})
	return events, err
}

func (f *feed) position() int64 { return f.now.Load().last }

// publish puts events on the shelf. Only run calls it.
func (f *feed) publish(events []Event) {
	was := f.now.Load()
	tail := append(was.tail, events...) // beyond what a reader of the old shelf sees
	// Cut only when it is twice as long: what is left is copied.
	if over := len(tail) - recent; over > recent {
		tail = append(make([]Event, 0, 2*recent+feedPage), tail[over:]...)
	}
	f.now.Store(&shelf{tail: tail, last: events[len(events)-1].Seq, turn: &turn{over: make(chan struct{})}})
	was.turn.at = time.Now()
	close(was.turn.over)
}

// after returns the events after a Seq; ok is false where the shelf no longer
// has them all.
func (s *shelf) after(seq int64) (events []Event, ok bool) {
	if seq >= s.last {
		return nil, true
	}
	for n := len(s.tail); n > 0; n-- {
		if s.tail[n-1].Seq <= seq {
			return s.tail[n:len(s.tail):len(s.tail)], true
		}
	}
	return nil, false
}

// Subscription is one reader's place in the feed. It costs nothing but what it
// holds: there is nothing to close.
type Subscription struct {
	feed  *feed
	after int64
	reset *Event
	had   *turn // until then it had everything; nil where it never did
}

// Subscribe follows the events after a Seq; with after < 0, from now on. Where
// retention has dropped what came after it, or it names the future of another
// store, the first event is of type system and says "reset".
func (e *Engine) Subscribe(ctx context.Context, after int64) (*Subscription, error) {
	after, reset, err := e.feed.start(ctx, after)
	return &Subscription{feed: e.feed, after: after, reset: reset}, err
}

// Next returns the events that come next, in rising Seq, each once, or none where
// there are none yet. More is closed when there are others after these; where it
// is nil, there are, or may be. An error says that the reader was too slow, or that
// the store failed. The slice is the reader's to read and not to change.
func (s *Subscription) Next(ctx context.Context) (events []Event, more <-chan struct{}, err error) {
	if s.reset != nil {
		events, s.reset = []Event{*s.reset}, nil
		return events, nil, nil
	}
	now := s.feed.now.Load()
	events, ok := now.after(s.after)
	if ok {
		s.had, more = now.turn, now.turn.over
	} else {
		if s.had.longAgo() {
			return nil, nil, errSlow
		}
		if events, err = s.feed.read(ctx, s.after, feedPage); err != nil {
			return nil, nil, err
		}
		if len(events) == 0 { // they are gone from the store, too
			more = now.turn.over
		}
	}
	if n := len(events); n > 0 {
		s.after = events[n-1].Seq
	}
	return events, more, nil
}

// longAgo reports whether a turn is over for longer than a reader may lag.
func (t *turn) longAgo() bool {
	if t == nil {
		return false
	}
	select {
	case <-t.over:
		return time.Since(t.at) > lagLimit
	default:
		return false
	}
}

// start turns a reader's cursor into one that this store can go on from.
func (f *feed) start(ctx context.Context, after int64) (int64, *Event, error) {
	var last, first int64
	err := f.store.View(ctx, func(r Reader) (err error) {
		last, first, err = r.LastSeq(ctx)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	switch {
	case after < 0:
		return f.position(), nil, nil
	case after > max(last, f.position()):
		after = last
	case after == 0 || after >= first-1 || last == 0:
		return after, nil, nil
	default:
		after = first - 1
	}
	reset, err := NewEvent(EventSystem, time.Now().UTC(), map[string]any{"what": "reset", "after": after})
	reset.Seq = after
	return after, &reset, err
}
