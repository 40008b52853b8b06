package postgres

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Beats(ctx context.Context) ([]engine.Beat, error) {
	return docs[engine.Beat](ctx, r.db, `SELECT doc FROM beats ORDER BY name`)
}

func (t *tx) PutBeats(ctx context.Context, beats []engine.Beat) error {
	var names, list []string
	for _, b := range lastOf(beats, func(b *engine.Beat) string { return b.Name }) {
		body, err := doc.Encode(doc.Beat(b))
		if err != nil {
			return fmt.Errorf("beat %s: %w", b.Name, err)
		}
		names, list = append(names, doc.Key(b.Name)), append(list, string(body))
	}
	if len(names) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO beats (name, doc) SELECT name, doc::json FROM unnest($1::text[], $2::text[]) AS u (name, doc)
		ON CONFLICT (name) DO UPDATE SET doc = excluded.doc`, names, list)
}
