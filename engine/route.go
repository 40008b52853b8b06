package engine

import (
	"fmt"
	"regexp"
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
}

// Patterns compiles a rule's patterns, each anchored at both ends.
func Patterns(match map[string]string) (map[string]*regexp.Regexp, error) {
	out := make(map[string]*regexp.Regexp, len(match))
	for field, pattern := range match {
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return nil, fmt.Errorf("pattern of %s: %w", field, err)
		}
		out[field] = re
	}
	return out, nil
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
	}
	return a.Labels[name]
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
	return i.Labels[name]
}

// route returns where an incident is announced, and whom a critical one mentions.
func (e *Engine) route(i *Incident) (channel, mention string) {
	for _, r := range e.cfg.Routes {
		if matches(r.Match, i.field) {
			return r.Channel, r.Mention
		}
	}
	return e.cfg.Channel, ""
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
