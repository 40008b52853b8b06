package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// Bot is rof in Slack. Run keeps its connections, Workers does its work; they
// are independent: what arrives is stored, what is wanted is in the store.
type Bot struct {
	cfg    Config
	log    *slog.Logger
	now    func() time.Time
	api    *slack.Client
	http   *http.Client
	engine *engine.Engine
	store  engine.Store
	render renderer
	names  *names
	people *people
	homes  *homes
	boards *boards
	lobby  *lobby
	out    *announcer
	links  *connections
	user   atomic.Pointer[string] // the bot's own user id, once Slack has told

	troubles sync.Map // what was said of rooms already
}

// New checks the configuration. It makes no call: Run does.
func New(cfg Config) (*Bot, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	api, err := url.Parse(cfg.APIURL)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: newHeed(transport(), api, cfg.Now)}
	b := &Bot{
		cfg: cfg, log: cfg.Log.With("component", "bot"), now: cfg.Now, http: client, engine: cfg.Engine, store: cfg.Store,
		api: slack.New(cfg.BotToken,
			slack.OptionAppLevelToken(cfg.AppToken), slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client)),
		render: renderer{hosts: cfg.LinkHosts, command: cfg.Command, about: cfg.Engine.Links, depends: cfg.Engine.Depends, updates: cfg.Engine.TellsUpdates()},
		lobby:  &lobby{asking: map[string]waiting{}},
		links:  &connections{count: cfg.Count, now: cfg.Now, since: cfg.Now()},
	}
	b.people = newPeople(b.api, cfg.Now)
	b.names = &names{api: b.api, now: cfg.Now, known: map[string]named{}}
	b.homes = &homes{every: cfg.HomeEvery, tab: map[string]tab{}}
	b.boards = &boards{engine: cfg.Engine, store: cfg.Store, now: cfg.Now}
	b.out = newAnnouncer(b)
	return b, nil
}

// transport is the default one of our own, so that closing its connections
// closes nobody else's. Like slack-go's dialer it asks no proxy for loopback.
func transport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	return t.Clone()
}

// Run connects to Slack and stays connected until ctx ends. It returns an error
// only where trying again cannot help: a token that Slack refuses. It keeps two
// connections; Slack allows an app ten, so five processes.
func (b *Bot) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer b.http.CloseIdleConnections()
	if err := b.signIn(ctx); err != nil {
		return err
	}
	var wg sync.WaitGroup
	for n := range 2 {
		wg.Go(func() {
			if n > 0 && !b.sleep(ctx, b.cfg.Stagger) {
				return
			}
			if err := b.socket(n).run(ctx); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// signIn asks Slack who the bot is until it answers.
func (b *Bot) signIn(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		who, err := b.api.AuthTestContext(ctx)
		if err == nil {
			b.user.Store(&who.UserID)
			b.people.home(who.TeamID)
			b.log.InfoContext(ctx, "signed in to slack", "team", who.Team, "user", who.User)
			return nil
		}
		if ctx.Err() != nil {
			return nil
		}
		if refusesToken(err) {
			return fmt.Errorf("slack refuses SLACK_BOT_TOKEN (%w): copy the bot user oauth token again from the app's OAuth page", err)
		}
		if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
			wait = max(wait, limited.RetryAfter)
		}
		b.links.fail(err)
		b.log.WarnContext(ctx, "slack does not answer; trying again", "after", wait, "error", quiet(err))
		if !b.sleep(ctx, wait) {
			return nil
		}
	}
}

// self is the bot's own user id, "" before Slack has told.
func (b *Bot) self() string {
	if p := b.user.Load(); p != nil {
		return *p
	}
	return ""
}

// Workers do the bot's jobs: what came in, and what channels should see.
func (b *Bot) Workers() []engine.Worker {
	return []engine.Worker{
		{Kind: engine.JobInbound, Parallel: 8, Timeout: time.Minute, Do: b.inbound},
		{Kind: engine.JobReach, Parallel: 1, Timeout: time.Minute, Every: 15 * time.Second, Do: b.reach},
		{Kind: engine.JobHome, Parallel: 2, Timeout: time.Minute, Do: b.homeJob},
		{Kind: engine.JobAnnounce, Parallel: 8, Timeout: 2 * time.Minute, Every: time.Minute, Do: b.out.announce},
		{Kind: engine.JobRoom, Parallel: 2, Timeout: 2 * time.Minute, Do: b.room},
		{Kind: engine.JobChart, Parallel: 2, Timeout: time.Minute, Do: b.chart},
	}
}
