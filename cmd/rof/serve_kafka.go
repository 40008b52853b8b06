package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"ragoffire/engine"
	"ragoffire/webhook"
	"ragoffire/webhook/kafka"
)

// stream is what takes anomalies in from a topic, where one is set.
type stream struct {
	run     func(context.Context) error
	state   func() webhook.SlackState // nil where there is none
	metrics []prometheus.Collector
}

func newStream(cfg *config, e *engine.Engine, log *slog.Logger) (*stream, error) {
	k := cfg.kafka
	if len(k.Brokers) == 0 {
		return &stream{run: idle}, nil
	}
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rof_kafka_alerts_total", Help: "Alerts and changes read from Kafka, by what became of them.",
	}, []string{"result"})
	k.Ingest, k.Log = e.Ingest, log
	k.Quarantine = func(ctx context.Context, p kafka.Poison) error {
		why := "cannot be stored; see the log"
		if e, ok := errors.AsType[*engine.Error](p.Err); ok {
			why = e.Text
		}
		return e.Quarantine(ctx, []engine.Quarantined{{Source: p.Source, Error: p.Place + ": " + why, Raw: string(p.Body), Alerts: p.Alerts}})
	}
	k.Count = func(result string, n int) { total.WithLabelValues(result).Add(float64(n)) }
	c, err := kafka.New(k)
	if err != nil {
		return nil, err
	}
	return &stream{
		run: c.Run, metrics: []prometheus.Collector{total},
		state: func() webhook.SlackState { return webhook.SlackState(c.State()) },
	}, nil
}
