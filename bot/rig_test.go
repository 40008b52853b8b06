package bot_test

import (
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
	"ragoffire/seeds"
	"ragoffire/store"
)

const (
	channel = "C0INCIDENT"
	alice   = "U0ALICE"
	bob     = "U0BOB"
	carol   = "U0CAROL"
)

// rig is a whole rof on a fake Slack: the real store, engine and bot.
type rig struct {
	t      testing.TB
	slack  *slackfake.Slack
	store  store.Store
	engine *engine.Engine
	bot    *bot.Bot
	counts *tally
	stop   func()
	cfg    bot.Config
	path   string
}

type setup struct {
	slack   slackfake.Config
	engine  engine.Config
	bot     bot.Config
	noSeeds bool
	idle    bool // the bot is made, and not run
	log     *slog.Logger
}

// newRig starts everything, and stops it when the test ends.
func newRig(t testing.TB, s setup) *rig {
	t.Helper()
	r := &rig{t: t, counts: &tally{n: map[string]int{}}, path: filepath.Join(t.TempDir(), "rof.db")}
	var err error
	if r.slack, err = slackfake.New(s.slack); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- r.slack.Run(context.Background()) }()
	t.Cleanup(func() {
		r.slack.Close()
		if err := <-served; err != nil {
			t.Errorf("slack: %v", err)
		}
	})
	r.open(s)
	t.Cleanup(func() { r.halt() })
	if !s.idle {
		r.connected()
	}
	return r
}

// open opens the store and starts the engine and the bot on it.
func (r *rig) open(s setup) { r.openWith(s, nil) }

// openWith also puts a store that fails between the bot and the real one.
func (r *rig) openWith(s setup, f *flaky) {
	r.t.Helper()
	ctx := context.Background()
	var err error
	if r.store, err = store.Open(ctx, "sqlite:"+r.path, store.Options{Log: s.log}); err != nil {
		r.t.Fatal(err)
	}
	s.engine.Store, s.engine.Log = r.store, s.log
	if s.engine.Channel == "" {
		s.engine.Channel = channel
	}
	if r.engine, err = engine.New(ctx, s.engine); err != nil {
		r.t.Fatal(err)
	}
	if !s.noSeeds {
		incidents, runbooks, err := seeds.Load()
		if err != nil {
			r.t.Fatal(err)
		}
		if err := r.engine.AddHistory(ctx, incidents, runbooks); err != nil {
			r.t.Fatal(err)
		}
	}
	r.cfg = s.bot
	r.cfg.Engine, r.cfg.Store, r.cfg.Log, r.cfg.Count = r.engine, r.store, s.log, r.counts.add
	if f != nil {
		f.Store = r.store
		r.cfg.Store = f
	}
	r.cfg.BotToken, r.cfg.AppToken, r.cfg.APIURL = r.slack.BotToken(), r.slack.AppToken(), strings.TrimSuffix(r.slack.URL(), "/")
	if r.cfg.Stagger == 0 {
		r.cfg.Stagger = -1
	}
	if r.cfg.Settle == 0 {
		r.cfg.Settle = 50 * time.Millisecond
	}
	if r.bot, err = bot.New(r.cfg); err != nil {
		r.t.Fatal(err)
	}
	run, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	start := func(name string, f func(context.Context) error) {
		group.Go(func() {
			if err := f(run); err != nil && run.Err() == nil {
				r.t.Errorf("%s: %v", name, err)
			}
		})
	}
	start("engine", r.engine.Run)
	if !s.idle {
		start("bot", r.bot.Run)
		start("work", func(ctx context.Context) error {
			return r.store.Work(ctx, slices.Concat(r.engine.Workers(), r.bot.Workers()))
		})
	}
	r.stop = sync.OnceFunc(func() {
		cancel()
		group.Wait()
		if err := r.store.Close(); err != nil {
			r.t.Errorf("closing the store: %v", err)
		}
	})
}

func (r *rig) halt() { r.stop() }

func (r *rig) connected() {
	r.t.Helper()
	r.wait("both sockets", func(p *slackfake.Snapshot) bool { return p.Live() == 2 })
}

// ctx bounds everything that a test waits for.
func (r *rig) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	r.t.Cleanup(cancel)
	return ctx
}

