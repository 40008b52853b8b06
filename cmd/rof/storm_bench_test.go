package main

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/bot/slackfake"
)

// BenchmarkStorm delivers 10,000 alerts of 500 services within a minute, with a
// Slack that keeps its pace, and measures meanwhile how the API, the dashboard
// and the feed answer: what people look at in a storm. Budget: under 100 ms p99
// each, on two cores.
//
//	go test ./cmd/rof -run xxx -bench Storm -benchtime 1x
func BenchmarkStorm(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchStorm(b, sqliteDB(b)) })
	b.Run("PostgreSQL", func(b *testing.B) { benchStorm(b, "DATABASE_URL="+pg.Database(b)) })
}

// stormFor is how long it lasts.
const stormFor = time.Minute

func benchStorm(b *testing.B, db string) {
	b.Logf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), cpuName())
	for b.Loop() {
		s := slack(b, slackfake.Config{})
		p := serving(b, slackEnv(s, db)...)
		connected(b, s)
		bodies, fingerprints := stormBodies()
		sent := newTimes()
		stop := make(chan struct{})
		var watchers sync.WaitGroup
		looks := map[string]*durations{}
		for name, path := range map[string]string{
			"incidents": "/api/v1/incidents?limit=50", "stats": "/api/v1/stats", "events": "/api/v1/events?limit=50", "board": "/",
		} {
			d := &durations{}
			looks[name] = d
			every := 250 * time.Millisecond
			if path == "/" {
				every = time.Second // the whole of it; who follows the feed gets what changed
			}
			watchers.Go(func() { look(b, p.url+path, every, stop, d) })
		}
		looks["feed"], looks["202"] = &durations{}, &durations{}
		seen := make(chan struct{})
		go func() {
			defer close(seen)
			follow(b, p.url, sent, len(fingerprints), looks["feed"])
		}()

		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
		every := stormFor / time.Duration(len(bodies))
		var group sync.WaitGroup
		start, again := time.Now(), make(chan int, len(bodies))
		for n, body := range bodies {
			time.Sleep(time.Until(start.Add(time.Duration(n) * every)))
			group.Go(func() {
				began := time.Now()
				again <- postAlerts(b, client, p.url, body)
				looks["202"].add(time.Since(began))
				sent.at(fingerprintsOf(string(body)), time.Now())
			})
		}
		group.Wait()
		took := time.Since(start)
		<-seen
		close(stop)
		watchers.Wait()
		client.CloseIdleConnections()
		told := 0
		for range bodies {
			told += <-again
		}
		b.ReportMetric(took.Seconds(), "storm-s")
		b.ReportMetric(float64(told), "503s")
		b.ReportMetric(float64(len(live(p))), "incidents-on-a-page")
		for name, d := range looks {
			quantiles(b, name, d.list)
		}
		b.ReportMetric(p.cpu(), "cpu-s")
		p.kill()
	}
}

// durations gathers times.
type durations struct {
	mu   sync.Mutex
	list []time.Duration
}

func (d *durations) add(t time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, t)
}

// times remembers when something was answered.
type times struct {
	mu   sync.Mutex
	when map[string]time.Time
}

func newTimes() *times { return &times{when: make(map[string]time.Time)} }

func (t *times) at(keys []string, when time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range keys {
		t.when[k] = when
	}
}

func (t *times) of(key string) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	when, ok := t.when[key]
	return when, ok
}

func fingerprintsOf(body string) (out []string) {
	parts := strings.Split(body, `"fingerprint":"`)
	for _, p := range parts[1:] {
		f, _, _ := strings.Cut(p, `"`)
		out = append(out, f)
	}
	return out
}

// look asks for a page again and again, and says how long the answers took.
func look(b *testing.B, url string, every time.Duration, stop <-chan struct{}, d *durations) {
	client := &http.Client{}
	defer client.CloseIdleConnections()
	for tick := time.NewTicker(every); ; {
		select {
		case <-stop:
			tick.Stop()
			return
		case <-tick.C:
		}
		began := time.Now()
		resp, err := client.Get(url)
		if err != nil {
			b.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			b.Errorf("%s answered %s", url, resp.Status)
		}
		d.add(time.Since(began))
	}
}

// follow reads the feed until so many alerts came, and says how long after the
// sender's answer each did; one that was there before it took no time.
func follow(b *testing.B, url string, sent *times, alerts int, d *durations) {
	conn, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http")+"/ws/incidents?after=0", nil)
	if err != nil {
		b.Error(err)
		return
	}
	defer func() { _, _ = resp.Body.Close(), conn.Close() }()
	type pending struct {
		fingerprint string
		at          time.Time
	}
	var early []pending
	for seen := 0; seen < alerts; {
		var e struct {
			Type string
			Data struct{ Fingerprint, Status string }
		}
		_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		if err := conn.ReadJSON(&e); err != nil {
			b.Error(fmt.Errorf("the feed after %d alerts: %w", seen, err))
			return
		}
		if e.Type != "anomaly" {
			continue
		}
		seen++
		early = append(early, pending{e.Data.Fingerprint, time.Now()})
		// The sender's own answer may still be on its way.
		rest := early[:0]
		for _, p := range early {
			if when, ok := sent.of(p.fingerprint); ok {
				d.add(max(0, p.at.Sub(when)))
			} else {
				rest = append(rest, p)
			}
		}
		early = rest
	}
}
