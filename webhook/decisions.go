package webhook

import (
	"context"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

// analysis is what analyze takes.
type analysis struct {
	ErrorType   string            `json:"error_type,omitempty" maxLength:"255" example:"database_timeout" doc:"The kind of error, where it is known"`
	Spike       *float64          `json:"spike_percentage,omitempty" minimum:"-1000000000" maximum:"1000000000" example:"450" doc:"By how many percent something rose against its baseline"`
	Service     string            `json:"service,omitempty" maxLength:"255" example:"checkout"`
	Environment string            `json:"environment,omitempty" maxLength:"255" example:"prod"`
	Description string            `json:"description,omitempty" maxLength:"65536" example:"orders time out at the database" doc:"What is seen, in any words"`
	Labels      map[string]string `json:"labels,omitempty" maxProperties:"64"`
}

type analyzeInput struct{ Body analysis }

func (s *Server) analyze(ctx context.Context, in *analyzeInput) (engine.Decision, error) {
	q := in.Body
	if q.ErrorType == "" && q.Description == "" {
		return engine.Decision{}, engine.Invalidf("error_type", "error_type: missing; one of error_type and description is needed")
	}
	return s.cfg.Engine.Analyze(ctx, engine.Question{
		ErrorType: q.ErrorType, Spike: q.Spike, Service: q.Service, Environment: q.Environment, Text: q.Description, Labels: q.Labels,
	})
}

// anomaly is what stream-anomaly and the generic webhook take.
type anomaly struct {
	ErrorType   string            `json:"error_type,omitempty" example:"database_timeout" doc:"One of error_type, title and description is needed"`
	Spike       *float64          `json:"spike_percentage,omitempty" minimum:"-1000000000" maximum:"1000000000" example:"450"`
	Service     string            `json:"service,omitempty" example:"checkout"`
	Environment string            `json:"environment,omitempty" example:"prod"`
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Title       string            `json:"title,omitempty" example:"Checkout times out" doc:"One line"`
	Severity    string            `json:"severity,omitempty" example:"critical" doc:"critical, high, medium, low, info, or the words of other systems for them"`
	Status      string            `json:"status,omitempty" example:"firing" doc:"firing where empty; resolved ends it, acknowledged says that somebody has it"`
	Fingerprint string            `json:"fingerprint,omitempty" doc:"What tells this series from others; a hash of error type, service and labels where empty"`
	Component   string            `json:"component,omitempty" doc:"Instance, pod, host or resource"`
	Value       *float64          `json:"value,omitempty" minimum:"-1000000000000000" maximum:"1000000000000000"`
	Threshold   *float64          `json:"threshold,omitempty" minimum:"-1000000000000000" maximum:"1000000000000000"`
	Unit        string            `json:"unit,omitempty" example:"%"`
	StartedAt   string            `json:"started_at,omitempty" example:"2026-11-23T03:01:10Z"`
	EndedAt     string            `json:"ended_at,omitempty"`
	GroupKey    string            `json:"group_key,omitempty" doc:"The sender's own grouping: what has the same joins one incident"`
}

type anomalyInput struct {
	Body    anomaly
	RawBody []byte
}

// reported says where an anomaly went, once it is durable.
type reported struct {
	AlertID    string  `json:"alert_id"`
	IncidentID *string `json:"incident_id" doc:"null where there is no incident, such as for the end of what never began"`
}

// streamAnomaly takes one anomaly in, by the same parser as the generic webhook.
func (s *Server) streamAnomaly(ctx context.Context, in *anomalyInput) (reported, error) {
	p, err := source.Generic(source.Input{Source: "generic", Body: in.RawBody})
	if err != nil {
		return reported{}, err
	}
	if d := p.Delivery; len(d.Alerts) == 0 && len(d.Changes)+len(d.Beats) > 0 {
		return reported{}, engine.Invalidf("kind", "kind: a change or a heartbeat is no anomaly; those go to /webhooks/generic")
	}
	if len(p.Delivery.Alerts) != 1 {
		return reported{}, engine.Invalidf("alerts", "alerts: one anomaly a request here; several go to /webhooks/generic")
	}
	receipt, err := s.cfg.Engine.Ingest(ctx, p.Delivery)
	if err != nil {
		return reported{}, err
	}
	r := receipt.Alerts[0]
	out := reported{AlertID: r.AlertID}
	if r.IncidentID != "" {
		out.IncidentID = &r.IncidentID
	}
	return out, nil
}

// cursor is null at the end.
func cursor(next string) *string {
	if next == "" {
		return nil
	}
	return &next
}

// list is never null in JSON.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

type listDecisionsInput struct {
	After    string `query:"after" maxLength:"512" doc:"The cursor that the page before gave as next"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Incident string `query:"incident_id" maxLength:"255"`
	Status   string `query:"status" enum:"proposed,approved,rejected"`
}

type decisions struct {
	Decisions []engine.Decision `json:"decisions" nullable:"false"`
	Next      *string           `json:"next"`
}

func (s *Server) listDecisions(ctx context.Context, in *listDecisionsInput) (decisions, error) {
	f := engine.DecisionFilter{IncidentID: in.Incident, Status: engine.DecisionStatus(in.Status)}
	p, err := s.cfg.Engine.Decisions(ctx, f, in.After, in.Limit)
	return decisions{list(p.Items), cursor(p.Next)}, err
}

type byID struct {
	ID string `path:"id" maxLength:"255"`
}

func (s *Server) getDecision(ctx context.Context, in *byID) (engine.Decision, error) {
	return s.cfg.Engine.Decision(ctx, in.ID)
}

type reviewInput struct {
	ID   string `path:"id" maxLength:"255"`
	Body struct {
		Verdict         string `json:"verdict" enum:"approve,reject"`
		Actor           string `json:"actor,omitempty" maxLength:"255" example:"@oncall" doc:"Who decides, as a program says; who is signed in has a name already"`
		Reason          string `json:"reason,omitempty" maxLength:"8192"`
		CorrectAction   string `json:"correct_action,omitempty" maxLength:"8192" doc:"For reject: what should be done"`
		CorrectIncident string `json:"correct_incident,omitempty" maxLength:"255" doc:"For reject: the past incident it resembles"`
	}
}

func (s *Server) review(ctx context.Context, in *reviewInput) (engine.Decision, error) {
	if err := s.mayJudge(ctx); err != nil {
		return engine.Decision{}, err
	}
	b := in.Body
	return s.cfg.Engine.Review(ctx, in.ID, engine.Review{
		Verdict: engine.Verdict(b.Verdict), Actor: actor(ctx, b.Actor), Reason: b.Reason,
		CorrectAction: b.CorrectAction, CorrectIncident: b.CorrectIncident,
	})
}

// byWhom names a person.
type byWhom struct {
	Actor string `json:"actor,omitempty" maxLength:"255" example:"@oncall" doc:"Who does it, as a program says; who is signed in has a name already"`
}

type undoInput struct {
	ID    string `path:"id" maxLength:"255"`
	Actor string `query:"actor" maxLength:"255"`
	Body  *byWhom
}

func (s *Server) undoReview(ctx context.Context, in *undoInput) (engine.Decision, error) {
	if err := s.mayJudge(ctx); err != nil {
		return engine.Decision{}, err
	}
	name := in.Actor
	if name == "" && in.Body != nil {
		name = in.Body.Actor
	}
	return s.cfg.Engine.UndoReview(ctx, in.ID, actor(ctx, name))
}

type outcomeInput struct {
	ID   string `path:"id" maxLength:"255"`
	Body struct {
		Outcome string `json:"outcome" enum:"worked,failed,reverted,not_tried" doc:"What came of it once it was carried out; failed and reverted bring the next candidate"`
		Actor   string `json:"actor,omitempty" maxLength:"255" example:"@oncall" doc:"Who says so, as a program tells; who is signed in has a name already"`
		Note    string `json:"note,omitempty" maxLength:"8192" example:"back to normal after 5 min"`
	}
}

func (s *Server) outcome(ctx context.Context, in *outcomeInput) (engine.Decision, error) {
	return s.cfg.Engine.ReportOutcome(ctx, in.ID, engine.Outcome{
		Outcome: engine.Result(in.Body.Outcome), Actor: actor(ctx, in.Body.Actor), Note: in.Body.Note,
	})
}
