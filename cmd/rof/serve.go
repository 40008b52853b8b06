package main

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"ragoffire/bot"
	"ragoffire/engine"
	"ragoffire/engine/chart"
	"ragoffire/engine/fail"
	"ragoffire/engine/page"
	"ragoffire/store"
	"ragoffire/webhook"
)

const serveHelp = `the bot, the sidecar and the workers, in one process

Without settings it listens on http://127.0.0.1:8000, keeps its data in the
user's data folder and loads ten examples; Slack is off until SLACK_APP_TOKEN
and SLACK_BOT_TOKEN are set, and no model is asked until OPENAI_MODEL is.
SIGTERM ends it cleanly.
`

func serve(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	if err := none("serve", args); err != nil {
		return err
	}
	if err := fail.Arm(getenv); err != nil {
		return err
	}
	weight := ballast(getenv)
	defer runtime.KeepAlive(weight)
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	log := newLog(std.err, cfg.logLevel, cfg.logFormat)
	for _, w := range cfg.warnings {
		log.WarnContext(ctx, w)
	}
	return host(ctx, cfg, log, nil)
}

// host is serve with its settings read. In the demo there is a workspace beside
// it; in a real one demo is nil.
func host(ctx context.Context, cfg config, log *slog.Logger, demo *workspace) (err error) {
	wordsTotal := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rof_words_total", Help: "What came of a model's words: shown, reused, failed, or dropped and why.",
	}, []string{"what"})
	ec := worded(&cfg, func(what string) { wordsTotal.WithLabelValues(what).Inc() })
	st, e, err := open(ctx, &cfg, ec, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	// Reading a long history leaves as much behind as it keeps.
	debug.FreeOSMemory()
	if err := st.Claim(ctx); err != nil {
		return err
	}
	slackTotal := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rof_slack_total", Help: "What happened between rof and Slack, by kind.",
	}, []string{"what"})
	chat, err := newChat(ctx, &cfg, e, st, log, func(what string) { slackTotal.WithLabelValues(what).Inc() })
	if err != nil {
		return err
	}
	if d := cfg.file.deadman; d.url != "" {
		dead, err := page.NewDeadman(d.url, d.every, st, time.Now)
		if err != nil {
			return err
		}
		chat.workers = append(chat.workers, dead.Workers()...)
	}
	stream, err := newStream(&cfg, e, log)
	if err != nil {
		return err
	}
	srv, err := webhook.New(webhook.Config{
		Engine: e, Listen: cfg.listen, Listener: demo.door(), Token: cfg.token, OIDC: cfg.oidc, PublicURL: cfg.publicURL, LinkHosts: cfg.file.linkHosts,
		Sources: webhookSources(cfg.file.sources), Slack: chat.state, Kafka: stream.state, Model: modelState(ec.Writer), Version: release, Log: log,
		VerdictsElsewhere: cfg.file.verdictsElsewhere, NotOwn: cfg.file.notOwn,
		Metrics: append(stream.metrics, slackTotal, wordsTotal), Demo: demo.handler(),
	})
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "serving", "address", srv.Addr().String(), "dashboard", srv.URL(), "store", storeName(cfg.database))
	demo.ready(srv.URL())
	if err := together(ctx, srv, e, st, chat, stream); err != nil {
		return err
	}
	log.InfoContext(ctx, "stopped")
	return nil
}

// together runs the parts until ctx ends or one of them fails. The door closes
// first, so that nothing new comes in while the rest finishes.
func together(ctx context.Context, srv *webhook.Server, e *engine.Engine, st store.Store, chat *chat, stream *stream) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, inner := errgroup.WithContext(inner)
	outer, closeDoor := context.WithCancel(ctx)
	defer closeDoor()
	context.AfterFunc(inner, closeDoor)
	group.Go(func() error {
		defer stop()
		return srv.Run(outer)
	})
	group.Go(func() error { return stream.run(outer) })
	group.Go(func() error { return e.Run(inner) })
	group.Go(func() error { return st.Work(inner, append(e.Workers(), chat.workers...)) })
	group.Go(func() error { return chat.run(inner) })
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// chat is what stands between the engine and Slack: the bot, an incoming
// webhook, or nothing.
type chat struct {
	run     func(context.Context) error
	workers []engine.Worker
	state   func() webhook.SlackState
}

func newChat(ctx context.Context, cfg *config, e *engine.Engine, st engine.Store, log *slog.Logger, count func(string)) (*chat, error) {
	switch {
	case cfg.bot():
		return newBot(ctx, cfg, e, st, log, count)
	case cfg.slackWebhook != "":
		w, err := bot.NewWebhook(bot.WebhookConfig{Store: st, URL: cfg.slackWebhook, LinkHosts: cfg.file.linkHosts, Log: log, Count: count})
		if err != nil {
			return nil, err
		}
		log.InfoContext(ctx, "decisions go to an incoming webhook; for threads and buttons set SLACK_APP_TOKEN and SLACK_BOT_TOKEN")
		state := webhook.SlackState{State: "webhook", Detail: "decisions go to an incoming webhook; nobody can answer there"}
		return &chat{run: idle, workers: w.Workers(), state: func() webhook.SlackState { return state }}, nil
	}
	const how = "Slack is off: set SLACK_APP_TOKEN, SLACK_BOT_TOKEN and SLACK_CHANNEL (README, Slack in five minutes)"
	log.InfoContext(ctx, how)
	return &chat{run: idle, state: func() webhook.SlackState { return webhook.SlackState{State: "off", Detail: how} }}, nil
}

func newBot(ctx context.Context, cfg *config, e *engine.Engine, st engine.Store, log *slog.Logger, count func(string)) (*chat, error) {
	if cfg.slackChannel == "" && len(cfg.file.routes) == 0 {
		log.WarnContext(ctx, "alerts are not announced: set SLACK_CHANNEL to a channel's id, or routes in ROF_CONFIG")
	}
	b, err := bot.New(bot.Config{
		Engine: e, Store: st, Log: log, BotToken: cfg.slackBot, AppToken: cfg.slackApp, APIURL: cfg.slackAPI,
		Command: cfg.command, LinkHosts: cfg.file.linkHosts, Count: count,
		Approvers: cfg.file.approvers, Admins: cfg.file.admins, NotOwn: cfg.file.notOwn,
		Rooms: cfg.file.rooms, Emoji: cfg.file.emoji, Chart: chart.PNG,
	})
	if err != nil {
		return nil, err
	}
	return &chat{
		workers: b.Workers(),
		// A Slack that refuses us must not stop alerts from being taken in.
		run: func(ctx context.Context) error {
			if err := b.Run(ctx); err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "the bot has stopped; alerts are still taken in", "error", err)
				<-ctx.Done()
			}
			return nil
		},
		state: func() webhook.SlackState { return slackState(b.Health()) },
	}, nil
}

// slackState says in words how the bot is connected.
func slackState(h bot.Health) webhook.SlackState {
	switch {
	case h.Sockets > 0:
		return webhook.SlackState{State: "connected"}
	case h.Error != "":
		return webhook.SlackState{State: "failed", Detail: h.Error}
	}
	return webhook.SlackState{State: "connecting"}
}

// idle is the run of a chat that has nothing to run.
func idle(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func webhookSources(in map[string]source) map[string]webhook.SourceConfig {
	out := make(map[string]webhook.SourceConfig, len(in))
	for name, s := range in {
		out[name] = s.config()
	}
	return out
}

// storeName is what may be shown of a store's address: a database's may hold a
// password.
func storeName(address string) string {
	if strings.HasPrefix(address, "sqlite:") {
		return address
	}
	return "postgresql"
}
