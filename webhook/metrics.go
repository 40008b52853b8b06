package webhook

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ragoffire/engine"
)

// metrics counts. Labels take their values from fixed sets (route templates,
// configured sources, status codes), so that no client can grow them.
type metrics struct {
	handler    echo.HandlerFunc
	requests   *prometheus.CounterVec
	deliveries *prometheus.CounterVec
	duration   prometheus.Histogram
}

func newMetrics(version string, feeds *feeds, received func() []engine.Account, more []prometheus.Collector) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rof_http_requests_total", Help: "Requests by route template.",
		}, []string{"method", "route", "code"}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rof_webhook_requests_total", Help: "Webhook deliveries by source and answer.",
		}, []string{"source", "code"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "rof_webhook_duration_seconds", Help: "Time from a delivery to its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rof_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.deliveries, m.duration, newIntake(received), build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "rof_ws_clients", Help: "Feeds open now.",
		}, func() float64 { return float64(feeds.clients.Load()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "rof_ws_dropped_total", Help: "Feeds ended because their reader did not read.",
		}, func() float64 { return float64(feeds.dropped.Load()) }),
	)
	for _, c := range more {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	m.handler = echo.WrapHandler(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return m, nil
}

func (m *metrics) request(c echo.Context) {
	route := c.Path()
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(knownMethod(c.Request().Method), route, strconv.Itoa(c.Response().Status)).Inc()
}

func (m *metrics) delivery(source string, code int, took time.Duration) {
	m.deliveries.WithLabelValues(source, strconv.Itoa(code)).Inc()
	m.duration.Observe(took.Seconds())
}

func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}
