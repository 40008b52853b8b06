package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ragoffire/store/storetest"
)

// newer is what a migration to come may do: it adds columns, tables and fields,
// and says how old a binary may be that lives with it.
const newer = `
ALTER TABLE incidents ADD COLUMN mood text NOT NULL DEFAULT 'calm';
ALTER TABLE posts ADD COLUMN pinned boolean NOT NULL DEFAULT false;
CREATE INDEX incidents_mood ON incidents (mood);
CREATE TABLE moods (id text PRIMARY KEY, doc json NOT NULL);
UPDATE incidents SET doc = replace(doc::text, '{"id"', '{"mood":{"is":["calm"]},"id"')::json;
INSERT INTO rof_version (version_id, is_applied) VALUES (%[1]d, true);
COMMENT ON TABLE rof_version IS 'schema %[1]d works from %[2]d'`

func TestAnOlderBinaryWorksBesideANewerOne(t *testing.T) {
	t.Parallel()
	address := pg.Database(t)
	running := open(t, address)
	version, err := running.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	storetest.GoesOn(t, storetest.Opened{Store: running, URL: address, Shared: true}, 200)
	if got := comment(t, address); !strings.HasPrefix(got, fmt.Sprintf("schema %d works from ", version)) {
		t.Errorf("a migration says %q of what works on it", got)
	}
	raw(t, address, fmt.Sprintf(newer, version+1, version))

	t.Run("one that runs goes on", func(t *testing.T) {
		storetest.GoesOn(t, storetest.Opened{Store: running, URL: address, Shared: true}, 400)
	})
	t.Run("one that starts does, too, and does not go back", func(t *testing.T) {
		started := open(t, address)
		storetest.GoesOn(t, storetest.Opened{Store: started, URL: address, Shared: true}, 600)
		if v, err := started.Version(t.Context()); err != nil || v != version+1 {
			t.Errorf("version %d, %v", v, err)
		}
	})
	t.Run("not where the newer one says that it cannot", func(t *testing.T) {
		raw(t, address, fmt.Sprintf("COMMENT ON TABLE rof_version IS 'schema %d works from %[1]d'", version+1))
		refused(t, address, "newer rof")
	})
	t.Run("nor where nothing is said of it", func(t *testing.T) {
		raw(t, address, fmt.Sprintf("COMMENT ON TABLE rof_version IS 'schema %d works from %[1]d'", version))
		refused(t, address, "newer rof")
		raw(t, address, "COMMENT ON TABLE rof_version IS 'mine'")
		refused(t, address, "newer rof")
		raw(t, address, "COMMENT ON TABLE rof_version IS NULL")
		err := refused(t, address, fmt.Sprintf("its schema is version %d, this rof knows %d", version+1, version))
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("it takes more than a line: %v", err)
		}
	})
}

func comment(t *testing.T, address string) (said string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), "SELECT coalesce(obj_description('rof_version'::regclass, 'pg_class'), '')").Scan(&said); err != nil {
		t.Fatal(err)
	}
	return said
}

func TestANewerQueueIsRefused(t *testing.T) {
	t.Parallel()
	address := pg.Database(t)
	open(t, address).Close()
	raw(t, address, "INSERT INTO river_migration (line, version) VALUES ('main', 99)")
	refused(t, address, "newer rof")
}
