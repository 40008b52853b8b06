package webhook

import (
	"context"
	"slices"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

// maxKeptBody is how much of a body is kept that cannot be read at all.
const maxKeptBody = 8 << 10

// quarantine keeps what of a delivery could not be read. The sender is answered
// only then: nothing of what it sent is lost.
func (s *Server) quarantine(ctx context.Context, name string, p source.Parsed) error {
	if len(p.Bad) == 0 {
		return nil
	}
	members := make([]engine.Quarantined, 0, len(p.Raw))
	for n, raw := range p.Raw {
		members = append(members, engine.Quarantined{Source: name, Error: problemOf(p.Bad[n]).Detail, Raw: s.sources.blank(name, raw)})
	}
	if more := len(p.Bad) - len(members); more > 0 && len(members) > 0 { // only the first are kept
		members[len(members)-1].Alerts = 1 + more
	}
	s.log.WarnContext(ctx, "alerts not read", "source", name, "count", len(p.Bad), "request_id", requestID(ctx), "error", p.Bad[0])
	return s.cfg.Engine.Quarantine(ctx, members)
}

// quarantineBody keeps the beginning of a body of which nothing can be read, and
// reports whether it did. Its sender is told that it is wrong in either case.
func (s *Server) quarantineBody(ctx context.Context, name string, body []byte, why error) bool {
	raw := s.sources.blank(name, engine.Clean(string(body[:min(len(body), maxKeptBody)])))
	err := s.cfg.Engine.Quarantine(ctx, []engine.Quarantined{{Source: name, Error: problemOf(why).Detail, Raw: raw}})
	if err != nil {
		s.log.WarnContext(ctx, "a body that could not be read is not kept", "source", name, "request_id", requestID(ctx), "error", err)
	}
	return err == nil
}

// unreadView is what of a source's deliveries could not be read of late, and
// the last of it.
type unreadView struct {
	engine.Quarantined
	Count int
	More  bool // as many as were looked at
}

// unreadLooked is how many parts are looked at for the dashboard: who is wrong
// that often needs no count.
const unreadLooked = 100

// unread lists the sources of which something could not be read within a day.
func (s *Server) unread(ctx context.Context) ([]unreadView, error) {
	parts, err := s.cfg.Engine.Quarantined(ctx, "", unreadLooked)
	if err != nil {
		return nil, err
	}
	var views []unreadView
	for _, q := range parts {
		if s.cfg.Now().Sub(q.At) > recentFor {
			break
		}
		n := slices.IndexFunc(views, func(v unreadView) bool { return v.Source == q.Source })
		if n < 0 {
			n, views = len(views), append(views, unreadView{Quarantined: q, More: len(parts) == unreadLooked})
		}
		views[n].Count++
	}
	return views, nil
}

// refusals lists the sources that refused deliveries of late: here, elsewhere,
// or before this process began.
func (s *Server) refusals(ctx context.Context) ([]refusal, error) {
	list := s.sources.refusals(s.cfg.Now())
	stored, err := s.cfg.Engine.Troubles(ctx)
	for _, t := range stored {
		if t.What == engine.TroubleRefused && !slices.ContainsFunc(list, func(r refusal) bool { return r.Source == t.Source }) {
			list = append(list, refusal{Source: t.Source, Count: t.Count, Last: t.Last, Reason: t.Reason, Fix: t.Fix})
		}
	}
	return list, err
}
