package sqlite

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestAStepBackIsToldFromTheTimeThatPasses(t *testing.T) {
	var s step
	wall := time.Date(2026, 10, 25, 0, 59, 0, 0, time.UTC)
	for n, c := range []struct {
		wall, mono, want time.Duration
	}{
		{0, time.Hour, 0}, // the first look
		{4 * time.Second, time.Hour + 4*time.Second, 0},
		{7 * time.Second, time.Hour + 8*time.Second, 0},                                              // trimmed
		{7*time.Second - 10*time.Minute, time.Hour + 12*time.Second, 10*time.Minute + 4*time.Second}, // set back
		{11*time.Second - 10*time.Minute, time.Hour + 16*time.Second, 0},
		{15 * time.Second, time.Hour + 20*time.Second, 0}, // set forward
	} {
		if got := s.back(wall.Add(c.wall), c.mono); got != c.want {
			t.Errorf("look %d: back by %s; want %s", n, got, c.want)
		}
	}
}

func TestJobsFollowAClockThatIsSetBack(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "rof.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// As it looks after the clock went back by ten minutes.
	now := time.Now()
	err = s.Update(t.Context(), func(tx engine.Tx) error {
		return tx.Enqueue(t.Context(),
			engine.Job{Kind: "k", Subject: "was due", At: now.Add(10*time.Minute - time.Second)},
			engine.Job{Kind: "k", Subject: "in an hour", At: now.Add(70 * time.Minute)})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.follow(t.Context(), 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	due, err := rows(t.Context(), s.reads, func(r *sql.Rows, v *float64) error { return r.Scan(v) }, `
		SELECT (julianday(cast(scheduled_at AS TEXT)) - julianday(?)) * 86400 FROM river_job ORDER BY scheduled_at`,
		now.UTC().Format(riverLayout))
	if err != nil || len(due) != 2 || due[0] > 0 || due[1] < 3599 || due[1] > 3601 {
		t.Errorf("due in %v seconds, %v", due, err)
	}
	if at, err := s.due(t.Context(), "k"); err != nil || !at {
		t.Errorf("nothing is due: %v", err)
	}
}

func TestAWindowThatIsClosedFollowsAClockThatIsSetBack(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "rof.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	if err := s.Update(t.Context(), func(tx engine.Tx) error { // as it looks after the clock went back by an hour
		return tx.HoldPace(t.Context(), "post", "C1", now.Add(time.Hour-10*time.Second))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.follow(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx engine.Tx) error {
		wait, err := tx.TakePace(t.Context(), "post", "C1", engine.Pace{Burst: 1, Every: time.Second}, now)
		if wait != 0 {
			t.Errorf("closed for %s", wait)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
