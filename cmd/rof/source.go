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

  list        the sources of the config, and those that have sent: what became of it, how many alerts fire, and
              when the newest began. received = accepted + duplicate + silenced + quarantined + refused, in alerts
              and other members of bodies; a body that is refused is one. Refused are counted within seconds, the
              rest when it is taken in
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
	engine.Account
	engine.SourceCount
}

func listSources(ctx context.Context, getenv func(string) string, std streams, asJSON bool) error {
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	counts := make(map[string]engine.SourceCount)
	accounts := make(map[string]engine.Account)
	if err := withHistory(ctx, getenv, std, func(e *engine.Engine) error {
		list, err := e.Sources(ctx)
		for _, c := range list {
			counts[c.Source] = c
		}
		if err != nil {
			return err
		}
		received, err := e.Accounts(ctx)
		for _, a := range received {
			accounts[a.Source] = a
		}
		return err
	}); err != nil {
		return err
	}
	kinds := sources.Kinds()
	list := []listedSource{}
	for _, name := range names(cfg.file.sources, counts, accounts) {
		s, configured := cfg.file.sources[name]
		if _, known := kinds[name]; !configured && known {
			s.kind = name
		}
		list = append(list, listedSource{name, s.kind, s.trusted(), accounts[name], counts[name]})
	}
	if asJSON {
		return json.NewEncoder(std.out).Encode(map[string]any{"sources": list, "kinds": slices.Sorted(maps.Keys(kinds))})
	}
	return printSources(std, list, slices.Sorted(maps.Keys(kinds)), time.Now())
}

// names are those of all sources that anything is known of.
func names(configured map[string]source, counts map[string]engine.SourceCount, accounts map[string]engine.Account) []string {
	all := slices.Concat(slices.Collect(maps.Keys(configured)), slices.Collect(maps.Keys(counts)), slices.Collect(maps.Keys(accounts)))
	slices.Sort(all)
	return slices.Compact(all)
}

func printSources(std streams, list []listedSource, kinds []string, now time.Time) error {
	p := printer{w: std.out, color: colored(std.out)}
	if len(list) == 0 {
		p.print("No source is configured, and none has sent an alert.\n")
	} else {
		w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		_, err := fmt.Fprintln(w, "SOURCE\tKIND\tSECRET\tRECEIVED\tACCEPTED\tDUPLICATE\tSILENCED\tQUARANTINED\tREFUSED\tFIRING\tNEWEST")
		for _, s := range list {
			newest := "-"
			if s.Episodes > 0 {
				newest = engine.Span(max(0, now.Sub(s.Newest))) + " ago"
			}
			secret := "no"
			if s.Secret {
				secret = "yes"
			}
			_, e := fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", safe(s.Source), cmp.Or(safe(s.Kind), "-"), secret,
				s.Received, s.Accepted, s.Duplicate, s.Silenced, s.Quarantined, s.Refused, s.Firing, newest)
			err = errors.Join(err, e)
		}
		if err := errors.Join(err, w.Flush()); err != nil {
			return err
		}
	}
	p.print("\nEach kind is a source by its own name, too: " + strings.Join(kinds, ", ") + ".\n")
	return p.err
}
