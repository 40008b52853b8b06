package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// A decision is read with its standing review, of which there is one at most.
const selectDecision = `SELECT d.doc, r.doc FROM decisions AS d
	LEFT JOIN reviews AS r ON r.decision_id = d.id AND r.undone_at IS NULL WHERE 1 = 1`

func scanDecision(r *sql.Rows, d *engine.Decision) error {
	var b, review sql.RawBytes
	if err := r.Scan(&b, &review); err != nil {
		return err
	}
	if err := doc.Decode(b, d); err != nil {
		return err
	}
	d.Reviews = nil
	if review == nil {
		return nil
	}
	d.Reviews = make([]engine.Review, 1)
	return doc.Decode(review, &d.Reviews[0])
}

func (r reader) Decision(ctx context.Context, id string) (engine.Decision, error) {
	list, err := rows(ctx, r, scanDecision, selectDecision+` AND d.id = ?`, doc.Key(id))
	return one(list, err, "decision", id)
}

func (r reader) Decisions(ctx context.Context, f engine.DecisionFilter, after string, limit int) ([]engine.Decision, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	var where strings.Builder
	var args []any
	if cur.ID != "" {
		where.WriteString(" AND (d.created_at, d.id) < (?, ?)")
		args = append(args, micros(cur.At), cur.ID)
	}
	if f.IncidentID != "" {
		where.WriteString(" AND d.incident_id = ?")
		args = append(args, doc.Key(f.IncidentID))
	}
	if f.Status != "" {
		where.WriteString(" AND d.status = ?")
		args = append(args, doc.Key(string(f.Status)))
	}
	list, err := rows(ctx, r, scanDecision, selectDecision+where.String()+
		` ORDER BY d.created_at DESC, d.id DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(d *engine.Decision) doc.Cursor { return doc.Cursor{At: d.CreatedAt, ID: doc.Key(d.ID)} })
	return list, next, nil
}

// Judged takes what was judged from its two indexes, and reads only those rows.
func (r reader) Judged(ctx context.Context, limit int) ([]engine.Decision, error) {
	return rows(ctx, r, scanDecision, `
		SELECT d.doc, r.doc
		FROM (SELECT id, max(at) AS at FROM (
				SELECT decision_id AS id, at FROM reviews WHERE undone_at IS NULL
				UNION ALL SELECT id, outcome_at FROM decisions WHERE outcome_at IS NOT NULL) AS u GROUP BY id) AS j
			JOIN decisions AS d ON d.id = j.id
			LEFT JOIN reviews AS r ON r.decision_id = d.id AND r.undone_at IS NULL
		WHERE d.example = 0 ORDER BY j.at DESC, d.id DESC LIMIT ?`, doc.Limit(limit, 50))
}

func (t *tx) PutDecisions(ctx context.Context, decisions []engine.Decision) error {
	for _, d := range decisions {
		d = doc.Decision(d)
		b, err := doc.Encode(d)
		if err != nil {
			return fmt.Errorf("decision %s: %w", d.ID, err)
		}
		incident := ""
		if d.IncidentID != nil {
			incident = *d.IncidentID
		}
		if _, err := t.exec(ctx, `
			INSERT INTO decisions (id, incident_id, status, example, raw, created_at, outcome_at, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET incident_id = excluded.incident_id, status = excluded.status, example = excluded.example,
				raw = excluded.raw, created_at = excluded.created_at, outcome_at = excluded.outcome_at, doc = excluded.doc`,
			doc.Key(d.ID), doc.Key(incident), doc.Key(string(d.Status)), d.Example, d.Confidence.Raw,
			micros(d.CreatedAt), microsOrNull(doc.OutcomeAt(&d)), string(b)); err != nil {
			return err
		}
	}
	return nil
}
