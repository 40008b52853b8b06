package webhook_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ragoffire/engine"
	"ragoffire/seeds"
	"ragoffire/store"
	"ragoffire/webhook"
)

func TestMain(m *testing.M) {
	if words := os.Getenv(crowdEnv); words != "" {
		if err := runCrowd(words); !errors.Is(err, errOver) {
			fmt.Fprintln(os.Stderr, "crowd:", err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// rig is a sidecar with the real engine on an embedded store.
type rig struct {
	t      testing.TB
	path   string // of the store
	engine *engine.Engine
	away   *awayStore
	server *webhook.Server
	url    string
	token  string
	stop   func()
	client *http.Client
}

// start runs a sidecar until the test ends; change may alter its config.
func start(t testing.TB, change func(*webhook.Config)) *rig {
	t.Helper()
	return startOn(t, filepath.Join(t.TempDir(), "rof.db"), (*engine.Engine).Workers, change)
}

// beside runs another sidecar on the same store; the first one has the workers.
func (r *rig) beside(change func(*webhook.Config)) *rig {
	r.t.Helper()
	return startOn(r.t, r.path, nil, change)
}

func startOn(t testing.TB, path string, workers func(*engine.Engine) []engine.Worker, change func(*webhook.Config)) *rig {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	st, err := store.Open(ctx, "sqlite:"+path, store.Options{})
	check(t, err)
	away := &awayStore{Store: st}
	e, err := engine.New(ctx, engine.Config{Store: away})
	check(t, err)
	conf := webhook.Config{Engine: e, Listen: "127.0.0.1:0", Version: "test"}
	if change != nil {
		change(&conf)
	}
	srv, err := webhook.New(conf)
	check(t, err)
	var wg sync.WaitGroup
	run := func(name string, f func() error) {
		wg.Go(func() {
			if err := f(); err != nil && ctx.Err() == nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	run("engine", func() error { return e.Run(ctx) })
	if workers != nil {
		run("workers", func() error { return st.Work(ctx, workers(e)) })
	}
	run("server", func() error { return srv.Run(ctx) })
	transport := &http.Transport{}
	r := &rig{
		t: t, path: path, engine: e, away: away, server: srv, url: "http://" + address(srv), token: conf.Token,
		client: &http.Client{Transport: transport, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	r.stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		transport.CloseIdleConnections()
		check(t, st.Close())
	})
	t.Cleanup(r.stop)
	return r
}

// awayStore is a store that can be out of reach.
type awayStore struct {
	engine.Store
	away atomic.Bool
}

func (s *awayStore) gone() error {
	if s.away.Load() {
		return &engine.Error{Kind: engine.Unavailable, Text: "the database is out of reach", Err: errors.New("dial tcp 10.1.2.3:5432: secret-host refused")}
	}
	return nil
}

func (s *awayStore) View(ctx context.Context, fn func(engine.Reader) error) error {
	if err := s.gone(); err != nil {
		return err
	}
	return s.Store.View(ctx, fn)
}

func (s *awayStore) Update(ctx context.Context, fn func(engine.Tx) error) error {
	if err := s.gone(); err != nil {
		return err
	}
	return s.Store.Update(ctx, fn)
}

func (s *awayStore) Ready(ctx context.Context) error {
	return cmp.Or(s.gone(), s.Store.Ready(ctx))
}

// address is where to dial a server, also one that says it is elsewhere.
func address(s *webhook.Server) string {
	if o, ok := s.Addr().(elsewhere); ok {
		return o.real
	}
	return s.Addr().String()
}

// withSeeds loads the examples.
func (r *rig) withSeeds() *rig {
	r.t.Helper()
	incidents, runbooks, err := seeds.Load()
	check(r.t, err)
	check(r.t, r.engine.AddHistory(context.Background(), incidents, runbooks))
	return r
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is a response, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) decode(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// field returns a member of a JSON answer, by its path.
func (a answer) field(t testing.TB, path string) any {
	t.Helper()
	var v any
	a.decode(t, &v)
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no %s in %s", path, a.body)
		}
		v = m[name]
	}
	return v
}

// do makes a request with the token, if there is one. Extra is header lines.
func (r *rig) do(method, path, body string, extra ...string) answer {
	r.t.Helper()
	return r.send(r.request(method, path, strings.NewReader(body), extra...))
}

func (r *rig) request(method, path string, body io.Reader, extra ...string) *http.Request {
	r.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, r.url+path, body)
	check(r.t, err)
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	for _, line := range extra {
		k, v, _ := strings.Cut(line, ": ")
		if k == "Host" {
			req.Host = v
		}
		req.Header.Set(k, v)
		if v == "" {
			req.Header.Del(k)
		}
	}
	return req
}

func (r *rig) send(req *http.Request) answer {
	r.t.Helper()
	resp, err := r.client.Do(req)
	check(r.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	check(r.t, err)
	return answer{resp.StatusCode, resp.Header, b}
}

// want fails unless the answer has the status, and is a problem where that is
// an error.
func (a answer) want(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status = %d, want %d: %.500s", a.status, status, a.body)
	}
	if status >= 400 && !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("content type = %q, want a problem: %.200s", a.header.Get("Content-Type"), a.body)
	}
	return a
}

// names fails unless a problem's detail names what was wrong.
func (a answer) names(t testing.TB, what string) {
	t.Helper()
	var p struct{ Detail string }
	a.decode(t, &p)
	if !strings.Contains(p.Detail, what) {
		t.Errorf("detail = %q, want it to name %q", p.Detail, what)
	}
}

// stored counts what the store holds.
func (r *rig) stored() (incidents, events int) {
	r.t.Helper()
	p, err := r.engine.Incidents(context.Background(), engine.IncidentFilter{}, "", 1000)
	check(r.t, err)
	evs, err := r.engine.Events(context.Background(), 0, 1000)
	check(r.t, err)
	return len(p.Items), len(evs)
}

// eventually waits until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not in time: %s", what)
}

// anomaly is a body of the generic source.
func anomaly(fields map[string]any) string {
	all := map[string]any{"title": "Checkout times out", "error_type": "database_timeout", "service": "checkout", "environment": "prod", "severity": "critical"}
	maps.Copy(all, fields)
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// logs is a log that tests look into.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logs) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// outside is a listener that says it is reachable from elsewhere.
type outside struct{ net.Listener }

type elsewhere struct {
	net.TCPAddr
	real string
}

func (o outside) Addr() net.Addr {
	return elsewhere{net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}, o.Listener.Addr().String()}
}

func (e elsewhere) String() string  { return e.TCPAddr.String() }
func (e elsewhere) Network() string { return e.TCPAddr.Network() }

func outsideListener(t testing.TB) outside {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	return outside{l}
}

func id(n int) string { return fmt.Sprintf("fp-%d", n) }
