package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

func wantPosts(t *testing.T, s engine.Store, posts ...engine.Post) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx engine.Tx) error { return tx.WantPosts(ctx, posts...) })
}

func pending(t *testing.T, s engine.Store, channel string, limit int) []string {
	t.Helper()
	return ids(view(t, s, func(ctx context.Context, r engine.Reader) ([]engine.Post, error) { return r.Posts(ctx, channel, limit) }), postKey)
}

var postTests = map[string]func(*testing.T, Opened){
	"wanting again raises Wanted alone": func(t *testing.T, o Opened) {
		first := engine.Post{Key: "k", Channel: "C1", Kind: engine.PostIncident, Subject: "a", CreatedAt: t0()}
		wantPosts(t, o, first)
		wantPosts(t, o, engine.Post{Key: "k", Channel: "C2", Subject: "b"}, engine.Post{Key: "k"}, engine.Post{Key: "k2", Channel: "C1", CreatedAt: t0()})
		first.Wanted = 3
		same(t, view(t, o, func(ctx context.Context, r engine.Reader) (engine.Post, error) { return r.Post(ctx, "k") }), first)
	},

	"saving leaves Wanted": func(t *testing.T, o Opened) {
		p := engine.Post{Key: "k", Channel: "C1", CreatedAt: t0()}
		wantPosts(t, o, p, p)
		p.Sent, p.TS, p.Hash, p.Wanted = 1, "123.45", "h", 99
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.SavePost(ctx, p) })
		p.Wanted = 2
		same(t, view(t, o, func(ctx context.Context, r engine.Reader) (engine.Post, error) { return r.Post(ctx, "k") }), p)
		same(t, view(t, o, func(ctx context.Context, r engine.Reader) (engine.Post, error) { return r.PostAt(ctx, "C1", "123.45") }), p)
		for _, at := range [][2]string{{"C2", "123.45"}, {"C1", "1"}, {"C1", ""}} {
			wantKind(t, o.View(t.Context(), func(r engine.Reader) error { _, err := r.PostAt(t.Context(), at[0], at[1]); return err }), engine.NotFound)
		}
		wantKind(t, o.Update(t.Context(), func(tx engine.Tx) error { return tx.SavePost(t.Context(), engine.Post{Key: "no"}) }), engine.NotFound)
		wantKind(t, o.Update(t.Context(), func(tx engine.Tx) error { _, err := tx.Post(t.Context(), "no"); return err }), engine.NotFound)
	},

	"pending ones, oldest first": func(t *testing.T, o Opened) {
		at := func(key, channel string, d time.Duration) engine.Post {
			return engine.Post{Key: key, Channel: channel, CreatedAt: t0().Add(d)}
		}
		wantPosts(t, o, at("c", "C1", time.Second), at("b", "C1", 0), at("a", "C1", 0), at("x", "C2", -time.Second), at("sent", "C1", 0), at("dead", "C1", 0))
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			sent, dead := at("sent", "C1", 0), at("dead", "C1", 0)
			sent.Sent, dead.Dead = 1, true
			if err := tx.SavePost(ctx, sent); err != nil {
				return err
			}
			return tx.SavePost(ctx, dead)
		})
		if got := pending(t, o, "C1", 0); !slices.Equal(got, []string{"b", "a", "c"}) {
			t.Errorf("C1: %v", got)
		}
		if got := pending(t, o, "C1", 2); !slices.Equal(got, []string{"b", "a"}) {
			t.Errorf("two of C1: %v", got)
		}
		if got := pending(t, o, "", 0); !slices.Equal(got, []string{"x", "b", "a", "c"}) {
			t.Errorf("all: %v", got)
		}
		wantPosts(t, o, at("sent", "", 0))
		if got := pending(t, o, "C1", 0); !slices.Equal(got, []string{"b", "a", "sent", "c"}) {
			t.Errorf("wanted again: %v", got)
		}
	},

	"pace": func(t *testing.T, o Opened) {
		stores := []engine.Store{o, again(t, o)} // replicas share the bucket
		p := engine.Pace{Burst: 3, Every: time.Second}
		n := 0
		take := func(method, channel string, after time.Duration) time.Duration {
			t.Helper()
			n++
			return inTx(t, stores[n%2], func(ctx context.Context, tx engine.Tx) (time.Duration, error) {
				return tx.TakePace(ctx, method, channel, p, t0().Add(after))
			})
		}
		expect := func(got, want time.Duration) {
			t.Helper()
			if got != want {
				t.Errorf("wait %s, want %s", got, want)
			}
		}
		hold := func(method, channel string, until time.Duration) {
			n++
			update(t, stores[n%2], func(ctx context.Context, tx engine.Tx) error {
				return tx.HoldPace(ctx, method, channel, t0().Add(until))
			})
		}
		for range 3 {
			expect(take("post", "C", 0), 0)
		}
		expect(take("update", "C", 0), time.Second) // a channel has one bucket
		expect(take("post", "C", 400*time.Millisecond), 600*time.Millisecond)
		expect(take("post", "D", 0), 0)
		expect(take("post", "C", time.Second), 0)
		expect(take("post", "C", time.Second), time.Second)
		for range 3 {
			expect(take("post", "C", 10*time.Second), 0) // full again, and no fuller
		}
		expect(take("post", "C", 10*time.Second), time.Second)

		// A replica whose clock is ten minutes ahead takes no more than the bucket.
		for range 3 {
			expect(take("post", "E", 10*time.Minute), 0)
		}
		expect(take("post", "E", 0), time.Second)

		hold("post", "C", 30*time.Second)
		hold("post", "C", 25*time.Second) // does not open it earlier
		expect(take("post", "C", 20*time.Second), 10*time.Second)
		expect(take("update", "C", 20*time.Second), 0) // another method
		expect(take("post", "D", 20*time.Second), 0)
		hold("post", "", 22*time.Second) // of all channels
		expect(take("post", "D", 20*time.Second), 2*time.Second)
		expect(take("post", "C", 20*time.Second), 10*time.Second)
		expect(take("post", "D", 22*time.Second), 0)
		expect(take("post", "C", 30*time.Second), 0)
	},

	"pace takes no more tokens than there are": func(t *testing.T, o Opened) {
		p := engine.Pace{Burst: 5, Every: time.Second}
		got := make(chan time.Duration, 64)
		parallel(16, func(int) {
			for range 2 {
				got <- inTx(t, o, func(ctx context.Context, tx engine.Tx) (time.Duration, error) {
					return tx.TakePace(ctx, "post", "C", p, t0())
				})
			}
		})
		close(got)
		free := 0
		for wait := range got {
			if wait == 0 {
				free++
			}
		}
		if free != 5 {
			t.Errorf("%d tokens given, want 5", free)
		}
	},

	"an envelope is new once": func(t *testing.T, o Opened) {
		put := func(id string) bool {
			return inTx(t, o, func(ctx context.Context, tx engine.Tx) (bool, error) {
				return tx.PutEnvelope(ctx, engine.Envelope{ID: id, Kind: "slash", Payload: []byte(`{"a":1}`), ReceivedAt: t0()})
			})
		}
		if !put("e") || put("e") {
			t.Error("new twice, or never")
		}
		get := func() (e engine.Envelope, err error) {
			err = o.View(t.Context(), func(r engine.Reader) error { e, err = r.Envelope(t.Context(), "e"); return err })
			return e, err
		}
		if e, err := get(); err != nil || string(e.Payload) != `{"a":1}` || e.Kind != "slash" || !e.ReceivedAt.Equal(t0()) {
			t.Errorf("got %+v, %v", e, err)
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.DoneEnvelope(ctx, "e") })
		_, err := get()
		wantKind(t, err, engine.NotFound)
		if put("e") {
			t.Error("new again after it was done")
		}
		wantKind(t, o.Update(t.Context(), func(tx engine.Tx) error { return tx.DoneEnvelope(t.Context(), "no") }), engine.NotFound)

		fresh := make(chan bool, 8)
		parallel(8, func(int) { fresh <- put("f") })
		close(fresh)
		n := 0
		for f := range fresh {
			if f {
				n++
			}
		}
		if n != 1 {
			t.Errorf("new %d times at once", n)
		}
	},
}
