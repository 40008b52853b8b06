package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

var beatTests = map[string]func(*testing.T, Opened){
	"heartbeats, each once, with all that is known of it": func(t *testing.T, o Opened) {
		put := func(beats ...engine.Beat) {
			update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.PutBeats(ctx, beats) })
		}
		read := func() []engine.Beat {
			t.Helper()
			return view(t, again(t, o), func(ctx context.Context, r engine.Reader) ([]engine.Beat, error) { return r.Beats(ctx) })
		}
		if got := read(); got != nil {
			t.Errorf("before the first: %v", got)
		}
		full := filled[engine.Beat](1)
		full.Name = "b"
		put(full, engine.Beat{Name: "a"}, engine.Beat{Name: "c"})
		put()
		got := read()
		if names := ids(got, func(b *engine.Beat) string { return b.Name }); !slices.Equal(names, []string{"a", "b", "c"}) {
			t.Fatalf("names: %v", names)
		}
		same(t, got[1], kept(full))
		same(t, got[0], engine.Beat{Name: "a"})

		moved := engine.Beat{Name: "a", At: t0().Add(time.Hour)}
		put(engine.Beat{Name: "a", At: t0()}, moved) // the last of two counts
		inside := inTx(t, o, func(ctx context.Context, tx engine.Tx) ([]engine.Beat, error) {
			if err := tx.PutBeats(ctx, []engine.Beat{{Name: "d\x00"}}); err != nil {
				return nil, err
			}
			return tx.Beats(ctx)
		})
		if len(inside) != 4 || !inside[0].At.Equal(moved.At) || inside[3].Name != "d\uFFFD" {
			t.Errorf("in a transaction: %+v", inside)
		}
	},
}
