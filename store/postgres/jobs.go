package postgres

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"ragoffire/engine"
	"ragoffire/store/queue"
)

func (t *tx) Enqueue(_ context.Context, jobs ...engine.Job) error {
	t.jobs = append(t.jobs, jobs...)
	return nil
}

// flushJobs writes one row for each subject, in an order that all keep; see
// package queue. The conflict's condition is that of River's unique index. Its
// row is locked even where nothing of it changes.
func (t *tx) flushJobs(ctx context.Context) error {
	jobs := queue.Merge(t.jobs)
	if len(jobs) == 0 {
		return nil
	}
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
		INSERT INTO river_job AS j (args, kind, max_attempts, queue, scheduled_at, unique_key, unique_states)
		SELECT args::jsonb, $1, 1000, queue, coalesce(at, now()), key, $2::int::bit(8)
		FROM unnest($3::text[], $4::text[], $5::timestamptz[], $6::bytea[]) WITH ORDINALITY AS u (args, queue, at, key, n) ORDER BY n
		ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND unique_states IS NOT NULL
			AND river_job_state_in_bitmask(unique_states, state)
		DO UPDATE SET
			scheduled_at = CASE WHEN j.state = 'running' AND j.scheduled_at <= j.attempted_at
				THEN greatest(excluded.scheduled_at, j.attempted_at + interval '1 microsecond')
				ELSE least(j.scheduled_at, excluded.scheduled_at) END,
			state = CASE WHEN j.state = 'running' THEN j.state ELSE 'available' END
		WHERE j.state = 'running' OR j.scheduled_at > excluded.scheduled_at`,
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

// Finish is one statement: the row that it inserts may have the unique key of
// the one that it deletes.
func (l ledger) Finish(ctx context.Context, run queue.Run, end queue.End) (again bool, after time.Duration, err error) {
	type result struct {
		ended bool
		after *float64
	}
	res, err := row(ctx, l.s.pool, func(r pgx.Rows, v *result) error { return r.Scan(&v.ended, &v.after) }, `
		WITH ended AS (
			DELETE FROM river_job WHERE id = $1 AND state = 'running' AND attempt = $2
			RETURNING *, CASE WHEN scheduled_at > attempted_at THEN scheduled_at END AS asked),
		next AS (
			INSERT INTO river_job (args, attempt, kind, max_attempts, queue, scheduled_at, unique_key, unique_states)
			SELECT args, $3, kind, max_attempts, queue,
				least(asked, CASE WHEN NOT $4 THEN clock_timestamp() + $5::interval END), unique_key, unique_states
			FROM ended WHERE NOT $4 OR asked IS NOT NULL
			RETURNING scheduled_at)
		SELECT EXISTS (SELECT FROM ended),
			(SELECT extract(epoch FROM scheduled_at - clock_timestamp())::float8 FROM next)`,
		run.ID, run.Attempt, run.NextAttempt(end), end.Done, end.After)
	switch {
	case err != nil:
		return false, 0, err
	case !res.ended:
		return false, 0, queue.ErrTaken
	case res.after == nil:
		return false, 0, nil
	}
	return true, time.Duration(max(*res.after, 0) * float64(time.Second)), nil
}

// Adopt gives the runs of the dead new rows, with new numbers: should one of
// the dead only have been out of reach, then what it says of the old number
// meets no row.
func (l ledger) Adopt(ctx context.Context, id string, under []int64) error {
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
				SELECT j.id FROM river_job AS j WHERE j.state = 'running' AND j.kind = $1 AND (NOT EXISTS (
					SELECT FROM replicas AS r WHERE r.id = j.attempted_by[array_upper(j.attempted_by, 1)]
						AND r.seen_at > clock_timestamp() - $2::interval)
					OR j.attempted_by[array_upper(j.attempted_by, 1)] = $3 AND j.id <> ALL ($4::bigint[])
						AND j.attempted_at < clock_timestamp() - $2::interval)
				FOR UPDATE SKIP LOCKED),
			gone AS (
				DELETE FROM river_job WHERE id IN (SELECT id FROM dead)
				RETURNING args, kind, max_attempts, queue, unique_key, unique_states),
			again AS (
				INSERT INTO river_job (args, kind, max_attempts, queue, unique_key, unique_states)
				SELECT args, kind, max_attempts, queue, unique_key, unique_states FROM gone RETURNING queue)
			SELECT pg_notify('`+channelJobs+`', queue) FROM again`, queue.RiverKind, queue.Dead, id, under)
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
