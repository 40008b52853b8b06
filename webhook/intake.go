package webhook

import (
	"github.com/prometheus/client_golang/prometheus"

	"ragoffire/engine"
)

// intake shows what this process has received, by source. It reads all of an
// account at once, so that what was received is what became of it in every
// scrape. Sources are those of the config, "unknown", and our own.
type intake struct {
	read              func() []engine.Account
	received, results *prometheus.Desc
}

func newIntake(read func() []engine.Account) *intake {
	return &intake{
		read: read,
		received: prometheus.NewDesc("rof_alerts_received_total", "Alerts and other members of bodies received, and bodies refused: the sum of rof_alerts_total.",
			[]string{"source"}, nil),
		results: prometheus.NewDesc("rof_alerts_total", "Alerts and other members of bodies received, by what became of them; refused are whole bodies.",
			[]string{"source", "result"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (i *intake) Describe(ch chan<- *prometheus.Desc) { ch <- i.received; ch <- i.results }

// Collect implements prometheus.Collector.
func (i *intake) Collect(ch chan<- prometheus.Metric) {
	for _, a := range i.read() {
		ch <- prometheus.MustNewConstMetric(i.received, prometheus.CounterValue, float64(a.Received), a.Source)
		for result, n := range map[string]int{
			"accepted": a.Accepted, "duplicate": a.Duplicate, "silenced": a.Silenced, "quarantined": a.Quarantined, "refused": a.Refused,
		} {
			ch <- prometheus.MustNewConstMetric(i.results, prometheus.CounterValue, float64(n), a.Source, result)
		}
	}
}