func (r *rig) wait(what string, cond func(*slackfake.Snapshot) bool) *slackfake.Snapshot {
	r.t.Helper()
	var last *slackfake.Snapshot
	err := r.slack.WaitFor(r.ctx(), func(p *slackfake.Snapshot) bool { last = p; return cond(p) })
	if err != nil {
		for _, m := range last.Messages(channel) {
			r.t.Logf("%s in thread %q by %s: %s", m.TS, m.ThreadTS, m.Via, m.Visible())
		}
		for _, c := range last.Calls("") {
			if c.Error != "" {
				r.t.Logf("call %s answered %s", c.Method, c.Error)
			}
		}
		r.t.Fatalf("%s: %v", what, err)
	}
	return last
}

// slash types a slash command, and returns once it is acknowledged.
func (r *rig) slash(user, text string) *slackfake.Interaction {
	r.t.Helper()
	i, err := r.slack.SlashCommand(r.ctx(), slackfake.Command{User: user, Channel: channel, Command: "/incident", Text: text})
	if err != nil {
		r.t.Fatal(err)
	}
	return i
}

// reply is what a slash command or click answered to its sender alone.
func (r *rig) reply(i *slackfake.Interaction) string {
	r.t.Helper()
	replies, err := r.slack.WaitReplies(r.ctx(), i, 1)
	if err != nil {
		r.t.Fatal(err)
	}
	m := slackfake.Message{Text: replies[0].Text, Blocks: replies[0].Blocks}
	return m.Visible()
}

func (r *rig) click(user, ts, action string) *slackfake.Interaction {
	r.t.Helper()
	i, err := r.slack.Click(r.ctx(), user, channel, ts, action)
	if err != nil {
		r.t.Fatal(err)
	}
	return i
}

// posted waits for the bot's n-th message whose text has all of the words.
func (r *rig) posted(words ...string) *slackfake.Message {
	r.t.Helper()
	var found *slackfake.Message
	r.wait("a message with "+strings.Join(words, ", "), func(p *slackfake.Snapshot) bool {
		found = find(p, words...)
		return found != nil
	})
	return found
}

func find(p *slackfake.Snapshot, words ...string) *slackfake.Message {
	for _, m := range slices.Backward(p.BotMessages(channel)) {
		if contains(m.Visible(), words...) {
			return m
		}
	}
	return nil
}

func contains(s string, words ...string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

// whispered waits for an ephemeral message to a user with the words.
func (r *rig) whispered(user string, words ...string) *slackfake.Message {
	r.t.Helper()
	var found *slackfake.Message
	r.wait("an answer with "+strings.Join(words, ", "), func(p *slackfake.Snapshot) bool {
		for _, m := range p.Ephemerals(user) {
			if contains(m.Visible(), words...) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

// settled waits until every wanted post is sent.
func (r *rig) settled() {
	r.t.Helper()
	deadline := time.Now().Add(60 * time.Second) // lookups have a pace of their own
	for {
		var posts []engine.Post
		if err := r.store.View(context.Background(), func(in engine.Reader) (err error) {
			posts, err = in.Posts(context.Background(), "", 0)
			return err
		}); err != nil {
			r.t.Fatal(err)
		}
		if len(posts) == 0 {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%d posts are still wanted: %+v", len(posts), posts)
		}
		time.Sleep(5 * time.Millisecond) // the store cannot be waited for
	}
}

// counted waits until the bot says that something happened n times.
func (r *rig) counted(what string, n int) {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); r.counts.of(what) < n; {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s happened %d times, want %d", what, r.counts.of(what), n)
		}
		time.Sleep(5 * time.Millisecond) // nothing tells of it but the count
	}
}

// fire sends an alert of a critical incident and returns the incident's id.
func (r *rig) fire(name string) string { r.t.Helper(); return r.fireOn(name, "checkout") }

// fireOn is fire for a service.
func (r *rig) fireOn(name, service string) string {
	r.t.Helper()
	spike := 450.0
	rec, err := r.engine.Ingest(context.Background(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{{
		Source: "alertmanager", Fingerprint: name, Status: engine.Firing, Severity: engine.SeverityCritical,
		Name: name, Title: name, Service: service, Environment: "prod", ErrorType: "database_timeout", Spike: &spike, StartedAt: time.Now(),
	}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return rec.Alerts[0].IncidentID
}

// tally counts what the bot says happened.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *tally) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[what]++
}

func (c *tally) all() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}

func (c *tally) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[what]
}
