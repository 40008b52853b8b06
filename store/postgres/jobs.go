package postgres

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"ragoffire/engine"
	"ragoffire/store/doc"
	"ragoffire/store/queue"
)

func (t *tx) Enqueue(_ context.Context, jobs ...engine.Job) error {
	t.jobs = append(t.jobs, jobs...)
	return nil
}

// flushJobs writes one wake and one River row for each subject, in an order
// that all keep.
func (t *tx) flushJobs(ctx context.Context) error {
	jobs := queue.Merge(t.jobs)
	if len(jobs) == 0 {
		return nil
	}
	kinds, subjects := make([]string, len(jobs)), make([]string, len(jobs))
	for i, j := range jobs {
		kinds[i], subjects[i] = j.Kind, doc.Key(j.Subject)
	}
	if err := t.exec(ctx, `
		INSERT INTO wakes (kind, subject, wanted) SELECT kind, subject, 1
		FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u (kind, subject, n) ORDER BY n
		ON CONFLICT (kind, subject) DO UPDATE SET wanted = wakes.wanted + 1`, kinds, subjects); err != nil {
		return err
	}
	return t.insertRuns(ctx, jobs)
}

// insertRuns inserts River's rows. One that waits for a later time is brought
// forward; one that runs stays, and its run will see the wake: its row is
// locked until this commits, so it cannot end unseen. The conflict's condition
// is that of River's unique index.
func (t *tx) insertRuns(ctx context.Context, jobs []engine.Job) error {
	args, kinds, keys := make([]string, len(jobs)), make([]string, len(jobs)), make([][]byte, len(jobs))
	at := make([]*time.Time, len(jobs))
	for i, j := range jobs {
		var err error
		if args[i], err = queue.Args(j.Subject); err != nil {
			return err
		}
		kinds[i], keys[i] = j.Kind, queue.UniqueKey(j.Kind, j.Subject)
		if !j.At.IsZero() {
			at[i] = &j.At
		}
	}
	return t.exec(ctx, `
		INSERT INTO river_job (args, kind, max_attempts, queue, scheduled_at, unique_key, unique_states)
		SELECT args::jsonb, $1, 1000, queue, coalesce(at, now()), key, $2::int::bit(8)
		FROM unnest($3::text[], $4::text[], $5::timestamptz[], $6::bytea[]) WITH ORDINALITY AS u (args, queue, at, key, n) ORDER BY n
		ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND unique_states IS NOT NULL
			AND river_job_state_in_bitmask(unique_states, state)
		DO UPDATE SET scheduled_at = excluded.scheduled_at, state = 'available'
		WHERE river_job.state <> 'running' AND river_job.scheduled_at > excluded.scheduled_at`,
		queue.RiverKind, queue.UniqueStates, args, kinds, at, keys)
}

// Work runs the workers until ctx ends.
func (s *Store) Work(ctx context.Context, workers []engine.Worker) error {
	s.startListener()
	return queue.Work(ctx, s.queue, queue.Options[pgx.Tx]{
		Driver:  riverpgxv5.New(s.pool),
		Ledger:  ledger{s},
		ID:      rand.Text(),
		Workers: workers,
	})
}

// ledger implements queue.Ledger.
type ledger struct{ s *Store }

func (l ledger) Wanted(ctx context.Context, kind, subject string) (int64, error) {
	return row(ctx, l.s.pool, func(r pgx.Rows, v *int64) error { return r.Scan(v) },
		`SELECT coalesce((SELECT wanted FROM wakes WHERE kind = $1 AND subject = $2), 0)`, kind, doc.Key(subject))
}

