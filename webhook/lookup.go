package webhook

import (
	"context"
	"strconv"

	"ragoffire/engine"
)

type searchInput struct {
	Query string `query:"q" required:"true" minLength:"1" maxLength:"8192" example:"database timeouts" doc:"Any words"`
	K     int    `query:"k" minimum:"1" maximum:"50" default:"10" doc:"How many at most"`
	Kind  string `query:"kind" enum:"incident,runbook" doc:"Both where empty"`

	Service   string `query:"service" maxLength:"255"`
	ErrorType string `query:"error_type" maxLength:"255"`
	Severity  string `query:"severity" enum:"critical,high,medium,low,info,unknown" doc:"Of incidents; runbooks have none"`
}

type results struct {
	Results []engine.SearchResult `json:"results" nullable:"false"`
}

func (s *Server) search(ctx context.Context, in *searchInput) (results, error) {
	found, err := s.cfg.Engine.Search(ctx, engine.SearchQuery{
		Text: in.Query, K: in.K, Kind: in.Kind, Service: in.Service, ErrorType: in.ErrorType, Severity: engine.Severity(in.Severity),
	})
	return results{list(found)}, err
}

func (s *Server) stats(ctx context.Context, _ *struct{}) (engine.Stats, error) {
	return s.cfg.Engine.Stats(ctx)
}

type eventsInput struct {
	After int64 `query:"after" minimum:"0" doc:"The last seq that is known; the events after it are given"`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"200"`
}

type eventPage struct {
	Events []engine.Event `json:"events" nullable:"false"`
	Next   *string        `json:"next" doc:"Where more follow at once; else go on after the last seq"`
}

func (s *Server) events(ctx context.Context, in *eventsInput) (eventPage, error) {
	events, err := s.cfg.Engine.Events(ctx, in.After, in.Limit)
	out := eventPage{Events: list(events)}
	if n := len(events); n > 0 && n == in.Limit {
		out.Next = cursor(strconv.FormatInt(events[n-1].Seq, 10))
	}
	return out, err
}
