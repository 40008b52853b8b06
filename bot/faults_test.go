package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

func TestTheFirstVerdictWinsAndEverybodyElseIsTold(t *testing.T) {
	const people = 50
	r := newRig(t, setup{})
	for n := range people {
		r.slack.AddUser(slackfake.User{ID: fmt.Sprintf("U%03d", n), Name: fmt.Sprintf("person%d", n)})
		if err := r.slack.Join(channel, fmt.Sprintf("U%03d", n)); err != nil {
			t.Fatal(err)
		}
	}
	r.slash(alice, ask)
	m := r.posted("Incident Decision: INC-2025-001")
	var group sync.WaitGroup
	for n := range people {
		group.Go(func() {
			if _, err := r.slack.Click(r.ctx(), fmt.Sprintf("U%03d", n), channel, m.TS, "decision_approve"); err != nil && !errors.Is(err, slackfake.ErrImpossible) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	m = r.posted("✅ Approved by @person")
	clicks := r.counts.of(bot.CountReceived) - 1
	told := 0
	r.wait("an answer to everybody else", func(p *slackfake.Snapshot) bool {
		told = 0
		for n := range people {
			told += len(p.Ephemerals(fmt.Sprintf("U%03d", n)))
		}
		return told == clicks-1
	})
	r.settled()
	m = r.slack.Snapshot().Message(channel, m.TS)
	if len(m.Edits) != 1 {
		t.Errorf("the message was edited %d times, want once", len(m.Edits))
	}
	d, _ := r.engine.Decision(t.Context(), m.Metadata.Payload["post"].(string)[len("decision:"):])
	if len(d.Reviews) != 1 {
		t.Errorf("%d verdicts stand", len(d.Reviews))
	}
	if !contains(m.Visible(), "@"+d.Reviews[0].Actor) {
		t.Errorf("%s decided, and the message says %q", d.Reviews[0].Actor, m.Visible())
	}
}

func TestWhatIsDeliveredAgainDoesNothingTwice(t *testing.T) {
	r := newRig(t, setup{slack: slackfake.Config{Duplicates: 1}})
	r.slash(alice, ask)
	r.posted("asked by @alice")
	if err := r.slack.RedeliverLast(r.ctx()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.slack.Mention(bob, channel, "", "analyze error_type=memory_leak service=cart"); err != nil {
		t.Fatal(err)
	}
	m := r.posted("asked by @bob")
	for range 3 {
		if err := r.slack.RedeliverLast(r.ctx()); err != nil {
			t.Fatal(err)
		}
		if err := r.slack.DuplicateLast(r.ctx()); err != nil {
			t.Fatal(err)
		}
	}
	i := r.click(carol, m.TS, "decision_evidence")
	r.reply(i)
	if err := r.slack.RedeliverLast(r.ctx()); err != nil {
		t.Fatal(err)
	}
	r.settled()
	p := r.slack.Snapshot()
	if n := len(p.BotMessages(channel)); n != 2 {
		t.Errorf("%d answers for two questions", n)
	}
	if n := r.counts.of(bot.CountReceived); n != 3 {
		t.Errorf("%d envelopes are new, want 3", n)
	}
	if n := len(p.Replies(i.ResponseURL)); n != 1 {
		t.Errorf("one click is answered %d times", n)
	}
}

func TestARefreshLosesNothing(t *testing.T) {
	r := newRig(t, setup{slack: slackfake.Config{Pace: slackfake.Pace{Off: true}}, bot: bot.Config{Stagger: 50 * time.Millisecond}})
	asked := 0
	ask := func() {
		r.slash(alice, fmt.Sprintf("show INC-2031-%d", asked))
		asked++
	}
	opened := func() int { return r.slack.Snapshot().SocketsOpened() }
	refresh := func() {
		for range 5 {
			before := opened()
			r.slack.RefreshOldest()
			for range 4 {
				ask() // while one socket is on its way, the other is there
			}
			r.wait("the socket to be back", func(p *slackfake.Snapshot) bool { return p.SocketsOpened() > before && p.Live() == 2 })
			ask()
		}
	}
	refresh()
	// Not even announced; what is on its way just then is lost to everybody.
	before := opened()
	r.slack.Cut()
	r.wait("new sockets", func(p *slackfake.Snapshot) bool { return p.SocketsOpened() >= before+2 && p.Live() == 2 })
	refresh()
	r.wait("every answer", func(p *slackfake.Snapshot) bool { return len(p.Replies("")) == asked })
}

func TestAnEventThatMeetsAClosingSocketComesAgain(t *testing.T) {
	timing := slackfake.Timing{Ack: 300 * time.Millisecond, Redeliver: []time.Duration{0, 100 * time.Millisecond, 100 * time.Millisecond}}
	r := newRig(t, setup{slack: slackfake.Config{Timing: timing}, bot: bot.Config{Stagger: 50 * time.Millisecond}})
	for n := range 3 {
		r.slack.Warn() // both at once: what two sockets do not help against
		if _, err := r.slack.Mention(alice, channel, "", fmt.Sprintf("show INC-2031-%d", n)); err != nil {
			t.Fatal(err)
		}
		r.whispered(alice, fmt.Sprintf("INC-2031-%d", n))
	}
}

func TestNoCallIsMadeWhileSlackSaysWait(t *testing.T) {
	r := newRig(t, setup{})
	disarm := r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", Status: 429, RetryAfter: time.Second, Times: 1})
	defer disarm()
	for n := range 5 {
		r.slash(alice, fmt.Sprintf("analyze error_type=database_timeout service=s%d", n))
	}
	p := r.wait("five answers", func(p *slackfake.Snapshot) bool { return len(p.BotMessages(channel)) == 5 })
	var limited, next time.Time
	for _, c := range p.Calls("chat.postMessage") {
		switch {
		case c.Status == 429:
			limited = c.At.Add(c.Took)
		case !limited.IsZero() && next.IsZero():
			next = c.At
		}
	}
	if limited.IsZero() || next.Sub(limited) < time.Second-20*time.Millisecond {
		t.Errorf("the next call came %s after Slack said to wait a second", next.Sub(limited))
	}
	if n := r.counts.of(bot.CountLimited); n != 1 {
		t.Errorf("%d calls were refused, want one", n)
	}
}

func TestABurstIsPacedAndInOrder(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Pace: engine.Pace{Burst: 3, Every: 100 * time.Millisecond}}})
	const asked = 9
	for n := range asked {
		r.slash(alice, fmt.Sprintf("analyze error_type=database_timeout service=s%d", n))
	}
	p := r.wait("every answer", func(p *slackfake.Snapshot) bool { return len(p.Calls("chat.postMessage")) == asked })
	posts := p.Calls("chat.postMessage")
	if took := posts[asked-1].At.Sub(posts[0].At); took < (asked-4)*100*time.Millisecond {
		t.Errorf("%d posts took %s", asked, took)
	}
}

func TestALostAnswerIsFoundAgain(t *testing.T) {
	for name, c := range map[string]struct {
		fault  slackfake.Fault
		method string
		count  string
	}{
		"after it was stored":  {slackfake.Fault{Method: "chat.postMessage", DropAfter: true}, "chat.postMessage", bot.CountAdopted},
		"before it was stored": {slackfake.Fault{Method: "chat.postMessage", DropBefore: true}, "chat.postMessage", bot.CountAbsent},
		"a bad gateway":        {slackfake.Fault{Method: "chat.postMessage", Status: 502}, "chat.postMessage", bot.CountAbsent},
		"Slack does not know":  {slackfake.Fault{Method: "chat.postMessage", Error: "internal_error"}, "chat.postMessage", bot.CountAbsent},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, setup{})
			r.slack.Inject(c.fault)
			r.slash(alice, ask)
			r.posted("asked by @alice")
			r.settled()
			if n := len(r.slack.Snapshot().BotMessages(channel)); n != 1 {
				t.Errorf("the answer stands %d times", n)
			}
			if r.counts.of(c.count) != 1 || r.counts.of(bot.CountUncertain) != 1 {
				t.Errorf("settled %d times as %s, uncertain %d times", r.counts.of(c.count), c.count, r.counts.of(bot.CountUncertain))
			}
		})
	}
}

