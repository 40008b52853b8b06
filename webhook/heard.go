package webhook

import (
	"context"
	"slices"
	"time"

	"ragoffire/engine"
)

// heardView is a source with when it last delivered.
type heardView struct {
	engine.SourceCount
	At      time.Time
	Refused bool // what came since was turned away
}

// heardOf lists the sources that have delivered. What was delivered before a
// restart is known by the alerts that began then.
func (s *Server) heardOf(ctx context.Context) ([]heardView, error) {
	counts, err := s.pages.heard.get(ctx, s.cfg.Now(), s.cfg.Engine.Sources)
	if err != nil {
		return nil, err
	}
	s.sources.mu.Lock()
	defer s.sources.mu.Unlock()
	var list []heardView
	for _, c := range counts {
		list = append(list, heardView{SourceCount: c, At: c.Newest})
	}
	for name, at := range s.sources.heard {
		n := slices.IndexFunc(list, func(h heardView) bool { return h.Source == name })
		if n < 0 {
			n, list = len(list), append(list, heardView{SourceCount: engine.SourceCount{Source: name}})
		}
		list[n].At = at
	}
	for n := range list {
		r, ok := s.sources.refused[list[n].Source]
		list[n].Refused = ok && r.Last.After(list[n].At)
	}
	slices.SortFunc(list, func(x, y heardView) int { return y.At.Compare(x.At) })
	return list, nil
}
