package bot_test

import (
	"context"
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

// hooked is a rof without a bot that posts to an incoming webhook.
func hooked(t *testing.T, s slackfake.Config) *rig {
	t.Helper()
	r := &rig{t: t, counts: &tally{n: map[string]int{}}, path: filepath.Join(t.TempDir(), "rof.db")}
	var err error
	if r.slack, err = slackfake.New(s); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if r.store, err = store.Open(ctx, "sqlite:"+r.path, store.Options{}); err != nil {
		t.Fatal(err)
	}
	if r.engine, err = engine.New(ctx, engine.Config{Store: r.store, Channel: "webhook", PostAnswers: true}); err != nil {
		t.Fatal(err)
	}
	incidents, runbooks, err := seeds.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.engine.AddHistory(ctx, incidents, runbooks); err != nil {
		t.Fatal(err)
	}
	w, err := bot.NewWebhook(bot.WebhookConfig{URL: r.slack.WebhookURL(channel), Store: r.store, Count: r.counts.add, Refused: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	slackCtx, slackStop := context.WithCancel(context.Background())
	group.Go(func() { _ = r.slack.Run(slackCtx) })
	group.Go(func() { _ = r.engine.Run(ctx) })
	group.Go(func() { _ = r.store.Work(ctx, slices.Concat(r.engine.Workers(), w.Workers())) })
	t.Cleanup(func() {
		cancel()
		slackStop()
		group.Wait()
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) question() {
	r.t.Helper()
	spike := 450.0
	if _, err := r.engine.Analyze(context.Background(), engine.Question{ErrorType: "database_timeout", Spike: &spike, Service: "checkout"}); err != nil {
		r.t.Fatal(err)
	}
}

func TestAWebhookGetsDecisionsAndNothingElse(t *testing.T) {
	r := hooked(t, slackfake.Config{})
	r.question()
	m := r.posted("Incident Decision: INC-2025-001", "Throttle connections to 30%", "95%")
	if len(m.Elements()) != 0 {
		t.Errorf("it has %d elements that nobody can use", len(m.Elements()))
	}
	r.fire("HighErrorRate")
	r.wait("the incident's decision", func(p *slackfake.Snapshot) bool { return len(p.BotMessages(channel)) == 2 })
	d, err := r.engine.Decisions(t.Context(), engine.DecisionFilter{}, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.engine.Review(t.Context(), d.Items[0].ID, engine.Review{Verdict: engine.Approve, Actor: "alice"}); err != nil {
		t.Fatal(err)
	}
	r.settled()
	for _, m := range r.slack.Snapshot().BotMessages(channel) {
		if !contains(m.Visible(), "Incident Decision") {
			t.Errorf("it got %q", m.Visible())
		}
	}
	if n := len(r.slack.Snapshot().BotMessages(channel)); n != 2 {
		t.Errorf("%d messages for two decisions", n)
	}
}

func TestAWebhookThatSaysWaitIsLeftAlone(t *testing.T) {
	r := hooked(t, slackfake.Config{})
	r.slack.Inject(slackfake.Fault{Method: "webhook", Status: 429, RetryAfter: time.Second})
	r.question()
	p := r.wait("both calls", func(p *slackfake.Snapshot) bool { return len(p.Calls("webhook")) > 1 })
	posts := p.Calls("webhook")
	if len(posts) != 2 || posts[1].At.Sub(posts[0].At) < time.Second-20*time.Millisecond {
		t.Errorf("%d posts", len(posts))
	}
}

func TestAWebhookIsAskedOnceMoreWhereTheAnswerGotLost(t *testing.T) {
	r := hooked(t, slackfake.Config{})
	r.slack.Inject(slackfake.Fault{Method: "webhook", DropAfter: true, Times: -1})
	r.question()
	r.wait("two attempts", func(p *slackfake.Snapshot) bool { return len(p.Calls("webhook")) == 2 })
	r.settled()
	if n := r.counts.of(bot.CountUncertain); n != 2 {
		t.Errorf("%d attempts were uncertain", n)
	}
}

func TestAWebhookTakenAwayIsTriedAgainLater(t *testing.T) {
	r := hooked(t, slackfake.Config{})
	r.slack.Inject(slackfake.Fault{Method: "webhook", Status: 404, Body: "no_service", Times: 2})
	r.question()
	r.wait("three calls", func(p *slackfake.Snapshot) bool { return len(p.Calls("webhook")) == 3 })
	r.posted("Incident Decision")
}

func TestTheWebhooksAddressIsASecret(t *testing.T) {
	_, err := bot.NewWebhook(bot.WebhookConfig{URL: "hooks.slack.com/services/T0/B0/SECRET"})
	if err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("the error is %v", err)
	}
}
