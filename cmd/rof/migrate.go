package main

import (
	"context"
	"errors"
	"fmt"

	"ragoffire/store"
)

const migrateHelp = `brings the store to this binary's schema

serve and every other command do the same when they open the store; this is for
those who migrate before they roll out.
`

func migrate(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	if err := none("migrate", args); err != nil {
		return err
	}
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, cfg.database, store.Options{Log: newLog(std.err, cfg.logLevel, cfg.logFormat)})
	if err != nil {
		return err
	}
	v, err := st.Version(ctx)
	if err == nil {
		_, err = fmt.Fprintf(std.out, "schema version %d\n", v)
	}
	return errors.Join(err, st.Close())
}
