package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Incident(ctx context.Context, id string) (engine.Incident, error) {
	list, err := docs[engine.Incident](ctx, r.db, `SELECT doc FROM incidents WHERE id = $1`, doc.Key(id))
	return one(list, err, "incident", id)
}

func (t *tx) Incident(ctx context.Context, id string) (engine.Incident, error) {
	list, err := docs[engine.Incident](ctx, t.db, `SELECT doc FROM incidents WHERE id = $1 FOR UPDATE`, doc.Key(id))
	return one(list, err, "incident", id)
}

func (r reader) Incidents(ctx context.Context, f engine.IncidentFilter, after string, limit int) ([]engine.Incident, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	var q filter
	if cur.ID != "" {
		q.and("(started_at, id) < (%s, %s)", cur.At, cur.ID)
	}
	if f.Live {
		q.and("live")
	}
	if f.Status != "" {
		q.and("status = %s", doc.Key(string(f.Status)))
	}
	if f.Service != "" {
		q.and("service = %s", doc.Key(f.Service))
	}
	if f.Severity != "" {
		q.and("severity = %s", doc.Key(string(f.Severity)))
	}
	if f.ErrorType != "" {
		q.and("error_type = %s", doc.Key(f.ErrorType))
	}
	if words := doc.Words(f.Query); len(words) > 0 {
		q.and("NOT EXISTS (SELECT FROM unnest(%s::text[]) AS w WHERE strpos(search, w) = 0)", words)
	}
	list, err := docs[engine.Incident](ctx, r.db, `SELECT doc FROM incidents WHERE true`+q.where.String()+
		` ORDER BY started_at DESC, id DESC LIMIT `+q.arg(limit+1), q.args...)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(i *engine.Incident) doc.Cursor { return doc.Cursor{At: i.StartedAt, ID: doc.Key(i.ID)} })
	return list, next, nil
}

// filter collects the conditions of a list and their arguments.
type filter struct {
	where strings.Builder
	args  []any
}

// arg adds an argument and returns its name.
func (q *filter) arg(v any) string {
	q.args = append(q.args, v)
	return fmt.Sprintf("$%d", len(q.args))
}

// and adds a condition with a %s for each argument.
func (q *filter) and(cond string, args ...any) {
	names := make([]any, len(args))
	for i, v := range args {
		names[i] = q.arg(v)
	}
	q.where.WriteString(" AND " + fmt.Sprintf(cond, names...))
}

func (r reader) History(ctx context.Context, after string, limit int) ([]engine.Incident, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	list, err := docs[engine.Incident](ctx, r.db, `SELECT doc FROM incidents WHERE fix AND id > $1 ORDER BY id LIMIT $2`, cur.ID, limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(i *engine.Incident) doc.Cursor { return doc.Cursor{ID: doc.Key(i.ID)} })
	return list, next, nil
}

func (t *tx) IncidentsByID(ctx context.Context, ids []string) ([]engine.Incident, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = doc.Keys(ids)
	slices.Sort(ids) // as all lock them
	return docs[engine.Incident](ctx, t.db, `
		SELECT i.doc FROM unnest($1::text[]) AS u (id)
		CROSS JOIN LATERAL (SELECT doc FROM incidents WHERE id = u.id FOR UPDATE) AS i`, padded(slices.Compact(ids)))
}

// PutIncidents writes those that just got their number as what they are, new: should
// an import have brought one of the same number since, the transaction begins again,
// with another.
func (t *tx) PutIncidents(ctx context.Context, incidents []engine.Incident) error {
	var fresh, known []engine.Incident
	for _, i := range lastOf(incidents, func(i *engine.Incident) string { return i.ID }) {
		if t.numbered[i.ID] {
			fresh = append(fresh, i)
			delete(t.numbered, i.ID)
		} else {
			known = append(known, i)
		}
	}
	if err := t.insertIncidents(ctx, fresh, ""); err != nil {
		return err
	}
	return t.insertIncidents(ctx, known, `
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, severity = excluded.severity,
			service = excluded.service, environment = excluded.environment, error_type = excluded.error_type,
			source = excluded.source, group_key = excluded.group_key, live = excluded.live, fix = excluded.fix,
			seed = excluded.seed, historical = excluded.historical, started_at = excluded.started_at,
			acked_at = excluded.acked_at, resolved_at = excluded.resolved_at,
			search = excluded.search, doc = excluded.doc`)
}

func (t *tx) insertIncidents(ctx context.Context, list []engine.Incident, conflict string) error {
	if len(list) == 0 {
		return nil
	}
	var c struct {
		id, status, severity, service, environment, errorType, source, groupKey, search, doc []string
		live, fix, seed, historical                                                          []bool
		started                                                                              []time.Time
		acked, resolved                                                                      []*time.Time
	}
	for n := range list {
		list[n] = doc.Incident(list[n])
	}
	docs, err := doc.EncodeAll(list)
	if err != nil {
		return fmt.Errorf("incidents: %w", err)
	}
	for n := range list {
		i, b := &list[n], docs[n]
		t.written.Put(engine.EventIncident, i.ID, b)
		c.id, c.status, c.severity = append(c.id, doc.Key(i.ID)), append(c.status, doc.Key(string(i.Status))), append(c.severity, doc.Key(string(i.Severity)))
		c.service, c.environment = append(c.service, doc.Key(i.Service)), append(c.environment, doc.Key(i.Environment))
		c.errorType, c.source = append(c.errorType, doc.Key(i.ErrorType)), append(c.source, doc.Key(i.Source))
		c.groupKey, c.search, c.doc = append(c.groupKey, doc.Key(i.GroupKey)), append(c.search, doc.Search(i)), append(c.doc, string(b))
		c.live, c.fix = append(c.live, i.Live()), append(c.fix, i.Fix())
		c.seed, c.historical = append(c.seed, i.Seed), append(c.historical, i.Historical)
		acked, over := doc.Times(i)
		c.started, c.acked, c.resolved = append(c.started, i.StartedAt), append(c.acked, acked), append(c.resolved, over)
	}
	return t.exec(ctx, `
		INSERT INTO incidents (id, status, severity, service, environment, error_type, source, group_key,
			live, fix, seed, historical, started_at, acked_at, resolved_at, search, doc)
		SELECT id, status, severity, service, environment, error_type, source, group_key,
			live, fix, seed, historical, started_at, acked_at, resolved_at, search, doc::json
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
			$9::boolean[], $10::boolean[], $11::boolean[], $12::boolean[],
			$13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::text[], $17::text[])
			AS u (id, status, severity, service, environment, error_type, source, group_key,
				live, fix, seed, historical, started_at, acked_at, resolved_at, search, doc)`+conflict,
		c.id, c.status, c.severity, c.service, c.environment, c.errorType, c.source, c.groupKey,
		c.live, c.fix, c.seed, c.historical, c.started, c.acked, c.resolved, c.search, c.doc)
}

// DeleteIncident takes the incident's alerts and timeline with it.
func (t *tx) DeleteIncident(ctx context.Context, id string) error {
	n, err := t.count(ctx, `DELETE FROM incidents WHERE id = $1`, doc.Key(id))
	if err != nil {
		return err
	}
	if n == 0 {
		return engine.NotFoundf("there is no incident %s", doc.Text(id))
	}
	if err := t.exec(ctx, `DELETE FROM alerts WHERE incident_id = $1`, doc.Key(id)); err != nil {
		return err
	}
	return t.exec(ctx, `DELETE FROM entries WHERE incident_id = $1`, doc.Key(id))
}
