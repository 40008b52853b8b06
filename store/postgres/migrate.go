package postgres

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	schemaVersion = 9 // the highest number in migrations
	queueVersion  = 8 // River's, which brings its own migrations

	// oldest is the lowest version whose binary may go on beside this one, and
	// start anew, once this one has migrated: replicas are upgraded one by one.
	// Migrations only add, so it stays; one that takes away or changes what an
	// older binary reads or writes raises it to its own number. What a newer
	// binary added to a document is lost where an older one writes that.
	oldest = 6

	// versionTable keeps the versions applied; the database may be another
	// program's too, with a table of goose's usual name.
	versionTable = "rof_version"
)

// The advisory locks of a database that we take: one number for each purpose,
// and for Tx.Lock numbers below them all.
const (
	lockMigrate = -0x726f6601
	lockEvents  = -0x726f6602
)

// Version returns the version of the schema.
func (s *Store) Version(ctx context.Context) (int, error) {
	schema, _, err := versions(ctx, s.pool)
	return schema, err
}

// versions returns the versions that the database has, 0 for none.
func versions(ctx context.Context, db queryer) (schema, queue int, err error) {
	scan := func(r pgx.Rows, v *[2]*string) error { return r.Scan(&v[0], &v[1]) }
	there, err := row(ctx, db, scan, `SELECT to_regclass('`+versionTable+`')::text, to_regclass('river_migration')::text`)
	if err != nil || there[0] == nil || there[1] == nil {
		return 0, 0, err
	}
	v, err := row(ctx, db, func(r pgx.Rows, v *[2]int) error { return r.Scan(&v[0], &v[1]) }, `
		SELECT (SELECT coalesce(max(version_id), 0) FROM `+versionTable+` WHERE is_applied),
			(SELECT coalesce(max(version), 0) FROM river_migration WHERE line = 'main')`)
	return v[0], v[1], err
}

// migrate brings the schema up to date. Replicas that start at once wait for
// the first of them.
func migrate(ctx context.Context, cfg *pgxpool.Config) error {
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return openError(cfg, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	switch is, err := lent(ctx, conn); {
	case err != nil:
		return openError(cfg, err)
	case is:
		return openError(cfg, errors.New("a pooler is there that lends connections for one transaction; rof needs one that does for a session (PgBouncer: pool_mode=session), or PostgreSQL itself"))
	}
	if current, err := isCurrent(ctx, conn); err != nil || current {
		return wrapOpen(cfg, err)
	}
	if there, err := row(ctx, conn, func(r pgx.Rows, v *bool) error { return r.Scan(v) }, `SELECT current_schema() IS NOT NULL`); err != nil || !there {
		return wrapOpen(cfg, cmp.Or(err, errNoSchema))
	}
	// A migration takes the time that it takes.
	if _, err := conn.Exec(ctx, "SET lock_timeout = 0; SET statement_timeout = 0"); err != nil {
		return openError(cfg, err)
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", lockMigrate); err != nil {
		return openError(cfg, err)
	}
	if current, err := isCurrent(ctx, conn); err != nil || current { // the lock ends with the connection
		return wrapOpen(cfg, err)
	}
	return wrapOpen(cfg, up(ctx, cfg))
}

var errNoSchema = errors.New("none of the schemas in its search_path is there, or is for its user to use; create one, or GRANT USAGE on it")

func isCurrent(ctx context.Context, conn *pgx.Conn) (bool, error) {
	schema, queue, err := versions(ctx, conn)
	if err != nil {
		return false, err
	}
	if schema > schemaVersion || queue > queueVersion {
		if from, err := oldestOn(ctx, conn, schema); err != nil || from <= schemaVersion && queue <= queueVersion {
			return err == nil, err
		}
		return false, fmt.Errorf("its schema is version %d, this rof knows %d: it was written by a newer rof, use that one",
			schema, schemaVersion)
	}
	return schema == schemaVersion && queue == queueVersion, nil
}

// worksFrom is the comment on the table of versions in which a binary says, of
// the schema that it made, how old one may be that works on it.
const worksFrom = "schema %d works from %d"

// oldestOn returns what is said so of a schema, or its own number.
func oldestOn(ctx context.Context, db queryer, schema int) (int, error) {
	said, err := row(ctx, db, func(r pgx.Rows, v **string) error { return r.Scan(v) },
		`SELECT obj_description('`+versionTable+`'::regclass, 'pg_class')`)
	if err != nil || said == nil {
		return schema, err
	}
	var of, from int
	if n, err := fmt.Sscanf(*said, worksFrom, &of, &from); n < 2 || err != nil || of != schema {
		return schema, nil // somebody else's words, or of an older schema
	}
	return from, nil
}

func wrapOpen(cfg *pgxpool.Config, err error) error {
	if err == nil {
		return nil
	}
	return openError(cfg, err)
}

func up(ctx context.Context, cfg *pgxpool.Config) error {
	patient := cfg.Copy()
	patient.MaxConns = 2
	// Also where the address, or the server for its user, sets another.
	patient.ConnConfig.AfterConnect = set(map[string]string{"statement_timeout": "0", "lock_timeout": "0"})
	pool, err := pgxpool.NewWithConfig(ctx, patient)
	if err != nil {
		return err
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, sub,
		goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: queueVersion}); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	// Nothing of ours looks into these, and to keep them costs more than the rows do.
	if _, err := pool.Exec(ctx, `DROP INDEX IF EXISTS river_job_kind, river_job_args_index, river_job_metadata_index`); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	_, err = pool.Exec(ctx, fmt.Sprintf("COMMENT ON TABLE "+versionTable+" IS '"+worksFrom+"'", schemaVersion, oldest))
	return err
}
