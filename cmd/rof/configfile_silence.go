package main

import (
	"time"

	"ragoffire/engine"
	"ragoffire/engine/silencer"
)

// alertmanagerDocument names the Alertmanager in which silences are made.
type alertmanagerDocument struct {
	URL       string `yaml:"url"`
	Token     string `yaml:"token"`
	TokenFile string `yaml:"token_file"`
}

// maintenanceDocument is one window of planned work.
type maintenanceDocument struct {
	Match  map[string]string `yaml:"match"`
	From   string            `yaml:"from"`
	To     string            `yaml:"to"`
	Reason string            `yaml:"reason"`
}

// readSilencer reads the block. The sources of that kind are those whose pager it
// is.
func (r *reader) readSilencer(d *alertmanagerDocument, sources map[string]source) engine.Silencer {
	if d == nil {
		return engine.Silencer{}
	}
	client, err := silencer.New(silencer.Config{URL: d.URL, Token: r.either("alertmanager.token", d.Token, d.TokenFile)})
	if err != nil {
		r.problemf("ROF_CONFIG alertmanager.url: %w", err)
		return engine.Silencer{}
	}
	s := engine.Silencer{Sources: map[string]bool{"alertmanager": true}, Make: client.Make, End: client.End}
	for name, c := range sources {
		s.Sources[name] = c.kind == "alertmanager"
	}
	return s
}

func (r *reader) readMaintenance(docs []maintenanceDocument) []engine.Window {
	var out []engine.Window
	for n, d := range docs {
		match, err := engine.Patterns(d.Match)
		switch {
		case err != nil:
			r.problemf("ROF_CONFIG maintenance[%d]: %w", n, err)
		case len(match) == 0:
			r.problemf("ROF_CONFIG maintenance[%d] needs a match; without one it would hide everything", n)
		}
		w := engine.Window{Match: match, Reason: d.Reason, From: r.moment(d.From, "maintenance[%d].from", n), To: r.moment(d.To, "maintenance[%d].to", n)}
		if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
			r.problemf("ROF_CONFIG maintenance[%d] ends before it begins", n)
		}
		out = append(out, w)
	}
	return out
}

// moment reads a date with its time and zone.
func (r *reader) moment(s, where string, args ...any) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	r.problemf("ROF_CONFIG "+where+" must be a time with its zone such as 2026-03-01T22:00:00+01:00, not %q", append(args, s)...)
	return time.Time{}
}
