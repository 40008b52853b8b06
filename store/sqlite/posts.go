package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func scanPost(r *sql.Rows, p *engine.Post) error {
	var b sql.RawBytes
	var wanted int64
	if err := r.Scan(&wanted, &b); err != nil {
		return err
	}
	err := doc.Decode(b, p)
	p.Wanted = wanted
	return err
}

func (r reader) Post(ctx context.Context, key string) (engine.Post, error) {
	list, err := rows(ctx, r, scanPost, `SELECT wanted, doc FROM posts WHERE key = ?`, doc.Key(key))
	return one(list, err, "post", key)
}

func (r reader) PostAt(ctx context.Context, channel, ts string) (engine.Post, error) {
	list, err := rows(ctx, r, scanPost, `
		SELECT wanted, doc FROM posts WHERE channel = ? AND ts = ? AND ts <> '' LIMIT 1`, doc.Key(channel), doc.Key(ts))
	return one(list, err, "post at", channel+" "+ts)
}

func (r reader) Posts(ctx context.Context, channel string, limit int) ([]engine.Post, error) {
	if channel == "" {
		return rows(ctx, r, scanPost, `
			SELECT wanted, doc FROM posts WHERE wanted > sent AND dead = 0 AND digest = ''
			ORDER BY created_at, seq LIMIT ?`, doc.Limit(limit, 50))
	}
	return rows(ctx, r, scanPost, `
		SELECT wanted, doc FROM posts WHERE wanted > sent AND dead = 0 AND digest = '' AND channel = ?
		ORDER BY created_at, seq LIMIT ?`, doc.Key(channel), doc.Limit(limit, 50))
}

func (r reader) Digested(ctx context.Context, digest string, limit int) ([]engine.Post, error) {
	return rows(ctx, r, scanPost, `
		SELECT wanted, doc FROM posts WHERE digest = ? AND digest <> ''
		ORDER BY created_at, seq LIMIT ?`, doc.Key(digest), doc.Limit(limit, 50))
}

func (t *tx) WantPosts(ctx context.Context, posts ...engine.Post) error {
	rows := make([][]any, len(posts))
	keys := make([]string, len(posts))
	for n, p := range posts {
		b, err := doc.Encode(doc.Post(p))
		if err != nil {
			return fmt.Errorf("post %s: %w", p.Key, err)
		}
		keys[n] = doc.Key(p.Key)
		rows[n] = []any{keys[n], doc.Key(p.Channel), doc.Key(p.TS), p.Sent, p.Dead, doc.Key(p.Digest), micros(p.CreatedAt), string(b)}
	}
	if len(rows) == 0 {
		return nil
	}
	err := t.insertMany(ctx, `INSERT INTO posts (key, channel, ts, wanted, sent, dead, digest, created_at, doc) VALUES `,
		`(?, ?, ?, 1, ?, ?, ?, ?, ?)`, ` ON CONFLICT (key) DO UPDATE SET wanted = wanted + 1`, rows)
	if err != nil {
		return err
	}
	list, err := texts(keys)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE posts SET wanted = wanted + 1 WHERE key IN (
		SELECT digest FROM posts WHERE key IN (SELECT value FROM json_each(?)) AND digest <> '')`, list)
	return err
}

func (t *tx) SavePost(ctx context.Context, p engine.Post) error {
	b, err := doc.Encode(doc.Post(p))
	if err != nil {
		return fmt.Errorf("post %s: %w", p.Key, err)
	}
	n, err := t.exec(ctx, `UPDATE posts SET channel = ?, ts = ?, sent = ?, dead = ?, digest = ?, created_at = ?, doc = ? WHERE key = ?`,
		doc.Key(p.Channel), doc.Key(p.TS), p.Sent, p.Dead, doc.Key(p.Digest), micros(p.CreatedAt), string(b), doc.Key(p.Key))
	if err == nil && n == 0 {
		err = engine.NotFoundf("there is no post %s", doc.Text(p.Key))
	}
	return err
}
