package main

import (
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // drivers, for hold
	_ "modernc.org/sqlite"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// alertmanager is Debian's prometheus-alertmanager, sending to one webhook.
type alertmanager struct {
	t   *testing.T
	url string
}

// program finds an installed program. Without it a test is skipped, except in CI.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed, and CI skips nothing: %v", name, err)
	}
	t.Skipf("%s is not installed; .ci/test installs it", name)
	return ""
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// alerting starts an Alertmanager whose groups flush every second.
func alerting(t *testing.T, webhook string) *alertmanager {
	t.Helper()
	bin := program(t, "prometheus-alertmanager")
	program(t, "amtool")
	dir := t.TempDir()
	config := filepath.Join(dir, "alertmanager.yml")
	text := fmt.Sprintf(`route: {receiver: rof, group_by: [alertname, service], group_wait: 100ms, group_interval: 1s, repeat_interval: 2s}
receivers:
- name: rof
  webhook_configs:
  - {url: %q, send_resolved: true, max_alerts: 100}
`, webhook)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freePort(t)
	cmd := exec.Command(bin, "--config.file="+config, "--storage.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+addr, "--cluster.listen-address=", "--log.level=warn")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	am := &alertmanager{t, "http://" + addr}
	wait(t, 20*time.Second, "Alertmanager", func() bool {
		resp, err := http.Get(am.url + "/-/ready")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return am
}

// add fires an alert, or resolves it where an end is given.
func (am *alertmanager) add(labels string, args ...string) {
	am.t.Helper()
	all := append([]string{"--alertmanager.url=" + am.url, "alert", "add"}, strings.Fields(labels)...)
	if out, err := exec.Command("amtool", append(all, args...)...).CombinedOutput(); err != nil {
		am.t.Fatalf("amtool: %v: %s", err, out)
	}
}

func (am *alertmanager) fire(labels string) {
	am.add(labels, "--annotation=summary=Checkout answers too slowly", "--annotation=spike_percentage=450")
}

func (am *alertmanager) resolve(labels string) {
	am.add(labels, "--end="+time.Now().UTC().Format(time.RFC3339))
}

// watched stands between the sender and rof, and counts.
type watched struct {
	*httptest.Server
	target    atomic.Pointer[process]
	arrived   atomic.Int64 // requests on their way to rof
	refused   atomic.Int64 // answered 503
	delivered atomic.Int64 // answered 202
}

func watching(t *testing.T, p *process) *watched {
	w := &watched{}
	w.target.Store(p)
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.arrived.Add(1)
		u, err := url.Parse(w.target.Load().url)
		if err != nil {
			panic(err)
		}
		proxy := httputil.NewSingleHostReverseProxy(u)
		proxy.ModifyResponse = func(resp *http.Response) error {
			switch resp.StatusCode {
			case http.StatusAccepted:
				w.delivered.Add(1)
			case http.StatusServiceUnavailable:
				w.refused.Add(1)
				if resp.Header.Get("Retry-After") == "" {
					t.Error("a 503 without Retry-After")
				}
			}
			return nil
		}
		proxy.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.WriteHeader(http.StatusBadGateway) }
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.Close)
	return w
}

// hold keeps every writer out of a store, as a database does that is in
// trouble, until release is called.
func hold(t *testing.T, db string) (release func()) {
	t.Helper()
	_, address, _ := strings.Cut(db, "=")
	driver, lock := "pgx", "LOCK TABLE alerts IN ACCESS EXCLUSIVE MODE"
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, address, lock = "sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)", "SELECT 1"
	}
	pool, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), lock); err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() {
		_ = tx.Rollback()
		_ = pool.Close()
	})
	t.Cleanup(release)
	return release
}

const (
	slow1 = "alertname=CheckoutSlow service=checkout severity=critical environment=prod error_type=database_timeout instance=checkout-1"
	slow2 = "alertname=CheckoutSlow service=checkout severity=critical environment=prod error_type=database_timeout instance=checkout-2"
)

// live lists the incidents that are not history.
func live(p *process) []engine.Incident {
	var page struct{ Incidents []engine.Incident }
	p.get("/api/v1/incidents?limit=200", &page)
	var out []engine.Incident
	for _, i := range page.Incidents {
		if !i.Seed {
			out = append(out, i)
		}
	}
	return out
}

// summaries are the bot's own messages in the channel, without broadcast replies.
func summaries(p *slackfake.Snapshot) []*slackfake.Message {
	var out []*slackfake.Message
	for _, m := range p.BotMessages(channel) {
		if m.ThreadTS == "" || m.ThreadTS == m.TS {
			out = append(out, m)
		}
	}
	return out
}

func TestARealAlertmanagerFiresRepeatsAndResolves(t *testing.T) {
	onEachStore(t, firesRepeatsAndResolves)
}

