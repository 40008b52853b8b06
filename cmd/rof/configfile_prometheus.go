package main

import (
	"cmp"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/prometheus"
)

// prometheusDocument is where an alert's numbers come from, as it is written.
type prometheusDocument struct {
	URL          string `yaml:"url"`
	Token        string `yaml:"token"`
	TokenFile    string `yaml:"token_file"`
	Username     string `yaml:"username"`
	Password     string `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	Window       string `yaml:"window"`
	Timeout      string `yaml:"timeout"`
	FromAlerts   *bool  `yaml:"from_alerts"` // whether alerts' own queries are asked; yes
	Queries      []struct {
		Match map[string]string `yaml:"match"`
		Name  string            `yaml:"name"`
		Query string            `yaml:"query"`
		Unit  string            `yaml:"unit"`
	} `yaml:"queries"`
}

// longestWindow bounds what one query reads: twice as much before the alert.
const longestWindow = 24 * time.Hour

func (r *reader) readPrometheus(d *prometheusDocument) engine.Meter {
	var m engine.Meter
	if d == nil {
		return m
	}
	cfg := prometheus.Config{
		URL: d.URL, Token: r.either("ROF_CONFIG prometheus.token", d.Token, d.TokenFile),
		User: d.Username, Password: r.either("ROF_CONFIG prometheus.password", d.Password, d.PasswordFile),
		Timeout: cmp.Or(r.duration("prometheus.timeout", d.Timeout), 3*time.Second),
	}
	switch {
	case cfg.Token != "" && cfg.User != "":
		r.problemf("ROF_CONFIG prometheus has both a token and a username; set one")
	case cfg.User == "" && cfg.Password != "":
		r.problemf("ROF_CONFIG prometheus.password needs a username")
	}
	if cfg.Timeout > prometheus.MaxTimeout {
		r.problemf("ROF_CONFIG prometheus.timeout must be at most %s, not %s", prometheus.MaxTimeout, d.Timeout)
	}
	client, err := prometheus.New(cfg)
	if err != nil {
		r.problemf("ROF_CONFIG prometheus.url %w", err)
		return m
	}
	m.Range = client.Range
	if d.FromAlerts == nil || *d.FromAlerts {
		m.Query = prometheus.Query
	}
	if m.Window = r.duration("prometheus.window", d.Window); m.Window > longestWindow {
		r.problemf("ROF_CONFIG prometheus.window must be at most 1d, not %s", d.Window)
	}
	for n, q := range d.Queries {
		match, err := engine.Patterns(q.Match)
		switch {
		case err != nil:
			r.problemf("ROF_CONFIG prometheus.queries[%d]: %w", n, err)
		case q.Query == "" || len(match) == 0:
			r.problemf("ROF_CONFIG prometheus.queries[%d] needs match and query", n)
		}
		m.Rules = append(m.Rules, engine.MeasureRule{Match: match, Name: q.Name, Query: q.Query, Unit: q.Unit})
	}
	return m
}
