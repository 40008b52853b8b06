package postgres_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store"
	"ragoffire/store/storetest"
)

func raw(t *testing.T, address, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, address string) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func refused(t *testing.T, address, why string) error {
	t.Helper()
	s, err := store.Open(t.Context(), address, store.Options{})
	if err == nil {
		s.Close()
		t.Fatal("it was opened")
	}
	if !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the reason: %v", err)
	}
	return err
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	refused(t, "postgres://rof:hunter2@[broken", "cannot be read")
	for address, why := range map[string]string{
		"postgres://rof:x@hunter2@127.0.0.1:1/rof":                    "%40 for @",
		"postgres://rof:1/hunter2@127.0.0.1:1/rof":                    "%2F for /",
		"postgres://rof:hunter2@127.0.0.1:1/rof?sslmode=bogus":        "sslmode is invalid",
		"postgres://rof:hunter2@127.0.0.1:1/rof?pool_max_conns=0":     "pool_max_conns too small",
		"postgres://rof:hunter2@127.0.0.1:1/rof?sslrootcert=/nowhere": "open /nowhere",
	} {
		if err := refused(t, address, why); engine.KindOf(err) != engine.Invalid {
			t.Errorf("%s: %v", address, err)
		}
	}
	err := refused(t, "postgres://rof:hunter2@127.0.0.1:1/rof", "127.0.0.1:1")
	if engine.KindOf(err) != engine.Unavailable {
		t.Errorf("out of reach: %v", err)
	}
	address := pg.Database(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/nowhere"
	if err := refused(t, u.String(), `database "nowhere" does not exist; create it`); strings.Contains(err.Error(), "\n") {
		t.Errorf("several lines: %v", err)
	}
	refused(t, address+"&search_path=nowhere", "none of the schemas in its search_path is there")
	open(t, address).Close()
	raw(t, address, "INSERT INTO rof_version (version_id, is_applied) VALUES (99, true)")
	refused(t, address, "newer rof")
}

func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	address := pg.Database(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := store.Open(t.Context(), address, store.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	all.Wait()
}

func TestKilled(t *testing.T) {
	t.Parallel()
	storetest.Killed(t, pg.Database(t), 35*time.Second)
}

// A restart of the server ends its connections. What is under way fails, what
// comes after does not, and neither the watcher nor the jobs stop.
func TestConnectionsLost(t *testing.T) {
	t.Parallel()
	address := pg.Database(t)
	s := open(t, address)
	ran := make(chan string, 10)
	stop := storetest.Work(t, s, engine.Worker{Kind: "job", Parallel: 1, Timeout: time.Second, Do: storetest.Send(ran)})
	defer stop()
	woken := s.Watch(t.Context())
	change := func(subject string) error {
		return s.Update(t.Context(), func(tx engine.Tx) error {
			if err := tx.Enqueue(t.Context(), engine.Job{Kind: "job", Subject: subject}); err != nil {
				return err
			}
			return tx.Emit(t.Context(), engine.Event{Type: engine.EventSystem, At: time.Now()})
		})
	}
	if err := change("before"); err != nil {
		t.Fatal(err)
	}
	if got := <-ran; got != "before" {
		t.Errorf("ran %q", got)
	}
	err := s.Update(t.Context(), func(tx engine.Tx) error {
		if _, err := tx.Accounts(t.Context()); err != nil { // it has begun
			t.Error(err)
		}
		raw(t, address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		_, err := tx.NumberIncidents(t.Context(), 2026, 1)
		return err
	})
	if engine.KindOf(err) != engine.Unavailable {
		t.Errorf("under way: %v", err)
	}
	for n := 0; ; n++ {
		if err = change("after"); err == nil {
			break
		}
		if engine.KindOf(err) != engine.Unavailable || n == 50 {
			t.Fatalf("afterwards: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got := <-ran; got != "after" {
		t.Errorf("ran %q", got)
	}
	deadline := time.After(10 * time.Second)
	for seen := false; !seen; {
		select {
		case <-woken:
			if err := s.View(t.Context(), func(r engine.Reader) error {
				events, err := r.Events(t.Context(), 0, 0)
				seen = len(events) == 2
				return err
			}); err != nil {
				t.Fatal(err)
			}
		case <-deadline:
			t.Fatal("the watcher was not woken")
		}
	}
}
