package engine

import (
	"context"
	"maps"
	"slices"
)

// Dependency is a service that an incident's own needs, by the config, and that
// has an open incident itself: where to look first.
type Dependency struct {
	Service    string         `json:"service"`
	IncidentID string         `json:"incident_id"`
	Title      string         `json:"title"`
	Severity   Severity       `json:"severity"`
	Status     IncidentStatus `json:"status"`
	Firing     bool           `json:"firing"`
}

const (
	// dependenciesShown bounds what is said of them; whoever has more in trouble
	// has a storm, which is told by itself.
	dependenciesShown = 5
	// dependentsWoken bounds the messages that one service's incident changes.
	dependentsWoken = 100
)

// Depends returns the dependencies of a live incident's service that are in
// trouble, in the config's order. What says its environment is about its own.
func (e *Engine) Depends(ctx context.Context, r Reader, i *Incident) ([]Dependency, error) {
	if !i.Live() || i.Service == "" {
		return nil, nil
	}
	var out []Dependency
	for _, name := range e.cfg.Services[i.Service].DependsOn {
		if name == i.Service || len(out) == dependenciesShown {
			continue
		}
		open, _, err := r.Incidents(ctx, IncidentFilter{Live: true, Service: name}, "", 20)
		if err != nil {
			return nil, err
		}
		for n := range open {
			o := &open[n]
			if o.ID == i.ID || o.Muted != nil || o.Environment != "" && i.Environment != "" && o.Environment != i.Environment {
				continue
			}
			out = append(out, Dependency{
				Service: name, IncidentID: o.ID, Title: o.Title, Severity: o.Severity, Status: o.Status, Firing: !o.Clear(),
			})
			break
		}
	}
	return out, nil
}

// dependents are the services that need each, by the config.
func (c *Config) dependents() map[string][]string {
	out := make(map[string][]string)
	for _, name := range slices.Sorted(maps.Keys(c.Services)) {
		for _, d := range c.Services[name].DependsOn {
			if d != name && !slices.Contains(out[d], name) {
				out[d] = append(out[d], name)
			}
		}
	}
	return out
}

// dependJobs ask to look at the messages that say how an incident's service is,
// since something about it has changed.
func (e *Engine) dependJobs(i *Incident) []Job {
	if len(e.dependents[i.Service]) == 0 {
		return nil
	}
	return []Job{{Kind: JobDepend, Subject: i.Service}}
}

// depend is the job that has the incidents of a service's dependents shown anew:
// they say which of what they need is in trouble.
func (e *Engine) depend(ctx context.Context, service string) error {
	return e.store.Update(ctx, func(tx Tx) error {
		w := newWants(e.now())
		for _, name := range e.dependents[service] {
			live, _, err := tx.Incidents(ctx, IncidentFilter{Live: true, Service: name}, "", dependentsWoken)
			if err != nil {
				return err
			}
			for n := range live {
				w.incident(&live[n])
			}
		}
		return w.write(ctx, tx)
	})
}
