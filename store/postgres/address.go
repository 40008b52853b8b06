package postgres

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ragoffire/engine"
)

// parse reads an address. What it says of one that cannot be read quotes nothing
// that may be of a password.
func parse(address string) (*pgxpool.Config, error) {
	const odd = "the address of the PostgreSQL database cannot be read; it should look like postgres://user:password@host:5432/database, " +
		"where a user or password has %2F for /, %3A for :, %40 for @, %3F for ?, %23 for # and %25 for %"
	_, rest, _ := strings.Cut(address, "://")
	rest, _, _ = strings.Cut(rest, "?")
	if at := strings.LastIndex(rest, "@"); at >= 0 && strings.ContainsAny(rest[:at], "/@") {
		return nil, engine.Invalidf("DATABASE_URL", "%s", odd) // else the rest of the password is taken for a host
	}
	cfg, err := pgxpool.ParseConfig(address)
	if err == nil {
		return cfg, nil
	}
	text := err.Error()
	why := text[strings.LastIndex(text, "`")+1:]
	if strings.Contains(why, "parse as URL") || strings.Contains(why, "invalid port") {
		return nil, engine.Invalidf("DATABASE_URL", "%s", odd)
	}
	return nil, engine.Invalidf("DATABASE_URL", "the address of the PostgreSQL database cannot be used%s", why)
}

// sized reports whether an address says how many connections there may be.
func sized(address string) bool {
	c, err := pgx.ParseConfig(address) // it leaves what is the pool's among the settings
	return err == nil && c.RuntimeParams["pool_max_conns"] != ""
}

func openError(cfg *pgxpool.Config, err error) error {
	where := fmt.Sprintf("PostgreSQL at %s:%d, database %q", cfg.ConnConfig.Host, cfg.ConnConfig.Port, cfg.ConnConfig.Database)
	if refused := turnedAway(err); refused != nil {
		// Around it stand all the ways that were tried.
		return fmt.Errorf("%s: %s%s", where, refused.Message, mend(refused.Code))
	}
	if code(err) == readOnly {
		return &engine.Error{Kind: engine.Unavailable, Text: where + " is read-only, and its schema is not up to date", Err: err}
	}
	if k := engine.KindOf(translate(err)); k == engine.Unavailable {
		return &engine.Error{Kind: k, Text: where + " is out of reach", Err: err}
	}
	return fmt.Errorf("%s: %w%s", where, err, mend(code(err)))
}

// mend says what to do where a server answers and lets somebody in not, or not far
// enough.
func mend(code string) string {
	switch code {
	case "3D000":
		return "; create it, or mend DATABASE_URL"
	case "42P07":
		return "; is it another program's? Give rof a database of its own, or a schema: search_path=rof in DATABASE_URL"
	case "42501":
		return "; let its user own the database, or GRANT it USAGE and CREATE on the schema"
	case "28000", "28P01":
		return "; mend the user or the password in DATABASE_URL"
	}
	return ""
}
