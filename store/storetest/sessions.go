package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

func sessionID(s *engine.Session) string { return s.ID }

var sessionTests = map[string]func(*testing.T, Opened){
	"sessions are known to every replica until they are ended, by id or by name": func(t *testing.T, o Opened) {
		other := again(t, o)
		put := func(s engine.Session) {
			update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.PutSession(ctx, s) })
		}
		there := func(which ...string) []string {
			t.Helper()
			got := ids(view(t, other, func(ctx context.Context, r engine.Reader) ([]engine.Session, error) {
				return r.Sessions(ctx, which)
			}), sessionID)
			slices.Sort(got)
			return got
		}
		full := filled[engine.Session](1)
		put(full)
		got := view(t, other, func(ctx context.Context, r engine.Reader) ([]engine.Session, error) {
			return r.Sessions(ctx, []string{full.ID, "none"})
		})
		if len(got) != 1 {
			t.Fatalf("got %+v", got)
		}
		same(t, got[0], kept(full))
		if got := there(); len(got) > 0 {
			t.Errorf("of no ids: %q", got)
		}

		for _, id := range []string{"a", "b", "c", "d"} {
			put(engine.Session{ID: id, Name: "ann", ExpiresAt: t0()})
		}
		put(engine.Session{ID: "d", Name: "bob", ExpiresAt: t0()}) // the last counts
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.EndSessions(ctx, []string{"a", "none"}) })
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.EndSessions(ctx, nil) })
		if got, want := there("a", "b", "c", "d"), []string{"b", "c", "d"}; !slices.Equal(got, want) {
			t.Errorf("one was ended: %q, want %q", got, want)
		}
		n := inTx(t, o, func(ctx context.Context, tx engine.Tx) (int, error) { return tx.EndSessionsOf(ctx, "ann") })
		if got := there("a", "b", "c", "d", full.ID); n != 2 || !slices.Equal(got, []string{"d", full.ID}) {
			t.Errorf("a name's were ended: %d, left are %q", n, got)
		}
	},

	"sessions that have long been over are dropped": func(t *testing.T, o Opened) {
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			for id, end := range map[string]time.Time{"old": t0().Add(-time.Hour), "new": t0().Add(time.Hour)} {
				if err := tx.PutSession(ctx, engine.Session{ID: id, ExpiresAt: end}); err != nil {
					return err
				}
			}
			return tx.Tidy(ctx, t0().Add(-time.Hour), t0())
		})
		got := ids(view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Session, error) {
			return r.Sessions(ctx, []string{"old", "new"})
		}), sessionID)
		if !slices.Equal(got, []string{"new"}) {
			t.Errorf("left are %q", got)
		}
	},
}