// Finish locks the wake before River's row, as who asks does.
func (l ledger) Finish(ctx context.Context, run queue.Run, end queue.End) (again bool, after time.Duration, err error) {
	type wake struct {
		wanted   int64
		failures int
	}
	err = l.s.write(ctx, func(t *tx) error {
		again, after = false, 0
		list, err := rows(ctx, t.db, func(r pgx.Rows, w *wake) error { return r.Scan(&w.wanted, &w.failures) },
			`SELECT wanted, failures FROM wakes WHERE kind = $1 AND subject = $2 FOR UPDATE`, run.Kind, doc.Key(run.Subject))
		if err != nil {
			return err
		}
		n, err := t.count(ctx, `DELETE FROM river_job WHERE id = $1 AND state = 'running' AND attempt = $2`, run.ID, run.Attempt)
		if err != nil {
			return err
		}
		if n == 0 {
			return queue.ErrTaken
		}
		if len(list) == 0 {
			return nil
		}
		w := list[0]
		if end.Done && w.wanted == run.Wanted {
			return t.exec(ctx, `DELETE FROM wakes WHERE kind = $1 AND subject = $2`, run.Kind, doc.Key(run.Subject))
		}
		again, after = true, end.After
		failures := 0
		if end.Failed {
			failures = w.failures + 1
			after = queue.Backoff(failures)
		}
		if w.wanted != run.Wanted {
			after = 0
		}
		if failures != w.failures {
			if err := t.exec(ctx, `UPDATE wakes SET failures = $3 WHERE kind = $1 AND subject = $2`,
				run.Kind, doc.Key(run.Subject), failures); err != nil {
				return err
			}
		}
		next := engine.Job{Kind: run.Kind, Subject: run.Subject}
		if after > 0 {
			next.At = time.Now().Add(after)
		}
		return t.insertRuns(ctx, []engine.Job{next})
	})
	return again && err == nil, after, err
}

// Adopt gives the runs of the dead new rows, with new numbers: should one of
// the dead only have been out of reach, then what it says of the old number
// meets no row.
func (l ledger) Adopt(ctx context.Context, id string) error {
	return l.s.write(ctx, func(t *tx) error {
		if err := t.exec(ctx, `INSERT INTO replicas (id, seen_at) VALUES ($1, clock_timestamp())
			ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`, id); err != nil {
			return err
		}
		if err := t.exec(ctx, `DELETE FROM replicas WHERE seen_at < clock_timestamp() - interval '1 day'`); err != nil {
			return err
		}
		// Who has its row locked is asking for it, and will be seen next time.
		return t.exec(ctx, `
			WITH dead AS (
				SELECT j.id FROM river_job AS j WHERE j.state = 'running' AND j.kind = $1 AND NOT EXISTS (
					SELECT FROM replicas AS r WHERE r.id = j.attempted_by[array_upper(j.attempted_by, 1)]
						AND r.seen_at > clock_timestamp() - $2::interval)
				FOR UPDATE SKIP LOCKED),
			gone AS (
				DELETE FROM river_job WHERE id IN (SELECT id FROM dead)
				RETURNING args, kind, max_attempts, queue, unique_key, unique_states),
			again AS (
				INSERT INTO river_job (args, kind, max_attempts, queue, unique_key, unique_states)
				SELECT args, kind, max_attempts, queue, unique_key, unique_states FROM gone RETURNING queue)
			SELECT pg_notify('`+channelJobs+`', queue) FROM again`, queue.RiverKind, queue.Dead)
	})
}

// Tick asks the database what time it is: the replicas' clocks may differ.
func (l ledger) Tick(ctx context.Context, kind string, every time.Duration) (wait time.Duration, err error) {
	err = l.s.write(ctx, func(t *tx) error {
		// A time further away than one period was left by a longer one.
		n, err := t.count(ctx, `
			INSERT INTO ticks (kind, due_at) VALUES ($1, clock_timestamp() + $2::interval)
			ON CONFLICT (kind) DO UPDATE SET due_at = clock_timestamp() + $2::interval
			WHERE ticks.due_at <= clock_timestamp() OR ticks.due_at > clock_timestamp() + $2::interval`, kind, every)
		if err != nil {
			return err
		}
		if n > 0 {
			wait = every
			return t.Enqueue(ctx, engine.Job{Kind: kind, Subject: "all"})
		}
		left, err := row(ctx, t.db, func(r pgx.Rows, v *float64) error { return r.Scan(v) },
			`SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM ticks WHERE kind = $1`, kind)
		wait = time.Duration(left * float64(time.Second))
		return err
	})
	return wait, err
}
