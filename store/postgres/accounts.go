package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// accountSlots is over how many rows a source's account is spread: so many
// replicas rarely meet at one of them.
const accountSlots = 16

func (r reader) Accounts(ctx context.Context) ([]engine.Account, error) {
	return rows(ctx, r.db, func(r pgx.Rows, a *engine.Account) error {
		var taken int64
		err := r.Scan(&a.Source, &a.Received, &a.Accepted, &a.Duplicate, &a.Silenced, &a.Quarantined, &a.Refused, &taken)
		a.TakenAt = time.UnixMicro(taken).UTC()
		return err
	}, `
		SELECT source, sum(received)::bigint, sum(accepted)::bigint, sum(duplicate)::bigint, sum(silenced)::bigint,
			sum(quarantined)::bigint, sum(refused)::bigint, max(taken_at)
		FROM accounts GROUP BY source ORDER BY source`)
}

func (t *tx) AddAccounts(ctx context.Context, accounts []engine.Account) error {
	slot := rand.N(accountSlots)
	for _, a := range accounts {
		if err := t.exec(ctx, `
			INSERT INTO accounts AS a (source, slot, received, accepted, duplicate, silenced, quarantined, refused, taken_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (source, slot) DO UPDATE SET received = a.received + excluded.received, accepted = a.accepted + excluded.accepted,
				duplicate = a.duplicate + excluded.duplicate, silenced = a.silenced + excluded.silenced,
				quarantined = a.quarantined + excluded.quarantined, refused = a.refused + excluded.refused,
				taken_at = greatest(a.taken_at, excluded.taken_at)`,
			doc.Key(a.Source), slot, a.Received, a.Accepted, a.Duplicate, a.Silenced, a.Quarantined, a.Refused, doc.Time(a.TakenAt).UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) Trouble(ctx context.Context, id string) (engine.Trouble, error) {
	list, err := docs[engine.Trouble](ctx, r.db, `SELECT doc FROM troubles WHERE id = $1`, doc.Key(id))
	return one(list, err, "trouble", id)
}

func (r reader) Troubles(ctx context.Context, since time.Time) ([]engine.Trouble, error) {
	return docs[engine.Trouble](ctx, r.db, `SELECT doc FROM troubles WHERE at >= $1 ORDER BY at DESC, id`, doc.Time(since))
}

func (t *tx) PutTroubles(ctx context.Context, troubles []engine.Trouble) error {
	var ids, list []string
	var at []time.Time
	for _, b := range lastOf(troubles, func(b *engine.Trouble) string { return b.ID }) {
		body, err := doc.Encode(doc.Trouble(b))
		if err != nil {
			return fmt.Errorf("trouble %s: %w", b.ID, err)
		}
		ids, list, at = append(ids, doc.Key(b.ID)), append(list, string(body)), append(at, doc.Time(b.Last))
	}
	if len(ids) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO troubles (id, at, doc) SELECT id, at, doc::json
		FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS u (id, at, doc)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, doc = excluded.doc`, ids, at, list)
}
