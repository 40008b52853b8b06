package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func scanPost(r pgx.Rows, p *engine.Post) error {
	var b []byte
	var wanted int64
	if err := r.Scan(&wanted, &b); err != nil {
		return err
	}
	err := doc.Decode(b, p)
	p.Wanted = wanted
	return err
}

func (r reader) Post(ctx context.Context, key string) (engine.Post, error) {
	list, err := rows(ctx, r.db, scanPost, `SELECT wanted, doc FROM posts WHERE key = $1`, doc.Key(key))
	return one(list, err, "post", key)
}

func (t *tx) Post(ctx context.Context, key string) (engine.Post, error) {
	list, err := rows(ctx, t.db, scanPost, `SELECT wanted, doc FROM posts WHERE key = $1 FOR UPDATE`, doc.Key(key))
	return one(list, err, "post", key)
}

func (r reader) PostAt(ctx context.Context, channel, ts string) (engine.Post, error) {
	list, err := rows(ctx, r.db, scanPost, `
		SELECT wanted, doc FROM posts WHERE channel = $1 AND ts = $2 AND ts <> '' LIMIT 1`, doc.Key(channel), doc.Key(ts))
	return one(list, err, "post at", channel+" "+ts)
}

func (r reader) Posts(ctx context.Context, channel string, limit int) ([]engine.Post, error) {
	if channel == "" {
		return rows(ctx, r.db, scanPost, `
			SELECT wanted, doc FROM posts WHERE wanted > sent AND NOT dead AND digest = ''
			ORDER BY created_at, seq LIMIT $1`, doc.Limit(limit, 50))
	}
	return rows(ctx, r.db, scanPost, `
		SELECT wanted, doc FROM posts WHERE wanted > sent AND NOT dead AND digest = '' AND channel = $1
		ORDER BY created_at, seq LIMIT $2`, doc.Key(channel), doc.Limit(limit, 50))
}

func (r reader) Digested(ctx context.Context, digest string, limit int) ([]engine.Post, error) {
	return rows(ctx, r.db, scanPost, `
		SELECT wanted, doc FROM posts WHERE digest = $1 AND digest <> ''
		ORDER BY created_at, seq LIMIT $2`, doc.Key(digest), doc.Limit(limit, 50))
}

// WantPosts inserts in the order given, which is that of equal times; a key that
// comes more than once raises its Wanted as often.
func (t *tx) WantPosts(ctx context.Context, posts ...engine.Post) error {
	var keys, channels, ts, digests, list []string
	var wanted, sent []int64
	var dead []bool
	var created []time.Time
	seen := make(map[string]int, len(posts))
	for _, p := range posts {
		key := doc.Key(p.Key)
		if n, ok := seen[key]; ok {
			wanted[n]++
			continue
		}
		seen[key] = len(keys)
		b, err := doc.Encode(doc.Post(p))
		if err != nil {
			return fmt.Errorf("post %s: %w", p.Key, err)
		}
		keys, channels, ts = append(keys, key), append(channels, doc.Key(p.Channel)), append(ts, doc.Key(p.TS))
		wanted, sent, dead = append(wanted, 1), append(sent, p.Sent), append(dead, p.Dead)
		created, list = append(created, doc.Time(p.CreatedAt)), append(list, string(b))
		digests = append(digests, doc.Key(p.Digest))
	}
	if len(keys) == 0 {
		return nil
	}
	told, err := rows(ctx, t.db, func(r pgx.Rows, v *string) error { return r.Scan(v) }, `
		INSERT INTO posts (key, channel, ts, wanted, sent, dead, created_at, doc, digest)
		SELECT key, channel, ts, wanted, sent, dead, created_at, doc::json, digest
		FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[], $7::timestamptz[], $8::text[], $9::text[])
			WITH ORDINALITY AS u (key, channel, ts, wanted, sent, dead, created_at, doc, digest, n) ORDER BY n
		ON CONFLICT (key) DO UPDATE SET wanted = posts.wanted + excluded.wanted
		RETURNING digest`,
		keys, channels, ts, wanted, sent, dead, created, list, digests)
	if err != nil {
		return err
	}
	slices.Sort(told)
	if told = slices.DeleteFunc(slices.Compact(told), func(s string) bool { return s == "" }); len(told) == 0 {
		return nil
	}
	return t.exec(ctx, `UPDATE posts SET wanted = wanted + 1 WHERE key = ANY ($1::text[])`, told)
}

func (t *tx) SavePost(ctx context.Context, p engine.Post) error {
	b, err := doc.Encode(doc.Post(p))
	if err != nil {
		return fmt.Errorf("post %s: %w", p.Key, err)
	}
	n, err := t.count(ctx, `UPDATE posts SET channel = $2, ts = $3, sent = $4, dead = $5, created_at = $6, doc = $7, digest = $8 WHERE key = $1`,
		doc.Key(p.Key), doc.Key(p.Channel), doc.Key(p.TS), p.Sent, p.Dead, doc.Time(p.CreatedAt), b, doc.Key(p.Digest))
	if err == nil && n == 0 {
		err = engine.NotFoundf("there is no post %s", doc.Text(p.Key))
	}
	return err
}
