package engine

import "time"

// RouteExplained says where an alert would go that opens an incident.
type RouteExplained struct {
	Alert    Alert
	Incident Incident
	Routed   Routed
	Muted    *Mute // by a maintenance window; silences are in the store
}

// ExplainRoutes says of each alert of a delivery where it would go. It needs no
// store, and changes nothing.
func (c *Config) ExplainRoutes(d Delivery, now time.Time) []RouteExplained {
	e := &Engine{cfg: *c}
	orDefault(&e.cfg.Expire, time.Hour)
	var out []RouteExplained
	for _, a := range d.Alerts {
		e.prepare(&a, &d, now)
		if a.StartedAt.IsZero() {
			a.StartedAt = now
		}
		i := a.incident(now)
		to := c.route(i, now)
		i.send(to)
		out = append(out, RouteExplained{Alert: a, Incident: *i, Routed: to, Muted: e.muted(&a, nil, now)})
	}
	return out
}
