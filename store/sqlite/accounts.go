package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Accounts(ctx context.Context) ([]engine.Account, error) {
	return rows(ctx, r, func(r *sql.Rows, a *engine.Account) error {
		var taken int64
		err := r.Scan(&a.Source, &a.Received, &a.Accepted, &a.Duplicate, &a.Silenced, &a.Quarantined, &a.Refused, &taken)
		a.TakenAt = time.UnixMicro(taken).UTC()
		return err
	}, `SELECT source, received, accepted, duplicate, silenced, quarantined, refused, taken_at FROM accounts ORDER BY source`)
}

func (t *tx) AddAccounts(ctx context.Context, accounts []engine.Account) error {
	for _, a := range accounts {
		if _, err := t.exec(ctx, `
			INSERT INTO accounts (source, received, accepted, duplicate, silenced, quarantined, refused, taken_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (source) DO UPDATE SET received = received + excluded.received, accepted = accepted + excluded.accepted,
				duplicate = duplicate + excluded.duplicate, silenced = silenced + excluded.silenced,
				quarantined = quarantined + excluded.quarantined, refused = refused + excluded.refused,
				taken_at = max(taken_at, excluded.taken_at)`,
			doc.Key(a.Source), a.Received, a.Accepted, a.Duplicate, a.Silenced, a.Quarantined, a.Refused, micros(a.TakenAt)); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) Trouble(ctx context.Context, id string) (engine.Trouble, error) {
	list, err := docs[engine.Trouble](ctx, r, `SELECT doc FROM troubles WHERE id = ?`, doc.Key(id))
	return one(list, err, "trouble", id)
}

func (r reader) Troubles(ctx context.Context, since time.Time) ([]engine.Trouble, error) {
	return docs[engine.Trouble](ctx, r, `SELECT doc FROM troubles WHERE at >= ? ORDER BY at DESC, id`, micros(since))
}

func (t *tx) PutTroubles(ctx context.Context, troubles []engine.Trouble) error {
	for _, b := range troubles {
		body, err := doc.Encode(doc.Trouble(b))
		if err != nil {
			return fmt.Errorf("trouble %s: %w", b.ID, err)
		}
		if _, err := t.exec(ctx, `INSERT INTO troubles (id, at, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at, doc = excluded.doc`,
			doc.Key(b.ID), micros(b.Last), string(body)); err != nil {
			return err
		}
	}
	return nil
}
