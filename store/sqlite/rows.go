package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// prepared keeps the statements of a database by their text.
type prepared struct {
	db *sql.DB
	mu sync.Mutex
	by map[string]*sql.Stmt
}

func newPrepared(db *sql.DB) *prepared { return &prepared{db: db, by: map[string]*sql.Stmt{}} }

// stmt returns the statement of a text, which it prepares on first use. The lock
// is not held meanwhile: preparing waits for a connection, and who has that may
// wait for the lock.
func (p *prepared) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if st := p.known(text); st != nil {
		return st, nil
	}
	st, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, translate(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.by[text]; first != nil {
		return first, st.Close()
	}
	p.by[text] = st
	return st, nil
}

// known returns the statement of a text if it is prepared.
func (p *prepared) known(text string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.by[text]
}

func (p *prepared) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, st := range p.by {
		errs = append(errs, st.Close())
	}
	clear(p.by)
	return errors.Join(errs...)
}

// statements is what a reader reads with: the read pool, or a transaction.
type statements interface {
	stmt(ctx context.Context, text string) (*sql.Stmt, error)
}

// rows reads rows with scan, nil where there are none.
func rows[T any](ctx context.Context, db statements, scan func(*sql.Rows, *T) error, text string, args ...any) (list []T, err error) {
	st, err := db.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	if _, ok := db.(*tx); ok {
		ctx = context.WithoutCancel(ctx)
	}
	found, err := st.QueryContext(ctx, args...)
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

// docs reads rows of one column, the document.
func docs[T any](ctx context.Context, db statements, text string, args ...any) ([]T, error) {
	return rows(ctx, db, func(r *sql.Rows, v *T) error {
		var b sql.RawBytes
		if err := r.Scan(&b); err != nil {
			return err
		}
		return doc.Decode(b, v)
	}, text, args...)
}

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

// micros is a time as the file keeps it.
func micros(t time.Time) int64 { return doc.Time(t).UnixMicro() }

// microsOrNull is for a time that there may not be.
func microsOrNull(t *time.Time) any {
	if t == nil || t.IsZero() {
		return nil
	}
	return micros(*t)
}

// texts is a list as an argument for json_each.
func texts[T any](list []T) (string, error) {
	b, err := doc.Encode(list)
	if err != nil {
		return "", fmt.Errorf("list: %w", err)
	}
	return string(b), nil
}
