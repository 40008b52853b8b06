package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

func emit(t *testing.T, s engine.Store, n int) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx engine.Tx) error {
		for i := range n {
			if err := tx.Emit(ctx, engine.Event{Type: engine.EventSystem, At: t0().Add(time.Duration(i)), Data: []byte(`{}`)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func eventsAfter(t *testing.T, s engine.Store, after int64, limit int) []engine.Event {
	t.Helper()
	return view(t, s, func(ctx context.Context, r engine.Reader) ([]engine.Event, error) { return r.Events(ctx, after, limit) })
}

func lastFirst(t *testing.T, s engine.Store) [2]int64 {
	t.Helper()
	return view(t, s, func(ctx context.Context, r engine.Reader) ([2]int64, error) {
		last, first, err := r.LastSeq(ctx)
		return [2]int64{last, first}, err
	})
}

// parallel runs fn n times at once.
func parallel(n int, fn func(n int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { fn(i) })
	}
	all.Wait()
}

var eventTests = map[string]func(*testing.T, Opened){
	"a page at a time": func(t *testing.T, o Opened) {
		if got := lastFirst(t, o); got != [2]int64{} {
			t.Errorf("empty: %v", got)
		}
		emit(t, o, 300)
		all := eventsAfter(t, o, 0, 1000)
		if len(all) != 300 || len(eventsAfter(t, o, 0, 0)) != 200 || len(eventsAfter(t, o, all[250].Seq, 7)) != 7 {
			t.Errorf("got %d", len(all))
		}
		if !slices.IsSortedFunc(all, func(a, b engine.Event) int { return int(a.Seq - b.Seq) }) {
			t.Error("not in order")
		}
		if got := lastFirst(t, o); got != [2]int64{all[299].Seq, all[0].Seq} {
			t.Errorf("last and first: %v", got)
		}
	},

	"an event tells what its transaction puts": func(t *testing.T, o Opened) {
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			if err := tx.Emit(ctx, engine.EventOf(engine.EventAnomaly, t0(), "x"), engine.EventOf(engine.EventIncident, t0(), "x")); err != nil {
				return err
			}
			for _, title := range []string{"first", "last"} {
				if err := tx.PutAlerts(ctx, []engine.Alert{{ID: "x", Title: title + " alert"}}); err != nil {
					return err
				}
				if err := tx.PutIncidents(ctx, []engine.Incident{{ID: "x", Title: title + " incident"}}); err != nil {
					return err
				}
			}
			return nil
		})
		var told []string
		for _, ev := range eventsAfter(t, o, 0, 0) {
			var of struct{ Title string }
			if err := json.Unmarshal(ev.Data, &of); err != nil {
				t.Error(err)
			}
			told = append(told, string(ev.Type)+" "+of.Title)
		}
		if want := []string{"anomaly last alert", "incident last incident"}; !slices.Equal(told, want) {
			t.Errorf("told %q; want %q", told, want)
		}
		err := o.Update(t.Context(), func(tx engine.Tx) error {
			return tx.Emit(t.Context(), engine.EventOf(engine.EventIncident, t0(), "x"))
		})
		if err == nil || len(eventsAfter(t, o, 0, 0)) != 2 {
			t.Errorf("an event of what was not put: %v", err)
		}
	},

	"whoever follows misses none": func(t *testing.T, o Opened) {
		stores := []engine.Store{o, again(t, o)}
		const writers, each = 8, 25
		done := make(chan struct{})
		var followers sync.WaitGroup
		followed := make([][]int64, 2)
		for f := range followed {
			followers.Go(func() {
				var after int64
				for last := false; ; {
					list := eventsAfter(t, stores[f], after, 10)
					for _, e := range list {
						followed[f] = append(followed[f], e.Seq)
						after = e.Seq
					}
					if len(list) == 0 && last {
						return
					}
					select {
					case <-done:
						last = true
					default:
					}
				}
			})
		}
		parallel(writers, func(n int) {
			for i := range each {
				update(t, stores[n%2], func(ctx context.Context, tx engine.Tx) error {
					for k := range 1 + rand.IntN(3) {
						if err := tx.Emit(ctx, engine.Event{Type: engine.EventSystem, At: t0(), Data: fmt.Appendf(nil, `[%d,%d,%d]`, n, i, k)}); err != nil {
							return err
						}
						time.Sleep(time.Duration(rand.IntN(300)) * time.Microsecond)
					}
					return nil
				})
			}
		})
		close(done)
		followers.Wait()
		want := ids(eventsAfter(t, o, 0, 1000), func(e *engine.Event) string { return fmt.Sprint(e.Seq) })
		for f, seqs := range followed {
			if got := ids(seqs, func(n *int64) string { return fmt.Sprint(*n) }); !slices.Equal(got, want) {
				t.Errorf("follower %d saw %d events, there are %d", f, len(got), len(want))
			}
		}
		if len(want) < writers*each {
			t.Errorf("%d events", len(want))
		}
	},

	"watching": func(t *testing.T, o Opened) {
		other := again(t, o)
		ctx, cancel := context.WithCancel(t.Context())
		woken := o.Watch(ctx)
		receive := func(within time.Duration) {
			t.Helper()
			select {
			case _, ok := <-woken:
				if !ok {
					t.Fatal("closed")
				}
			case <-time.After(within):
				t.Errorf("not woken within %s", within)
			}
		}
		quiet := func() {
			for { // the first look wakes, and values of before may be under way
				select {
				case <-woken:
				case <-time.After(1500 * time.Millisecond):
					return
				}
			}
		}
		quiet()
		emit(t, o, 1)
		receive(slack)
		quiet()
		emit(t, other, 1)
		receive(time.Second + slack)
		cancel()
		eventually(t, "closed", func() bool {
			select {
			case _, ok := <-woken:
				return !ok
			default:
				return false
			}
		})
	},

	"retention": func(t *testing.T, o Opened) {
		old := func(n int, at time.Time) {
			update(t, o, func(ctx context.Context, tx engine.Tx) error {
				for range n {
					if err := tx.Emit(ctx, engine.Event{Type: engine.EventSystem, At: at}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		old(5, t0().Add(-time.Hour))
		old(3, t0())
		tidy := func(events, envelopes time.Time) {
			update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.Tidy(ctx, events, envelopes) })
		}
		all := eventsAfter(t, o, 0, 0)
		tidy(t0(), t0())
		if got := lastFirst(t, o); got != [2]int64{all[7].Seq, all[5].Seq} {
			t.Errorf("last and first: %v", got)
		}
		tidy(t0().Add(time.Hour), t0())
		if got := lastFirst(t, o); got[0] != all[7].Seq {
			t.Errorf("the last number is forgotten: %v", got)
		}
		emit(t, o, 1)
		if got := lastFirst(t, o); got[0] <= all[7].Seq {
			t.Errorf("a number was given twice: %v", got)
		}

		put := func(id string, at time.Time) bool {
			return inTx(t, o, func(ctx context.Context, tx engine.Tx) (bool, error) {
				return tx.PutEnvelope(ctx, engine.Envelope{ID: id, ReceivedAt: at})
			})
		}
		put("old", t0().Add(-time.Hour))
		put("open", t0().Add(-time.Hour))
		put("new", t0())
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			if err := tx.DoneEnvelope(ctx, "old"); err != nil {
				return err
			}
			return tx.DoneEnvelope(ctx, "new")
		})
		tidy(t0(), t0())
		if !put("old", t0()) || put("open", t0()) || put("new", t0()) {
			t.Error("the wrong envelopes were dropped")
		}
	},
}