func firesRepeatsAndResolves(t *testing.T, db string) {
	s := slack(t, slackfake.Config{})
	p := serving(t, slackEnv(s, db)...)
	connected(t, s)
	g := watching(t, p)
	am := alerting(t, g.URL+"/webhooks/alertmanager")

	am.fire(slow1)
	until(t, s, 3*time.Second, "the message, within 3 s of firing", func(p *slackfake.Snapshot) bool { return len(summaries(p)) == 1 })
	until(t, s, 3*time.Second, "the decision in its thread", func(p *slackfake.Snapshot) bool {
		return strings.Contains(thread(p, summaries(p)[0]), "Throttle connections to 30%")
	})
	incidents := live(p)
	if len(incidents) != 1 {
		t.Fatalf("firing made %d incidents; want 1", len(incidents))
	}
	id := incidents[0].ID

	am.fire(slow2)
	wait(t, 10*time.Second, "the second series in the same incident", func() bool { return live(p)[0].Series == 2 })

	seen := g.delivered.Load()
	wait(t, 15*time.Second, "two repeats", func() bool { return g.delivered.Load() >= seen+2 })
	if got := live(p); len(got) != 1 || got[0].ID != id || got[0].Series != 2 {
		t.Fatalf("after repeats: %+v; want one incident with two series", got)
	}
	if n := len(summaries(s.Snapshot())); n != 1 {
		t.Fatalf("after repeats the channel has %d messages; want 1", n)
	}

	am.resolve(slow2)
	wait(t, 15*time.Second, "part of the group to resolve", func() bool { return live(p)[0].Firing == 1 })
	if i := live(p)[0]; i.Status != engine.Open {
		t.Fatalf("with one of two still firing the incident is %s; want open", i.Status)
	}
	var detail engine.Detail
	p.get("/api/v1/incidents/"+id, &detail)
	for _, a := range detail.Alerts {
		want := engine.Firing
		if a.Labels["instance"] == "checkout-2" {
			want = engine.AlertResolved
		}
		if a.Status != want {
			t.Errorf("%s is %s; want %s", a.Labels["instance"], a.Status, want)
		}
	}

	am.resolve(slow1)
	wait(t, 15*time.Second, "the incident to resolve", func() bool { return live(p)[0].Status == engine.Resolved })
	until(t, s, 10*time.Second, "the message to be edited", func(p *slackfake.Snapshot) bool {
		m := summaries(p)
		return len(m) == 1 && strings.Contains(m[0].Visible(), "🟢") && len(m[0].Edits) > 0
	})
}

func TestAnAlertRefusedFor5SecondsArrivesLaterOnce(t *testing.T) {
	onEachStore(t, refusedFor5Seconds)
}

func refusedFor5Seconds(t *testing.T, db string) {
	s := slack(t, slackfake.Config{})
	p := serving(t, slackEnv(s, db)...)
	connected(t, s)
	g := watching(t, p)
	am := alerting(t, g.URL+"/webhooks/alertmanager")

	release := hold(t, db)
	start := time.Now()
	am.fire(slow1)
	wait(t, 15*time.Second, "a 503", func() bool { return g.refused.Load() > 0 })
	wait(t, 10*time.Second, "5 s to pass", func() bool { return time.Since(start) > 5*time.Second })
	if g.delivered.Load() > 0 {
		t.Fatal("answered 202 while nothing could be stored")
	}
	release()
	arrivesOnce(t, s, p, g)
}

func TestAnAlertWhoseReceiverDiedBeforeTheCommitArrivesAgainOnce(t *testing.T) {
	onEachStore(t, diesBeforeTheCommit)
}

func diesBeforeTheCommit(t *testing.T, db string) {
	s := slack(t, slackfake.Config{})
	env := slackEnv(s, db)
	p := serving(t, env...)
	connected(t, s)
	g := watching(t, p)
	am := alerting(t, g.URL+"/webhooks/alertmanager")

	release := hold(t, db)
	am.fire(slow1)
	wait(t, 10*time.Second, "the delivery", func() bool { return g.arrived.Load() > 0 })
	p.kill() // it has the alert, and cannot have committed it
	release()
	p2 := serving(t, env...)
	if n := len(live(p2)); n != 0 {
		t.Fatalf("%d incidents were committed behind a lock", n)
	}
	g.target.Store(p2)
	arrivesOnce(t, s, p2, g)
}

// arrivesOnce waits for the message and for one more delivery of the same alert,
// and asserts that neither it nor the incident is there twice.
func arrivesOnce(t *testing.T, s *slackfake.Slack, p *process, g *watched) {
	t.Helper()
	until(t, s, 30*time.Second, "the message", func(p *slackfake.Snapshot) bool { return len(summaries(p)) == 1 })
	seen := g.delivered.Load()
	wait(t, 15*time.Second, "a repeat", func() bool { return g.delivered.Load() > seen })
	if n, m := len(live(p)), len(summaries(s.Snapshot())); n != 1 || m != 1 {
		t.Fatalf("%d incidents, %d messages; want one of each", n, m)
	}
}

// thread is the visible text of a message's replies.
func thread(p *slackfake.Snapshot, m *slackfake.Message) string {
	var b strings.Builder
	for _, r := range p.Thread(channel, m.TS) {
		if r.TS != m.TS {
			b.WriteString(r.Visible() + "\n")
		}
	}
	return b.String()
}
