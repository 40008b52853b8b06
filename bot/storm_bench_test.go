package bot_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// The storm that the pace is made for: this many alerts in a minute, over so many
// incidents, of which some are critical, in one channel with one message a second.
const (
	stormAlerts   = 10_000
	stormGroups   = 500
	stormCritical = 50
	stormFaster   = 3 // than life: the minute takes twenty seconds, and so does all else
)

// BenchmarkStorm measures how long a critical incident waits to be seen in its
// channel: named by a message at all, and by its own. Times are given as they are
// in life; the machine has a third of them. Budget: median under 5 s.
func BenchmarkStorm(b *testing.B) {
	for _, c := range []struct {
		name string
		when func(alert int, r *rand.Rand) (group int)
	}{
		// Each incident begins at its own time in the minute.
		{"spread", func(alert int, r *rand.Rand) int { return min(alert/(stormAlerts/stormGroups), stormGroups-1) }},
		// Each alert is of any incident: nearly all begin in the first seconds.
		{"at once", func(_ int, r *rand.Rand) int { return r.IntN(stormGroups) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				runStorm(b, c.when)
			}
		})
	}
}

func runStorm(b *testing.B, when func(int, *rand.Rand) int) {
	every := time.Second / stormFaster
	r := newRig(b, setup{
		slack: slackfake.Config{Pace: slackfake.Pace{Every: every * 9 / 10, Burst: 15}},
		bot:   bot.Config{Pace: engine.Pace{Burst: 10, Every: every}},
	})
	began := fireStorm(b, r, when)
	p := r.wait("every critical incident's own message", func(p *slackfake.Snapshot) bool {
		own := 0
		for _, m := range p.Timeline(channel) {
			if strings.Contains(m.Visible(), "*critical*") {
				own++
			}
		}
		return own >= stormCritical
	})
	named, own, digests := waits(p, began)
	if len(named) != stormCritical || len(own) != stormCritical {
		b.Fatalf("%d critical incidents are named and %d have a message, want %d", len(named), len(own), stormCritical)
	}
	if n := len(p.Timeline(channel)); n > stormGroups+digests {
		b.Errorf("%d messages in the channel; want at most %d incidents and %d digests", n, stormGroups, digests)
	}
	if n := r.counts.of(bot.CountLimited); n > 0 {
		b.Errorf("Slack had to say stop %d times", n)
	}
	inLife := func(d time.Duration) float64 { return (d * stormFaster).Seconds() }
	b.ReportMetric(inLife(named[len(named)/2]), "s/named-p50")
	b.ReportMetric(inLife(named[len(named)*95/100]), "s/named-p95")
	b.ReportMetric(inLife(own[len(own)/2]), "s/own-p50")
	b.ReportMetric(inLife(own[len(own)-1]), "s/own-max")
	b.ReportMetric(float64(len(p.Timeline(channel))), "messages")
	b.ReportMetric(float64(digests), "digests")
}

// fireStorm sends the storm and returns when each critical incident began, by id.
func fireStorm(b *testing.B, r *rig, when func(int, *rand.Rand) int) map[string]time.Time {
	b.Helper()
	const step = 20 * time.Millisecond // a batch each
	minute := time.Minute / stormFaster
	batch := stormAlerts * int(step) / int(minute)
	rng := rand.New(rand.NewPCG(1, 2))
	began := map[string]time.Time{}
	var mu sync.Mutex
	var group sync.WaitGroup
	tick := time.NewTicker(step)
	defer tick.Stop()
	for n := 0; n < stormAlerts; n += batch {
		var alerts []engine.Alert
		for k := n; k < min(n+batch, stormAlerts); k++ {
			g := when(k, rng)
			severity := engine.SeverityMedium
			if g%(stormGroups/stormCritical) == 0 {
				severity = engine.SeverityCritical
			}
			alerts = append(alerts, engine.Alert{
				Fingerprint: fmt.Sprintf("%d-%d", g, k), Status: engine.Firing, Severity: severity, Title: "Errors are up", ErrorType: "database_timeout",
				Service: fmt.Sprintf("service%d", g), Environment: "prod", Component: fmt.Sprintf("pod-%d", k), StartedAt: time.Now(),
			})
		}
		group.Go(func() {
			at := time.Now()
			rec, err := r.engine.Ingest(context.Background(), engine.Delivery{Source: "alertmanager", Alerts: alerts})
			if err != nil {
				b.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for k, a := range rec.Alerts {
				if first, ok := began[a.IncidentID]; alerts[k].Severity == engine.SeverityCritical && (!ok || at.Before(first)) {
					began[a.IncidentID] = at
				}
			}
		})
		<-tick.C
	}
	group.Wait()
	return began
}

// waits are how long each incident waited to be named, and for its own message.
func waits(p *slackfake.Snapshot, began map[string]time.Time) (named, own []time.Duration, digests int) {
	first, mine := map[string]time.Duration{}, map[string]time.Duration{}
	for _, m := range p.Timeline(channel) {
		text := m.Visible()
		digest := strings.Contains(text, "critical incidents at once") || strings.Contains(text, "Storm:")
		if digest {
			digests++
		}
		seconds, err := strconv.ParseFloat(m.TS, 64)
		if err != nil {
			continue
		}
		at := time.UnixMicro(int64(seconds * 1e6))
		for id, t := range began {
			if !strings.Contains(text, "`"+id+"`") {
				continue
			}
			wait := max(at.Sub(t), 0)
			if w, ok := first[id]; !ok || wait < w {
				first[id] = wait
			}
			if !digest {
				mine[id] = wait
			}
		}
	}
	for _, w := range first {
		named = append(named, w)
	}
	for _, w := range mine {
		own = append(own, w)
	}
	slices.Sort(named)
	slices.Sort(own)
	return named, own, digests
}
