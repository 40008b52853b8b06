package engine_test

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

// tidied runs the job that keeps the store tidy, once, as it is now.
func (r *rig) tidied() {
	r.t.Helper()
	for _, w := range r.Workers() {
		if w.Kind == engine.JobTidy {
			if err := w.Do(r.t.Context(), "all"); err != nil {
				r.t.Fatal(err)
			}
			return
		}
	}
	r.t.Fatal("no such worker")
}

func TestRetentionDropsEventsAndNoHistory(t *testing.T) {
	r := newRig(t, func(c *engine.Config) { c.KeepEvents, c.KeepRaw = 30*24*time.Hour, 7*24*time.Hour })
	got := r.ingest(alert("one"))
	id := got.Alerts[0].IncidentID
	if _, err := r.Resolve(t.Context(), id, engine.Resolution{Actor: "ada", Resolution: "Raised the pool", RootCause: "a leak"}); err != nil {
		t.Fatal(err)
	}
	old, err := r.Events(t.Context(), 0, 200)
	if err != nil || len(old) == 0 {
		t.Fatal(old, err)
	}
	r.clock.Advance(31 * 24 * time.Hour)
	r.ingest(alert("two", func(a *engine.Alert) { a.Service, a.StartedAt = "search", r.clock.Now() }))
	r.tidied()

	// Who had read up to the first of them is told that some are gone, and goes on
	// with what is left.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	var feed sync.WaitGroup
	feed.Go(func() { _ = r.Run(ctx) })
	defer feed.Wait()
	defer cancel()
	next, done := iter.Pull(r.follow(ctx, old[0].Seq))
	defer done()
	if ev, _ := next(); ev.Type != engine.EventSystem || ev.Seq < old[len(old)-1].Seq {
		t.Errorf("a reader below retention got %+v; want a reset", ev)
	}
	if ev, _ := next(); ev.Seq <= old[len(old)-1].Seq {
		t.Errorf("then it got the old event %d", ev.Seq)
	}
	left, err := r.Events(t.Context(), 0, 200)
	if err != nil || len(left) == 0 || left[0].Seq <= old[len(old)-1].Seq {
		t.Errorf("the events begin with %+v, %v", left, err)
	}
	// What happened, and what fixed it, is kept and found.
	d := r.detail(id)
	if d.Status != engine.Resolved || d.Resolution != "Raised the pool" || len(d.Alerts) != 1 || len(d.Timeline) == 0 {
		t.Errorf("the incident is kept as %+v", d)
	}
	again, err := engine.New(t.Context(), engine.Config{Store: r.store, Now: r.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	found, err := again.Search(t.Context(), engine.SearchQuery{Text: "checkout too slowly", Kind: engine.KindIncident})
	if err != nil || !slices.ContainsFunc(found, func(s engine.SearchResult) bool { return s.ID == id }) {
		t.Errorf("a new process finds %+v, %v", found, err)
	}
}

// Clocks jump, and change for summer: a series ends an hour after it was last
// heard of, neither before nor never.
func TestSeriesEndByTheTimeThatPassesWhateverTheClockDoesMeanwhile(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, jumps := range map[string][]time.Duration{
		"back and forth": {-10 * time.Minute, 10 * time.Minute},
		"forth and back": {10 * time.Minute, -10 * time.Minute},
		"not at all":     nil,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *engine.Config) { c.Expire = time.Hour })
			start := time.Date(2026, 3, 29, 1, 30, 0, 0, berlin) // at two it is three
			r.clock.Set(start)
			id := r.ingest(alert("", func(a *engine.Alert) { a.StartedAt = start })).Alerts[0].IncidentID
			open := func(want bool) {
				t.Helper()
				r.tidied()
				if got := r.detail(id).Status != engine.Resolved; got != want {
					t.Errorf("at %s it is open: %t", r.clock.Now(), got)
				}
			}
			for _, by := range jumps {
				r.clock.Advance(by)
				open(true)
			}
			r.clock.Advance(59 * time.Minute)
			open(true)
			r.clock.Advance(2 * time.Minute)
			open(false)
			open(false)
		})
	}
}