func TestALostAnswerInAThreadIsFoundAgain(t *testing.T) {
	r := newRig(t, setup{})
	// The channel message passes; the plain alert below it gets lost.
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", Skip: 1, DropAfter: true})
	r.fire("HighErrorRate")
	r.posted("Incident Decision")
	r.settled()
	if n := len(r.slack.Snapshot().BotMessages(channel)); n != 3 {
		t.Errorf("%d messages, want the incident, its alert and the decision", n)
	}
	if r.counts.of(bot.CountAdopted) != 1 {
		t.Errorf("%d messages were adopted", r.counts.of(bot.CountAdopted))
	}
}

func TestALostEditIsMadeAgain(t *testing.T) {
	r := newRig(t, setup{})
	r.slash(alice, ask)
	m := r.posted("asked by @alice")
	r.slack.Inject(slackfake.Fault{Method: "chat.update", DropBefore: true})
	r.click(bob, m.TS, "decision_approve")
	r.posted("✅ Approved by @bob")
}

func TestWhereNobodyCanTellThePostIsSentOnceMore(t *testing.T) {
	r := newRig(t, setup{})
	r.slack.Inject(slackfake.Fault{Method: "conversations.history", Error: "missing_scope", Times: -1})
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", DropAfter: true})
	r.slash(alice, ask)
	r.wait("the answer twice", func(p *slackfake.Snapshot) bool { return len(p.BotMessages(channel)) == 2 })
	r.settled()
	if r.counts.of(bot.CountUnsettled) != 1 {
		t.Errorf("counted %d times", r.counts.of(bot.CountUnsettled))
	}
}

