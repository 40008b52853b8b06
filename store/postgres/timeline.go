package postgres

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Timeline(ctx context.Context, incidentID string) ([]engine.Entry, error) {
	return docs[engine.Entry](ctx, r.db, `SELECT doc FROM entries WHERE incident_id = $1 ORDER BY at, seq`, doc.Key(incidentID))
}

func (t *tx) Timeline(ctx context.Context, incidentID string) ([]engine.Entry, error) {
	if err := t.flushEntries(ctx); err != nil {
		return nil, err
	}
	return t.reader.Timeline(ctx, incidentID)
}

func (t *tx) Note(_ context.Context, entries ...engine.Entry) error {
	t.entries = append(t.entries, entries...)
	return nil
}

// flushEntries writes the entries in the order in which they were noted, which
// is that of equal times.
func (t *tx) flushEntries(ctx context.Context) error {
	var ids, incidents, list []string
	var at []time.Time
	seen := make(map[string]int, len(t.entries))
	for _, e := range t.entries {
		e = doc.Entry(e)
		b, err := doc.Encode(e)
		if err != nil {
			return fmt.Errorf("entry %s: %w", e.ID, err)
		}
		id := doc.Key(e.ID)
		if n, ok := seen[id]; ok {
			incidents[n], at[n], list[n] = doc.Key(e.IncidentID), e.At, string(b)
			continue
		}
		seen[id] = len(ids)
		ids, incidents = append(ids, id), append(incidents, doc.Key(e.IncidentID))
		at, list = append(at, e.At), append(list, string(b))
	}
	t.entries = nil
	if len(ids) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO entries (id, incident_id, at, doc) SELECT id, incident_id, at, doc::json
		FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) WITH ORDINALITY
			AS u (id, incident_id, at, doc, n) ORDER BY n
		ON CONFLICT (id) DO UPDATE SET incident_id = excluded.incident_id, at = excluded.at, doc = excluded.doc`,
		ids, incidents, at, list)
}
