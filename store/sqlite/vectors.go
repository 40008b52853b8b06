package sqlite

import (
	"context"
	"database/sql"

	"ragoffire/store/doc"
)

func (r reader) Vectors(ctx context.Context, model string, hashes []string) (map[string][]float32, error) {
	list, err := texts(doc.Keys(hashes))
	if err != nil {
		return nil, err
	}
	vectors := make(map[string][]float32, len(hashes))
	_, err = rows(ctx, r, func(r *sql.Rows, _ *struct{}) error {
		var hash string
		var b sql.RawBytes
		if err := r.Scan(&hash, &b); err != nil {
			return err
		}
		v, err := doc.ParseVector(b)
		vectors[hash] = v
		return err
	}, `SELECT hash, vector FROM vectors WHERE model = ? AND hash IN (SELECT value FROM json_each(?))`, doc.Key(model), list)
	return vectors, err
}

func (t *tx) PutVectors(ctx context.Context, model string, vectors map[string][]float32) error {
	if _, err := t.exec(ctx, `DELETE FROM vectors WHERE model <> ?`, doc.Key(model)); err != nil {
		return err
	}
	for hash, v := range vectors {
		if _, err := t.exec(ctx, `
			INSERT INTO vectors (model, hash, vector) VALUES (?, ?, ?)
			ON CONFLICT (model, hash) DO UPDATE SET vector = excluded.vector`, doc.Key(model), doc.Key(hash), doc.Vector(v)); err != nil {
			return err
		}
	}
	return nil
}
