package slackfake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Errors of the people's side, and of a Slack that has been closed.
var (
	// ErrClosed answers everything once the Slack has been closed.
	ErrClosed = errors.New("slack is closed")
	// ErrNotConnected is what a person sees as "the app did not respond": no
	// socket of the app is open.
	ErrNotConnected = errors.New("no socket of the app is open")
	// ErrNoAck is what a person sees as a timeout: the app did not acknowledge
	// in time.
	ErrNoAck = errors.New("the app did not acknowledge in time")
	// ErrImpossible marks what a person cannot do in Slack: click a button
	// that isn't there, submit a view that isn't open.
	ErrImpossible = errors.New("impossible for a person")
)

const (
	teamID     = "T0FAKE"
	teamDomain = "fake"
)

// Slack is one workspace with one app in it. Its methods are safe for
// concurrent use.
type Slack struct {
	cfg     Config
	log     *slog.Logger
	base    *url.URL // how clients reach it, without a trailing slash
	server  *http.Server
	ln      net.Listener // nil when the handler is mounted elsewhere
	methods map[string]method

	mu      sync.Mutex
	st      *state
	changed chan struct{} // closed, and replaced, with every change of st
	life    lifetime
}

// lifetime joins what New, Run and requests start.
type lifetime struct {
	done    chan struct{} // closed by Close
	wg      sync.WaitGroup
	closing bool // guarded by Slack.mu: nothing may start any more
}

// New fills the workspace and binds the listener; calls are answered once Run
// is under way.
func New(cfg Config) (*Slack, error) {
	cfg = cfg.withDefaults()
	s := &Slack{
		cfg:     cfg,
		log:     cfg.Log.With("component", "slackfake"),
		changed: make(chan struct{}),
		life:    lifetime{done: make(chan struct{})},
	}
	s.methods = webAPI()
	if cfg.Manifest.Scopes == nil {
		s.cfg.Manifest.Scopes = allScopes(s.methods)
	}
	s.st = newState(cfg)
	if err := s.bind(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Slack) bind() error {
	if s.cfg.BaseURL != "" {
		base, err := url.Parse(strings.TrimRight(s.cfg.BaseURL, "/"))
		if err != nil {
			return fmt.Errorf("base URL: %w", err)
		}
		s.base = base
		return nil
	}
	host, _, err := net.SplitHostPort(s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", s.cfg.Addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("address %q is not on loopback", s.cfg.Addr)
	}
	s.ln, err = net.Listen("tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	s.base = &url.URL{Scheme: "http", Host: s.ln.Addr().String()}
	s.server = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	return nil
}

// Run serves until ctx ends or Close is called, then closes every socket and
// waits for what it started. Mounted elsewhere, it only does the latter.
func (s *Slack) Run(ctx context.Context) error {
	served := make(chan error, 1)
	if s.ln != nil {
		go func() { served <- s.server.Serve(s.ln) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case <-s.life.done:
	case err = <-served:
		served <- err
	}
	s.Close()
	if s.ln != nil {
		if err = <-served; errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}

// Close stops everything abruptly, as a network outage would, and waits for
// it. A second Close does nothing.
func (s *Slack) Close() {
	s.mu.Lock()
	first := !s.life.closing
	s.life.closing = true
	sockets := s.st.hub.all()
	s.mu.Unlock()
	if first {
		close(s.life.done)
		if s.server != nil {
			_ = s.server.Close()
			_ = s.ln.Close() // Serve may never have taken it over
		}
		for _, k := range sockets {
			k.cut()
		}
	}
	s.life.wg.Wait()
}

// URL is the base of the Web API, with the trailing slash that slack-go needs.
func (s *Slack) URL() string { return s.base.String() + "/api/" }

// BotToken and AppToken are what the app signs in with.
func (s *Slack) BotToken() string { return s.cfg.App.BotToken }

// AppToken is the app-level token for Socket Mode.
func (s *Slack) AppToken() string { return s.cfg.App.AppToken }

// App says who the app is.
func (s *Slack) App() App { return s.cfg.App }

// enter counts a request or goroutine in, so that Close can wait for it.
func (s *Slack) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life.closing {
		return false
	}
	s.life.wg.Add(1)
	return true
}

// spawn runs f in a goroutine that Close waits for; f must heed life.done.
func (s *Slack) spawn(f func()) {
	if !s.enter() {
		return
	}
	go func() {
		defer s.life.wg.Done()
		f()
	}()
}

// pause waits for d, or less when the Slack closes: then it reports false.
func (s *Slack) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-s.life.done:
	}
	return false
}
