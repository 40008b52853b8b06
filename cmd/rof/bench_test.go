package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
)

// BenchmarkWebhook measures the way of an alert from outside, with one client:
// webhook to durable 202, and on to the message at Slack. Budgets on two cores:
// p50 within 5 ms on SQLite, and under 100 ms.
func BenchmarkWebhook(b *testing.B) {
	s := slack(b, slackfake.Config{Pace: slackfake.Pace{Off: true}})
	env := slackEnv(s, sqliteDB(b))
	// A channel an alert: the pace of one channel is not what is measured.
	var routes strings.Builder
	routes.WriteString("routes:\n")
	const channels = 400
	for n := range channels {
		id := fmt.Sprintf("C0BENCH%d", n)
		s.AddChannel(slackfake.Channel{ID: id, Name: strings.ToLower(id), Members: []string{s.App().UserID}})
		fmt.Fprintf(&routes, "- {match: {service: bench-%d}, channel: %s}\n", n, id)
	}
	path := filepath.Join(b.TempDir(), "rof.yml")
	if err := os.WriteFile(path, []byte(routes.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	p := serving(b, append(env, "ROF_CONFIG="+path)...)
	connected(b, s)
	var stored, posted []time.Duration
	n := 0
	for b.Loop() {
		if n == channels {
			b.Fatalf("at most %d rounds: run with -benchtime 200x", channels)
		}
		body := fmt.Sprintf(`{"title":"bench %d","service":"bench-%d","fingerprint":"bench-%d"}`, n, n, n)
		start := time.Now()
		resp, err := http.Post(p.url+"/webhooks/generic", "application/json", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // or the connection is not used again
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusAccepted {
			b.Fatalf("answered %s", resp.Status)
		}
		stored = append(stored, time.Since(start))
		start = time.Now()
		id := fmt.Sprintf("C0BENCH%d", n)
		until(b, s, 10*time.Second, "the message", func(p *slackfake.Snapshot) bool { return len(p.BotMessages(id)) > 0 })
		posted = append(posted, time.Since(start))
		n++
	}
	quantiles(b, "202", stored)
	quantiles(b, "202-to-message", posted)
}

func quantiles(b *testing.B, name string, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, name+"-p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, name+"-p99-ms")
}

// BenchmarkStart measures start to ready of a stripped binary, and its size.
// Budgets: under 0.5 s on an empty folder, under 0.15 s afterwards, under 40 MB.
func BenchmarkStart(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "rof")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(bin)
	if err != nil {
		b.Fatal(err)
	}
	var first, later []time.Duration
	for b.Loop() {
		dir := b.TempDir()
		first = append(first, startOnce(b, bin, dir))
		later = append(later, startOnce(b, bin, dir))
	}
	quantiles(b, "first-start", first)
	quantiles(b, "later-start", later)
	b.ReportMetric(float64(info.Size())/1e6, "MB")
}

func startOnce(b *testing.B, bin, dir string) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "serve")
	cmd.Env = []string{"ROF_LISTEN=127.0.0.1:0", "ROF_LOG_FORMAT=json", "HOME=" + dir}
	start := time.Now()
	p := startProcess(b, cmd)
	p.ready()
	took := time.Since(start)
	p.stop()
	return took
}
