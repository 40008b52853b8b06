package sqlite

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Beats(ctx context.Context) ([]engine.Beat, error) {
	return docs[engine.Beat](ctx, r, `SELECT doc FROM beats ORDER BY name`)
}

func (t *tx) PutBeats(ctx context.Context, beats []engine.Beat) error {
	for _, b := range beats {
		body, err := doc.Encode(doc.Beat(b))
		if err != nil {
			return fmt.Errorf("beat %s: %w", b.Name, err)
		}
		if _, err := t.exec(ctx, `INSERT INTO beats (name, doc) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET doc = excluded.doc`,
			doc.Key(b.Name), string(body)); err != nil {
			return err
		}
	}
	return nil
}
