package webhook_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkDelivery measures from a delivery to its 202, which says that it is
// durable, for one client that sends one after the other.
func BenchmarkDelivery(b *testing.B) {
	r := start(b, nil)
	took := make([]time.Duration, 0, b.N)
	n := 0
	for b.Loop() {
		body := anomaly(map[string]any{"fingerprint": id(n), "service": fmt.Sprint("s", n%50)})
		n++
		began := time.Now()
		got := r.do("POST", "/webhooks/generic", body)
		took = append(took, time.Since(began))
		got.want(b, 202)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkBoard measures the dashboard's page with a hundred incidents.
func BenchmarkBoard(b *testing.B) {
	r := start(b, nil).withSeeds()
	for n := range 100 {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n), "spike_percentage": 450})).want(b, 202)
	}
	time.Sleep(2 * time.Second) // until they are decided
	for b.Loop() {
		r.do("GET", "/", "").want(b, 200)
	}
}
