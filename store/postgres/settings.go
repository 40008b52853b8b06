package postgres

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// settings are those of each connection where the address has none of its own. The
// server itself ends what outlives our patience, even where this process is gone.
var settings = map[string]string{
	"statement_timeout":                   "15s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "30s",
	"default_transaction_isolation":       "read committed",
}

// durable makes a commit wait for the disk also where the server's own default is
// that it need not: what was answered would be lost when the server dies.
const durable = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"

// set returns what sets a new connection up, by a statement: a pooler such as
// PgBouncer refuses a connection that begins with settings.
func set(values map[string]string, more ...string) pgconn.AfterConnectFunc {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, "SET "+name+" = '"+values[name]+"'")
	}
	all := strings.Join(append(list, more...), "; ")
	return func(ctx context.Context, conn *pgconn.PgConn) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		_, err := conn.Exec(ctx, all).ReadAll()
		return err
	}
}

// lent reports whether a pooler lends conn for one transaction at a time. Then what
// is set, prepared, locked and listened to there is not this process's own.
func lent(ctx context.Context, conn *pgx.Conn) (bool, error) {
	// Not conn's own way to ask: the pooler may know what another has prepared, and in
	// some databases nothing goes without that.
	server := func(conn *pgx.Conn) (pid uint64, err error) {
		got, err := conn.PgConn().Exec(ctx, "SELECT pg_backend_pid()").ReadAll()
		if err != nil {
			return 0, err
		}
		return strconv.ParseUint(string(got[0].Rows[0][0]), 10, 32)
	}
	first, err := server(conn)
	if err != nil || uint32(first) == conn.PgConn().PID() { // a pooler has numbers of its own
		return false, err
	}
	other, err := pgx.ConnectConfig(ctx, conn.Config())
	if err != nil {
		return false, err
	}
	defer other.Close(context.WithoutCancel(ctx))
	second, err := server(other)
	return first == second, err
}
