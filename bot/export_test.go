package bot

import "testing"

// BenchRender renders a decision for as long as the benchmark asks.
func BenchRender(b *testing.B) {
	r, d, i := testRenderer(), answered(), firing().Incident
	b.ReportAllocs()
	for b.Loop() {
		m := r.decision(&advice{Decision: &d, live: &i}, night)
		_ = m.hash()
	}
}
