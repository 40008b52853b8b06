package engine

import (
	"context"
	"time"
)

// envelopesKept is how long a chat delivery's id is remembered: far beyond the
// last retry of any sender.
const envelopesKept = 48 * time.Hour

// tidy is the job that ends series whose time is over, and drops what retention
// lets go. History is never dropped.
func (e *Engine) tidy(ctx context.Context, _ string) error {
	now := e.now()
	var expired []Alert
	err := e.store.Update(ctx, func(tx Tx) (err error) {
		if expired, err = tx.ExpiredAlerts(ctx, now, 500); err != nil {
			return err
		}
		if err := tx.DropQuarantined(ctx, now.Add(-e.cfg.KeepRaw), keptQuarantined); err != nil {
			return err
		}
		return tx.Tidy(ctx, now.Add(-e.cfg.KeepEvents), now.Add(-envelopesKept))
	})
	if err != nil {
		return err
	}
	ended := make(map[string][]Alert)
	for _, a := range expired {
		at := a.ExpiresAt
		ended[a.Source] = append(ended[a.Source], Alert{
			Fingerprint: a.Fingerprint, Status: AlertResolved, StartedAt: a.StartedAt, EndedAt: &at, ExpiresAt: at,
			Service: a.Service, Environment: a.Environment, GroupKey: a.GroupKey,
		})
	}
	for source, alerts := range ended {
		if _, err := e.Ingest(ctx, Delivery{Source: source, Alerts: alerts, own: true}); err != nil {
			return err
		}
	}
	return nil
}
