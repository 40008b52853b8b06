package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Alerts(ctx context.Context, incidentID string) ([]engine.Alert, error) {
	return docs[engine.Alert](ctx, r, `
		SELECT doc FROM alerts WHERE incident_id = ? ORDER BY started_at, id`, doc.Key(incidentID))
}

func (r reader) Sources(ctx context.Context) ([]engine.SourceCount, error) {
	return rows(ctx, r, func(r *sql.Rows, c *engine.SourceCount) error {
		var newest int64
		err := r.Scan(&c.Source, &c.Episodes, &c.Firing, &newest)
		c.Newest = time.UnixMicro(newest).UTC()
		return err
	}, `
		SELECT source, count(*), count(*) FILTER (WHERE status <> 'resolved'), max(started_at)
		FROM alerts GROUP BY source ORDER BY source`)
}

func (t *tx) Standing(ctx context.Context, way engine.Way) (found engine.Standing, err error) {
	if found.Latest, err = t.latestAlerts(ctx, way.Series); err != nil {
		return found, err
	}
	if found.Silences, err = t.Silences(ctx, way.Now); err != nil {
		return found, err
	}
	found.Open, err = t.openIncidents(ctx, way.Groups, way.Scopes)
	return found, err
}

func (t *tx) latestAlerts(ctx context.Context, series []engine.SeriesKey) (map[engine.SeriesKey]engine.Alert, error) {
	keys := make([][2]string, len(series))
	for i, key := range series {
		keys[i] = [2]string{key.Source, key.Fingerprint}
	}
	list, err := texts(pairs(keys))
	if err != nil {
		return nil, err
	}
	found, err := docs[engine.Alert](ctx, t, `
		SELECT a.doc FROM (SELECT DISTINCT value ->> 0 AS source, value ->> 1 AS fingerprint FROM json_each(?)) AS j
		CROSS JOIN alerts AS a ON a.id = (SELECT id FROM alerts
			WHERE source = j.source AND fingerprint = j.fingerprint ORDER BY started_at DESC, id DESC LIMIT 1)`, list)
	byName := make(map[engine.SeriesKey]engine.Alert, len(found))
	for _, a := range found {
		byName[a.Series()] = a
	}
	latest := make(map[engine.SeriesKey]engine.Alert, len(found))
	for _, key := range series {
		if a, ok := byName[engine.SeriesKey{Source: doc.Text(key.Source), Fingerprint: doc.Text(key.Fingerprint)}]; ok {
			latest[key] = a
		}
	}
	return latest, err
}

func (t *tx) ExpiredAlerts(ctx context.Context, now time.Time, limit int) ([]engine.Alert, error) {
	return docs[engine.Alert](ctx, t, `
		SELECT doc FROM alerts WHERE expires_at IS NOT NULL AND status <> 'resolved' AND expires_at <= ?
		ORDER BY expires_at, id LIMIT ?`, micros(now), doc.Limit(limit, 50))
}

func (t *tx) PutAlerts(ctx context.Context, alerts []engine.Alert) error {
	rows, list := make([][]any, len(alerts)), make([]engine.Alert, len(alerts))
	for n := range alerts {
		list[n] = doc.Alert(alerts[n])
	}
	docs, err := doc.EncodeAll(list)
	if err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	for n := range list {
		a := &list[n]
		t.written.Put(engine.EventAnomaly, a.ID, docs[n])
		rows[n] = []any{
			doc.Key(a.ID), doc.Key(a.IncidentID), doc.Key(a.Source), doc.Key(a.Fingerprint),
			doc.Key(string(a.Status)), micros(a.StartedAt), microsOrNull(&a.ExpiresAt), string(docs[n]),
		}
	}
	return t.insertMany(ctx, `
		INSERT INTO alerts (id, incident_id, source, fingerprint, status, started_at, expires_at, doc)
		VALUES `, `(?, ?, ?, ?, ?, ?, ?, ?)`, `
		ON CONFLICT (id) DO UPDATE SET incident_id = excluded.incident_id, source = excluded.source,
			fingerprint = excluded.fingerprint, status = excluded.status, started_at = excluded.started_at,
			expires_at = excluded.expires_at, doc = excluded.doc`, rows)
}
