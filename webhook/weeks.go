package webhook

import (
	"context"
	"time"

	"ragoffire/engine"
)

type weeksInput struct {
	Last int `query:"last" minimum:"1" maximum:"53" default:"12" doc:"How many weeks, with the running one"`
}

// week is what the figures of one are to the API.
type week struct {
	From         time.Time `json:"from" doc:"A Monday, 00:00 UTC"`
	Opened       int       `json:"opened" doc:"Live incidents that began in the week; what came of them counts here, whenever that was"`
	Acknowledged int       `json:"acknowledged"`
	MTTASeconds  *float64  `json:"mtta_seconds" doc:"Mean time to acknowledge, of those that were"`
	Resolved     int       `json:"resolved"`
	MTTRSeconds  *float64  `json:"mttr_seconds" doc:"Mean time to resolve, of those that are"`
	Advised      int       `json:"advised" doc:"Decisions with a recommendation"`
	Silent       int       `json:"silent" doc:"Decisions without a confident match"`
	Approved     int       `json:"approved"`
	Rejected     int       `json:"rejected"`
	Worked       int       `json:"worked" doc:"Outcomes of approved advice"`
	Failed       int       `json:"failed" doc:"It did not help, or had to be reverted"`
}

type weeksList struct {
	Weeks []week `json:"weeks" nullable:"false" doc:"The oldest first"`
	Short bool   `json:"short" doc:"There was too much to read: earlier weeks are left out"`
}

func (s *Server) weeks(ctx context.Context, in *weeksInput) (weeksList, error) {
	w, err := s.cfg.Engine.Weeks(ctx, in.Last)
	if err != nil {
		return weeksList{}, err
	}
	out := weeksList{Weeks: make([]week, len(w.List)), Short: w.Short}
	for n := range w.List {
		out.Weeks[n] = newWeek(&w.List[n])
	}
	return out, nil
}

func newWeek(w *engine.Week) week {
	return week{
		From: w.From, Opened: w.Opened,
		Acknowledged: w.Acked, MTTASeconds: meanSeconds(w.MTTA, w.Acked),
		Resolved: w.Resolved, MTTRSeconds: meanSeconds(w.MTTR, w.Resolved),
		Advised: w.Advised, Silent: w.Silent, Approved: w.Approved, Rejected: w.Rejected, Worked: w.Worked, Failed: w.Failed,
	}
}

// meanSeconds is null where it would be the mean of nothing.
func meanSeconds(mean time.Duration, of int) *float64 {
	if of == 0 {
		return nil
	}
	v := mean.Seconds()
	return &v
}
