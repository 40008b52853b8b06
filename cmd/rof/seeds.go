package main

import (
	"context"
	"flag"
	"fmt"

	"ragoffire/engine"
)

const seedsHelp = `takes the examples out of the history

  remove   deletes the past incidents and runbooks that came along as examples

They step aside by themselves once ten incidents of your own are resolved.
`

func seedsCommand(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	words, err := parse(flag.NewFlagSet("seeds", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(words) != 1 || words[0] != "remove" {
		return usagef("say remove")
	}
	return withHistory(ctx, getenv, std, func(e *engine.Engine) error {
		incidents, runbooks, err := e.RemoveExamples(ctx)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("removed %s and %s that were examples", counted(incidents, "incident"), counted(runbooks, "runbook"))
		if incidents+runbooks == 0 {
			text = "there are no examples in this store"
		}
		_, err = fmt.Fprintln(std.out, text)
		return err
	})
}
