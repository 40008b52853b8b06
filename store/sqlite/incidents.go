package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Incident(ctx context.Context, id string) (engine.Incident, error) {
	list, err := docs[engine.Incident](ctx, r, `SELECT doc FROM incidents WHERE id = ?`, doc.Key(id))
	return one(list, err, "incident", id)
}

func (r reader) Incidents(ctx context.Context, f engine.IncidentFilter, after string, limit int) ([]engine.Incident, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	var where strings.Builder
	var args []any
	and := func(cond string, a ...any) {
		where.WriteString(" AND " + cond)
		args = append(args, a...)
	}
	if cur.ID != "" {
		and("(started_at, id) < (?, ?)", micros(cur.At), cur.ID)
	}
	if f.Live {
		and("live = 1")
	}
	if f.Status != "" {
		and("status = ?", doc.Key(string(f.Status)))
	}
	if f.Service != "" {
		and("service = ?", doc.Key(f.Service))
	}
	if f.Severity != "" {
		and("severity = ?", doc.Key(string(f.Severity)))
	}
	if f.ErrorType != "" {
		and("error_type = ?", doc.Key(f.ErrorType))
	}
	if words := doc.Words(f.Query); len(words) > 0 {
		list, err := texts(words)
		if err != nil {
			return nil, "", err
		}
		// One text for any number of words: statements are kept by their text.
		and("NOT EXISTS (SELECT 1 FROM json_each(?) WHERE instr(search, value) = 0)", list)
	}
	list, err := docs[engine.Incident](ctx, r, `SELECT doc FROM incidents WHERE 1 = 1`+where.String()+
		` ORDER BY started_at DESC, id DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(i *engine.Incident) doc.Cursor { return doc.Cursor{At: i.StartedAt, ID: doc.Key(i.ID)} })
	return list, next, nil
}

func (r reader) History(ctx context.Context, after string, limit int) ([]engine.Incident, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	list, err := docs[engine.Incident](ctx, r, `SELECT doc FROM incidents WHERE fix = 1 AND id > ? ORDER BY id LIMIT ?`, cur.ID, limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(i *engine.Incident) doc.Cursor { return doc.Cursor{ID: doc.Key(i.ID)} })
	return list, next, nil
}

func (t *tx) openIncidents(ctx context.Context, groups, scopes [][2]string) ([]engine.Incident, error) {
	if len(groups)+len(scopes) == 0 {
		return nil, nil
	}
	groupList, err := texts(pairs(groups))
	if err != nil {
		return nil, err
	}
	scopeList, err := texts(pairs(scopes))
	if err != nil {
		return nil, err
	}
	return docs[engine.Incident](ctx, t, `
		SELECT doc FROM incidents WHERE live = 1 AND id IN (
			SELECT i.id FROM json_each(?1) AS j CROSS JOIN incidents AS i
			WHERE i.live = 1 AND i.source = j.value ->> 0 AND i.group_key = j.value ->> 1
			UNION
			SELECT i.id FROM json_each(?2) AS j CROSS JOIN incidents AS i
			WHERE i.live = 1 AND i.service = j.value ->> 0 AND i.environment = j.value ->> 1)
		ORDER BY id`, groupList, scopeList)
}

func pairs(list [][2]string) [][]string {
	out := make([][]string, len(list))
	for i, p := range list {
		out[i] = doc.Keys(p[:])
	}
	return out
}

func (t *tx) IncidentsByID(ctx context.Context, ids []string) ([]engine.Incident, error) {
	list, err := texts(doc.Keys(ids))
	if err != nil {
		return nil, err
	}
	return docs[engine.Incident](ctx, t, `
		SELECT doc FROM incidents WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`, list)
}

func (t *tx) NumberIncidents(ctx context.Context, year, n int) ([]string, error) {
	var ids []string
	for len(ids) < n {
		var last int64
		st, err := t.stmt(ctx, `
			INSERT INTO numbers (year, last) VALUES (?1, ?2)
			ON CONFLICT (year) DO UPDATE SET last = last + ?2 RETURNING last`)
		if err != nil {
			return nil, err
		}
		want := n - len(ids)
		if err := st.QueryRowContext(context.WithoutCancel(ctx), year, want).Scan(&last); err != nil {
			return nil, translate(err)
		}
		// An import may have brought ids of this form.
		fresh := make([]string, want)
		for i := range fresh {
			fresh[i] = fmt.Sprintf("INC-%d-%04d", year, last-int64(want)+1+int64(i))
		}
		list, err := texts(fresh)
		if err != nil {
			return nil, err
		}
		taken, err := rows(ctx, t, func(r *sql.Rows, id *string) error { return r.Scan(id) }, `
			SELECT id FROM incidents WHERE id IN (SELECT value FROM json_each(?))`, list)
		if err != nil {
			return nil, err
		}
		ids = append(ids, slices.DeleteFunc(fresh, func(id string) bool { return slices.Contains(taken, id) })...)
	}
	return ids, nil
}

func (t *tx) PutIncidents(ctx context.Context, incidents []engine.Incident) error {
	rows, list := make([][]any, len(incidents)), make([]engine.Incident, len(incidents))
	for n := range incidents {
		list[n] = doc.Incident(incidents[n])
	}
	docs, err := doc.EncodeAll(list)
	if err != nil {
		return fmt.Errorf("incidents: %w", err)
	}
	for n := range list {
		i := &list[n]
		t.written.Put(engine.EventIncident, i.ID, docs[n])
		acked, over := doc.Times(i)
		rows[n] = []any{
			doc.Key(i.ID), doc.Key(string(i.Status)), doc.Key(string(i.Severity)), doc.Key(i.Service),
			doc.Key(i.Environment), doc.Key(i.ErrorType), doc.Key(i.Source), doc.Key(i.GroupKey),
			i.Live(), i.Fix(), i.Seed, i.Historical, micros(i.StartedAt), microsOrNull(acked),
			microsOrNull(over), doc.Search(i), string(docs[n]),
		}
	}
	return t.insertMany(ctx, `
		INSERT INTO incidents (id, status, severity, service, environment, error_type, source, group_key,
			live, fix, seed, historical, started_at, acked_at, resolved_at, search, doc)
		VALUES `, `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, `
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, severity = excluded.severity,
			service = excluded.service, environment = excluded.environment, error_type = excluded.error_type,
			source = excluded.source, group_key = excluded.group_key, live = excluded.live, fix = excluded.fix,
			seed = excluded.seed, historical = excluded.historical, started_at = excluded.started_at,
			acked_at = excluded.acked_at, resolved_at = excluded.resolved_at,
			search = excluded.search, doc = excluded.doc`, rows)
}

// DeleteIncident takes the incident's alerts and timeline with it.
func (t *tx) DeleteIncident(ctx context.Context, id string) error {
	n, err := t.exec(ctx, `DELETE FROM incidents WHERE id = ?`, doc.Key(id))
	if err != nil {
		return err
	}
	if n == 0 {
		return engine.NotFoundf("there is no incident %s", doc.Text(id))
	}
	if _, err := t.exec(ctx, `DELETE FROM alerts WHERE incident_id = ?`, doc.Key(id)); err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM entries WHERE incident_id = ?`, doc.Key(id))
	return err
}
