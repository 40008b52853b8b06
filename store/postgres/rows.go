package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// queryer is a pool, a connection or a transaction.
type queryer interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// rows reads rows with scan, nil where there are none.
func rows[T any](ctx context.Context, db queryer, scan func(pgx.Rows, *T) error, sql string, args ...any) ([]T, error) {
	found, err := db.Query(ctx, sql, args...)
	return collect(found, err, scan)
}

// collect reads rows that were asked for.
func collect[T any](found pgx.Rows, err error, scan func(pgx.Rows, *T) error) (list []T, _ error) {
	if err != nil {
		return nil, translate(err)
	}
	defer found.Close()
	for found.Next() {
		var v T
		if err := scan(found, &v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, translate(found.Err())
}

var errNoRow = errors.New("no row where there is always one")

// row reads the one row that a statement always gives.
func row[T any](ctx context.Context, db queryer, scan func(pgx.Rows, *T) error, sql string, args ...any) (v T, err error) {
	list, err := rows(ctx, db, scan, sql, args...)
	if err == nil && len(list) == 0 {
		err = errNoRow
	}
	if err != nil {
		return v, err
	}
	return list[0], nil
}

// docs reads rows of one column, the document.
func docs[T any](ctx context.Context, db queryer, sql string, args ...any) ([]T, error) {
	return rows(ctx, db, decode[T], sql, args...)
}

func decode[T any](r pgx.Rows, v *T) error { return doc.Decode(r.RawValues()[0], v) }

// one returns the row that was asked for by id.
func one[T any](list []T, err error, what, id string) (T, error) {
	if err == nil && len(list) > 0 {
		return list[0], nil
	}
	if err == nil {
		err = engine.NotFoundf("there is no %s %s", what, doc.Text(id))
	}
	return *new(T), err
}

// lastOf returns the last of each id, in a fixed order: one statement must not
// write a row twice, and all must take the rows' locks alike.
func lastOf[T any](list []T, id func(*T) string) []T {
	at := make(map[string]int, len(list))
	for i := range list {
		at[doc.Key(id(&list[i]))] = i
	}
	keys := make([]string, 0, len(at))
	for k := range at {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]T, len(keys))
	for n, k := range keys {
		out[n] = list[at[k]]
	}
	return out
}