func TestAfterARestartAMessageThatStandsIsAdopted(t *testing.T) {
	for name, stood := range map[string]bool{"it had arrived": true, "it had not": false} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, setup{idle: true})
			d, err := r.engine.Analyze(t.Context(), engine.Question{ErrorType: "database_timeout", Service: "checkout", Asked: &engine.Asked{By: "alice", Channel: channel, Request: "slash:1"}})
			if err != nil {
				t.Fatal(err)
			}
			// What a process leaves that dies between its call and its record.
			key := "decision:" + d.ID
			err = r.store.Update(t.Context(), func(tx engine.Tx) error {
				p, err := tx.Post(t.Context(), key)
				if err != nil {
					return err
				}
				p.Sending, p.AttemptedAt, p.Attempts = true, time.Now(), 1
				return tx.SavePost(t.Context(), p)
			})
			if err != nil {
				t.Fatal(err)
			}
			if stood {
				r.stand(key)
			}
			r.halt()
			r.open(setup{noSeeds: true, engine: engine.Config{Channel: channel}})
			m := r.posted("Incident Decision: INC-2025-001")
			r.settled()
			p := r.slack.Snapshot()
			if n := len(p.BotMessages(channel)); n != 1 {
				t.Errorf("the answer stands %d times", n)
			}
			if stood && len(m.Edits) != 1 {
				t.Errorf("what stood was edited %d times, want once, to say what it should", len(m.Edits))
			}
		})
	}
}

