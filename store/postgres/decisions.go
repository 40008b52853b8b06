package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// A decision is read with its standing review, of which there is one at most.
const selectDecision = `SELECT d.doc, r.doc FROM decisions AS d
	LEFT JOIN reviews AS r ON r.decision_id = d.id AND r.undone_at IS NULL WHERE true`

func scanDecision(r pgx.Rows, d *engine.Decision) error {
	raw := r.RawValues()
	if err := doc.Decode(raw[0], d); err != nil {
		return err
	}
	d.Reviews = nil
	if raw[1] == nil {
		return nil
	}
	d.Reviews = make([]engine.Review, 1)
	return doc.Decode(raw[1], &d.Reviews[0])
}

func (r reader) Decision(ctx context.Context, id string) (engine.Decision, error) {
	list, err := rows(ctx, r.db, scanDecision, selectDecision+` AND d.id = $1`, doc.Key(id))
	return one(list, err, "decision", id)
}

// Decision takes the lock in a statement of its own: one that waited for it
// would join with the reviews as they were before the wait.
func (t *tx) Decision(ctx context.Context, id string) (engine.Decision, error) {
	if _, err := t.count(ctx, `SELECT FROM decisions WHERE id = $1 FOR UPDATE`, doc.Key(id)); err != nil {
		return engine.Decision{}, err
	}
	return t.reader.Decision(ctx, id)
}

func (r reader) Decisions(ctx context.Context, f engine.DecisionFilter, after string, limit int) ([]engine.Decision, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	var q filter
	if cur.ID != "" {
		q.and("(d.created_at, d.id) < (%s, %s)", cur.At, cur.ID)
	}
	if f.IncidentID != "" {
		q.and("d.incident_id = %s", doc.Key(f.IncidentID))
	}
	if f.Status != "" {
		q.and("d.status = %s", doc.Key(string(f.Status)))
	}
	list, err := rows(ctx, r.db, scanDecision, selectDecision+q.where.String()+
		` ORDER BY d.created_at DESC, d.id DESC LIMIT `+q.arg(limit+1), q.args...)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(d *engine.Decision) doc.Cursor { return doc.Cursor{At: d.CreatedAt, ID: doc.Key(d.ID)} })
	return list, next, nil
}

// Judged takes what was judged from its two indexes, and reads only those rows.
func (r reader) Judged(ctx context.Context, limit int) ([]engine.Decision, error) {
	return rows(ctx, r.db, scanDecision, `
		SELECT d.doc, r.doc
		FROM (SELECT id, max(at) AS at FROM (
				SELECT decision_id AS id, at FROM reviews WHERE undone_at IS NULL
				UNION ALL SELECT id, outcome_at FROM decisions WHERE outcome_at IS NOT NULL) AS u GROUP BY id) AS j
			JOIN decisions AS d ON d.id = j.id
			LEFT JOIN reviews AS r ON r.decision_id = d.id AND r.undone_at IS NULL
		WHERE NOT d.example ORDER BY j.at DESC, d.id DESC LIMIT $1`, doc.Limit(limit, 50))
}

func (t *tx) PutDecisions(ctx context.Context, decisions []engine.Decision) error {
	var ids, incidents, status, list []string
	var example []bool
	var rawScores []float64
	var created []time.Time
	var outcomes []*time.Time
	for _, d := range lastOf(decisions, func(d *engine.Decision) string { return d.ID }) {
		d = doc.Decision(d)
		b, err := doc.Encode(d)
		if err != nil {
			return fmt.Errorf("decision %s: %w", d.ID, err)
		}
		incident := ""
		if d.IncidentID != nil {
			incident = doc.Key(*d.IncidentID)
		}
		ids, incidents = append(ids, doc.Key(d.ID)), append(incidents, incident)
		status, list = append(status, doc.Key(string(d.Status))), append(list, string(b))
		example, rawScores = append(example, d.Example), append(rawScores, d.Confidence.Raw)
		created, outcomes = append(created, d.CreatedAt), append(outcomes, doc.OutcomeAt(&d))
	}
	if len(ids) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO decisions (id, incident_id, status, example, raw, created_at, outcome_at, doc)
		SELECT id, incident_id, status, example, raw, created_at, outcome_at, doc::json
		FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::float8[], $6::timestamptz[], $7::timestamptz[], $8::text[])
			AS u (id, incident_id, status, example, raw, created_at, outcome_at, doc)
		ON CONFLICT (id) DO UPDATE SET incident_id = excluded.incident_id, status = excluded.status, example = excluded.example,
			raw = excluded.raw, created_at = excluded.created_at, outcome_at = excluded.outcome_at, doc = excluded.doc`,
		ids, incidents, status, example, rawScores, created, outcomes, list)
}
