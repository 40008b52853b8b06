package bot_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// The message stands, rof does not know yet that it does, and people answer in
// its thread: what they say waits until rof knows.
func TestACommandInTheThreadOfAMessageWhoseAnswerGotLostIsNotRefused(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Settle: 3 * time.Second}})
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", DropAfter: true})
	r.fire("HighErrorRate")
	head := r.posted("HighErrorRate")
	r.mention(alice, head.TS, "note pool is at 200, trying 60")
	r.wait("an answer", func(p *slackfake.Snapshot) bool { return len(p.Ephemerals(alice)) > 0 })
	if said := r.slack.Snapshot().Ephemerals(alice)[0].Visible(); !contains(said, "Noted in the timeline") {
		t.Errorf("alice is told: %s", said)
	}
	if r.counts.of(bot.CountAdopted) != 1 {
		t.Errorf("%d messages were adopted", r.counts.of(bot.CountAdopted))
	}
}

// A lookup that Slack fails says nothing of the message: it is made again.
func TestALookupThatSlackFailsIsMadeAgain(t *testing.T) {
	r := newRig(t, setup{})
	r.slack.Inject(slackfake.Fault{Method: "conversations.history", Error: "internal_error"})
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", DropAfter: true})
	r.slash(alice, ask)
	r.posted("asked by @alice")
	r.settled()
	if n := len(r.slack.Snapshot().BotMessages(channel)); n != 1 {
		t.Errorf("the answer stands %d times", n)
	}
	if r.counts.of(bot.CountAdopted) != 1 || r.counts.of(bot.CountUnsettled) != 0 {
		t.Errorf("%d messages were adopted, of %d nobody can tell", r.counts.of(bot.CountAdopted), r.counts.of(bot.CountUnsettled))
	}
}

// What was stuck on the way arrives when the way is good again, and no sooner than
// the lookup that goes it then.
func TestAMessageThatArrivesAfterTheLookupIsFoundAllTheSame(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Settle: 500 * time.Millisecond}})
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", DropBefore: true})
	r.slack.Inject(slackfake.Fault{Method: "conversations.history", DropBefore: true})
	r.slash(alice, ask)
	r.wait("a lookup that finds nothing", func(p *slackfake.Snapshot) bool { return len(p.Calls("conversations.history")) == 2 })
	stuck := url.Values{}
	for name, v := range r.slack.Snapshot().Calls("chat.postMessage")[0].Args {
		stuck.Set(name, v)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.slack.URL()+"chat.postMessage", strings.NewReader(stuck.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+r.slack.BotToken())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	r.posted("asked by @alice")
	r.settled()
	if n := len(r.slack.Snapshot().BotMessages(channel)); n != 1 {
		t.Errorf("the answer stands %d times", n)
	}
	if r.counts.of(bot.CountAdopted) != 1 || r.counts.of(bot.CountAbsent) != 0 {
		t.Errorf("%d messages were adopted, %d were not there", r.counts.of(bot.CountAdopted), r.counts.of(bot.CountAbsent))
	}
}

// A process stands still between the record of an attempt and the attempt: by the
// time it goes on, another may have looked for the message, and sent it.
func TestAnAttemptThatStoodStillIsLookedForFirst(t *testing.T) {
	r := newRig(t, setup{noSeeds: true, idle: true})
	r.halt()
	var stood atomic.Int64
	r.openWith(setup{noSeeds: true, bot: bot.Config{Now: func() time.Time { return time.Now().Add(time.Duration(stood.Load())) }}}, &flaky{after: func() {
		var list []engine.Post
		if err := r.store.View(context.Background(), func(rd engine.Reader) (err error) {
			list, err = rd.Posts(context.Background(), channel, 10)
			return err
		}); err != nil {
			t.Error(err)
		}
		if slices.ContainsFunc(list, func(p engine.Post) bool { return p.Sending }) {
			stood.CompareAndSwap(0, int64(30*time.Second))
		}
	}})
	r.connected()
	r.fire("HighErrorRate")
	r.posted("HighErrorRate")
	r.settled()
	var order []string
	for _, c := range r.slack.Snapshot().Calls("") {
		if c.Method == "conversations.history" || c.Method == "chat.postMessage" {
			order = append(order, c.Method)
		}
	}
	if order[0] != "conversations.history" {
		t.Errorf("it calls %v; want it to look first", order)
	}
	heads := slices.DeleteFunc(r.slack.Snapshot().BotMessages(channel), func(m *slackfake.Message) bool { return m.ThreadTS != "" && m.ThreadTS != m.TS })
	if n := len(heads); n != 1 {
		t.Errorf("the message stands %d times", n)
	}
}

func TestAMessageIsFoundThoughSlacksClockIsNotOurs(t *testing.T) {
	for name, off := range map[string]time.Duration{"behind": -4 * time.Minute, "ahead": 4 * time.Minute} {
		t.Run("Slack's is "+name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, setup{slack: slackfake.Config{Now: func() time.Time { return time.Now().Add(off) }}})
			r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", DropAfter: true})
			r.fire("HighErrorRate")
			r.posted("HighErrorRate")
			r.wait("the answer that was lost to be settled", func(*slackfake.Snapshot) bool {
				return r.counts.of(bot.CountAdopted)+r.counts.of(bot.CountAbsent) > 0
			})
			r.settled()
			if r.counts.of(bot.CountAdopted) != 1 || r.counts.of(bot.CountAbsent) != 0 {
				t.Errorf("%d messages were adopted, %d were not there", r.counts.of(bot.CountAdopted), r.counts.of(bot.CountAbsent))
			}
		})
	}
}
