// Package sqlite keeps everything in one SQLite file: the default, with nothing
// to install. One connection writes, a pool reads beside it (WAL); each commit
// is on the disk when it returns. One process at a time may work the jobs of a
// file; any number may read and write it.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"ragoffire/engine"
	"ragoffire/store/queue"
	"ragoffire/store/wake"
)

// Options are what a store may be given.
type Options struct {
	Log *slog.Logger // nil: nothing is logged
}

// Store is an open file. Its methods may be called from any goroutine.
type Store struct {
	path   string
	writer *sql.DB // one connection, shared with the queue
	reader *sql.DB
	writes *prepared
	reads  *prepared
	events wake.Hub
	queue  *queue.Queue
	claim  claim
	full   full
	step   step
	mover  mover
	opened time.Time
	file   fs.FileInfo // as it was then
	log    *slog.Logger
}

// A write waits this long for its turn before the store counts as busy beyond
// its bounds.
const patience = 10 * time.Second

// Open opens the file at path, which it creates, with the folders above it,
// where there is none, and brings its schema up to date.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	path = followed(path)
	// Processes that open a new file at once are in each other's way, and not
	// always does SQLite itself wait for the other.
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		s, err := openOnce(ctx, path, o)
		if err == nil {
			return s, nil
		}
		if k := code(err); k != lib.SQLITE_BUSY && k != lib.SQLITE_LOCKED || time.Now().After(deadline) || ctx.Err() != nil {
			return nil, openError(path, err)
		}
	}
}

// followed is where a link leads, also where there is nothing yet: SQLite has its files
// beside that one, and who comes by another way must find the same.
func followed(path string) string {
	for range 40 {
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path
}

func openOnce(ctx context.Context, path string, o Options) (s *Store, err error) {
	if err := create(path); err != nil {
		return nil, err
	}
	if err := own(ctx, path); err != nil {
		return nil, err
	}
	s = &Store{path: path, queue: queue.New(o.Log), log: o.Log, opened: time.Now()}
	s.claim.path = path
	if s.writer, err = open(path, 1, busy, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)", "_pragma=journal_size_limit(67108864)", "_pragma=temp_store(2)",
		"_pragma=cache_size(-8000)", checkpoint); err != nil {
		return nil, err
	}
	if s.reader, err = open(path, 8, busy, "_pragma=query_only(1)"); err != nil {
		s.writer.Close()
		return nil, err
	}
	s.writes, s.reads = newPrepared(s.writer), newPrepared(s.reader)
	if err := s.migrate(ctx); err != nil {
		s.Close()
		return nil, err
	}
	if s.file, err = os.Stat(path); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// create makes the file and its folders, for their owner only: incidents are
// nobody else's business. A file that is there is not touched, and not even
// opened: to close it again would take from SQLite the locks that this process
// may have on it.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// own makes an empty file ours, by its header, and refuses another program's:
// before anything that would change it, such as the write-ahead log.
func own(ctx context.Context, path string) error {
	db, err := open(path, 1, busy)
	if err != nil {
		return err
	}
	defer db.Close()
	blank, err := recognize(ctx, db)
	if err != nil {
		return err
	}
	if !blank {
		return whole(ctx, db, path)
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}

// recognize refuses another program's file; blank is one that is nobody's yet.
func recognize(ctx context.Context, db *sql.DB) (blank bool, err error) {
	var id, pages int
	if err := db.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT page_count FROM pragma_page_count)`).Scan(&id, &pages); err != nil {
		return false, err
	}
	if id == applicationID {
		return false, nil
	}
	if id != 0 || pages > 0 {
		return false, errors.New("it is the database of another program; it was left as it is")
	}
	return true, nil
}

// whole refuses a file that ends before its last page, which SQLite notices only
// where it reads that one. Where there is a log, the page may be in it; another
// process may begin one, or move it, at any moment, so the file is looked at again.
func whole(ctx context.Context, db *sql.DB, path string) error {
	var size int64
	if err := db.QueryRowContext(ctx, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&size); err != nil {
		return err
	}
	missing := int64(0)
	for range 2 {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if missing = size - info.Size(); missing <= 0 {
			return nil
		}
		if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
			return nil
		}
	}
	return fmt.Errorf("it is damaged: %d bytes are missing at its end; it was left as it is: restore a backup, or try sqlite3's .recover", missing)
}

// busy is how long SQLite itself waits for another process's lock.
const busy = "_pragma=busy_timeout(5000)"

// open makes no file: one that is not there any more is no empty store.
func open(path string, conns int, params ...string) (*sql.DB, error) {
	dsn := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() +
		"?mode=rw&_error_rc=1&" + strings.Join(params, "&")
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// Close closes the file. Work must have returned.
func (s *Store) Close() error {
	s.queue.Close()
	s.mover.under.Wait()
	return errors.Join(s.reads.Close(), s.writes.Close(), s.reader.Close(), s.writer.Close(), s.claim.release())
}

// View runs fn on a reader.
func (s *Store) View(_ context.Context, fn func(engine.Reader) error) error {
	return fn(reader{s.reads})
}

// Ready says whether the store can serve.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.there(); err != nil {
		return err
	}
	if _, err := s.lastSeq(ctx); err != nil {
		return err
	}
	return s.probed(ctx)
}

// there says whether the file is the one that was opened. What is written to one that
// was removed or replaced since is gone with this process.
func (s *Store) there() error {
	now, err := os.Stat(s.path)
	if err == nil && os.SameFile(s.file, now) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &engine.Error{
		Kind: engine.Unavailable, Text: "the store's file was removed or replaced, and nothing is stored: stop rof, see to the file, and start it again", Err: err,
	}
}

// Watch returns a channel that receives a value soon after events were committed.
func (s *Store) Watch(ctx context.Context) <-chan struct{} {
	return s.events.Watch(ctx, 250*time.Millisecond, s.lastSeq)
}

func (s *Store) lastSeq(ctx context.Context) (int64, error) {
	list, err := rows(ctx, s.reads, func(r *sql.Rows, v *int64) error { return r.Scan(v) },
		`SELECT seq FROM events ORDER BY seq DESC LIMIT 1`)
	return slices.Max(append(list, 0)), err
}
