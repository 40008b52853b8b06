package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
)

// arrival is what one alert writes: itself, its incident, an event, a job and a
// post.
type arrival struct {
	alert    engine.Alert
	incident engine.Incident
	event    engine.Event
	job      engine.Job
	post     engine.Post
}

func newArrival(b *testing.B, n int) arrival {
	b.Helper()
	id := fmt.Sprintf("INC-2026-%06d", n)
	a := arrival{
		alert: engine.Alert{
			ID: fmt.Sprintf("alt_%08d", n), IncidentID: id, Source: "alertmanager", Fingerprint: fmt.Sprintf("%016x", n),
			Status: engine.Firing, Severity: engine.SeverityCritical, Name: "PgConnectionsHigh", Title: "Connections above 90%",
			Description: "The pool of db-1 has 95 of 100 connections in use for five minutes.", ErrorType: "database_timeout",
			Service: fmt.Sprintf("svc-%d", n%500), Environment: "prod", Component: "db-1",
			Labels:    map[string]string{"alertname": "PgConnectionsHigh", "instance": "db-1", "job": "postgres", "severity": "critical"},
			StartedAt: t0(), ReceivedAt: t0(), LastSeenAt: t0(), ExpiresAt: t0().Add(time.Hour), Count: 1,
		},
		incident: live(id, 0),
		job:      engine.Job{Kind: "decide", Subject: id},
		post:     engine.Post{Key: id, Channel: "C1", Kind: engine.PostIncident, Subject: id, CreatedAt: t0()},
	}
	a.incident.Labels, a.incident.Service = a.alert.Labels, a.alert.Service
	ev, err := engine.NewEvent(engine.EventAnomaly, t0(), a.alert)
	if err != nil {
		b.Fatal(err)
	}
	a.event = ev
	return a
}

// arrive stores the alerts of some senders in one transaction, as ingestion does.
func arrive(b *testing.B, s engine.Store, list []arrival) {
	b.Helper()
	ctx := b.Context()
	var names []string
	var series []engine.SeriesKey
	var scopes [][2]string
	alerts, incidents := make([]engine.Alert, len(list)), make([]engine.Incident, len(list))
	events, jobs, posts := make([]engine.Event, len(list)), make([]engine.Job, len(list)), make([]engine.Post, len(list))
	for i, a := range list {
		names = append(names, a.alert.Fingerprint)
		series = append(series, a.alert.Series())
		scopes = append(scopes, [2]string{a.alert.Service, a.alert.Environment})
		alerts[i], incidents[i], events[i], jobs[i], posts[i] = a.alert, a.incident, a.event, a.job, a.post
	}
	if err := s.Update(ctx, func(tx engine.Tx) error {
		if err := tx.Lock(ctx, names...); err != nil {
			return err
		}
		if _, err := tx.Standing(ctx, engine.Way{Series: series, Scopes: scopes, Now: t0()}); err != nil {
			return err
		}
		if err := tx.PutIncidents(ctx, incidents); err != nil {
			return err
		}
		if err := tx.PutAlerts(ctx, alerts); err != nil {
			return err
		}
		if err := tx.WantPosts(ctx, posts...); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, jobs...); err != nil {
			return err
		}
		return tx.Emit(ctx, events...)
	}); err != nil {
		b.Fatal(err)
	}
}

// Bench measures a store on a fresh database: how fast alerts are durable, and
// how soon a job starts.
func Bench(b *testing.B, open func(b *testing.B) store.Store) {
	for _, group := range []int{1, 64} {
		b.Run(fmt.Sprintf("arrive in groups of %d", group), func(b *testing.B) {
			s := open(b)
			var took []time.Duration
			n := 0
			b.ResetTimer()
			began := time.Now()
			for b.Loop() {
				list := make([]arrival, group)
				for i := range list {
					list[i] = newArrival(b, n)
					n++
				}
				at := time.Now()
				arrive(b, s, list)
				took = append(took, time.Since(at))
			}
			b.ReportMetric(float64(n)/time.Since(began).Seconds(), "alerts/s")
			quantiles(b, took, "commit")
		})
	}
	b.Run("a job starts", func(b *testing.B) {
		s := open(b)
		started := make(chan time.Time, 1)
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan error, 1)
		go func() {
			done <- s.Work(ctx, []engine.Worker{worker("job", func(context.Context, string) error {
				started <- time.Now()
				return nil
			})})
		}()
		var took []time.Duration
		n := 0
		b.ResetTimer()
		for b.Loop() {
			n++
			if err := s.Update(ctx, func(tx engine.Tx) error {
				return tx.Enqueue(ctx, engine.Job{Kind: "job", Subject: fmt.Sprint(n)})
			}); err != nil {
				b.Fatal(err)
			}
			committed := time.Now()
			took = append(took, (<-started).Sub(committed))
		}
		quantiles(b, took[min(5, len(took)-1):], "start")
		cancel()
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	})
	b.Run("jobs worked", func(b *testing.B) {
		s := open(b)
		const each = 500
		worked := make(chan struct{}, each)
		w := worker("job", func(context.Context, string) error { worked <- struct{}{}; return nil })
		w.Parallel = 16
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan error, 1)
		go func() { done <- s.Work(ctx, []engine.Worker{w}) }()
		n := 0
		b.ResetTimer()
		began := time.Now()
		for b.Loop() {
			var jobs []engine.Job
			for range each {
				n++
				jobs = append(jobs, engine.Job{Kind: "job", Subject: fmt.Sprint(n)})
			}
			if err := s.Update(ctx, func(tx engine.Tx) error { return tx.Enqueue(ctx, jobs...) }); err != nil {
				b.Fatal(err)
			}
			for range each {
				<-worked
			}
		}
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "jobs/s")
		cancel()
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	})
}

func quantiles(b *testing.B, took []time.Duration, what string) {
	slices.Sort(took)
	for q, unit := range map[float64]string{0.5: "p50", 0.99: "p99"} {
		b.ReportMetric(float64(took[int(q*float64(len(took)-1))].Microseconds())/1000, what+"-"+unit+"-ms")
	}
}
