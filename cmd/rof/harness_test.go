package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ragoffire/bot/slackfake"
	"ragoffire/store/storetest/pgtest"
)

// asRof makes the test binary be rof: tests that kill a process need a real one.
const asRof = "ROF_TEST_AS_ROF"

func TestMain(m *testing.M) {
	if os.Getenv(asRof) != "" {
		main()
	}
	if kind := os.Getenv(asFloor); kind != "" {
		fmt.Fprintln(os.Stderr, floor(kind))
		os.Exit(1)
	}
	goleak.VerifyTestMain(hungUp{pg.M(m)})
}

// hungUp ends what keeps a connection for the next request.
type hungUp struct{ m interface{ Run() int } }

func (h hungUp) Run() int {
	code := h.m.Run()
	http.DefaultClient.CloseIdleConnections()
	return code
}

var pg pgtest.Server

// onEachStore runs a test on both stores; db is the setting that names one.
func onEachStore(t *testing.T, f func(t *testing.T, db string)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		f(t, sqliteDB(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		f(t, "DATABASE_URL="+pg.Database(t))
	})
}

// process is a running rof serve.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	url  string
	log  *logTail
	done chan struct{}
}

// logTail keeps what a process logs.
type logTail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logTail) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.WriteString(line + "\n")
}

func (l *logTail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// serving starts rof serve with only these variables set, and returns once it
// is ready.
func serving(t testing.TB, env ...string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "serve")
	cmd.Env = append([]string{asRof + "=1", "ROF_LISTEN=127.0.0.1:0", "ROF_LOG_FORMAT=json", "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	p := startProcess(t, cmd)
	p.ready()
	return p
}

// startProcess starts a rof serve that logs JSON, and returns once it listens.
func startProcess(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: cmd, log: &logTail{}, done: make(chan struct{})}
	address := make(chan string, 1)
	go p.read(pipe, address)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("rof serve logged:\n%s", p.log)
		}
	})
	select {
	case p.url = <-address:
	case <-p.done:
		t.Fatalf("rof serve ended:\n%s", p.log)
	case <-time.After(30 * time.Second):
		t.Fatalf("rof serve did not start:\n%s", p.log)
	}
	return p
}

// read keeps the log and finds the address in it.
func (p *process) read(pipe io.Reader, address chan<- string) {
	defer close(p.done)
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.log.add(lines.Text())
		var rec struct {
			Msg     string `json:"msg"`
			Address string `json:"address"`
		}
		if json.Unmarshal(lines.Bytes(), &rec) == nil && rec.Msg == "serving" {
			select {
			case address <- "http://" + rec.Address:
			default:
			}
		}
	}
	_ = p.cmd.Wait()
}

func (p *process) ready() {
	p.t.Helper()
	wait(p.t, 20*time.Second, "rof to be ready", func() bool {
		resp, err := http.Get(p.url + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop is SIGTERM; it returns the exit status.
func (p *process) stop() int {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		p.t.Fatal("rof did not end within 15 s of SIGTERM")
	}
	return p.cmd.ProcessState.ExitCode()
}

// wait polls for a condition: what is waited for happens in another process.
func wait(t testing.TB, limit time.Duration, what string, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !cond() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s", limit, what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// get reads a JSON document.
func (p *process) get(path string, v any) {
	p.t.Helper()
	resp, err := http.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(resp.Body)
		p.t.Fatalf("GET %s: %s %s", path, resp.Status, b)
	}
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		p.t.Fatalf("GET %s: %v", path, err)
	}
}

// post sends a JSON document and reads the answer, whatever its status.
func (p *process) post(path string, body any, v any) int {
	p.t.Helper()
	b, ok := body.(string)
	if !ok {
		enc, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		b = string(enc)
	}
	resp, err := http.Post(p.url+path, "application/json", strings.NewReader(b))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if v != nil {
		if err := json.NewDecoder(resp.Body).Decode(v); err != nil && !errors.Is(err, io.EOF) {
			p.t.Fatalf("POST %s: %s: %v", path, resp.Status, err)
		}
	}
	return resp.StatusCode
}

// slack is a running loopback Slack.
func slack(t testing.TB, cfg slackfake.Config) *slackfake.Slack {
	t.Helper()
	s, err := slackfake.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("slackfake: %v", err)
		}
	})
	return s
}

func sqliteDB(t testing.TB) string {
	return "DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "rof.db")
}

// slackEnv points a process at a Slack and at a store with the examples in it.
func slackEnv(s *slackfake.Slack, db string) []string {
	return []string{
		"SLACK_APP_TOKEN=" + s.AppToken(), "SLACK_BOT_TOKEN=" + s.BotToken(), "SLACK_API_URL=" + s.URL(),
		"SLACK_CHANNEL=" + channel, db, "ROF_SEED=true",
	}
}

// channel is the one that a new slackfake has.
const channel = "C0INCIDENT"

// until waits for a picture of the workspace.
func until(t testing.TB, s *slackfake.Slack, limit time.Duration, what string, cond func(*slackfake.Snapshot) bool) *slackfake.Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := s.WaitFor(ctx, cond); err != nil {
		var b strings.Builder
		for _, m := range s.Snapshot().Timeline(channel) {
			fmt.Fprintf(&b, "\n--- %s\n%s", m.TS, m.Visible())
			for _, r := range s.Snapshot().Thread(channel, m.TS) {
				fmt.Fprintf(&b, "\n    | %s", strings.ReplaceAll(r.Visible(), "\n", "\n    | "))
			}
		}
		t.Fatalf("waited %s for %s; the channel shows:%s", limit, what, b.String())
	}
	return s.Snapshot()
}

// connected waits until the bot holds a socket.
func connected(t testing.TB, s *slackfake.Slack) {
	t.Helper()
	until(t, s, 20*time.Second, "a socket", func(p *slackfake.Snapshot) bool { return p.Live() > 0 })
}
