package sqlite

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river/riverdriver/riversqlite"

	"ragoffire/engine"
	"ragoffire/store/queue"
)

func (t *tx) Enqueue(_ context.Context, jobs ...engine.Job) error {
	t.jobs = append(t.jobs, jobs...)
	return nil
}

// flushJobs writes one row for each subject.
func (t *tx) flushJobs(ctx context.Context) error {
	return t.insertRuns(ctx, 0, queue.Merge(t.jobs)...)
}

// uniqueKey is what River's unique index knows a job's subject by. Those of one
// time are alike, and stand together in it: a hash would be in a page of its own
// for each, all of which a commit writes.
func uniqueKey(j engine.Job) []byte { return []byte(j.Kind + " " + j.Subject) }

// insertRuns asks for jobs; see package queue. The conflict's condition is that
// of River's unique index.
func (t *tx) insertRuns(ctx context.Context, attempt int, jobs ...engine.Job) error {
	rows := make([][]any, len(jobs))
	for n, j := range jobs {
		args, err := queue.Args(j.Subject)
		if err != nil {
			return err
		}
		rows[n] = []any{args, attempt, queue.RiverKind, j.Kind, riverTime(j.At), uniqueKey(j), queue.UniqueStates}
	}
	return t.insertMany(ctx, `
		INSERT INTO river_job (args, attempt, kind, max_attempts, queue, scheduled_at, unique_key, unique_states)
		VALUES `, `(?, ?, ?, 1000, ?, coalesce(?, datetime('now', 'subsec')), ?, ?)`, `
		ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND unique_states IS NOT NULL AND CASE state
			WHEN 'available' THEN unique_states & (1 << 0)
			WHEN 'cancelled' THEN unique_states & (1 << 1)
			WHEN 'completed' THEN unique_states & (1 << 2)
			WHEN 'discarded' THEN unique_states & (1 << 3)
			WHEN 'pending'   THEN unique_states & (1 << 4)
			WHEN 'retryable' THEN unique_states & (1 << 5)
			WHEN 'running'   THEN unique_states & (1 << 6)
			WHEN 'scheduled' THEN unique_states & (1 << 7)
			ELSE 0
		END >= 1
		DO UPDATE SET
			scheduled_at = CASE WHEN state = 'running' AND scheduled_at <= attempted_at
				THEN max(excluded.scheduled_at, datetime(attempted_at, 'subsec', '+0.002 seconds'))
				ELSE min(scheduled_at, excluded.scheduled_at) END,
			state = CASE WHEN state = 'running' THEN state ELSE 'available' END
		WHERE state = 'running' OR scheduled_at > excluded.scheduled_at`, rows)
}

const riverLayout = "2006-01-02 15:04:05.000"

// riverTime is a time as River's SQLite driver writes it, rounded up so that
// nothing starts early; nil is now.
func riverTime(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Add(time.Millisecond - 1).Truncate(time.Millisecond).Format(riverLayout)
}

// Work runs the workers until ctx ends.
func (s *Store) Work(ctx context.Context, workers []engine.Worker) error {
	if err := s.Claim(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	return queue.Work(ctx, s.queue, queue.Options[*sql.Tx]{
		Driver:  riversqlite.New(s.writer),
		Ledger:  ledger{s},
		ID:      rand.Text(),
		Alone:   true,
		Due:     s.due,
		Workers: workers,
	})
}

// due says whether River has a row to get. Getting is a write, of a statement
// that River's driver has parsed anew each time.
func (s *Store) due(ctx context.Context, kind string) (bool, error) {
	list, err := rows(ctx, s.reads, func(r *sql.Rows, v *bool) error { return r.Scan(v) }, `
		SELECT EXISTS (SELECT 1 FROM river_job
			WHERE state = 'available' AND queue = ? AND scheduled_at <= datetime('now', 'subsec'))`, kind)
	return err == nil && list[0], err
}

// ledger implements queue.Ledger.
type ledger struct{ s *Store }

func (l ledger) Finish(ctx context.Context, run queue.Run, end queue.End) (again bool, after time.Duration, err error) {
	type mark struct {
		asked bool
		at    string
	}
	err = l.s.write(ctx, func(t *tx) error {
		list, err := rows(ctx, t, func(r *sql.Rows, m *mark) error { return r.Scan(&m.asked, &m.at) }, `
			DELETE FROM river_job WHERE id = ? AND state = 'running' AND attempt = ?
			RETURNING scheduled_at > attempted_at, cast(scheduled_at AS TEXT)`, run.ID, run.Attempt)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return queue.ErrTaken
		}
		if end.Done && !list[0].asked {
			return nil
		}
		now := time.Now()
		at := now.Add(end.After)
		if list[0].asked {
			asked, err := time.Parse(riverLayout, list[0].at)
			if err != nil {
				return err
			}
			if end.Done || asked.Before(at) {
				at = asked
			}
		}
		again, after = true, max(at.Sub(now), 0)
		if after == 0 {
			at = time.Time{}
		}
		return t.insertRuns(ctx, run.NextAttempt(end), engine.Job{Kind: run.Kind, Subject: run.Subject, At: at})
	})
	return again && err == nil, after, err
}

// Adopt first takes up whatever runs: this process is the only one, so that was
// left by one that died. Later there is rarely anything, and it only looks.
func (l ledger) Adopt(ctx context.Context, _ string, under []int64) error {
	if by := l.s.step.back(time.Now(), time.Since(l.s.opened)); by > 0 {
		if err := l.s.follow(ctx, by); err != nil {
			return err
		}
	}
	ids, err := rows(ctx, l.s.reads, func(r *sql.Rows, id *int64) error { return r.Scan(id) }, `
		SELECT id FROM river_job WHERE state = 'running' AND (?1 OR attempted_at < datetime('now', 'subsec', ?2))`,
		under == nil, fmt.Sprintf("-%f seconds", queue.Dead.Seconds()))
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool { return slices.Contains(under, id) })
	if len(ids) == 0 {
		return nil
	}
	return l.s.write(ctx, func(t *tx) error {
		for _, id := range ids {
			if _, err := t.exec(ctx, `
				UPDATE river_job SET state = 'available', scheduled_at = datetime('now', 'subsec')
				WHERE id = ? AND state = 'running'`, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l ledger) Tick(ctx context.Context, kind string, every time.Duration) (wait time.Duration, err error) {
	err = l.s.write(ctx, func(t *tx) error {
		now := time.Now()
		list, err := rows(ctx, t, func(r *sql.Rows, v *int64) error { return r.Scan(v) }, `SELECT due_at FROM ticks WHERE kind = ?`, kind)
		if err != nil {
			return err
		}
		// A time further away than one period was left by a longer one.
		due := cmp.Or(slices.Max(append(list, 0)), micros(now))
		if wait = time.UnixMicro(due).Sub(now); wait > 0 && wait <= every {
			return nil
		}
		wait = every
		if _, err := t.exec(ctx, `INSERT INTO ticks (kind, due_at) VALUES (?, ?)
			ON CONFLICT (kind) DO UPDATE SET due_at = excluded.due_at`, kind, micros(now.Add(every))); err != nil {
			return err
		}
		return t.Enqueue(ctx, engine.Job{Kind: kind, Subject: "all"})
	})
	return wait, err
}
