package sqlite

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Timeline(ctx context.Context, incidentID string) ([]engine.Entry, error) {
	return docs[engine.Entry](ctx, r, `SELECT doc FROM entries WHERE incident_id = ? ORDER BY at, seq`, doc.Key(incidentID))
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

func (t *tx) flushEntries(ctx context.Context) error {
	rows := make([][]any, len(t.entries))
	for n, e := range t.entries {
		e = doc.Entry(e)
		b, err := doc.Encode(e)
		if err != nil {
			return fmt.Errorf("entry %s: %w", e.ID, err)
		}
		rows[n] = []any{doc.Key(e.ID), doc.Key(e.IncidentID), micros(e.At), string(b)}
	}
	t.entries = nil
	return t.insertMany(ctx, `INSERT INTO entries (id, incident_id, at, doc) VALUES `, `(?, ?, ?, ?)`, `
		ON CONFLICT (id) DO UPDATE SET incident_id = excluded.incident_id, at = excluded.at, doc = excluded.doc`, rows)
}
