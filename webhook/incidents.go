package webhook

import (
	"cmp"
	"context"

	"ragoffire/engine"
)

type listIncidentsInput struct {
	After     string `query:"after" maxLength:"512" doc:"The cursor that the page before gave as next"`
	Limit     int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Status    string `query:"status" enum:"open,acknowledged,mitigated,resolved"`
	Service   string `query:"service" maxLength:"255"`
	Severity  string `query:"severity" enum:"critical,high,medium,low,info,unknown"`
	ErrorType string `query:"error_type" maxLength:"255"`
	Query     string `query:"q" maxLength:"512" doc:"Words that all occur in id, title, symptom or service"`
}

type incidents struct {
	Incidents []engine.Incident `json:"incidents" nullable:"false"`
	Next      *string           `json:"next"`
}

func (s *Server) listIncidents(ctx context.Context, in *listIncidentsInput) (incidents, error) {
	f := engine.IncidentFilter{
		Status: engine.IncidentStatus(in.Status), Service: in.Service, Severity: engine.Severity(in.Severity),
		ErrorType: in.ErrorType, Query: in.Query,
	}
	p, err := s.cfg.Engine.Incidents(ctx, f, in.After, in.Limit)
	return incidents{list(p.Items), cursor(p.Next)}, err
}

func (s *Server) getIncident(ctx context.Context, in *byID) (engine.Detail, error) {
	d, err := s.cfg.Engine.Incident(ctx, in.ID)
	d.Alerts, d.Decisions, d.Timeline = list(d.Alerts), list(d.Decisions), list(d.Timeline)
	return d, err
}

// pastIncident is a row as import takes it. It describes; engine.ParseRow reads.
type pastIncident struct {
	Kind       string `json:"kind,omitempty" enum:"incident" default:"incident"`
	ID         string `json:"id,omitempty" maxLength:"255" example:"INC-2025-014" doc:"One that exists is updated; made from the title where empty"`
	Title      string `json:"title,omitempty" maxLength:"300" example:"Checkout timed out at the database" doc:"One of title, symptom and text is needed"`
	ErrorType  string `json:"error_type,omitempty" maxLength:"255" example:"database_timeout"`
	Service    string `json:"service,omitempty" maxLength:"255" example:"checkout"`
	Severity   string `json:"severity,omitempty" maxLength:"255" example:"critical"`
	Spike      any    `json:"spike_percentage,omitempty" example:"450" doc:"A number, also with a percent sign"`
	Symptom    string `json:"symptom,omitempty" maxLength:"65536" example:"Database response time increased 450%"`
	RootCause  string `json:"root_cause,omitempty" maxLength:"65536"`
	Resolution string `json:"resolution,omitempty" maxLength:"65536" example:"Throttle connections to 30%" doc:"What fixed it"`
	Text       string `json:"text,omitempty" doc:"The post-mortem, for search"`
	Labels     any    `json:"labels,omitempty" doc:"An object of strings"`
	StartedAt  any    `json:"started_at,omitempty" doc:"RFC 3339, a date, or seconds since 1970"`
	ResolvedAt any    `json:"resolved_at,omitempty" doc:"As started_at"`
}

type addIncidentInput struct {
	Body    pastIncident
	RawBody []byte
}

func (s *Server) addIncident(ctx context.Context, in *addIncidentInput) (engine.Incident, error) {
	row, err := engine.ParseRow(in.RawBody, engine.KindIncident)
	if err != nil {
		return engine.Incident{}, err
	}
	i := row.Incident()
	i.Source = cmp.Or(i.Source, "api")
	rows := []engine.Incident{i}
	if err := s.cfg.Engine.AddHistory(ctx, rows, nil); err != nil {
		return engine.Incident{}, err
	}
	d, err := s.cfg.Engine.Incident(ctx, rows[0].ID)
	return d.Incident, err
}

func (s *Server) deleteIncident(ctx context.Context, in *byID) (none, error) {
	return none{}, s.cfg.Engine.RemoveHistory(ctx, in.ID)
}

type whoInput struct {
	ID   string `path:"id" maxLength:"255"`
	Body *byWhom
}

func (in *whoInput) actor(ctx context.Context) string {
	if in.Body == nil {
		return actor(ctx, "")
	}
	return actor(ctx, in.Body.Actor)
}

func (s *Server) acknowledge(ctx context.Context, in *whoInput) (engine.Incident, error) {
	return s.cfg.Engine.Acknowledge(ctx, in.ID, in.actor(ctx))
}

func (s *Server) mitigate(ctx context.Context, in *whoInput) (engine.Incident, error) {
	return s.cfg.Engine.Mitigate(ctx, in.ID, in.actor(ctx))
}

func (s *Server) reopen(ctx context.Context, in *whoInput) (engine.Incident, error) {
	return s.cfg.Engine.Reopen(ctx, in.ID, in.actor(ctx))
}

type resolveInput struct {
	ID   string `path:"id" maxLength:"255"`
	Body struct {
		Resolution  string `json:"resolution,omitempty" maxLength:"65536" example:"Throttled connections to 30%" doc:"What fixed it; needed for fixed"`
		RootCause   string `json:"root_cause,omitempty" maxLength:"65536"`
		Reason      string `json:"reason,omitempty" enum:"fixed,recovered,false_alarm,duplicate" doc:"fixed where empty; only that becomes a fix for later"`
		DuplicateOf string `json:"duplicate_of,omitempty" maxLength:"255"`
		Actor       string `json:"actor,omitempty" maxLength:"255"`
	}
}

func (s *Server) resolve(ctx context.Context, in *resolveInput) (engine.Incident, error) {
	b := in.Body
	return s.cfg.Engine.Resolve(ctx, in.ID, engine.Resolution{
		Actor: actor(ctx, b.Actor), Reason: engine.Reason(b.Reason), Resolution: b.Resolution,
		RootCause: b.RootCause, DuplicateOf: b.DuplicateOf,
	})
}

type noteInput struct {
	ID   string `path:"id" maxLength:"255"`
	Body struct {
		Text  string `json:"text" minLength:"1" maxLength:"8192" example:"pool is at 200, trying 60"`
		Actor string `json:"actor,omitempty" maxLength:"255"`
	}
}

func (s *Server) addNote(ctx context.Context, in *noteInput) (engine.Entry, error) {
	return s.cfg.Engine.AddNote(ctx, in.ID, actor(ctx, in.Body.Actor), in.Body.Text)
}
