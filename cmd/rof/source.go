package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"ragoffire/engine"
	sources "ragoffire/webhook/source"
)

const sourceHelp = `where alerts come from, and what a body would become

  list        the sources of the config, and those that have sent alerts: how many, how many of them fire, and
              when the newest began
  test        reads FILE (- is standard input) as a delivery to the source NAME and prints what it would become;
              nothing is stored. A file that begins with POST is a whole request, with its headers
  --json      one JSON document on stdout instead of text

NAME is one of the config's sources or a kind such as datadog. Mappings of your own: docs/sources.md.

examples:
  rof source test shop delivery.json
  rof source list
`

func sourceCommand(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	fs := flag.NewFlagSet("source", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "")
	words, err := parse(fs, args)
	switch {
	case err != nil:
		return err
	case len(words) == 1 && words[0] == "list":
		return listSources(ctx, getenv, std, *asJSON)
	case len(words) == 3 && words[0] == "test":
		return testSource(words[1], words[2], getenv, std, *asJSON)
	}
	return usagef("say list, or test with a source's name and a file")
}

// listedSource is one line of the list.
type listedSource struct {
	Source string `json:"source"`
	Kind   string `json:"kind"`
	Secret bool   `json:"secret"`
	engine.SourceCount
}

func listSources(ctx context.Context, getenv func(string) string, std streams, asJSON bool) error {
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	counts := make(map[string]engine.SourceCount)
	if err := withHistory(ctx, getenv, std, func(e *engine.Engine) error {
		list, err := e.Sources(ctx)
		for _, c := range list {
			counts[c.Source] = c
		}
		return err
	}); err != nil {
		return err
	}
	kinds := sources.Kinds()
	var list []listedSource
	for _, name := range slices.Sorted(maps.Keys(union(cfg.file.sources, counts))) {
		s, configured := cfg.file.sources[name]
		if _, known := kinds[name]; !configured && known {
			s.kind = name
		}
		list = append(list, listedSource{name, s.kind, s.trusted(), counts[name]})
	}
	if asJSON {
		return json.NewEncoder(std.out).Encode(map[string]any{"sources": list, "kinds": slices.Sorted(maps.Keys(kinds))})
	}
	return printSources(std, list, slices.Sorted(maps.Keys(kinds)), time.Now())
}

func union(configured map[string]source, counts map[string]engine.SourceCount) map[string]bool {
	out := make(map[string]bool)
	for name := range configured {
		out[name] = true
	}
	for name := range counts {
		out[name] = true
	}
	return out
}

func printSources(std streams, list []listedSource, kinds []string, now time.Time) error {
	p := printer{w: std.out, color: terminal(std.out)}
	if len(list) == 0 {
		p.print("No source is configured, and none has sent an alert.\n")
	} else {
		w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		_, err := fmt.Fprintln(w, "SOURCE\tKIND\tSECRET\tALERTS\tFIRING\tNEWEST")
		for _, s := range list {
			newest := "-"
			if s.Episodes > 0 {
				newest = engine.Span(max(0, now.Sub(s.Newest))) + " ago"
			}
			secret := "no"
			if s.Secret {
				secret = "yes"
			}
			_, e := fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\n", safe(s.Source), cmp.Or(safe(s.Kind), "-"), secret, s.Episodes, s.Firing, newest)
			err = errors.Join(err, e)
		}
		if err := errors.Join(err, w.Flush()); err != nil {
			return err
		}
	}
	p.print("\nEach kind is a source by its own name, too: " + strings.Join(kinds, ", ") + ".\n")
	return p.err
}
