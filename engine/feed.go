package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"ragoffire/engine/fail"
)

// recent is how many events are kept in memory for subscribers, and at most
// twice as many; who is further behind reads the store.
const recent = 1024

// lagLimit is how long a subscriber may leave one event waiting. It can resume
// where it was, so dropping it costs a reconnect and keeps nobody else waiting.
const lagLimit = 30 * time.Second

// errSlow ends the subscription of a reader that does not read.
var errSlow = errors.New("the reader was too slow; resume after the last event it has")

// feed follows the store's events for everybody in this process. Subscribers
// keep a cursor of their own and read at their own pace, so nothing is missed
// or repeated between what the store had and what arrives.
type feed struct {
	store Store

	mu    sync.Mutex
	tail  []Event       // the latest events, in Seq order
	last  int64         // the Seq up to which everything was read
	moved chan struct{} // closed and replaced when last moves
}

func newFeed(store Store, last int64) *feed {
	return &feed{store: store, last: last, moved: make(chan struct{})}
}

// feedPause is the time between two looks at the store while events keep coming:
// in a storm, one look then finds what many commits told. The first event after
// a pause is read at once.
const feedPause = 25 * time.Millisecond

// feedPage is how many events are read at once.
const feedPage = 500

// run reads events as they are committed and hands them to learn, then to the
// subscribers, until ctx ends.
func (f *feed) run(ctx context.Context, log *slog.Logger, learn func(context.Context, []Event)) error {
	wake := f.store.Watch(ctx)
	for {
		pause := time.After(feedPause)
		if err := f.drain(ctx, learn); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "events could not be read", "error", err)
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

func (f *feed) drain(ctx context.Context, learn func(context.Context, []Event)) error {
	for {
		events, err := f.read(ctx, f.position(), feedPage)
		if err != nil || len(events) == 0 {
			return err
		}
		fail.Point("follow.before")
		learn(ctx, events)
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

func (f *feed) position() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

func (f *feed) publish(events []Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tail = append(f.tail, events...)
	// Cut only when it is twice as long: what is left is copied.
	if over := len(f.tail) - recent; over > recent {
		f.tail = append(make([]Event, 0, 2*recent+feedPage), f.tail[over:]...)
	}
	f.last = events[len(events)-1].Seq
	close(f.moved)
	f.moved = make(chan struct{})
}

// after returns the events after a Seq that memory holds; ok is false where it
// no longer holds them all. With none, moved is closed when there are some.
func (f *feed) after(seq int64) (events []Event, moved <-chan struct{}, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seq >= f.last {
		return nil, f.moved, true
	}
	for n := len(f.tail); n > 0; n-- {
		if f.tail[n-1].Seq <= seq {
			return f.tail[n:len(f.tail):len(f.tail)], f.moved, true
		}
	}
	return nil, f.moved, false
}

// Subscription is one reader's place in the feed.
type Subscription struct {
	events chan Event
	err    error
}

// Events gives the events in rising Seq, each once. It is closed when the
// subscription's context ends, or the reader was too slow, or the store failed;
// Err then says which.
func (s *Subscription) Events() <-chan Event { return s.events }

// Err says why Events was closed; nil where the context ended.
func (s *Subscription) Err() error { return s.err }

// Subscribe follows the events after a Seq; with after < 0, from now on. Where
// retention has dropped what came after it, or it names the future of another
// store, the first event is of type system and says "reset".
func (e *Engine) Subscribe(ctx context.Context, after int64) *Subscription {
	s := &Subscription{events: make(chan Event)}
	go func() {
		defer close(s.events)
		s.err = e.feed.follow(ctx, after, s.events)
	}()
	return s
}

func (f *feed) follow(ctx context.Context, after int64, out chan<- Event) error {
	after, reset, err := f.start(ctx, after)
	if err != nil {
		return err
	}
	if reset != nil {
		if err := send(ctx, out, *reset); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		events, moved, ok := f.after(after)
		if !ok {
			if events, err = f.read(ctx, after, feedPage); err != nil {
				return err
			}
		}
		for _, ev := range events {
			if err := send(ctx, out, ev); err != nil {
				return err
			}
			after = ev.Seq
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-moved:
		}
	}
	return nil
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

// send gives one event to the reader. When it fails because ctx ended, that is
// no error: the reader went.
func send(ctx context.Context, out chan<- Event, ev Event) error {
	select {
	case out <- ev:
		return nil
	default:
	}
	timer := time.NewTimer(lagLimit)
	defer timer.Stop()
	select {
	case out <- ev:
		return nil
	case <-ctx.Done():
		return nil
	case <-timer.C:
		return errSlow
	}
}
