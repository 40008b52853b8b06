package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkMemory takes 300,000 alerts in that have nothing in common, each of
// which opens an incident, and prints what the process holds on the way: its
// jobs, its feed and what it knows of live incidents must not pile up in memory.
// Budget: at the end at most half as much again as after the first 100,000.
//
//	go test ./cmd/rof -run xxx -bench Memory -benchtime 1x -timeout 30m
func BenchmarkMemory(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchMemory(b, "sqlite:"+filepath.Join(b.TempDir(), "x.db")) })
	b.Run("PostgreSQL", func(b *testing.B) { benchMemory(b, pg.Database(b)) })
}

func benchMemory(b *testing.B, database string) {
	const senders, bodies, alerts, looks = 8, 1500, 200, 6
	for b.Loop() {
		p := serving(b, "DATABASE_URL="+database, "ROF_SEED=true")
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
		for look := range looks {
			var next atomic.Int64
			next.Store(int64(look * bodies / looks))
			end := int64((look + 1) * bodies / looks)
			var group sync.WaitGroup
			for range senders {
				group.Go(func() {
					for n := next.Add(1) - 1; n < end; n = next.Add(1) - 1 {
						body := alertmanagerBody(int(n)*alerts, alerts)
						status := p.deliver(b, client, body)
						for status == http.StatusServiceUnavailable { // as senders do
							time.Sleep(time.Second)
							status = p.deliver(b, client, body)
						}
						if status != http.StatusAccepted {
							b.Errorf("answered %d", status)
							return
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric(p.resident(b), fmt.Sprintf("MB-at-%dk", int(end)*alerts/1000))
		}
		client.CloseIdleConnections()
		p.kill()
	}
}

// resident is how many megabytes of memory a process has.
func (p *process) resident(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Skip("memory is read from /proc: ", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kB, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kB) / 1024
}
