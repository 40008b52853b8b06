package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// rofCommand is the test binary, to be rof or a floor.
func rofCommand() *exec.Cmd { return exec.Command(os.Args[0], "serve") }

// BenchmarkIngest measures how fast alerts are durable, with their incident, its
// events and its job, next to two floors in the same run: to decode them only, and
// to add one durable row each, as is usual for the store: by a transaction for each
// request in PostgreSQL, by one for all that wait in SQLite, which has one writer.
// What a row costs in PostgreSQL where those share one is printed, too. Three
// rounds, medians. Budgets on two cores: at
// least .6 of the second floor on each store, p99 within 20 ms, at most 7 seconds
// of processor an incident's 10,000 alerts, the database's included; 10,000 alerts
// a second in bodies of 200, of one group each as Alertmanager sends them, and, for
// comparison, of alerts that have nothing in common and open an incident each.
//
//	go test ./cmd/rof -run xxx -bench Ingest -benchtime 1x
func BenchmarkIngest(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) {
		benchIngest(b, floorGrouped, func(b *testing.B) string { return "sqlite:" + filepath.Join(b.TempDir(), "x.db") })
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		benchIngest(b, floorEach, func(b *testing.B) string { return pg.Database(b) })
	})
}

func benchIngest(b *testing.B, usual string, database func(*testing.B) string) {
	const senders, bodies = 16, 6000
	b.Logf("%s, %d processors, %s", runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU(), cpuName())
	for b.Loop() {
		var decode, row, group, rof, ratio, p99, cpu, drain, perJob, big, apart []float64
		for range 3 {
			f := startFloor(b, floorDecode)
			decode = append(decode, f.load(b, senders, bodies, 1).rate)
			f.kill()
			f = startFloor(b, usual+database(b))
			one := f.load(b, senders, bodies, 1)
			row = append(row, one.rate)
			f.kill()
			f = startFloor(b, floorGrouped+database(b))
			group = append(group, f.load(b, senders, bodies, 1).rate)
			f.kill()

			p := serving(b, "DATABASE_URL="+database(b), "ROF_SEED=true")
			before := p.cpu() + pgCPU()
			got := p.load(b, senders, bodies, 1)
			used := p.cpu() + pgCPU() - before
			rof, p99 = append(rof, got.rate), append(p99, got.p99)
			ratio, cpu = append(ratio, got.rate/one.rate), append(cpu, used/bodies*10_000)
			start := time.Now()
			p.drained(b, bodies)
			took := time.Since(start).Seconds()
			drain = append(drain, bodies/took)
			perJob = append(perJob, (p.cpu()+pgCPU()-before-used)/bodies*1000)
			p.kill()

			for _, l := range []struct {
				body func(first, alerts int) []byte
				to   *[]float64
			}{{groupedBody, &big}, {alertmanagerBody, &apart}} {
				p = serving(b, "DATABASE_URL="+database(b), "ROF_SEED=true")
				*l.to = append(*l.to, p.loadOf(b, senders, 100, 200, l.body).rate*200)
				p.kill()
			}
		}
		for _, m := range []struct {
			of          []float64
			unit        string
			least, most float64 // what is promised, where anything is
		}{
			{of: decode, unit: "floor-decode/s"},
			{of: row, unit: "floor-row/s"},
			{of: group, unit: "floor-rows-together/s"},
			{of: rof, unit: "rof/s"},
			{of: ratio, unit: "rof/floor-row", least: .6},
			{of: p99, unit: "p99-ms", most: 20},
			{of: cpu, unit: "cpu-s/10k", most: 7},
			{of: drain, unit: "decided/s"},
			{of: perJob, unit: "cpu-ms/decided"},
			{of: big, unit: "alerts/s-by-200", least: 10_000},
			{of: apart, unit: "alerts/s-by-200-apart"},
		} {
			v := reported(b, m.of, m.unit)
			if v < m.least || m.most > 0 && v > m.most {
				b.Errorf("%s is %.4g; promised are %s", m.unit, v, bounds(m.least, m.most))
			}
		}
	}
}

// reported is the median, among the metrics and logged: one that fails shows no metrics.
func reported(b *testing.B, list []float64, unit string) float64 {
	b.Helper()
	v := median(list)
	b.ReportMetric(v, unit)
	b.Logf("%.4g %s", v, unit)
	return v
}

func bounds(least, most float64) string {
	if most > 0 {
		return fmt.Sprintf("at most %g", most)
	}
	return fmt.Sprintf("at least %g", least)
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func cpuName() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(b), "model name\t: ")
	name, _, _ := strings.Cut(rest, "\n")
	return name
}

// loaded is what came of a load.
type loaded struct{ rate, p99 float64 }

// load posts bodies of distinct alerts over so many connections.
func (p *process) load(b *testing.B, senders, bodies, alerts int) loaded {
	b.Helper()
	return p.loadOf(b, senders, bodies, alerts, alertmanagerBody)
}

