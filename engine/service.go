package engine

import (
	"strconv"
	"strings"
	"time"
)

// Service is what the config knows of a service.
type Service struct {
	Owner     string
	Channel   string // where its incidents go that no rule sends elsewhere
	Links     []ServiceLink
	DependsOn []string
}

// ServiceLink leads somewhere useful. It is the operator's own, so it may lead
// anywhere; {{from}} and {{to}} stand for the incident's time in milliseconds.
type ServiceLink struct{ Name, URL string }

// How much is shown around an incident: what led up to it, and what came of it.
const (
	linkBefore  = 15 * time.Minute
	linkAfter   = 15 * time.Minute
	linkAtLeast = time.Hour
)

// Links are the links of an incident's service, filled in. They change only when
// the incident does, so a message that shows them need not be edited.
func (c *Config) Links(i *Incident) []ServiceLink {
	s, ok := c.Services[i.Service]
	if !ok || len(s.Links) == 0 {
		return nil
	}
	to := i.UpdatedAt.Add(linkAfter)
	if i.ResolvedAt != nil {
		to = i.ResolvedAt.Add(linkAfter)
	} else if least := i.StartedAt.Add(linkAtLeast); to.Before(least) {
		to = least
	}
	fill := strings.NewReplacer("{{from}}", millis(i.StartedAt.Add(-linkBefore)), "{{to}}", millis(to))
	out := make([]ServiceLink, len(s.Links))
	for n, l := range s.Links {
		out[n] = ServiceLink{l.Name, fill.Replace(l.URL)}
	}
	return out
}

// Links are the links of an incident's service, filled in.
func (e *Engine) Links(i *Incident) []ServiceLink { return e.cfg.Links(i) }

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
