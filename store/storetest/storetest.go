// Package storetest is the one suite that every store passes: each promise of
// engine.Store as a test, so that what is true on a laptop's file is true on
// the database of a team.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
)

// Opened is an open store on a database of its own.
type Opened struct {
	store.Store
	URL    string // opens the same database once more
	Shared bool   // several processes may work on it at once
}

// Run runs the suite. open gives each test a fresh database; it closes the
// store when the test ends.
func Run(t *testing.T, open func(t *testing.T) Opened) {
	for _, part := range []struct {
		name  string
		tests map[string]func(*testing.T, Opened)
	}{
		{"text", textTests},
		{"incidents", incidentTests},
		{"alerts", alertTests},
		{"decisions", decisionTests},
		{"posts", postTests},
		{"quiet", quietTests},
		{"drafts", draftTests},
		{"beats", beatTests},
		{"sessions", sessionTests},
		{"accounts", accountTests},
		{"events", eventTests},
		{"quarantine", quarantineTests},
		{"transactions", txTests},
		{"jobs", jobTests},
		{"ends of jobs", endTests},
		{"backlog", backlogTests},
		{"model", modelTests},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			for name, test := range part.tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, open(t))
				})
			}
		})
	}
}

// again opens the same database once more, as another process would.
func again(t *testing.T, o Opened) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o.URL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// t0 is when everything here happens.
func t0() time.Time { return time.Date(2026, 3, 29, 1, 59, 59, 123456000, time.UTC) }

// update runs fn in a transaction that must succeed.
func update(t *testing.T, s engine.Store, fn func(context.Context, engine.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx engine.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// view returns what fn reads, which must succeed.
func view[T any](t *testing.T, s engine.Store, fn func(context.Context, engine.Reader) (T, error)) (v T) {
	t.Helper()
	if err := s.View(t.Context(), func(r engine.Reader) (err error) {
		v, err = fn(t.Context(), r)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return v
}

// inTx returns what fn reads in a transaction, which must succeed.
func inTx[T any](t *testing.T, s engine.Store, fn func(context.Context, engine.Tx) (T, error)) (v T) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx engine.Tx) (err error) {
		v, err = fn(ctx, tx)
		return err
	})
	return v
}

// wantKind fails unless err is of the kind.
func wantKind(t *testing.T, err error, kind engine.Kind) {
	t.Helper()
	if engine.KindOf(err) != kind {
		t.Fatalf("got error %v, want one of kind %s", err, kind)
	}
}

// eventually waits for cond.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(40 * time.Second)
	for !cond() {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// ids returns the ids of a list.
func ids[T any](list []T, id func(*T) string) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = id(&list[i])
	}
	return out
}

func incidentID(i *engine.Incident) string { return i.ID }
func alertID(a *engine.Alert) string       { return a.ID }
func decisionID(d *engine.Decision) string { return d.ID }
func postKey(p *engine.Post) string        { return p.Key }

// live returns an incident that fires.
func live(id string, age time.Duration) engine.Incident {
	return engine.Incident{
		ID: id, Title: "Checkout is slow", Status: engine.Open, Severity: engine.SeverityCritical, Service: "checkout",
		ErrorType: "database_timeout", Source: "alertmanager", StartedAt: t0().Add(-age), UpdatedAt: t0(),
	}
}

// fixed returns a historical incident that teaches a fix.
func fixed(id string, age time.Duration) engine.Incident {
	i := live(id, age)
	i.Historical, i.Status, i.Resolution = true, engine.Resolved, "Throttle connections to 30%"
	return i
}

func putIncidents(t *testing.T, s engine.Store, list ...engine.Incident) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx engine.Tx) error { return tx.PutIncidents(ctx, list) })
}

// walkPages reads a list page by page, calling between after each page, and
// fails if a row comes twice.
func walkPages[T any](t *testing.T, id func(*T) string, page func(after string) ([]T, string, error), between func(n int)) []string {
	t.Helper()
	var all []string
	seen := map[string]bool{}
	after := ""
	for n := 0; ; n++ {
		list, next, err := page(after)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range ids(list, id) {
			if seen[v] {
				t.Fatalf("%s came twice", v)
			}
			seen[v] = true
			all = append(all, v)
		}
		if next == "" {
			return all
		}
		if n > 100 {
			t.Fatal("the list has no end")
		}
		between(n)
		after = next
	}
}

var errStop = errors.New("stop")

func name(prefix string, n int) string { return fmt.Sprintf("%s-%03d", prefix, n) }
