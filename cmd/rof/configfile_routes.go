package main

import (
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // quiet hours have a zone, and a container has no zoneinfo

	"ragoffire/engine"
)

// routeDocument is one route as it is written.
type routeDocument struct {
	Match   map[string]string `yaml:"match"`
	Channel string            `yaml:"channel"`
	Mention string            `yaml:"mention"`
	Quiet   *quietDocument    `yaml:"quiet"`
}

type quietDocument struct {
	From  string `yaml:"from"`
	To    string `yaml:"to"`
	Zone  string `yaml:"zone"`
	Below string `yaml:"below"`
}

// channelID is a Slack channel's id; a name would work for posting and for
// nothing else.
var channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{2,20}$`)

func (r *reader) readRoutes(docs []routeDocument) []engine.Route {
	var out []engine.Route
	for n, d := range docs {
		match, err := engine.Patterns(d.Match)
		if err != nil {
			r.problemf("ROF_CONFIG routes[%d]: %w", n, err)
		}
		if d.Channel == "" {
			r.problemf("ROF_CONFIG routes[%d] needs a channel", n)
		} else {
			r.checkChannel(d.Channel, "routes[%d].channel", n)
		}
		if d.Mention != "" && !engine.Group.MatchString(d.Mention) {
			r.problemf("ROF_CONFIG routes[%d].mention must be the id of a user group such as S0ONCALL, not %q; it stands in the group's menu, under Copy group ID", n, d.Mention)
		}
		out = append(out, engine.Route{Match: match, Channel: d.Channel, Mention: d.Mention, Quiet: r.readQuiet(d.Quiet, n)})
	}
	return out
}

func (r *reader) checkChannel(id, where string, args ...any) {
	if !channelID.MatchString(id) {
		r.problemf("ROF_CONFIG "+where+" must be a channel's id such as C0PAY, not %q; it stands at the end of the channel's details", append(args, id)...)
	}
}

func (r *reader) readQuiet(d *quietDocument, n int) *engine.Quiet {
	if d == nil {
		return nil
	}
	q := &engine.Quiet{From: r.clock(d.From, "routes[%d].quiet.from", n), To: r.clock(d.To, "routes[%d].quiet.to", n), Zone: time.UTC}
	if q.From == q.To {
		r.problemf("ROF_CONFIG routes[%d].quiet: from and to are the same", n)
	}
	if d.Zone != "" {
		zone, err := time.LoadLocation(d.Zone)
		if err != nil {
			r.problemf("ROF_CONFIG routes[%d].quiet.zone must be a time zone such as Europe/Berlin, not %q", n, d.Zone)
		} else {
			q.Zone = zone
		}
	}
	q.Below = engine.SeverityCritical
	if d.Below != "" {
		if q.Below = engine.ParseSeverity(d.Below); q.Below == engine.SeverityUnknown {
			r.problemf("ROF_CONFIG routes[%d].quiet.below must be critical, high, medium or low, not %q", n, d.Below)
		}
	}
	return q
}

// clock reads a time of day.
func (r *reader) clock(s, where string, args ...any) time.Duration {
	t, err := time.Parse("15:04", strings.TrimSpace(s))
	if err != nil {
		r.problemf("ROF_CONFIG "+where+" must be a time of day such as 22:00, not %q; put it in quotes", append(args, s)...)
		return 0
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}
