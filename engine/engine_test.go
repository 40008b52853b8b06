package engine_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ragoffire/engine"
	"ragoffire/engine/enginetest"
	"ragoffire/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is an engine on an embedded store of its own.
type rig struct {
	*engine.Engine
	store engine.Store
	clock *enginetest.Clock
	t     testing.TB
}

func newRig(t testing.TB, adjust ...func(*engine.Config)) *rig {
	t.Helper()
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rof.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := enginetest.NewClock(time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC))
	cfg := engine.Config{Store: st, Now: c.Now, Channel: "C0OPS"}
	for _, f := range adjust {
		f(&cfg)
	}
	e, err := engine.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return &rig{e, st, c, t}
}

// running runs the engine and its workers until the test ends.
func (r *rig) running() {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		if err := r.Run(ctx); err != nil {
			r.t.Errorf("Run: %v", err)
		}
	})
	group.Go(func() {
		if err := r.store.Work(ctx, r.Workers()); err != nil {
			r.t.Errorf("Work: %v", err)
		}
	})
	r.t.Cleanup(func() {
		cancel()
		group.Wait()
	})
}

// alert is one that fires on checkout; tests change what they are about.
func alert(fingerprint string, adjust ...func(*engine.Alert)) engine.Alert {
	a := engine.Alert{
		Fingerprint: fingerprint, Status: engine.Firing, Severity: engine.SeverityHigh, Name: "CheckoutSlow",
		Title: "Checkout answers too slowly", Service: "checkout", Environment: "prod",
		StartedAt: time.Date(2026, 11, 23, 2, 59, 0, 0, time.UTC), Labels: map[string]string{"instance": fingerprint},
	}
	for _, f := range adjust {
		f(&a)
	}
	return a
}

func ended(at time.Time) func(*engine.Alert) {
	return func(a *engine.Alert) { a.Status, a.EndedAt = engine.AlertResolved, &at }
}

func (r *rig) ingest(alerts ...engine.Alert) engine.Receipt {
	r.t.Helper()
	got, err := r.Ingest(r.t.Context(), engine.Delivery{Source: "alertmanager", Alerts: alerts})
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

func (r *rig) detail(id string) engine.Detail {
	r.t.Helper()
	d, err := r.Incident(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *rig) incidents() []engine.Incident {
	r.t.Helper()
	p, err := r.Incidents(r.t.Context(), engine.IncidentFilter{}, "", 200)
	if err != nil {
		r.t.Fatal(err)
	}
	return p.Items
}

func (r *rig) posts() []engine.Post {
	r.t.Helper()
	var posts []engine.Post
	err := r.store.View(r.t.Context(), func(rd engine.Reader) (err error) {
		posts, err = rd.Posts(r.t.Context(), "", 1000)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return posts
}

// notices are the broadcast replies that are wanted.
func (r *rig) notices() []string {
	var what []string
	for _, p := range r.posts() {
		if p.Kind == engine.PostNotice {
			what = append(what, string(p.Detail))
		}
	}
	return what
}

func wantKind(t testing.TB, err error, kind engine.Kind) *engine.Error {
	t.Helper()
	e, ok := errors.AsType[*engine.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("error %v; want kind %s", err, kind)
	}
	return e
}

// past is a past incident that teaches a fix.
func past(id, errorType, service string, spike float64, fix string) engine.Incident {
	return engine.Incident{
		ID: id, Title: engine.Words(errorType) + " on " + service, ErrorType: errorType, Service: service, Spike: &spike,
		Symptom: engine.Words(errorType) + " increased " + engine.Percent(spike), Resolution: fix,
		RootCause: "found afterwards", StartedAt: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC),
	}
}

func (r *rig) learnt(incidents ...engine.Incident) {
	r.t.Helper()
	if err := r.AddHistory(r.t.Context(), incidents, nil); err != nil {
		r.t.Fatal(err)
	}
}
