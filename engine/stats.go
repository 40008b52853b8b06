package engine

import (
	"context"
	"time"
)

// Stats returns the store's figures; examples are in none of them but History.
func (e *Engine) Stats(ctx context.Context) (Stats, error) {
	var c Counts
	var judged []Decision
	err := e.store.View(ctx, func(r Reader) (err error) {
		if c, err = r.Counts(ctx); err != nil {
			return err
		}
		judged, err = r.Judged(ctx, judgedLimit)
		return err
	})
	if err != nil {
		return Stats{}, err
	}
	s := Stats{
		Incidents: StatCounts{ByStatus: c.ByStatus, ByErrorType: c.ByErrorType, ByService: c.ByService, BySeverity: c.BySeverity},
		Approved:  c.Approved, Rejected: c.Rejected,
		MTTASeconds: mean(c.AckTime, c.Acked), MTTRSeconds: mean(c.ResolveTime, c.ResolvedN),
		Calibration: calibration(outcomes(judged)),
		History:     HistoryStats{Incidents: c.OwnFixes, Runbooks: c.Runbooks, Examples: c.Seeds},
	}
	if s.Noise, err = e.Noise(ctx); err != nil {
		return Stats{}, err
	}
	for _, n := range c.ByStatus {
		s.Incidents.Total += n
	}
	if n := c.Approved + c.Rejected; n > 0 {
		rate := float64(c.Approved) / float64(n)
		s.ApprovalRate = &rate
	}
	return s, nil
}

func mean(total time.Duration, n int) *float64 {
	if n == 0 {
		return nil
	}
	m := total.Seconds() / float64(n)
	return &m
}
