//go:build failpoints

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
	"ragoffire/store"
)

// chain is one store and one Slack through the deaths and starts of many
// processes; what senders and people do goes on meanwhile.
type chain struct {
	t     *testing.T
	seed  uint64
	rng   *rand.Rand
	slack *slackfake.Slack
	db    string
	env   []string
	pager *pager
	blind bool // rof may not read what the channels say
	most  int  // stories

	work    errgroup.Group // the stories
	ctx     context.Context
	stories []*story
	kills   int
	started time.Time // the last process

	complaints []string // what the dead logged that was not all right

	mu     sync.Mutex
	now    *process // nil while there is none
	beside *process // another replica, nil where there is none
}

type chainConfig struct {
	db      string
	slack   slackfake.Config
	webhook bool // an incoming webhook in place of the bot
	blind   bool // without the scope that lets rof look for its messages
	stories int  // at most, mostStories where 0
	lasts   time.Duration
}

// mostStories bounds the alerts of one chain; each has a channel of its own, for
// what a dead replica holds keeps only its own channel waiting.
const mostStories = 160

// token keeps a sender from delivering to another chain, should the system give
// a dead process's port to one.
func (c *chain) token() string { return fmt.Sprintf("the-token-of-chain-%d-%s", c.seed, c.pager.id) }

func newChain(t *testing.T, seed uint64, cfg chainConfig) *chain {
	t.Helper()
	c := &chain{t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 9)), db: cfg.db, pager: newPager(t), blind: cfg.blind, most: cmp.Or(cfg.stories, mostStories)}
	if cfg.blind {
		cfg.slack.Manifest.Scopes = strings.Fields("commands app_mentions:read chat:write im:history channels:read groups:read users:read usergroups:read")
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("again alone: ROF_SEEDS=%d go test -tags failpoints ./cmd/rof -run '%s'", seed, t.Name())
		}
	})
	// This Slack does not wait minutes before it delivers again.
	cfg.slack.Timing.Redeliver = []time.Duration{0, time.Second, 3 * time.Second, 9 * time.Second}
	cfg.slack.Seed = seed
	c.slack = slack(t, cfg.slack)
	ctx, cancel := context.WithTimeoutCause(t.Context(), 8*time.Minute+cfg.lasts, errors.New("the chain takes too long"))
	c.ctx = ctx
	t.Cleanup(func() {
		cancel()
		_ = c.work.Wait()
		c.stop()
	})
	c.env = append(slackEnv(c.slack, cfg.db), "ROF_CONFIG="+c.config())
	if cfg.webhook {
		c.env = []string{"SLACK_WEBHOOK_URL=" + c.slack.WebhookURL(channel), cfg.db, "ROF_SEED=true", "ROF_CONFIG=" + c.config()}
	}
	return c
}

// config routes each story to its channel, and pages soon.
func (c *chain) config() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sources: {generic: {token: %s}}\n", c.token())
	fmt.Fprintf(&b, "escalate: {after: 300ms, then: {webhook: %q}}\nroutes:\n", c.pager.url)
	for n := range c.most {
		fmt.Fprintf(&b, "  - {match: {story: %q}, channel: %s}\n", fmt.Sprint(n), storyChannel(n))
	}
	path := filepath.Join(c.t.TempDir(), "rof.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// start starts a process that is armed with a failpoint, or with none. It may
// have died of it when start returns.
func (c *chain) start(failpoint string) *process {
	c.t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(c.ctx), os.Args[0], "serve")
	cmd.Env = append([]string{asRof + "=1", "ROF_LISTEN=127.0.0.1:0", "ROF_LOG_FORMAT=json", "HOME=" + c.t.TempDir(), "ROF_FAILPOINT=" + failpoint}, c.env...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.started = time.Now()
	p := &process{t: c.t, cmd: cmd, log: &logTail{}, done: make(chan struct{})}
	address := make(chan string, 1)
	go p.read(pipe, address)
	select {
	case p.url = <-address:
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.kill()
		c.t.Fatalf("rof serve did not start:\n%s", p.log)
	}
	c.mu.Lock()
	c.now = p
	c.mu.Unlock()
	return p
}

// stop ends the process under way.
func (c *chain) stop() {
	c.mu.Lock()
	p := c.now
	c.now = nil
	if c.beside != nil {
		c.beside.kill()
	}
	c.mu.Unlock()
	if p != nil {
		p.kill()
		if c.t.Failed() {
			c.t.Logf("the dead logged:\n%s\nthe last rof serve logged:\n%s", strings.Join(c.complaints, ""), p.log)
		}
	}
}

// url is where rof is now, any of two replicas, or "" while it is dead.
func (c *chain) url() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	alive := slices.DeleteFunc([]*process{c.now, c.beside}, func(p *process) bool { return p == nil || p.dead() })
	if len(alive) == 0 {
		return ""
	}
	return alive[rand.IntN(len(alive))].url
}

