package main

import (
	"time"

	"ragoffire/engine"
)

// heartbeatDocument is a sign of life that is expected, as it is written.
type heartbeatDocument struct {
	Name        string            `yaml:"name"`
	Match       map[string]string `yaml:"match"`
	Every       string            `yaml:"every"`
	Grace       string            `yaml:"grace"`
	Severity    string            `yaml:"severity"`
	Service     string            `yaml:"service"`
	Environment string            `yaml:"environment"`
}

const (
	// leastEvery is how often a heartbeat may come: it is looked at every 15 s.
	leastEvery = 30 * time.Second
	// leastGrace is the delay that schedulers and networks have anyway.
	leastGrace = 30 * time.Second
)

func (r *reader) readHeartbeats(docs []heartbeatDocument) []engine.Heartbeat {
	var out []engine.Heartbeat
	seen := make(map[string]bool)
	for n, d := range docs {
		h := engine.Heartbeat{Name: d.Name, Service: d.Service, Environment: d.Environment, Severity: engine.SeverityCritical}
		switch {
		case h.Name == "":
			r.problemf("ROF_CONFIG heartbeats[%d] needs a name", n)
		case seen[h.Name]:
			r.problemf("ROF_CONFIG heartbeats[%d]: there are two of the name %q", n, h.Name)
		}
		seen[h.Name] = true
		var err error
		if h.Match, err = engine.Patterns(d.Match); err != nil {
			r.problemf("ROF_CONFIG heartbeats[%d]: %w", n, err)
		}
		if d.Every == "" {
			r.problemf("ROF_CONFIG heartbeats[%d] needs every, how often it comes, such as 5m", n)
		} else if h.Every = r.duration("heartbeats.every", d.Every); h.Every > 0 && h.Every < leastEvery {
			r.problemf("ROF_CONFIG heartbeats[%d].every must be at least %s, not %s", n, leastEvery, d.Every)
		}
		if h.Grace = r.duration("heartbeats.grace", d.Grace); h.Grace == 0 {
			h.Grace = max(leastGrace, h.Every/10)
		}
		if d.Severity != "" {
			if h.Severity = engine.ParseSeverity(d.Severity); h.Severity == engine.SeverityUnknown {
				r.problemf("ROF_CONFIG heartbeats[%d].severity must be critical, high, medium, low or info, not %q", n, d.Severity)
			}
		}
		out = append(out, h)
	}
	return out
}
