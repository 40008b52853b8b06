package webhook

import (
	"context"

	"ragoffire/engine"
)

// mayJudge refuses verdicts where only some people may give them: a name in a
// request is a claim, and the token says nothing of who holds it. Whom a provider
// signed in is known, and the guard has seen their role.
func (s *Server) mayJudge(ctx context.Context) error {
	if !s.cfg.VerdictsElsewhere || whoIs(ctx).person && !s.cfg.NotOwn {
		return nil
	}
	return &engine.Error{
		Kind: engine.Denied,
		Text: "deciding on advice is for the approvers of ROF_CONFIG, and nobody shows here that they are one: decide in Slack, or set approvers.api: true, and whoever has the token may",
	}
}

// offered narrows what a page offers to what its reader may do.
func (s *Server) offered(ctx context.Context, v *storyView) {
	who := whoIs(ctx)
	if v.Advice != nil {
		s.offeredOn(ctx, v.Advice)
	}
	for n := range v.Earlier {
		s.offeredOn(ctx, &v.Earlier[n])
	}
	v.Can.Delete = v.Can.Delete && who.role == admin
	if who.role < responder {
		v.Can = actions{}
	}
}

// offeredOn does so on one card.
func (s *Server) offeredOn(ctx context.Context, card *cardView) {
	role := whoIs(ctx).role
	switch {
	case s.mayJudge(ctx) != nil:
		card.Elsewhere = "Approvers decide in Slack."
	case role < approver:
		card.Elsewhere = "This waits for an approver."
	}
	if role < responder {
		card.Ask, card.Correct = false, false
	}
}