// stand puts a message of a post into the channel, as an attempt would have.
func (r *rig) stand(key string) {
	r.t.Helper()
	api := slack.New(r.slack.BotToken(), slack.OptionAPIURL(r.slack.URL()))
	_, _, err := api.PostMessageContext(r.ctx(), channel, slack.MsgOptionText("stood", false),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "rof_post", EventPayload: map[string]any{"post": key}}))
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestAChannelThatIsClosedToTheBotStillAnswersItsAsker(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Refused: 50 * time.Millisecond}})
	r.slack.AddChannel(slackfake.Channel{ID: "C0OTHER", Name: "other", Members: []string{alice}})
	i, err := r.slack.SlashCommand(r.ctx(), slackfake.Command{User: alice, Channel: "C0OTHER", Command: "/incident", Text: ask})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.reply(i); !contains(got, "Incident Decision: INC-2025-001", "Only you see this", "/invite @rof") {
		t.Errorf("the asker reads %q", got)
	}
}

func TestAPostWaitsForItsChannelToLetTheBotIn(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Refused: 20 * time.Millisecond}})
	if err := r.slack.Leave(channel, "U0ROF"); err != nil {
		t.Fatal(err)
	}
	r.fire("HighErrorRate")
	r.wait("a refusal", func(p *slackfake.Snapshot) bool { return len(p.Calls("chat.postMessage")) > 0 })
	if err := r.slack.Join(channel, "U0ROF"); err != nil {
		t.Fatal(err)
	}
	r.posted("HighErrorRate")
	r.posted("Incident Decision")
}

func TestWhatIsNotStoredIsSaid(t *testing.T) {
	r := newRig(t, setup{idle: true})
	r.halt()
	flaky := &flaky{}
	r.openWith(setup{noSeeds: true}, flaky)
	r.connected()
	r.slash(alice, ask)
	m := r.posted("asked by @alice")
	flaky.down.Store(true)

	i := r.slash(bob, ask)
	if !strings.Contains(string(i.Ack), "Not stored") {
		t.Errorf("the command is acknowledged with %s", i.Ack)
	}
	if got := r.reply(r.click(bob, m.TS, "decision_approve")); !contains(got, "Not stored") {
		t.Errorf("the click is answered %q", got)
	}
	r.click(bob, m.TS, "decision_reject")
	v := r.view(bob, "decision_reject_modal")
	if sub := r.submit(bob, v.ID, map[string]map[string]any{"reason": {"reason": "no"}}); !strings.Contains(sub.Errors["reason"], "Not stored") {
		t.Errorf("the dialog is answered %q %v", sub.Action, sub.Errors)
	}
	if _, err := r.slack.Mention(bob, channel, "", "list"); err != nil {
		t.Fatal(err)
	}
	r.counted(bot.CountRefused, 4)
	flaky.down.Store(false)
	// Nothing acknowledged the mention, so Slack brings it again.
	if err := r.slack.RedeliverLast(r.ctx()); err != nil {
		t.Fatal(err)
	}
	r.whispered(bob, "live incident")
	if d, err := r.engine.Decisions(t.Context(), engine.DecisionFilter{}, "", 0); err != nil || len(d.Items) != 1 || len(d.Items[0].Reviews) != 0 {
		t.Errorf("%d decisions: something was stored after all, %v", len(d.Items), err)
	}
}

// flaky is a store whose writes fail while it is down.
type flaky struct {
	engine.Store
	down   atomic.Bool
	before func() // runs before each look, where it is there
	ahead  func() // and before each write
	after  func() // and after each write
}

func (f *flaky) View(ctx context.Context, fn func(engine.Reader) error) error {
	if f.before != nil {
		f.before()
	}
	return f.Store.View(ctx, fn)
}

func (f *flaky) Update(ctx context.Context, fn func(engine.Tx) error) error {
	if f.down.Load() {
		return &engine.Error{Kind: engine.Unavailable, Text: "the store is away"}
	}
	if f.ahead != nil {
		f.ahead()
	}
	if f.after != nil {
		defer f.after()
	}
	return f.Store.Update(ctx, fn)
}
