package webhook

import "ragoffire/engine"

// mayJudge refuses verdicts where only some people may give them: a name in a
// request is a claim, and the token says nothing of who holds it.
func (s *Server) mayJudge() error {
	if !s.cfg.VerdictsElsewhere {
		return nil
	}
	return &engine.Error{
		Kind: engine.Denied,
		Text: "deciding on advice is for the approvers of ROF_CONFIG, and nobody shows here that they are one: decide in Slack, or set approvers.api: true, and whoever has the token may",
	}
}
