package storetest

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

func quarantined(t *testing.T, s engine.Store, source string, limit int) []string {
	t.Helper()
	list := view(t, s, func(ctx context.Context, r engine.Reader) ([]engine.Quarantined, error) {
		return r.Quarantined(ctx, source, limit)
	})
	return ids(list, func(q *engine.Quarantined) string { return q.ID })
}

var quarantineTests = map[string]func(*testing.T, Opened){
	"every field is kept": func(t *testing.T, o Opened) {
		want := kept(filled[engine.Quarantined](1))
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			return tx.PutQuarantined(ctx, []engine.Quarantined{want})
		})
		got := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Quarantined, error) {
			return r.Quarantined(ctx, "", 0)
		})
		if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	},

	"the latest come first, of one source or of all, and go by age and number": func(t *testing.T, o Opened) {
		part := func(id, source string, age time.Duration) engine.Quarantined {
			return engine.Quarantined{ID: id, Source: source, Raw: "{}", At: t0().Add(-age)}
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			return tx.PutQuarantined(ctx, []engine.Quarantined{
				part("a", "x", 3*time.Hour), part("b", "y", 2*time.Hour), part("c", "x", time.Hour), part("d", "x", 4*time.Hour), part("d", "x", 0),
			})
		})
		check := func(source string, limit int, want ...string) {
			t.Helper()
			if got := quarantined(t, o, source, limit); !slices.Equal(got, want) {
				t.Errorf("source %q: %q, want %q", source, got, want)
			}
		}
		drop := func(age time.Duration, keep int) {
			update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.DropQuarantined(ctx, t0().Add(-age), keep) })
		}
		check("", 0, "d", "c", "b", "a")
		check("", 2, "d", "c")
		check("x", 0, "d", "c", "a")
		check("z", 0)
		drop(150*time.Minute, 10)
		check("", 0, "d", "c", "b")
		drop(24*time.Hour, 1)
		check("", 0, "d")
	},
}
