package engine_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/engine"
)

// outage is a store in which a runbook cannot be read for so many times.
type outage struct {
	engine.Store
	left atomic.Int32
}

func (o *outage) View(ctx context.Context, fn func(engine.Reader) error) error {
	return o.Store.View(ctx, func(r engine.Reader) error { return fn(outageReader{r, o}) })
}

type outageReader struct {
	engine.Reader
	o *outage
}

func (r outageReader) Runbook(ctx context.Context, id string) (engine.Runbook, error) {
	if r.o.left.Add(-1) >= 0 {
		return engine.Runbook{}, &engine.Error{Kind: engine.Unavailable, Text: "away"}
	}
	return r.Reader.Runbook(ctx, id)
}

func TestWhatCouldNotBeLearntFromInAnOutageIsLearntAfterIt(t *testing.T) {
	r := newRig(t)
	o := &outage{Store: r.store}
	o.left.Store(2)
	var said bytes.Buffer
	other, err := engine.New(t.Context(), engine.Config{Store: o, Now: r.clock.Now, Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error)
	go func() { ran <- other.Run(ctx) }()
	if err := r.AddHistory(t.Context(), nil, []engine.Runbook{{ID: "RB-1", Title: "Frobnicate the quux", Text: "Turn it off and on."}}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		found, err := other.Search(t.Context(), engine.SearchQuery{Text: "frobnicate quux"})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(found, func(s engine.SearchResult) bool { return s.ID == "RB-1" }) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("another process never finds the runbook")
		}
	}
	stop()
	if err := <-ran; err != nil {
		t.Error(err)
	}
	if n := strings.Count(said.String(), "events cannot be read"); n != 1 {
		t.Errorf("the log says %d times that events cannot be read:\n%s", n, said.String())
	}
}

func TestWhatIsNewerIsFollowedWhateverTheClocksSay(t *testing.T) {
	r := newRig(t)
	r.running()
	found := func(t *testing.T, text string, want bool) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			list, err := r.Search(t.Context(), engine.SearchQuery{Text: text, Kind: engine.KindIncident})
			if err != nil {
				t.Fatal(err)
			}
			if (len(list) > 0) == want {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%q is found: %t", text, !want)
			}
		}
	}
	t.Run("an incident that is reopened after the clock was set back is no history", func(t *testing.T) {
		id := r.ingest(alert("one")).Alerts[0].IncidentID
		if _, err := r.Resolve(t.Context(), id, engine.Resolution{Actor: "ada", Resolution: "Frobnicated the quux"}); err != nil {
			t.Fatal(err)
		}
		found(t, "frobnicated quux", true)
		r.clock.Advance(-time.Hour)
		if _, err := r.Reopen(t.Context(), id, "ada"); err != nil {
			t.Fatal(err)
		}
		found(t, "frobnicated quux", false)
	})
	t.Run("a correction that comes from where the clock is behind is searched", func(t *testing.T) {
		r.imports(`{"kind":"incident","id":"PM-1","title":"Plover"}`)
		found(t, "plover", true)
		behind, err := engine.New(t.Context(), engine.Config{Store: r.store, Now: func() time.Time { return r.clock.Now().Add(-5 * time.Minute) }})
		if err != nil {
			t.Fatal(err)
		}
		if err := behind.AddHistory(t.Context(), []engine.Incident{{ID: "PM-1", Title: "Xyzzy"}}, nil); err != nil {
			t.Fatal(err)
		}
		found(t, "xyzzy", true)
	})
}
