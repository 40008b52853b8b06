package postgres

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// AddReview does not let the unique index fail it, which would end the whole
// transaction: who was first is often read in the same one.
func (t *tx) AddReview(ctx context.Context, r engine.Review) error {
	id := doc.Key(r.DecisionID)
	b, err := doc.Encode(doc.Review(r))
	if err != nil {
		return fmt.Errorf("review of %s: %w", id, err)
	}
	n, err := t.count(ctx, `
		INSERT INTO reviews (decision_id, verdict, at, doc) SELECT id, $2, $3, $4 FROM decisions WHERE id = $1
		ON CONFLICT (decision_id) WHERE undone_at IS NULL DO NOTHING`,
		id, doc.Key(string(r.Verdict)), doc.Time(r.At), b)
	if err != nil || n > 0 {
		return err
	}
	if _, err := t.Decision(ctx, id); err != nil {
		return err
	}
	return engine.Conflictf("%s has a review already", id)
}

func (t *tx) UndoReview(ctx context.Context, decisionID string, at time.Time) error {
	n, err := t.count(ctx, `UPDATE reviews SET undone_at = $2 WHERE decision_id = $1 AND undone_at IS NULL`,
		doc.Key(decisionID), doc.Time(at))
	if err == nil && n == 0 {
		err = engine.NotFoundf("%s has no review to undo", doc.Text(decisionID))
	}
	return err
}
