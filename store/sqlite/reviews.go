package sqlite

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (t *tx) AddReview(ctx context.Context, r engine.Review) error {
	id := doc.Key(r.DecisionID)
	b, err := doc.Encode(doc.Review(r))
	if err != nil {
		return fmt.Errorf("review of %s: %w", id, err)
	}
	n, err := t.exec(ctx, `
		INSERT INTO reviews (decision_id, verdict, at, doc) SELECT id, ?, ?, ? FROM decisions WHERE id = ?
		ON CONFLICT (decision_id) WHERE undone_at IS NULL DO NOTHING`,
		doc.Key(string(r.Verdict)), micros(r.At), string(b), id)
	if err != nil || n > 0 {
		return err
	}
	if _, err := t.Decision(ctx, id); err != nil {
		return err
	}
	return engine.Conflictf("%s has a review already", id)
}

func (t *tx) UndoReview(ctx context.Context, decisionID string, at time.Time) error {
	n, err := t.exec(ctx, `UPDATE reviews SET undone_at = ? WHERE decision_id = ? AND undone_at IS NULL`,
		micros(at), doc.Key(decisionID))
	if err == nil && n == 0 {
		err = engine.NotFoundf("%s has no review to undo", doc.Text(decisionID))
	}
	return err
}
