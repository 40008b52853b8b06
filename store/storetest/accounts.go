package storetest

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

func accountsOf(t *testing.T, s engine.Store) []engine.Account {
	t.Helper()
	return view(t, s, func(ctx context.Context, r engine.Reader) ([]engine.Account, error) { return r.Accounts(ctx) })
}

func troubleID(b *engine.Trouble) string { return b.ID }

var accountTests = map[string]func(*testing.T, Opened){
	"accounts add up, whoever adds to them at the same time": func(t *testing.T, o Opened) {
		if got := accountsOf(t, o); got != nil {
			t.Errorf("before the first: %v", got)
		}
		full := filled[engine.Account](1)
		full.Source = "b"
		one := engine.Account{Source: "a", Received: 2, Accepted: 1, Refused: 1}
		other := again(t, o)
		const each, times = 4, 5
		var group sync.WaitGroup
		for n := range each {
			var s engine.Store = o
			if n%2 == 1 {
				s = other
			}
			group.Go(func() {
				for range times {
					if err := s.Update(t.Context(), func(tx engine.Tx) error {
						return tx.AddAccounts(t.Context(), []engine.Account{one, full})
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		a, b := engine.Account{Source: "a"}, engine.Account{Source: "b"}
		for range each * times {
			a.Adds(one)
			b.Adds(kept(full))
		}
		if got, want := accountsOf(t, o), []engine.Account{a, b}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	},

	"an account is that of its transaction": func(t *testing.T, o Opened) {
		err := o.Update(t.Context(), func(tx engine.Tx) error {
			if err := tx.AddAccounts(t.Context(), []engine.Account{{Source: "a\x00", Received: 1}}); err != nil {
				return err
			}
			inside, err := tx.Accounts(t.Context())
			if err != nil || len(inside) != 1 || inside[0].Source != "a\uFFFD" || inside[0].Received != 1 || !inside[0].TakenAt.IsZero() {
				t.Errorf("inside: %+v, %v", inside, err)
			}
			return errStop
		})
		if got := accountsOf(t, o); err == nil || got != nil {
			t.Errorf("after %v: %+v", err, got)
		}
	},

	"troubles are kept whole, the latest first, until retention lets them go": func(t *testing.T, o Opened) {
		put := func(list ...engine.Trouble) {
			update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.PutTroubles(ctx, list) })
		}
		since := func(at time.Time) []string {
			t.Helper()
			return ids(view(t, again(t, o), func(ctx context.Context, r engine.Reader) ([]engine.Trouble, error) {
				return r.Troubles(ctx, at)
			}), troubleID)
		}
		full := filled[engine.Trouble](1)
		put(full)
		got := view(t, o, func(ctx context.Context, r engine.Reader) (engine.Trouble, error) { return r.Trouble(ctx, full.ID) })
		same(t, got, kept(full))
		if err := o.View(t.Context(), func(r engine.Reader) error {
			_, err := r.Trouble(t.Context(), "none")
			return err
		}); engine.KindOf(err) != engine.NotFound {
			t.Errorf("one that is not there: %v", err)
		}

		put()
		full.Last = t0().Add(-3 * time.Hour)
		put(full, engine.Trouble{ID: "b", Last: t0().Add(-2 * time.Hour)}, engine.Trouble{ID: "c", Last: t0().Add(-5 * time.Hour)})
		put(engine.Trouble{ID: "c", Last: t0().Add(-4 * time.Hour)}, engine.Trouble{ID: "c", Last: t0()})
		if got, want := since(t0().Add(-3*time.Hour)), []string{"c", "b", full.ID}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.Tidy(ctx, t0().Add(-time.Hour), t0()) })
		if got := since(time.Time{}); !slices.Equal(got, []string{"c"}) {
			t.Errorf("after tidying up: %q", got)
		}
	},
}