func (p *process) loadOf(b *testing.B, senders, bodies, alerts int, body func(first, alerts int) []byte) loaded {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	defer client.CloseIdleConnections()
	list := make([][]byte, bodies)
	for n := range list {
		list[n] = body(n*alerts, alerts)
	}
	var next atomic.Int64
	took := make([]time.Duration, bodies)
	var group sync.WaitGroup
	start := time.Now()
	for range senders {
		group.Go(func() {
			for n := next.Add(1) - 1; n < int64(bodies); n = next.Add(1) - 1 {
				began := time.Now()
				status := p.deliver(b, client, list[n])
				for status == http.StatusServiceUnavailable { // where the machine is busy elsewhere; senders come back
					status = p.deliver(b, client, list[n])
				}
				if status != http.StatusAccepted {
					b.Errorf("answered %d", status)
					return
				}
				took[n] = time.Since(began)
			}
		})
	}
	group.Wait()
	all := time.Since(start).Seconds()
	slices.Sort(took)
	return loaded{rate: float64(bodies) / all, p99: float64(took[bodies*99/100].Microseconds()) / 1000}
}

// deliver posts one body and returns the status of the answer, 0 without one.
func (p *process) deliver(b *testing.B, client *http.Client, body []byte) int {
	b.Helper()
	resp, err := client.Post(p.url+"/webhooks/alertmanager", "application/json", bytes.NewReader(body))
	if err != nil {
		b.Error(err)
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body) // or the connection is not used again
	_ = resp.Body.Close()
	return resp.StatusCode
}

// groupedBody is a delivery of alerts of one group.
func groupedBody(first, alerts int) []byte {
	of := strings.NewReplacer(`"groupKey":"{}:{}"`, fmt.Sprintf(`"groupKey":"{}:{shard=\"%d\"}"`, first), `"groupLabels":{}`, fmt.Sprintf(`"groupLabels":{"shard":"%d"}`, first))
	return []byte(of.Replace(string(alertmanagerBody(first, alerts))))
}

// alertmanagerBody is a delivery of alerts that have nothing in common.
func alertmanagerBody(first, alerts int) []byte {
	var b strings.Builder
	b.WriteString(`{"version":"4","groupKey":"{}:{}","status":"firing","receiver":"rof","groupLabels":{},"commonLabels":{},"alerts":[`)
	for n := first; n < first+alerts; n++ {
		if n > first {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"status":"firing","labels":{"alertname":"QueueDepthHigh","severity":"warning","service":"worker-%[1]d","namespace":"jobs",`+
			`"instance":"10.1.2.3:9100","pod":"worker-%[1]d-abcde"},"annotations":{"summary":"Queue of worker-%[1]d is 4,200 deep",`+
			`"description":"The queue of worker-%[1]d has been deeper than 1,000 for ten minutes; consumers keep up with a third of it.",`+
			`"runbook_url":"https://runbooks.example.com/queue-depth"},"startsAt":"2026-11-23T03:00:00.123Z","endsAt":"0001-01-01T00:00:00Z",`+
			`"generatorURL":"http://prometheus.example.com/graph?g0.expr=queue_depth","fingerprint":"%016[1]x"}`, n)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

// drained waits until each incident is decided, as the feed tells.
func (p *process) drained(b *testing.B, incidents int) {
	b.Helper()
	var after int64
	wait(b, 10*time.Minute, "the decisions", func() bool {
		var page struct {
			Events []struct {
				Seq  int64
				Type string
			}
		}
		p.get(fmt.Sprintf("/api/v1/events?limit=200&after=%d", after), &page)
		for _, e := range page.Events {
			after = e.Seq
			if e.Type == "decision" {
				incidents--
			}
		}
		return incidents <= 0
	})
}

// cpu is how many seconds of processor a process has used.
func (p *process) cpu() float64 { return cpuOf(p.cmd.Process.Pid) }

func cpuOf(pid int) float64 {
	st := procStat(pid)
	return float64(st.own) / 100
}

// pgCPU is what the PostgreSQL of this test has used: the server that it started
// and its children, living and gone; where it started none, all there are here.
func pgCPU() float64 {
	servers := make(map[int]stat)
	found, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, path := range found {
		name, _ := os.ReadFile(path)
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && strings.TrimSpace(string(name)) == "postgres" {
			servers[pid] = procStat(pid)
		}
	}
	mine, all := 0, 0
	for _, st := range servers {
		all += st.own
		switch {
		case st.parent == os.Getpid():
			mine += st.own + st.children
		case servers[st.parent].parent == os.Getpid():
			mine += st.own
		}
	}
	if mine == 0 {
		mine = all
	}
	return float64(mine) / 100
}

// stat is what the system knows of a process, in ticks.
type stat struct{ parent, own, children int }

func procStat(pid int) (st stat) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return st
	}
	number := func(n int) int {
		v, _ := strconv.Atoi(fields[n])
		return v
	}
	return stat{parent: number(1), own: number(11) + number(12), children: number(13) + number(14)}
}
