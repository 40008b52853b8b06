package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Alerts(ctx context.Context, incidentID string) ([]engine.Alert, error) {
	return docs[engine.Alert](ctx, r.db, `
		SELECT doc FROM alerts WHERE incident_id = $1 ORDER BY started_at, id`, doc.Key(incidentID))
}

func (r reader) Sources(ctx context.Context) ([]engine.SourceCount, error) {
	return rows(ctx, r.db, func(r pgx.Rows, c *engine.SourceCount) error {
		err := r.Scan(&c.Source, &c.Episodes, &c.Firing, &c.Newest)
		c.Newest = c.Newest.UTC()
		return err
	}, `
		SELECT source, count(*), count(*) FILTER (WHERE status <> 'resolved'), max(started_at)
		FROM alerts GROUP BY source ORDER BY source`)
}

func (t *tx) ExpiredAlerts(ctx context.Context, now time.Time, limit int) ([]engine.Alert, error) {
	return docs[engine.Alert](ctx, t.db, `
		SELECT doc FROM alerts WHERE expires_at IS NOT NULL AND status <> 'resolved' AND expires_at <= $1
		ORDER BY expires_at, id LIMIT $2`, doc.Time(now), doc.Limit(limit, 50))
}

func (t *tx) PutAlerts(ctx context.Context, alerts []engine.Alert) error {
	var ids, incidents, sources, prints, status, list []string
	var started []time.Time
	var expires []*time.Time
	last := lastOf(alerts, func(a *engine.Alert) string { return a.ID })
	for n := range last {
		last[n] = doc.Alert(last[n])
	}
	docs, err := doc.EncodeAll(last)
	if err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	for n := range last {
		a, b := &last[n], docs[n]
		t.written.Put(engine.EventAnomaly, a.ID, b)
		ids, incidents = append(ids, doc.Key(a.ID)), append(incidents, doc.Key(a.IncidentID))
		sources, prints = append(sources, doc.Key(a.Source)), append(prints, doc.Key(a.Fingerprint))
		status, list = append(status, doc.Key(string(a.Status))), append(list, string(b))
		started = append(started, a.StartedAt)
		var until *time.Time
		if !a.ExpiresAt.IsZero() {
			until = &a.ExpiresAt
		}
		expires = append(expires, until)
	}
	if len(ids) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO alerts (id, incident_id, source, fingerprint, status, started_at, expires_at, doc)
		SELECT id, incident_id, source, fingerprint, status, started_at, expires_at, doc::json
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[])
			AS u (id, incident_id, source, fingerprint, status, started_at, expires_at, doc)
		ON CONFLICT (id) DO UPDATE SET incident_id = excluded.incident_id, source = excluded.source,
			fingerprint = excluded.fingerprint, status = excluded.status, started_at = excluded.started_at,
			expires_at = excluded.expires_at, doc = excluded.doc`,
		ids, incidents, sources, prints, status, started, expires, list)
}
