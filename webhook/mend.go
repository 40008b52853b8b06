package webhook

import (
	"context"

	"ragoffire/engine"
)

type mergeInput struct {
	ID   string `path:"id" maxLength:"255"`
	Body struct {
		Into  string `json:"into,omitempty" maxLength:"255" example:"INC-2026-0041" doc:"The incident that this one belongs to; this or from"`
		From  string `json:"from,omitempty" maxLength:"255" doc:"The incident that belongs to this one"`
		Actor string `json:"actor,omitempty" maxLength:"255"`
	}
}

func (s *Server) merge(ctx context.Context, in *mergeInput) (engine.Incident, error) {
	b := in.Body
	if (b.Into == "") == (b.From == "") {
		return engine.Incident{}, engine.Invalidf("into", "say either into, the incident that this one belongs to, or from, the one that belongs to this")
	}
	if b.From != "" {
		return s.cfg.Engine.Merge(ctx, b.From, in.ID, actor(ctx, b.Actor))
	}
	return s.cfg.Engine.Merge(ctx, in.ID, b.Into, actor(ctx, b.Actor))
}

type splitInput struct {
	ID   string `path:"id" maxLength:"255"`
	Body *struct {
		Alerts []string `json:"alerts,omitempty" maxItems:"1000" nullable:"false" doc:"Fingerprints, rules' names or ids of alerts; the series that joined last where empty"`
		Actor  string   `json:"actor,omitempty" maxLength:"255"`
	}
}

func (s *Server) split(ctx context.Context, in *splitInput) (engine.Incident, error) {
	if in.Body == nil {
		return s.cfg.Engine.Split(ctx, in.ID, engine.Cut{Actor: actor(ctx, "")})
	}
	return s.cfg.Engine.Split(ctx, in.ID, engine.Cut{Alerts: in.Body.Alerts, Actor: actor(ctx, in.Body.Actor)})
}

type linkInput struct {
	ID   string `path:"id" maxLength:"255"`
	Body struct {
		To    string `json:"to" minLength:"1" maxLength:"255" example:"INC-2026-0041"`
		Actor string `json:"actor,omitempty" maxLength:"255"`
	}
}

func (s *Server) link(ctx context.Context, in *linkInput) (engine.Incident, error) {
	return s.cfg.Engine.Link(ctx, in.ID, in.Body.To, actor(ctx, in.Body.Actor))
}
