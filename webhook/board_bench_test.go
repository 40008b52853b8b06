package webhook_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"ragoffire/webhook/browsertest"

	"github.com/chromedp/chromedp"
)

// many is a rig with as many live incidents as the board shows.
func many(b *testing.B) *rig {
	b.Helper()
	r := start(b, nil)
	for n := range 1000 {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n), "value": n})).want(b, 202)
	}
	return r
}

// BenchmarkFirstPaint measures from the request to what a person sees first.
func BenchmarkFirstPaint(b *testing.B) {
	r := tonight(b)
	page := browsertest.New(b, r.url)
	page.Open(r.url + "/")
	var sum float64
	n := 0
	for b.Loop() {
		page.Open(r.url + "/")
		page.Sees("the paint", `performance.getEntriesByName('first-contentful-paint').length`)
		sum += browsertest.JS[float64](page, `performance.getEntriesByName('first-contentful-paint')[0].startTime`)
		n++
	}
	mean := sum / float64(n)
	b.ReportMetric(mean, "fcp-ms")
	if mean > 300 {
		b.Errorf("the first paint takes %.0f ms; the promise is 300 ms", mean)
	}
}

// BenchmarkBoardInAStorm has a thousand incidents on the page and fifty events a
// second: ten seconds of it, a minute where ROF_NIGHTLY is set.
func BenchmarkBoardInAStorm(b *testing.B) {
	r := many(b)
	page := browsertest.New(b, r.url)
	page.Open(r.url + "/")
	page.Sees("all of them", `document.querySelectorAll('#rows .row').length === 1000`)
	page.Sees("that it is live", live)
	fcp := browsertest.JS[float64](page, `performance.getEntriesByName('first-contentful-paint')[0].startTime`)
	took := 10 * time.Second
	if os.Getenv("ROF_NIGHTLY") == "1" {
		took = time.Minute
	}
	heap := func() float64 {
		return browsertest.JS[float64](page, `(globalThis.gc?.(), performance.memory.usedJSHeapSize / 1e6)`)
	}
	time.Sleep(3 * time.Second)
	page.Run(chromedp.Evaluate(`globalThis.long = []; new PerformanceObserver(l => long.push(...l.getEntries().map(e => e.duration))).observe({type: 'longtask'})`, nil))
	before := heap()
	n := 0
	for b.Loop() {
		tick := time.NewTicker(20 * time.Millisecond)
		for end := time.Now().Add(took); time.Now().Before(end); n++ {
			<-tick.C
			r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n % 1000), "service": id(n % 1000), "value": 5000 + n})).want(b, 202)
		}
		tick.Stop()
	}
	page.Sees("the last of them", fmt.Sprintf(`document.querySelector('#rows')?.innerHTML.includes('now %d"')`, 5000+n-1))
	over := browsertest.JS[float64](page, `long.filter(d => d > 100).length`)
	b.ReportMetric(fcp, "fcp-ms")
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(over, "tasks>100ms")
	b.ReportMetric(browsertest.JS[float64](page, `Math.max(0, ...long)`), "longest-ms")
	b.ReportMetric(heap()-before, "heap-MB-more")
	if over > 0 {
		b.Errorf("%v tasks took longer than 100 ms", over)
	}
}
