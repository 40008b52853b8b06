package main

import (
	"context"
	"flag"
	"fmt"

	"ragoffire/store"
)

const backupHelp = `a copy of the SQLite store, also of one in use

  FILE   where to; it must not exist yet

The copy is a store of its own: DATABASE_URL=sqlite:FILE opens it. PostgreSQL
has pg_dump.

example:
  rof backup rof-$(date +%F).db
`

func backup(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	words, err := parse(flag.NewFlagSet("backup", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(words) != 1 || words[0] == "" || words[0] == stdinName {
		return usagef("say where to: one file")
	}
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	if err := store.Backup(ctx, cfg.database, words[0]); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "copied to %s\n", safe(words[0]))
	return err
}
