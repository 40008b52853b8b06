package postgres

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"ragoffire/store/doc"
)

func (r reader) Vectors(ctx context.Context, model string, hashes []string) (map[string][]float32, error) {
	vectors := make(map[string][]float32, len(hashes))
	_, err := rows(ctx, r.db, func(r pgx.Rows, _ *struct{}) error {
		var hash string
		var b []byte
		if err := r.Scan(&hash, &b); err != nil {
			return err
		}
		v, err := doc.ParseVector(b)
		vectors[hash] = v
		return err
	}, `SELECT hash, vector FROM vectors WHERE model = $1 AND hash = ANY($2)`, doc.Key(model), doc.Keys(hashes))
	return vectors, err
}

func (t *tx) PutVectors(ctx context.Context, model string, vectors map[string][]float32) error {
	if err := t.exec(ctx, `DELETE FROM vectors WHERE model <> $1`, doc.Key(model)); err != nil {
		return err
	}
	var hashes []string
	var list [][]byte
	for _, hash := range slices.Sorted(maps.Keys(vectors)) { // rows are locked in a fixed order
		hashes, list = append(hashes, doc.Key(hash)), append(list, doc.Vector(vectors[hash]))
	}
	if len(hashes) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO vectors (model, hash, vector) SELECT $1, hash, vector FROM unnest($2::text[], $3::bytea[]) AS u (hash, vector)
		ON CONFLICT (model, hash) DO UPDATE SET vector = excluded.vector`, doc.Key(model), hashes, list)
}
