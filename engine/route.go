package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// TypeRule gives alerts whose fields match an error type. Fields are alertname,
// source, service, severity, environment and any label; each pattern must match
// the whole value.
type TypeRule struct {
	Match     map[string]*regexp.Regexp
	ErrorType string
}

// Route sends incidents whose fields match to a channel. The first match wins.
type Route struct {
	Match   map[string]*regexp.Regexp
	Channel string
	Mention string // a user group's id, mentioned for critical incidents only
	Quiet   *Quiet // nil for a channel that is never quiet
}

// Routed is where an incident goes, and what said so.
type Routed struct {
	Rule      int // of Routes; -1 where none matched
	ByService bool
	Channel   string
	Mention   string
	Team      string
	QuietTill time.Time // where it waits for the end of quiet hours
}

// Group matches the id of a Slack user group: nothing else is ever mentioned.
var Group = regexp.MustCompile(`^S[A-Z0-9]{2,20}$`)

// Patterns compiles a rule's patterns, each anchored at both ends.
func Patterns(match map[string]string) (map[string]*regexp.Regexp, error) {
	out := make(map[string]*regexp.Regexp, len(match))
	for field, pattern := range match {
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return nil, fmt.Errorf("pattern of %s: %w", field, err)
		}
		if field == "severity" && !slices.ContainsFunc(severities, func(s Severity) bool { return re.MatchString(string(s)) }) {
			return nil, noSeverity(pattern)
		}
		out[field] = re
	}
	return out, nil
}

// noSeverity says of a pattern that it can match no alert, since it is a sender's
// own word.
func noSeverity(pattern string) error {
	hint := ""
	if s := ParseSeverity(pattern); s != SeverityUnknown {
		hint = fmt.Sprintf(" (%s is %s here)", pattern, s)
	}
	return fmt.Errorf("severity %q is none of critical, high, medium, low, info and unknown%s; label.severity is the label of that name", pattern, hint)
}

func matches(match map[string]*regexp.Regexp, field func(string) string) bool {
	for name, re := range match {
		if !re.MatchString(field(name)) {
			return false
		}
	}
	return true
}

// field returns what a rule's field means for an alert.
func (a *Alert) field(name string) string {
	switch name {
	case "alertname":
		return a.Name
	case "source":
		return a.Source
	case "service":
		return a.Service
	case "severity":
		return string(a.Severity)
	case "environment":
		return a.Environment
	case "error_type":
		return a.ErrorType
	}
	return label(a.Labels, name)
}

// label is one of the labels; label.NAME means those whose name is a field's.
func label(labels map[string]string, name string) string {
	if v, ok := labels[name]; ok {
		return v
	}
	return labels[strings.TrimPrefix(name, "label.")]
}

// field returns what a rule's field means for an incident.
func (i *Incident) field(name string) string {
	switch name {
	case "source":
		return i.Source
	case "service":
		return i.Service
	case "severity":
		return string(i.Severity)
	case "environment":
		return i.Environment
	case "error_type":
		return i.ErrorType
	}
	return label(i.Labels, name)
}

// route says where an incident is announced. What its service's config says
// comes before a route that matches everything: the rule for all the rest.
func (c *Config) route(i *Incident, now time.Time) Routed {
	s := c.Services[i.Service]
	to := Routed{Rule: -1, Channel: c.Channel, Team: s.Owner}
	for n := range c.Routes {
		r := &c.Routes[n]
		if !matches(r.Match, i.field) {
			continue
		}
		to.Rule, to.Channel, to.Mention = n, r.Channel, r.Mention
		if till, ok := r.Quiet.holds(i.Severity, now); ok {
			to.QuietTill = till
		}
		if len(r.Match) > 0 {
			return to
		}
		break
	}
	if s.Channel != "" {
		to.ByService, to.Channel = true, s.Channel
	}
	return to
}

// send takes over where an incident is announced.
func (i *Incident) send(to Routed) {
	i.Channel, i.Mention, i.Team = to.Channel, to.Mention, to.Team
	if !to.QuietTill.IsZero() && to.Channel != "" {
		i.Quiet = digestKey("quiet", to.Channel, to.QuietTill)
	}
}

// typeOf returns the error type that the config gives an alert, or "".
func (e *Engine) typeOf(a *Alert) string {
	for _, r := range e.cfg.Types {
		if matches(r.Match, a.field) {
			return r.ErrorType
		}
	}
	return ""
}
