package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

var quietTests = map[string]func(*testing.T, Opened){
	"a post that a digest tells waits for nothing": func(t *testing.T, o Opened) {
		post := func(key, digest string) engine.Post {
			return engine.Post{Key: key, Channel: "C1", Digest: digest, CreatedAt: t0()}
		}
		wanted := func(key string) int64 {
			t.Helper()
			return view(t, o, func(ctx context.Context, r engine.Reader) (engine.Post, error) { return r.Post(ctx, key) }).Wanted
		}
		told := func(digest string) []string {
			t.Helper()
			return ids(view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Post, error) { return r.Digested(ctx, digest, 0) }), postKey)
		}
		wantPosts(t, o, post("digest", ""), post("a", "digest"), post("b", "digest"), post("c", ""))
		if got := pending(t, o, "C1", 0); !slices.Equal(got, []string{"digest", "c"}) {
			t.Errorf("pending: %v", got)
		}
		if got := told("digest"); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("told: %v", got)
		}
		if got := told(""); len(got) != 0 {
			t.Errorf("what no digest tells: %v", got)
		}
		before := wanted("digest")
		wantPosts(t, o, post("a", ""), post("c", "digest")) // what stands in the store counts
		if got := wanted("digest"); got != before+1 {
			t.Errorf("the digest is wanted %d times after %d", got, before)
		}
		if wanted("a") != 2 || wanted("c") != 2 || wanted("b") != 1 {
			t.Error("the posts themselves are not wanted as often as asked for")
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			a, err := tx.Post(ctx, "a")
			if err != nil {
				return err
			}
			a.Digest = ""
			return tx.SavePost(ctx, a)
		})
		if got := pending(t, o, "C1", 0); !slices.Equal(got, []string{"digest", "a", "c"}) {
			t.Errorf("after it left the digest: %v", got)
		}
		if got := told("digest"); !slices.Equal(got, []string{"b"}) {
			t.Errorf("told after one left: %v", got)
		}
	},

	"silences": func(t *testing.T, o Opened) {
		put := func(list ...engine.Silence) {
			update(t, o, func(ctx context.Context, tx engine.Tx) error {
				for _, s := range list {
					if err := tx.PutSilence(ctx, s); err != nil {
						return err
					}
				}
				return nil
			})
		}
		active := func(at time.Duration) []string {
			t.Helper()
			return ids(view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Silence, error) {
				return r.Silences(ctx, t0().Add(at))
			}),
				func(s *engine.Silence) string { return s.ID })
		}
		silence := func(id string, status engine.SilenceStatus, until time.Duration) engine.Silence {
			return engine.Silence{ID: id, Status: status, Until: t0().Add(until)}
		}
		full := filled[engine.Silence](11)
		put(full)
		same(t, view(t, again(t, o), func(ctx context.Context, r engine.Reader) (engine.Silence, error) { return r.Silence(ctx, full.ID) }), kept(full))
		same(t, inTx(t, o, func(ctx context.Context, tx engine.Tx) (engine.Silence, error) { return tx.Silence(ctx, full.ID) }), kept(full))

		put(silence("late", engine.SilenceActive, 2*time.Hour), silence("soon", engine.SilenceActive, time.Hour),
			silence("asked", engine.SilenceProposed, time.Hour), silence("over", engine.SilenceEnded, time.Hour))
		for at, want := range map[time.Duration][]string{0: {"soon", "late"}, time.Hour: {"late"}, 2 * time.Hour: {}} {
			if got := active(at); !slices.Equal(got, want) {
				t.Errorf("active after %s: %v, want %v", at, got, want)
			}
		}
		put(silence("soon", engine.SilenceEnded, time.Hour))
		if got := active(0); !slices.Equal(got, []string{"late"}) {
			t.Errorf("active after one was ended: %v", got)
		}
		wantKind(t, o.View(t.Context(), func(r engine.Reader) error { _, err := r.Silence(t.Context(), "no"); return err }), engine.NotFound)

		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.Tidy(ctx, t0().Add(90*time.Minute), t0()) })
		if got := active(0); !slices.Equal(got, []string{"late"}) {
			t.Errorf("active after tidying: %v", got)
		}
		wantKind(t, o.View(t.Context(), func(r engine.Reader) error { _, err := r.Silence(t.Context(), "over"); return err }), engine.NotFound)
	},
}
