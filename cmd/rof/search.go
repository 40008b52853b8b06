package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	"ragoffire/engine"
)

const searchHelp = `past incidents and runbooks

  -k N     at most N results (10; at most 50)
  --json   one JSON document on stdout instead of text

example:
  rof search connection pool exhausted
`

func search(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	fs := flag.NewFlagSet("search", flag.ContinueOnError)
	k := fs.Int("k", 10, "")
	asJSON := fs.Bool("json", false, "")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return usagef("say what to search for")
	}
	if *k < 1 || *k > 50 {
		return usagef("-k must be between 1 and 50")
	}
	return withEngine(ctx, getenv, std, func(e *engine.Engine) error {
		results, err := e.Search(ctx, engine.SearchQuery{Text: strings.Join(words, " "), K: *k})
		if err != nil {
			return err
		}
		if *asJSON {
			return json.NewEncoder(std.out).Encode(map[string]any{"results": results})
		}
		p := printer{w: std.out, color: colored(std.out)}
		if len(results) == 0 {
			p.print("nothing found\n")
		}
		for _, r := range results {
			p.title(fmt.Sprintf("%.2f  %s  %s", r.Score, r.ID, r.Title))
			p.line("", strings.Join(facts(r), " · "))
		}
		return p.err
	})
}

func facts(r engine.SearchResult) []string {
	var out []string
	for _, s := range []string{r.Service, r.ErrorType, r.Resolution} {
		if s != "" {
			out = append(out, s)
		}
	}
	if len(r.Matched) > 0 {
		out = append(out, "words: "+strings.Join(r.Matched, ", "))
	}
	if r.Example {
		out = append(out, "example")
	}
	return out
}
