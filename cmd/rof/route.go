package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"ragoffire/engine"
	bodies "ragoffire/webhook/source"
)

const routeHelp = `where an alert would be announced, and which rule says so

  explain FILE     a body as a monitoring system sends it; - reads it from stdin
  --source NAME    the configured source that it comes from; without it, what reads the body
  --at TIME        as if it came then, such as 2026-03-01T23:30:00+01:00, for quiet hours

It reads the config alone: no store, no network. An alert that joins an open
incident is told there, and what is silenced in Slack is not looked at.

example:
  rof route explain --source alertmanager alert.json
`

// bodyLimit bounds a body, as the sidecar does.
const bodyLimit = 1 << 20

func routeCommand(_ context.Context, args []string, getenv func(string) string, std streams) error {
	fs := flag.NewFlagSet("route", flag.ContinueOnError)
	name := fs.String("source", "", "")
	at := fs.String("at", "", "")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) != 2 || words[0] != "explain" {
		return usagef("say explain and a file")
	}
	now := time.Now()
	if *at != "" {
		if now, err = time.Parse(time.RFC3339, *at); err != nil {
			return usagef("--at must be a time such as 2026-03-01T23:30:00+01:00, not %q", *at)
		}
	}
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	body, err := readBody(words[1], std.in)
	if err != nil {
		return err
	}
	got, err := read(body, *name, cfg.file.sources)
	if _, typed := errors.AsType[*usageError](err); err != nil && !typed {
		return fmt.Errorf("%s: %s", words[1], said(err))
	}
	if err != nil {
		return err
	}
	ec := cfg.engineConfig()
	ec.Channel, ec.Routes, ec.Services = cfg.slackChannel, cfg.file.routes, cfg.file.services // also where Slack is off
	p := printer{w: std.out, color: colored(std.out)}
	explained := ec.ExplainRoutes(got.Delivery, now)
	if len(explained)+len(got.Bad) == 0 {
		p.print("the body holds no alert\n")
	}
	for n := range explained {
		explainRoute(&p, &explained[n], &ec)
	}
	var bad []string
	for _, err := range got.Bad {
		bad = append(bad, said(err))
	}
	p.bad(bad)
	return p.err
}

func readBody(path string, stdin io.Reader) ([]byte, error) {
	in := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	body, err := io.ReadAll(io.LimitReader(in, bodyLimit+1))
	if err == nil && len(body) > bodyLimit {
		err = fmt.Errorf("%s is larger than 1 MiB; no source takes that", path)
	}
	return body, err
}

// read reads a body as its source does; without a name as the first kind that
// finds an alert in it.
func read(body []byte, name string, sources map[string]source) (bodies.Parsed, error) {
	kinds := bodies.Kinds()
	if name != "" {
		s, err := reading(name, sources, kinds)
		if err != nil {
			return bodies.Parsed{}, err
		}
		return s.parse(bodies.Input{Source: name, Body: body})
	}
	delete(kinds, "github") // what a body is stands in its header; without that it ignores any
	var first error
	silent := false // some kind reads it and finds nothing
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		got, err := kinds[kind](bodies.Input{Source: kind, Body: body})
		if err == nil && len(got.Delivery.Alerts) > 0 {
			return got, nil
		}
		silent = silent || err == nil
		if err != nil && (kind == "generic" || first == nil) {
			first = err
		}
	}
	switch {
	case silent || first == nil:
		return bodies.Parsed{}, nil
	case !json.Valid(body):
		return bodies.Parsed{}, first
	}
	return bodies.Parsed{}, fmt.Errorf("no kind of source reads it; as generic: %s; with --source NAME another says why", said(first))
}

// reading is the source of a name with what reads its bodies: its own mapping,
// else its kind's parser.
func reading(name string, configured map[string]source, kinds map[string]bodies.Parser) (source, error) {
	s, ok := configured[name]
	if !ok {
		s.kind = name
	}
	if s.parse == nil {
		s.parse = kinds[s.kind]
	}
	if s.parse == nil {
		return s, usagef("there is no source %q; there are %s", name, strings.Join(sourceNames(configured, kinds), ", "))
	}
	return s, nil
}

func sourceNames(sources map[string]source, kinds map[string]bodies.Parser) []string {
	names := slices.Collect(maps.Keys(kinds))
	for name := range sources {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func explainRoute(p *printer, x *engine.RouteExplained, c *engine.Config) {
	i, to := &x.Incident, &x.Routed
	p.title(x.Alert.Summary())
	p.line("Incident", named("service", i.Service, "environment", i.Environment, "severity", string(i.Severity), "type", i.ErrorType, "source", i.Source))
	if x.Alert.Status == engine.AlertResolved {
		p.line("", "it is resolved: it ends its series, and opens nothing")
	}
	switch {
	case to.Rule >= 0:
		p.line("Rule", fmt.Sprintf("routes[%d] %s", to.Rule, patterns(&c.Routes[to.Rule])))
	default:
		p.line("Rule", "none matches")
	}
	channel := to.Channel
	switch {
	case channel == "":
		channel = "none: it is not announced; set SLACK_CHANNEL or a route"
	case to.ByService:
		channel += ", of services." + i.Service
	case to.Rule < 0:
		channel += ", SLACK_CHANNEL"
	}
	p.line("Channel", channel)
	switch {
	case to.Mention == "":
		p.line("Mention", "nobody")
	case i.Severity == engine.SeverityCritical:
		p.line("Mention", to.Mention)
	default:
		p.line("Mention", "nobody: "+to.Mention+" is mentioned for critical ones")
	}
	if to.Team != "" {
		p.line("Owner", to.Team)
	}
	switch {
	case x.Muted != nil:
		p.line("Told", "not before "+x.Muted.Until.Format(time.RFC3339)+": "+x.Muted.Words())
	case !to.QuietTill.IsZero():
		p.line("Told", "in a digest at the end of the quiet hours, "+to.QuietTill.In(c.Routes[to.Rule].Quiet.Zone).Format(time.RFC3339))
	default:
		p.line("Told", "at once")
	}
	for _, l := range c.Links(i) {
		p.line("Link", l.Name+" "+l.URL)
	}
}

// named names the facts that there are.
func named(pairs ...string) string {
	var out []string
	for n := 0; n+1 < len(pairs); n += 2 {
		value := pairs[n+1]
		if value == "" {
			value = "none"
		}
		out = append(out, pairs[n]+" "+value)
	}
	return strings.Join(out, " · ")
}

// patterns are a route's patterns as they are written.
func patterns(r *engine.Route) string {
	if len(r.Match) == 0 {
		return "(matches everything)"
	}
	var out []string
	for _, field := range slices.Sorted(maps.Keys(r.Match)) {
		out = append(out, field+"="+strings.TrimSuffix(strings.TrimPrefix(r.Match[field].String(), "^(?:"), ")$"))
	}
	return strings.Join(out, " ")
}
