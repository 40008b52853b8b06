package storetest

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ragoffire/engine"
)

var textTests = map[string]func(*testing.T, Opened){
	"every field is kept": func(t *testing.T, o Opened) {
		i, a, d := filled[engine.Incident](1), filled[engine.Alert](2), filled[engine.Decision](3)
		r, b, p := filled[engine.Review](4), filled[engine.Runbook](5), filled[engine.Post](6)
		c := filled[engine.Change](10)
		e, ev, env := filled[engine.Entry](7), filled[engine.Event](8), filled[engine.Envelope](9)
		a.IncidentID, e.IncidentID, d.IncidentID, r.DecisionID = i.ID, i.ID, &i.ID, d.ID
		storeAll(t, o, i, a, d, r, b, p, e, ev, env)
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.PutChanges(ctx, []engine.Change{c}) })

		o2 := again(t, o)
		same(t, view(t, o2, func(ctx context.Context, rd engine.Reader) (engine.Incident, error) { return rd.Incident(ctx, i.ID) }), kept(i))
		alerts := view(t, o2, func(ctx context.Context, rd engine.Reader) ([]engine.Alert, error) { return rd.Alerts(ctx, i.ID) })
		same(t, alerts, []engine.Alert{kept(a)})
		same(t, view(t, o2, func(ctx context.Context, rd engine.Reader) ([]engine.Entry, error) { return rd.Timeline(ctx, i.ID) }),
			[]engine.Entry{kept(e)})
		same(t, view(t, o2, func(ctx context.Context, rd engine.Reader) (engine.Runbook, error) { return rd.Runbook(ctx, b.ID) }), kept(b))

		// In its decision, a review needs no id of it.
		wantReview := kept(r)
		wantReview.DecisionID = ""
		want := kept(d)
		want.Reviews = []engine.Review{wantReview}
		same(t, view(t, o2, func(ctx context.Context, rd engine.Reader) (engine.Decision, error) { return rd.Decision(ctx, d.ID) }), want)

		changes := view(t, o2, func(ctx context.Context, rd engine.Reader) ([]engine.Change, error) {
			return rd.Changes(ctx, c.Service, c.At.Add(-time.Second), c.At, 1)
		})
		same(t, changes, []engine.Change{kept(c)})

		wantPost := kept(p)
		wantPost.Wanted = 1
		same(t, view(t, o2, func(ctx context.Context, rd engine.Reader) (engine.Post, error) { return rd.Post(ctx, p.Key) }), wantPost)
		events := view(t, o2, func(ctx context.Context, rd engine.Reader) ([]engine.Event, error) { return rd.Events(ctx, 0, 0) })
		wantEvent := kept(ev)
		wantEvent.Seq = events[0].Seq
		same(t, events, []engine.Event{wantEvent})
		same(t, view(t, o2, func(ctx context.Context, rd engine.Reader) (engine.Envelope, error) { return rd.Envelope(ctx, env.ID) }), kept(env))
	},

	"what is nil stays nil": func(t *testing.T, o Opened) {
		i := engine.Incident{ID: "a", StartedAt: t0()}
		d := engine.Decision{ID: "d", CreatedAt: t0()}
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			if err := tx.PutIncidents(ctx, []engine.Incident{i}); err != nil {
				return err
			}
			return tx.PutDecisions(ctx, []engine.Decision{d})
		})
		same(t, view(t, o, func(ctx context.Context, r engine.Reader) (engine.Incident, error) { return r.Incident(ctx, "a") }), i)
		got := view(t, o, func(ctx context.Context, r engine.Reader) (engine.Decision, error) { return r.Decision(ctx, "d") })
		if got.Reviews != nil || got.Fix != nil || got.MatchedIncident != nil {
			t.Errorf("got %+v", got)
		}
		for what, n := range view(t, o, func(ctx context.Context, r engine.Reader) (map[string]bool, error) {
			alerts, err := r.Alerts(ctx, "a")
			if err != nil {
				return nil, err
			}
			timeline, err := r.Timeline(ctx, "a")
			if err != nil {
				return nil, err
			}
			events, err := r.Events(ctx, 0, 0)
			return map[string]bool{"alerts": alerts == nil, "timeline": timeline == nil, "events": events == nil}, err
		}) {
			if !n {
				t.Errorf("an empty list of %s is not nil", what)
			}
		}
	},

	"unstorable text becomes U+FFFD": func(t *testing.T, o Opened) {
		dirty := func(n int) string {
			return "b\x00c\xff\xfe'\"\\\\u0000 é " + string(rune('a'+n%26)) + strings.Repeat("x", n%7)
		}
		f := func(v any, n int) { (&filler{n: n, text: dirty}).fill(v) }
		var i engine.Incident
		var a engine.Alert
		var d engine.Decision
		var r engine.Review
		var b engine.Runbook
		var p engine.Post
		var e engine.Entry
		var ev engine.Event
		var env engine.Envelope
		for n, v := range []any{&i, &a, &d, &r, &b, &p, &e, &ev, &env} {
			f(v, 10*n)
		}
		ev.Data = []byte("{\"raw\":\"\xff \\u0000 \\\\u0000 \\ud800\"}")
		env.Payload = []byte("{\"raw\":\"\xff \\u0000\"}")
		a.IncidentID, e.IncidentID, d.IncidentID, r.DecisionID = i.ID, i.ID, &i.ID, d.ID
		storeAll(t, o, i, a, d, r, b, p, e, ev, env)

		// What is asked for by an unstorable name is found by it.
		got := view(t, o, func(ctx context.Context, rd engine.Reader) (engine.Incident, error) { return rd.Incident(ctx, i.ID) })
		if got.ID != clean(i.ID) || got.Title != clean(i.Title) || got.Labels == nil {
			t.Errorf("got %q, %q, %v", got.ID, got.Title, got.Labels)
		}
		view(t, o, func(ctx context.Context, rd engine.Reader) (engine.Decision, error) { return rd.Decision(ctx, d.ID) })
		view(t, o, func(ctx context.Context, rd engine.Reader) (engine.Post, error) { return rd.Post(ctx, p.Key) })
		view(t, o, func(ctx context.Context, rd engine.Reader) (engine.Runbook, error) { return rd.Runbook(ctx, b.ID) })
		view(t, o, func(ctx context.Context, rd engine.Reader) (engine.Envelope, error) { return rd.Envelope(ctx, env.ID) })
		latest := inTx(t, o, latest(a.Series()))
		if latest[a.Series()].ID != clean(a.ID) {
			t.Errorf("latest: %v", latest)
		}
		events := view(t, o, func(ctx context.Context, rd engine.Reader) ([]engine.Event, error) { return rd.Events(ctx, 0, 0) })
		if s := string(events[0].Data); s != `{"raw":"� \ufffd \\u0000 \ud800"}` {
			t.Errorf("event: %s", s)
		}
		list := view(t, o, func(ctx context.Context, rd engine.Reader) ([]engine.Incident, error) {
			list, _, err := rd.Incidents(ctx, engine.IncidentFilter{Query: i.Title, Service: i.Service}, "", 0)
			return list, err
		})
		if len(list) != 1 {
			t.Errorf("found %d by their text, want 1", len(list))
		}

		ran := make(chan string, 1)
		work(t, o, worker("odd", func(_ context.Context, subject string) error { ran <- subject; return nil }))
		enqueue(t, o, engine.Job{Kind: "odd", Subject: "b\x00c\xff"})
		if s := <-ran; s != "b�c�" {
			t.Errorf("subject: %q", s)
		}
	},

	"large objects are kept": func(t *testing.T, o Opened) {
		i := live("large", 0)
		i.Title = strings.Repeat("ü%_'\n", 1<<20)
		putIncidents(t, o, i)
		got := view(t, o, func(ctx context.Context, r engine.Reader) (engine.Incident, error) { return r.Incident(ctx, "large") })
		if got.Title != i.Title {
			t.Errorf("got %d bytes, want %d", len(got.Title), len(i.Title))
		}
	},

	"odd times are kept": func(t *testing.T, o Opened) {
		for n, at := range []time.Time{
			{},
			time.Unix(0, 1000).UTC(), time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC),
			time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), t0(),
		} {
			i := live(name("odd", n), 0)
			i.StartedAt, i.ResolvedAt = at, &at
			putIncidents(t, o, i)
			got := view(t, o, func(ctx context.Context, r engine.Reader) (engine.Incident, error) { return r.Incident(ctx, i.ID) })
			if !got.StartedAt.Equal(at) || got.StartedAt.Location() != time.UTC || !got.ResolvedAt.Equal(at) {
				t.Errorf("got %v, want %v", got.StartedAt, at)
			}
		}
	},
}

// storeAll stores one of each.
func storeAll(t *testing.T, o Opened, i engine.Incident, a engine.Alert, d engine.Decision, r engine.Review,
	b engine.Runbook, p engine.Post, e engine.Entry, ev engine.Event, env engine.Envelope,
) {
	t.Helper()
	update(t, o, func(ctx context.Context, tx engine.Tx) error {
		for _, err := range []error{
			tx.PutIncidents(ctx, []engine.Incident{i}), tx.PutAlerts(ctx, []engine.Alert{a}),
			tx.PutDecisions(ctx, []engine.Decision{d}), tx.AddReview(ctx, r), tx.PutRunbooks(ctx, []engine.Runbook{b}),
			tx.WantPosts(ctx, p), tx.Note(ctx, e), tx.Emit(ctx, ev),
		} {
			if err != nil {
				return err
			}
		}
		fresh, err := tx.PutEnvelope(ctx, env)
		if err == nil && !fresh {
			t.Error("the envelope is not new")
		}
		return err
	})
}

// clean is what a store makes of a text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return utf8.RuneError
		}
		return r
	}, s)
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}
