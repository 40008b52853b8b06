package webhook

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"ragoffire/engine"
)

// What a client may take of us: time for its headers, its body and our answer,
// and the size of its headers. Webhooks and pages are far below all of them.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeader         = 64 << 10
	stopTimeout       = 4 * time.Second
)

// Config is what a Server is made of. Engine is required.
type Config struct {
	Engine *engine.Engine

	Listen   string       // 127.0.0.1:8000
	Listener net.Listener // used instead of Listen where there is one

	// Token opens REST, feed and dashboard. Without one they are open, which
	// only a loopback address may be.
	Token string
	// OIDC is a provider that people sign in with, beside the token or instead.
	OIDC OIDCConfig
	// PublicURL is how people reach the dashboard, and the only base of links;
	// where empty it is made of the listener's address.
	PublicURL string
	// LinkHosts are the hosts that alerts' own addresses may link to; the others
	// are shown as plain, defanged text.
	LinkHosts []string
	// Sources are the configured sources by name, the last part of their path.
	// Each kind is also a source of its own name.
	Sources map[string]SourceConfig

	// VerdictsElsewhere refuses verdicts here: only some people may give them, and
	// a name in a request does not show who somebody is. A provider does.
	VerdictsElsewhere bool
	// NotOwn refuses them to people whom a provider signed in, too: nobody decides
	// on what they asked for, and who asked is known in Slack alone.
	NotOwn bool

	// Slack says how the bot is; nil means that there is none.
	Slack func() SlackState
	// Kafka says how the consumer of a topic is, likewise.
	Kafka func() SlackState
	// Demo answers /slack and all below it, where there is one; only the demo has.
	Demo http.Handler
	// Model says what came of the last question to a model, likewise.
	Model      func() SlackState
	MaxClients int                    // feeds open at the same time; 8192 where 0
	MaxHeld    int64                  // bytes of deliveries held at the same time; 64 MiB where 0
	HTTP       *http.Client           // fetches what SNS signs with; one of its own where nil
	Metrics    []prometheus.Collector // more for /metrics
	Version    string
	Log        *slog.Logger     // discards
	Now        func() time.Time // time.Now
}

// SlackState is how the bot is connected. It is shown by /readyz and never makes
// the sidecar unready: alerts are taken in without Slack.
type SlackState struct {
	State  string // off, connecting, connected or failed
	Detail string // what to do about it, in a line
}

// Server is the sidecar.
type Server struct {
	cfg      Config
	log      *slog.Logger
	listener net.Listener
	echo     *echo.Echo
	sources  *sources
	door     *door
	feeds    *feeds
	held     *held
	metrics  *metrics
	pages    *pages
	spec     packed // the OpenAPI document
	turned   hush   // deliveries and requests that got 503
}

// New binds the address and returns a server that Run serves. Nothing is left
// behind when it fails.
func New(cfg Config) (*Server, error) {
	if cfg.Engine == nil {
		return nil, errors.New("webhook: no engine")
	}
	cfg.Listen = cmp.Or(cfg.Listen, "127.0.0.1:8000")
	cfg.MaxClients = cmp.Or(cfg.MaxClients, 8192)
	cfg.MaxHeld = cmp.Or(cfg.MaxHeld, maxHeld)
	cfg.Version = cmp.Or(cfg.Version, "dev")
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Timeout: fetchTimeout}
	}
	l := cfg.Listener
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", cfg.Listen); err != nil {
			if errors.Is(err, syscall.EADDRINUSE) {
				return nil, fmt.Errorf("something else listens on %s already: stop it, or set ROF_LISTEN to another port", cfg.Listen)
			}
			return nil, fmt.Errorf("listen on %s: %w", cfg.Listen, err)
		}
	}
	s, err := build(cfg, l)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return s, nil
}

func build(cfg Config, l net.Listener) (*Server, error) {
	local := loopback(l.Addr())
	if !local && cfg.Token == "" && cfg.OIDC.Issuer == "" {
		return nil, fmt.Errorf("%s is not a loopback address: set ROF_API_TOKEN or ROF_OIDC_ISSUER, or listen on 127.0.0.1", l.Addr())
	}
	cfg.PublicURL = strings.TrimRight(cmp.Or(cfg.PublicURL, "http://"+host(l.Addr())), "/")
	public, err := url.Parse(cfg.PublicURL)
	if err != nil || public.Host == "" || (public.Scheme != "http" && public.Scheme != "https") {
		return nil, fmt.Errorf("public URL %q: write it as https://rof.example.com", cfg.PublicURL)
	}
	s := &Server{cfg: cfg, log: cfg.Log.With("component", "webhook"), listener: l, echo: echo.New()}
	if s.sources, err = newSources(cfg.Sources, around{local: local, now: cfg.Now, http: cfg.HTTP}); err != nil {
		return nil, err
	}
	if s.pages, err = newPages(cfg); err != nil {
		return nil, err
	}
	if s.door, err = newDoor(&cfg, public); err != nil {
		return nil, err
	}
	s.feeds = newFeeds(cfg.MaxClients, public.Host)
	s.held = &held{most: cfg.MaxHeld}
	if s.metrics, err = newMetrics(cfg.Version, s.feeds, cfg.Engine.Received, cfg.Metrics); err != nil {
		return nil, err
	}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.Logger.SetOutput(io.Discard) // ours is slog
	s.echo.IPExtractor = echo.ExtractIPDirect()
	s.echo.HTTPErrorHandler = s.answerError
	if err := s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// Addr is the address that New bound.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL is the base of all links to the dashboard, without a slash at its end.
func (s *Server) URL() string { return s.cfg.PublicURL }

// Run serves until ctx ends. Then it takes no more requests, closes the feeds
// with 1001, lets what is under way finish, and returns within five seconds.
func (s *Server) Run(ctx context.Context) error {
	srv := &http.Server{
		Handler: headAsGet(s.echo), ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	var wg sync.WaitGroup
	failed := make(chan error, 1)
	wg.Go(func() { failed <- srv.Serve(s.listener) })
	defer wg.Wait()
	look, blind := context.WithCancel(ctx)
	defer blind()
	wg.Go(func() { s.door.sessions.run(look, s.log) })
	select {
	case err := <-failed:
		s.feeds.stop()
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.feeds.stop()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil {
		s.log.WarnContext(ctx, "requests were cut off", "error", err)
		return errors.Join(srv.Close(), s.feeds.wait(stop))
	}
	return s.feeds.wait(stop)
}

// host is where people on this machine reach an address.
func host(a net.Addr) string {
	if t, ok := a.(*net.TCPAddr); ok && t.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", t.Port)
	}
	return a.String()
}

// loopback reports whether only this machine can reach an address.
func loopback(a net.Addr) bool {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	}
	return false
}