func (p *process) dead() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// patience is how long a point may keep a process waiting, and the stories the
// end: a minute is what PostgreSQL has for taking up what a dead replica left, and
// people who got no answer take their time. It bounds a hang, no more.
const patience = 3 * time.Minute

// die starts a process that a kill awaits, and tells it alerts until that comes.
func (c *chain) die(k kill, busy chan struct{}) {
	c.t.Helper()
	p := c.start(k.String())
	c.tell(k)
	if k.point == afterUncertain {
		<-busy // there is nothing to do but wait
		defer func() { busy <- struct{}{} }()
	}
	next := time.NewTicker(2 * time.Second)
	defer next.Stop()
	for end := time.After(patience); ; {
		select {
		case <-p.done:
			if s, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGKILL {
				c.t.Fatalf("rof ended by itself before %s: %s\n%s", k, p.cmd.ProcessState, p.log)
			}
			c.kills++
			c.hear(p)
			return
		case <-next.C:
			if k.point != afterUncertain && !c.blind {
				c.tell(k)
			}
		case <-end:
			c.t.Fatalf("%s was not passed within %s; the stories:\n%s", k, patience, c.standing())
		case <-c.ctx.Done():
			c.t.Fatalf("%s: %v", k, context.Cause(c.ctx))
		}
	}
}

// hear keeps what a process complained of.
func (c *chain) hear(p *process) {
	for line := range strings.Lines(p.log.String()) {
		if !strings.Contains(line, `"level":"INFO"`) {
			c.complaints = append(c.complaints, line)
		}
	}
}

// tell begins one more story.
func (c *chain) tell(k kill) {
	if len(c.stories) == c.most {
		c.t.Fatalf("%d alerts did not reach %s; the stories:\n%s", c.most, k, c.standing())
	}
	c.begin(c.newStory(strings.HasPrefix(k.point, "page.")))
}

func (c *chain) begin(s *story) {
	c.stories = append(c.stories, s)
	c.work.Go(func() error {
		if err := s.happen(c.ctx); err != nil {
			return fmt.Errorf("story %d: %s: %w", s.n, s.stands(), err)
		}
		return nil
	})
}

// standing says how far the stories have come that have not ended.
func (c *chain) standing() string {
	var b strings.Builder
	for _, s := range c.stories {
		if at := s.stands(); at != "over" {
			fmt.Fprintf(&b, "%d: %s\n", s.n, at)
		}
	}
	return b.String()
}

// lacking lists what Slack does not show yet, and why.
func (c *chain) lacking() string {
	st, err := store.Open(c.ctx, strings.TrimPrefix(c.db, "DATABASE_URL="), store.Options{})
	if err != nil {
		return err.Error()
	}
	defer func() { _ = st.Close() }()
	var b strings.Builder
	err = st.View(c.ctx, func(r engine.Reader) error {
		posts, err := r.Posts(c.ctx, "", 100)
		for _, p := range posts {
			fmt.Fprintf(&b, "%s in %s: sending %v since %s, attempts %d, not before %s, error %q\n", p.Key, p.Channel, p.Sending, p.AttemptedAt, p.Attempts, p.NotBefore, p.LastError)
		}
		return err
	})
	if err != nil {
		return err.Error()
	}
	return b.String()
}

// settle waits for the stories to end.
func (c *chain) settle() {
	c.t.Helper()
	done := make(chan error, 1)
	go func() { done <- c.work.Wait() }()
	still := time.NewTicker(30 * time.Second)
	defer still.Stop()
	for end := time.After(patience); ; {
		select {
		case err := <-done:
			if err != nil {
				c.t.Fatal(err)
			}
			return
		case <-still.C:
			c.t.Logf("%s after the last start:\n%s%s", time.Since(c.started).Round(time.Second), c.standing(), c.lacking())
		case <-end:
			c.t.Fatalf("not done %s after the last start:\n%s", patience, c.standing())
		}
	}
}

// client delivers; a connection to a process that died is not used again.
var client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
