package sqlite

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"ragoffire/engine"
	"ragoffire/store/queue"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	schemaVersion = 9 // the highest number in migrations
	queueVersion  = 8 // River's, which brings its own migrations

	// applicationID marks the file as ours: "rof1".
	applicationID = 0x726f6631
)

// Version returns the version of the schema.
func (s *Store) Version(ctx context.Context) (int, error) {
	have, err := s.fileVersion(ctx)
	return have / 1000, err
}

// fileVersion reads the version that the last migration left in the file's
// header: our own times a thousand, and River's.
func (s *Store) fileVersion(ctx context.Context) (v int, err error) {
	err = s.writer.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v)
	return v, err
}

// migrate brings the schema up to date. Where another process does so at the
// same moment, one of them fails on what the other has made, and looks again.
func (s *Store) migrate(ctx context.Context) error {
	deadline := time.Now().Add(patience)
	for {
		have, err := s.fileVersion(ctx)
		if err != nil {
			return err
		}
		switch schema, river := have/1000, have%1000; {
		case schema > schemaVersion || river > queueVersion:
			return fmt.Errorf("its schema is version %d, this rof knows %d: it was written by a newer rof, use that one",
				schema, schemaVersion)
		case schema == schemaVersion && river == queueVersion:
			return nil
		}
		if have > 0 {
			err = s.upAlone(ctx, have/1000)
		} else {
			err = s.up(ctx)
		}
		if err == nil || time.Now().After(deadline) || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// upAlone is up, and not under a process that serves the file: that is an older one,
// which knows the jobs by other keys, and could not start again.
func (s *Store) upAlone(ctx context.Context, from int) error {
	if err := s.claim.take(ctx); err != nil {
		if engine.KindOf(err) == engine.Conflict {
			err = engine.Conflictf("%s: its schema is version %d, this rof's is %d, and an older rof serves it; stop that one first", s.path, from, schemaVersion)
		}
		return err
	}
	return errors.Join(s.up(ctx), s.claim.release())
}

func (s *Store) up(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writer, sub, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riversqlite.New(s.writer), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: queueVersion}); err != nil {
		return err
	}
	if err := s.trim(ctx); err != nil {
		return err
	}
	_, err = s.writer.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion*1000+queueVersion))
	return err
}

// trim takes from River's table the index that nothing of ours looks into, and
// gives rows that an older binary wrote their key.
func (s *Store) trim(ctx context.Context) error {
	for _, statement := range []string{
		`DROP INDEX IF EXISTS river_job_kind`,
		`UPDATE river_job SET unique_key = CAST(queue || ' ' || (args ->> 'subject') AS BLOB)
			WHERE unique_key IS NOT NULL AND kind = '` + queue.RiverKind + `'`,
	} {
		if _, err := s.writer.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
