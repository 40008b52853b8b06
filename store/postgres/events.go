package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Events(ctx context.Context, after int64, limit int) ([]engine.Event, error) {
	return rows(ctx, r.db, func(r pgx.Rows, e *engine.Event) error {
		err := r.Scan(&e.Seq, &e.Type, &e.At, (*[]byte)(&e.Data))
		e.At = e.At.UTC()
		return err
	}, `SELECT seq, type, at, data FROM events WHERE seq > $1 ORDER BY seq LIMIT $2`, after, doc.Limit(limit, 200))
}

func (r reader) LastSeq(ctx context.Context) (last, first int64, err error) {
	v, err := row(ctx, r.db, func(r pgx.Rows, v *[2]int64) error { return r.Scan(&v[0], &v[1]) }, `
		SELECT coalesce((SELECT seq FROM events ORDER BY seq DESC LIMIT 1), 0),
			coalesce((SELECT seq FROM events ORDER BY seq LIMIT 1), 0)`)
	return v[0], v[1], err
}

func (t *tx) Emit(_ context.Context, events ...engine.Event) error {
	t.events = append(t.events, events...)
	return nil
}

// flushEvents queues the events, and what tells the other processes. The numbers
// of an identity column are given when a row is inserted; so that they follow the
// commits, one transaction at a time inserts events, and holds the others until it
// has committed.
func (t *tx) flushEvents(ctx context.Context) error {
	var told []news
	if len(t.events) > 0 {
		types, data, times := make([]string, len(t.events)), make([]string, len(t.events)), make([]time.Time, len(t.events))
		for i := range t.events {
			e := &t.events[i]
			b, err := t.written.Data(e)
			if err != nil {
				return err
			}
			types[i], data[i], times[i] = doc.Key(string(e.Type)), string(b), doc.Time(e.At)
		}
		if err := t.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockEvents); err != nil {
			return err
		}
		if err := t.exec(ctx, `
			INSERT INTO events (type, at, data) SELECT type, at, data::json
			FROM unnest($1::text[], $2::timestamptz[], $3::text[]) WITH ORDINALITY AS u (type, at, data, n) ORDER BY n`,
			types, times, data); err != nil {
			return err
		}
		told = append(told, news{channelEvents, ""})
	}
	at := time.Now()
	for _, j := range t.jobs {
		if n := (news{channelJobs, j.Kind}); !j.At.After(at) && !slices.Contains(told, n) {
			told = append(told, n)
		}
	}
	now, later := t.s.bell.ring(told)
	t.later = later
	if len(now) == 0 {
		return nil
	}
	st := notify(now)
	return t.exec(ctx, st.sql, st.args...)
}

// tidyBatch is how many rows of a kind one call of Tidy drops.
const tidyBatch = 4000

// Tidy keeps the last event, whatever its age, so that the highest number stays
// known.
func (t *tx) Tidy(ctx context.Context, events, envelopes time.Time) error {
	if err := t.exec(ctx, `
		DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE seq < least(
			(SELECT seq FROM events WHERE at >= $1 ORDER BY seq LIMIT 1),
			(SELECT seq FROM events ORDER BY seq DESC LIMIT 1)) ORDER BY seq LIMIT $2)`,
		doc.Time(events), tidyBatch); err != nil {
		return err
	}
	if err := t.exec(ctx, `
		DELETE FROM envelopes WHERE id IN (
			SELECT id FROM envelopes WHERE done AND received_at < $1 ORDER BY received_at LIMIT $2)`,
		doc.Time(envelopes), tidyBatch); err != nil {
		return err
	}
	if err := t.exec(ctx, `DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at < $1 ORDER BY at LIMIT $2)`,
		doc.Time(events), tidyBatch); err != nil {
		return err
	}
	if err := t.exec(ctx, `DELETE FROM silences WHERE until < $1`, doc.Time(events)); err != nil {
		return err
	}
	if err := t.exec(ctx, `DELETE FROM troubles WHERE at < $1`, doc.Time(events)); err != nil {
		return err
	}
	if err := t.exec(ctx, `DELETE FROM sessions WHERE expires_at < $1`, doc.Time(envelopes)); err != nil {
		return err
	}
	return t.exec(ctx, `DELETE FROM holds WHERE until < $1`, doc.Time(envelopes).UnixMicro())
}
