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

// Verbs are all that help tells of.
func Verbs() []string {
	var all []string
	for _, h := range helps() {
		all = append(all, h.verb)
	}
	return all
}

// Thinned is of how many cases one is tried under the race detector.
const Thinned = thinned
