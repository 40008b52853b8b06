package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"ragoffire/engine"
)

const backtestHelp = `what would have been answered, had this been there all along

Every resolved incident of your own is asked about as it was known when it began,
with only what was over, judged and changed before it. Examples never count.

  --json           one JSON document on stdout instead of text
  --plot FILE.svg  also draws how often scores were right

It changes nothing, and works beside a running serve.
`

func backtest(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	fs := flag.NewFlagSet("backtest", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "")
	plot := fs.String("plot", "", "")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usagef("unexpected %q", words[0])
	}
	return withHistory(ctx, getenv, std, func(e *engine.Engine) error {
		b, err := e.Backtest(ctx)
		if err != nil {
			return err
		}
		if *plot != "" {
			if err := os.WriteFile(*plot, drawReliability(&b), 0o644); err != nil {
				return fmt.Errorf("--plot: %w", err)
			}
		}
		if *asJSON {
			return json.NewEncoder(std.out).Encode(b)
		}
		return printBacktest(std.out, &b)
	})
}
