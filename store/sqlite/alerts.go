package sqlite

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Alerts(ctx context.Context, incidentID string) ([]engine.Alert, error) {
	return docs[engine.Alert](ctx, r, `
		SELECT doc FROM alerts WHERE incident_id = ? ORDER BY started_at, id`, doc.Key(incidentID))
}

func (t *tx) LatestAlerts(ctx context.Context, series []engine.SeriesKey) (map[engine.SeriesKey]engine.Alert, error) {
	latest := make(map[engine.SeriesKey]engine.Alert, len(series))
	for _, key := range series {
		if _, ok := latest[key]; ok {
			continue
		}
		list, err := docs[engine.Alert](ctx, t, `
			SELECT doc FROM alerts WHERE source = ? AND fingerprint = ? ORDER BY started_at DESC, id DESC LIMIT 1`,
			doc.Key(key.Source), doc.Key(key.Fingerprint))
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			latest[key] = list[0]
		}
	}
	return latest, nil
}

func (t *tx) ExpiredAlerts(ctx context.Context, now time.Time, limit int) ([]engine.Alert, error) {
	return docs[engine.Alert](ctx, t, `
		SELECT doc FROM alerts WHERE expires_at IS NOT NULL AND status <> 'resolved' AND expires_at <= ?
		ORDER BY expires_at, id LIMIT ?`, micros(now), doc.Limit(limit, 50))
}

func (t *tx) PutAlerts(ctx context.Context, alerts []engine.Alert) error {
	for _, a := range alerts {
		a = doc.Alert(a)
		b, err := doc.Encode(a)
		if err != nil {
			return fmt.Errorf("alert %s: %w", a.ID, err)
		}
		if _, err := t.exec(ctx, `
			INSERT INTO alerts (id, incident_id, source, fingerprint, status, started_at, expires_at, doc)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET incident_id = excluded.incident_id, source = excluded.source,
				fingerprint = excluded.fingerprint, status = excluded.status, started_at = excluded.started_at,
				expires_at = excluded.expires_at, doc = excluded.doc`,
			doc.Key(a.ID), doc.Key(a.IncidentID), doc.Key(a.Source), doc.Key(a.Fingerprint),
			doc.Key(string(a.Status)), micros(a.StartedAt), microsOrNull(&a.ExpiresAt), string(b)); err != nil {
			return err
		}
	}
	return nil
}
