package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/bot/slackfake/face"
	sources "ragoffire/webhook/source"
)

const demoHelp = `all of it on this machine, with a Slack to try it in, in the browser

It is serve with a temporary store, ten examples and a workspace of its own at
http://127.0.0.1:8000/slack: fire an alert there, read the advice, approve it.
Nothing to install, no account, no network. Data are gone when it ends.

  --keep   leaves the store where it is, and says where

Only ROF_LISTEN, ROF_LOG_LEVEL and ROF_LOG_FORMAT count; the settings of a real
one are ignored. Ctrl-C ends it.
`

func demo(ctx context.Context, args []string, getenv func(string) string, std streams) (err error) {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	keep := fs.Bool("keep", false, "")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usagef("unexpected %q", words[0])
	}
	l, err := demoListener(ctx, getenv("ROF_LISTEN"))
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // closed already where it served
	dir, err := os.MkdirTemp("", "rof-demo-")
	if err != nil {
		return fmt.Errorf("a folder for its data: %w", err)
	}
	if !*keep {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	slack, err := demoSlack()
	if err != nil {
		return err
	}
	cfg, err := readConfig(demoEnv(getenv, slack, dir, l.Addr()))
	if err != nil {
		return err
	}
	cfg.file.linkHosts = demoHosts()
	log := newLog(std.err, cfg.logLevel, cfg.logFormat)
	w, err := newWorkspace(slack, l, log)
	if err != nil {
		return err
	}
	w.told = func(url string) { greet(std, url, dir, *keep, demoIgnored(getenv)) }
	defer context.AfterFunc(ctx, w.face.Close)()
	around, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- slack.Run(around) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	return host(ctx, cfg, log, w)
}

// workspace is the demo's Slack with its face, and where it is served.
type workspace struct {
	slack    *slackfake.Slack
	face     *face.Face
	listener net.Listener
	told     func(url string) // once it can be opened
}

func newWorkspace(s *slackfake.Slack, l net.Listener, log *slog.Logger) (*workspace, error) {
	alerts, err := demoAlerts()
	if err != nil {
		return nil, err
	}
	var verbs []face.Verb
	for _, c := range bot.Commands() {
		verbs = append(verbs, face.Verb{Name: c.Verb, Example: c.Example, Does: c.Does})
	}
	f, err := face.New(face.Config{
		Slack: s, Channel: demoChannel, Command: demoCommand, Verbs: verbs,
		Shortcut: face.Shortcut{ID: bot.ShortcutID, Name: bot.ShortcutName},
		Alerts:   alerts, Sources: slices.Sorted(maps.Keys(sources.Kinds())), Deliver: "/webhooks/", Feed: "/ws/incidents", Dashboard: "/", Log: log,
	})
	return &workspace{slack: s, face: f, listener: l}, err
}

// The three that follow answer for a serve without a demo, too.

func (w *workspace) handler() http.Handler {
	if w == nil {
		return nil
	}
	return w.face
}

func (w *workspace) door() net.Listener {
	if w == nil {
		return nil
	}
	return w.listener
}

func (w *workspace) ready(url string) {
	if w != nil {
		w.told(url)
	}
}

const (
	demoChannel = "C0INCIDENT"
	demoGeneral = "C0GENERAL"
	demoCommand = "/incident"
)

// demoSlack is a small workspace in which somebody has just said something worth
// looking up.
func demoSlack() (*slackfake.Slack, error) {
	s, err := slackfake.New(slackfake.Config{Manifest: slackfake.Manifest{Commands: []string{demoCommand}}})
	if err != nil {
		return nil, err
	}
	s.AddChannel(slackfake.Channel{ID: demoGeneral, Name: "general", Topic: "What everybody should know"})
	for _, line := range []struct{ who, says string }{
		{"U0BOB", "Checkout 4f1c2e is out. It asks the database a little more often; shout if something looks odd."},
		{"U0CAROL", "Customers say that checkout times out, database timeouts, p99 up 450%"},
	} {
		if _, err := s.Say(line.who, demoGeneral, "", line.says); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// demoListener takes the address before anything else is made.
func demoListener(ctx context.Context, addr string) (net.Listener, error) {
	if addr = strings.TrimSpace(addr); addr == "" {
		addr = "127.0.0.1:8000"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil || !loopback(host) {
		return nil, usagef("ROF_LISTEN=%s: the demo is open to whoever reaches it, so it listens on this machine only, such as on 127.0.0.1:8000", addr)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %s is taken; ROF_LISTEN=%s rof demo takes any that is free", port, net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}

// demoEnv is the environment that the demo lives in: hardly anything of the real
// one.
func demoEnv(getenv func(string) string, s *slackfake.Slack, dir string, addr net.Addr) func(string) string {
	own := map[string]string{
		"ROF_LISTEN": addr.String(), "ROF_SEED": "true", "ROF_COMMAND": demoCommand,
		"DATABASE_URL":    "sqlite:" + filepath.Join(dir, "rof.db"),
		"SLACK_APP_TOKEN": s.AppToken(), "SLACK_BOT_TOKEN": s.BotToken(), "SLACK_API_URL": s.URL(), "SLACK_CHANNEL": demoChannel,
		"ROF_LOG_LEVEL": getenv("ROF_LOG_LEVEL"), "ROF_LOG_FORMAT": getenv("ROF_LOG_FORMAT"),
	}
	if own["ROF_LOG_LEVEL"] == "" {
		own["ROF_LOG_LEVEL"] = "warn" // what it has to say stands in the browser
	}
	return func(name string) string { return own[name] }
}

// demoIgnored are the settings that somebody made for a real one.
func demoIgnored(getenv func(string) string) []string {
	var set []string
	for _, name := range []string{
		"DATABASE_URL", "ROF_API_TOKEN", "ROF_PUBLIC_URL", "ROF_CONFIG", "ROF_SEED", "ROF_COMMAND", "ROF_OIDC_ISSUER", "ROF_OIDC_CLIENT_ID", "ROF_OIDC_CLIENT_SECRET",
		"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "SLACK_CHANNEL", "SLACK_API_URL", "SLACK_WEBHOOK_URL",
		"OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_EMBEDDING_MODEL", "KAFKA_BROKERS",
	} {
		for _, name := range []string{name, name + "_FILE"} {
			if strings.TrimSpace(getenv(name)) != "" {
				set = append(set, name)
			}
		}
	}
	return slices.Compact(set)
}

// demoHosts are where the demo's alerts link to, as a team would list its own.
func demoHosts() []string {
	return []string{
		"prometheus.shop.example", "alertmanager.shop.example", "grafana.shop.example", "runbooks.shop.example", "zabbix.shop.example",
		"app.datadog.example", "radar.newrelic.example",
	}
}

// greet says where everything is.
func greet(std streams, url, dir string, keep bool, ignored []string) {
	where := dir + ", gone when it ends; --keep leaves it"
	if keep {
		where = dir + "\n             rof serve goes on with it: DATABASE_URL=sqlite:" + filepath.Join(dir, "rof.db")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Slack      %s/slack\n  Dashboard  %s/\n  Data       %s\n", url, url, where)
	if len(ignored) > 0 {
		fmt.Fprintf(&b, "  Ignored    %s: the demo has settings of its own\n", strings.Join(ignored, ", "))
	}
	b.WriteString("\nOpen the first in a browser. Ctrl-C ends it.\n\n")
	_, _ = fmt.Fprint(std.out, b.String())
}
