package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

var txTests = map[string]func(*testing.T, Opened){
	"a failed one leaves nothing": func(t *testing.T, o Opened) {
		ran := make(chan string, 10)
		work(t, o, worker("job", func(_ context.Context, subject string) error { ran <- subject; return nil }))
		all := func(ctx context.Context, tx engine.Tx) error {
			for _, err := range []error{
				tx.Lock(ctx, "a", "b"),
				tx.PutIncidents(ctx, []engine.Incident{live("i", 0)}),
				tx.PutAlerts(ctx, []engine.Alert{episode("a", "f", 0)}),
				tx.PutDecisions(ctx, []engine.Decision{{ID: "d"}}),
				tx.PutRunbooks(ctx, []engine.Runbook{{ID: "r"}}),
				tx.PutQuarantined(ctx, []engine.Quarantined{{ID: "q"}}),
				tx.AddReview(ctx, engine.Review{DecisionID: "d"}),
				tx.Note(ctx, engine.Entry{ID: "e", IncidentID: "i"}),
				tx.Emit(ctx, engine.Event{Type: engine.EventSystem}),
				tx.Enqueue(ctx, engine.Job{Kind: "job", Subject: "lost"}),
				tx.WantPosts(ctx, engine.Post{Key: "p"}),
				tx.HoldPace(ctx, "post", "", t0().Add(time.Hour)),
			} {
				if err != nil {
					return err
				}
			}
			if _, err := tx.TakePace(ctx, "update", "C", engine.Pace{Burst: 1, Every: time.Hour}, t0()); err != nil {
				return err
			}
			_, err := tx.PutEnvelope(ctx, engine.Envelope{ID: "env"})
			return err
		}
		err := o.Update(t.Context(), func(tx engine.Tx) error {
			if err := all(t.Context(), tx); err != nil {
				t.Error(err)
			}
			return errStop
		})
		if !errors.Is(err, errStop) {
			t.Fatalf("got %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = o.Update(t.Context(), func(tx engine.Tx) error {
				if err := all(t.Context(), tx); err != nil {
					t.Error(err)
				}
				panic("stop")
			})
		}()
		gone := func(what string, err error) {
			t.Helper()
			if engine.KindOf(err) != engine.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := o.View(t.Context(), func(r engine.Reader) error {
			_, err := r.Incident(t.Context(), "i")
			gone("incident", err)
			_, err = r.Decision(t.Context(), "d")
			gone("decision", err)
			_, err = r.Runbook(t.Context(), "r")
			gone("runbook", err)
			_, err = r.Post(t.Context(), "p")
			gone("post", err)
			_, err = r.Envelope(t.Context(), "env")
			gone("envelope", err)
			parts, err := r.Quarantined(t.Context(), "", 0)
			if err != nil || len(parts) > 0 {
				t.Errorf("quarantined: %v, %v", parts, err)
			}
			alerts, err := r.Alerts(t.Context(), "inc")
			if err != nil || len(alerts) > 0 {
				t.Errorf("alerts: %v, %v", alerts, err)
			}
			timeline, err := r.Timeline(t.Context(), "i")
			if err != nil || len(timeline) > 0 {
				t.Errorf("timeline: %v, %v", timeline, err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := lastFirst(t, o); got != [2]int64{} {
			t.Errorf("events: %v", got)
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			for _, method := range []string{"post", "update"} {
				wait, err := tx.TakePace(ctx, method, "C"+method, engine.Pace{Burst: 1, Every: time.Hour}, t0())
				if err != nil || wait != 0 {
					t.Errorf("pace of %s: %s, %v", method, wait, err)
				}
			}
			return tx.Enqueue(ctx, engine.Job{Kind: "job", Subject: "kept"})
		})
		if got := <-ran; got != "kept" {
			t.Errorf("ran %q", got)
		}
	},

	"its reads see its writes, others' do not": func(t *testing.T, o Opened) {
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			if err := tx.PutIncidents(ctx, []engine.Incident{live("i", 0)}); err != nil {
				return err
			}
			if _, err := tx.Incident(ctx, "i"); err != nil {
				t.Errorf("inside: %v", err)
			}
			wantKind(t, o.View(ctx, func(r engine.Reader) error { _, err := r.Incident(ctx, "i"); return err }), engine.NotFound)
			if err := tx.WantPosts(ctx, engine.Post{Key: "p", Channel: "C"}); err != nil {
				return err
			}
			posts, err := tx.Posts(ctx, "C", 0)
			if len(posts) != 1 {
				t.Errorf("posts inside: %v", posts)
			}
			return err
		})
		if got := listed(t, o, engine.IncidentFilter{}); !slices.Equal(got, []string{"i"}) {
			t.Errorf("outside: %v", got)
		}
	},

	"many change one row": func(t *testing.T, o Opened) {
		putIncidents(t, o, live("i", 0))
		stores := []engine.Store{o, again(t, o)}
		const workers, each = 8, 10
		parallel(workers, func(n int) {
			for range each {
				update(t, stores[n%2], func(ctx context.Context, tx engine.Tx) error {
					i, err := tx.Incident(ctx, "i")
					if err != nil {
						return err
					}
					i.Firing++
					return tx.PutIncidents(ctx, []engine.Incident{i})
				})
			}
		})
		i := view(t, o, func(ctx context.Context, r engine.Reader) (engine.Incident, error) { return r.Incident(ctx, "i") })
		if i.Firing != workers*each {
			t.Errorf("%d of %d changes are left", i.Firing, workers*each)
		}
	},

	"rows taken in another order do not stand still": func(t *testing.T, o Opened) {
		putIncidents(t, o, live("a", 0), live("b", 0))
		putDecisions(t, o, engine.Decision{ID: "a"}, engine.Decision{ID: "b"})
		parallel(4, func(n int) {
			for range 4 {
				update(t, o, func(ctx context.Context, tx engine.Tx) error {
					order := []string{"a", "b"}
					if n%2 == 0 {
						order = []string{"b", "a"}
					}
					for _, id := range order {
						i, err := tx.Incident(ctx, id)
						if err != nil {
							return err
						}
						i.Series++
						if err := tx.PutIncidents(ctx, []engine.Incident{i}); err != nil {
							return err
						}
					}
					return nil
				})
			}
		})
		for _, i := range inTx(t, o, func(ctx context.Context, tx engine.Tx) ([]engine.Incident, error) {
			return tx.IncidentsByID(ctx, []string{"a", "b"})
		}) {
			if i.Series != 16 {
				t.Errorf("%s: %d of 16 changes are left", i.ID, i.Series)
			}
		}
	},

	"a lock holds its names": func(t *testing.T, o Opened) {
		stores := []engine.Store{o, again(t, o)}
		in := 0 // guarded by the name "x" alone
		parallel(6, func(n int) {
			for range 5 {
				update(t, stores[n%2], func(ctx context.Context, tx engine.Tx) error {
					names := []string{"x", name("n", n), "x"}
					if n%2 == 0 {
						slices.Reverse(names)
					}
					if err := tx.Lock(ctx, names...); err != nil {
						return err
					}
					// What another transaction committed before it let go is seen.
					list, _, err := tx.Runbooks(ctx, "", 1000)
					if err != nil {
						return err
					}
					in = len(list)
					return tx.PutRunbooks(ctx, []engine.Runbook{{ID: name("r", in)}})
				})
			}
		})
		if in != 29 {
			t.Errorf("%d rows before the last, want 29", in)
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.Lock(ctx) })
	},

	"an ended context ends it": func(t *testing.T, o Opened) {
		ctx, cancel := context.WithCancel(t.Context())
		err := o.Update(ctx, func(tx engine.Tx) error {
			if err := tx.PutIncidents(ctx, []engine.Incident{live("i", 0)}); err != nil {
				return err
			}
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if err := o.Update(ctx, func(engine.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if got := listed(t, o, engine.IncidentFilter{}); len(got) > 0 {
			t.Errorf("stored: %v", got)
		}
	},

	"empty lists change nothing": func(t *testing.T, o Opened) {
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			found, err := tx.Standing(ctx, engine.Way{})
			if err != nil || len(found.Latest)+len(found.Open)+len(found.Silences) != 0 {
				t.Errorf("standing: %+v, %v", found, err)
			}
			return errors.Join(tx.PutAlerts(ctx, nil), tx.PutIncidents(ctx, nil), tx.PutDecisions(ctx, nil), tx.PutRunbooks(ctx, nil),
				tx.Note(ctx), tx.Emit(ctx), tx.Enqueue(ctx), tx.WantPosts(ctx))
		})
	},

	"ready, and of a version": func(t *testing.T, o Opened) {
		if err := o.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		if v, err := o.Version(t.Context()); err != nil || v < 1 {
			t.Errorf("version %d, %v", v, err)
		}
	},
}
