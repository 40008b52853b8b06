package engine_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

// follow gives the events after a Seq, until ctx ends.
func (r *rig) follow(ctx context.Context, after int64) iter.Seq[engine.Event] {
	return func(yield func(engine.Event) bool) {
		sub, err := r.Subscribe(ctx, after)
		if err != nil {
			r.t.Error(err)
			return
		}
		for {
			events, more, err := sub.Next(ctx)
			if err != nil {
				r.t.Error(err)
				return
			}
			for _, ev := range events {
				if !yield(ev) {
					return
				}
			}
			if more == nil {
				continue
			}
			select {
			case <-more:
			case <-ctx.Done():
				return
			}
		}
	}
}

// one is the first event.
func one(events iter.Seq[engine.Event]) engine.Event {
	for ev := range events {
		return ev
	}
	return engine.Event{}
}

func TestSubscribersSeeEveryEventOnceInOrder(t *testing.T) {
	r := newRig(t)
	r.running()
	const events = 150
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			// Some subscribe before the first event, some in the midst.
			time.Sleep(time.Duration(n) * 5 * time.Millisecond)
			sub, stop := context.WithCancel(ctx)
			defer stop()
			var last int64
			got := 0
			for ev := range r.follow(sub, 0) {
				if ev.Seq <= last {
					t.Errorf("seq %d after %d", ev.Seq, last)
				}
				last = ev.Seq
				if got++; got == events {
					return
				}
			}
			t.Errorf("the feed ended after %d events", got)
		})
	}
	group.Go(func() {
		for n := range events / 2 {
			a := alert(fmt.Sprint(n), func(a *engine.Alert) { a.Service = fmt.Sprint("s", n) })
			if _, err := r.Ingest(ctx, engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{a}}); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
}

func TestASubscriptionResumesAfterWhatItsReaderHas(t *testing.T) {
	r := newRig(t, func(c *engine.Config) { c.Channel = "" })
	r.running()
	for n := range 5 {
		r.ingest(alert(fmt.Sprint(n), func(a *engine.Alert) { a.Service = fmt.Sprint("s", n) }))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var first []int64
	sub, stop := context.WithCancel(ctx)
	for ev := range r.follow(sub, 0) {
		if first = append(first, ev.Seq); len(first) == 4 {
			break
		}
	}
	stop()
	again := one(r.follow(ctx, first[3]))
	all, err := r.Events(t.Context(), first[3], 1)
	if err != nil || len(all) == 0 || again.Seq != all[0].Seq {
		t.Fatalf("resumed with %d; want what follows %d: %v, %v", again.Seq, first[3], all, err)
	}
	future := one(r.follow(ctx, 1_000_000))
	if future.Type != engine.EventSystem || string(future.Data) == "" {
		t.Errorf("a cursor from the future got %+v; want a reset", future)
	}
}
