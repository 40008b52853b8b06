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
	cards := []*cardView{}
	if v.Advice != nil {
		cards = append(cards, v.Advice)
	}
	for n := range v.Earlier {
		cards = append(cards, &v.Earlier[n])
	}
	for _, card := range cards {
		switch {
		case s.mayJudge(ctx) != nil:
			card.Elsewhere = "Approvers decide in Slack."
		case who.role < approver:
			card.Elsewhere = "This waits for an approver."
		}
		if who.role < responder {
			card.Ask, card.Correct = false, false
		}
	}
	v.Can.Delete = v.Can.Delete && who.role == admin
	if who.role < responder {
		v.Can = actions{}
	}
}
