package webhook

import "context"

type endSessionsInput struct {
	Of string `query:"of" required:"true" minLength:"1" maxLength:"255" example:"ann@example.com" doc:"The name that timelines have for them"`
}

type endedSessions struct {
	Ended int `json:"ended" doc:"How many there were"`
}

// endSessions signs somebody out on every replica. Their feeds end within
// seconds.
func (s *Server) endSessions(ctx context.Context, in *endSessionsInput) (endedSessions, error) {
	n, err := s.cfg.Engine.SignOutAll(ctx, in.Of)
	s.log.InfoContext(ctx, "signed out everywhere", "name", in.Of, "by", whoIs(ctx).name, "sessions", n)
	return endedSessions{n}, err
}
