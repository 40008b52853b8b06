package bot_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// worst is a load of alerts, commands, mentions and clicks, and what is known of
// them: Slack took them, or the person saw an error.
type worst struct {
	*rig
	mu       sync.Mutex
	alerts   []string                          // incidents
	commands map[string]*slackfake.Interaction // by service; nil where the person saw an error
	mentions []string                          // by service
	approved map[string]*slackfake.Interaction // by decision; likewise
}

const (
	seed   = 7 // of the choices; another one is another night
	beside = "C0BESIDE"
)

// TestAtItsWorstNothingIsLostAndNothingTwice has everything go wrong at once
// that can: events twice, sockets refreshed, warned and cut, calls refused,
// broken off and lost on their way back.
func TestAtItsWorstNothingIsLostAndNothingTwice(t *testing.T) {
	r := newRig(t, setup{
		slack: slackfake.Config{
			Duplicates: 0.3, Pace: slackfake.Pace{Off: true}, Seed: seed,
			Timing: slackfake.Timing{
				Warning: 200 * time.Millisecond, Refresh: 50 * time.Millisecond,
				Redeliver: []time.Duration{0, 100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, time.Second, 2 * time.Second},
			},
		},
		engine: engine.Config{NoServiceGroups: true},
		bot:    bot.Config{Stagger: 100 * time.Millisecond, Pace: engine.Pace{Burst: 1 << 20, Every: time.Microsecond}},
	})
	r.slack.AddChannel(slackfake.Channel{ID: beside, Name: "beside", Members: []string{alice, bob, carol, "U0ROF"}})
	w := &worst{rig: r, commands: map[string]*slackfake.Interaction{}, approved: map[string]*slackfake.Interaction{}}
	ctx, calm := context.WithTimeout(t.Context(), 3*time.Second)
	defer calm()
	var load sync.WaitGroup
	for n, act := range []func(*rand.Rand, int){w.alert, w.command, w.mentioned, w.approve} {
		load.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(n)))
			for k := 0; ctx.Err() == nil; k++ {
				act(rng, k)
				time.Sleep(time.Duration(20+rng.IntN(60)) * time.Millisecond) // people and monitors have a rhythm
			}
		})
	}
	load.Go(func() { w.torment(ctx) })
	load.Wait()
	r.wait("both sockets", func(p *slackfake.Snapshot) bool { return p.Live() == 2 })
	w.answered()
	r.settled()
	w.once()
	keptWaiting(t, r.slack.Snapshot())
	for _, what := range []string{bot.CountUncertain, bot.CountRepeated, bot.CountLimited} {
		if r.counts.of(what) == 0 {
			t.Errorf("nothing was %s: the night was too quiet", what)
		}
	}
	t.Logf("%d alerts, %d commands, %d mentions, %d approvals; %d calls; %v", len(w.alerts), len(w.commands), len(w.mentions), len(w.approved), len(r.slack.Snapshot().Calls("")), r.counts.all())
}

// torment does one bad thing after another.
func (w *worst) torment(ctx context.Context) {
	rng := rand.New(rand.NewPCG(seed, 99))
	for n := 0; ctx.Err() == nil; n++ {
		method := []string{"chat.postMessage", "chat.postMessage", "chat.update"}[rng.IntN(3)]
		what := n % 9
		if n >= 18 && (what == 0 || what == 3) || n >= 9 && (what == 7 || what == 8) {
			what = -1 // more connections than ten in half a minute are braked
		}
		switch what {
		case 0:
			w.slack.RefreshOldest()
		case 1:
			w.slack.Inject(slackfake.Fault{Method: method, Skip: rng.IntN(3), DropAfter: true})
		case 2:
			w.slack.Inject(slackfake.Fault{Method: method, Skip: rng.IntN(3), Status: 502 + rng.IntN(2), Body: "<html>bad</html>"})
		case 3:
			w.slack.CutAfterDelivery(1)
		case 4:
			w.slack.Inject(slackfake.Fault{Method: method, DropBefore: true})
		case 5:
			w.slack.Inject(slackfake.Fault{Method: method, Status: 429, RetryAfter: time.Second})
		case 6:
			w.slack.Inject(slackfake.Fault{Method: method, Delay: 150 * time.Millisecond, Times: 3})
		case 7:
			w.slack.Warn()
		case 8:
			w.slack.Cut()
		}
		soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		_ = w.slack.DuplicateLast(soon) // there may be nothing yet, or no socket
		_ = w.slack.RedeliverLast(soon)
		cancel()
		time.Sleep(80 * time.Millisecond)
	}
}

func (w *worst) alert(_ *rand.Rand, n int) {
	id := w.fire(fmt.Sprintf("Alert%d", n))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alerts = append(w.alerts, id)
}

func (w *worst) command(_ *rand.Rand, n int) {
	service := fmt.Sprintf("command%d", n)
	i, err := w.slack.SlashCommand(w.ctx(), slackfake.Command{User: alice, Channel: beside, Command: "/incident", Text: "analyze error_type=database_timeout spike=450 service=" + service})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commands[service] = taken(i, err)
}

func (w *worst) mentioned(_ *rand.Rand, n int) {
	service := fmt.Sprintf("mention%d", n)
	if _, err := w.slack.Mention(bob, channel, "", "analyze error_type=database_timeout spike=450 service="+service); err != nil {
		w.t.Error(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mentions = append(w.mentions, service)
}

// approve clicks on the newest advice that nobody has judged.
func (w *worst) approve(*rand.Rand, int) {
	for _, m := range w.messages() {
		for _, b := range m.Buttons() {
			w.mu.Lock()
			_, done := w.approved[b.Value]
			w.mu.Unlock()
			if b.ActionID != "decision_approve" || done {
				continue
			}
			i, err := w.slack.Click(w.ctx(), carol, m.Channel, m.TS, b.ActionID)
			if errors.Is(err, slackfake.ErrImpossible) {
				continue // it has been edited since
			}
			w.mu.Lock()
			w.approved[b.Value] = taken(i, err)
			w.mu.Unlock()
			return
		}
	}
}

// messages are the bot's in both channels.
func (w *worst) messages() []*slackfake.Message {
	p := w.slack.Snapshot()
	return append(p.BotMessages(channel), p.BotMessages(beside)...)
}

// taken is what a person did, if Slack did not show an error.
func taken(i *slackfake.Interaction, err error) *slackfake.Interaction {
	if err != nil {
		return nil
	}
	return i
}

// accepted says whether rof took what a person did: it was acknowledged, and
// the person was not told that it is not stored.
func (w *worst) accepted(i *slackfake.Interaction) bool {
	if i == nil || strings.Contains(string(i.Ack), "Not stored") {
		return false
	}
	for _, r := range w.slack.Snapshot().Replies(i.ResponseURL) {
		if strings.Contains(r.Text, "Not stored") {
			return false
		}
	}
	return true
}

// decisions are all that there are, by the service they were asked about.
func (w *worst) decisions() map[string][]engine.Decision {
	w.t.Helper()
	all := map[string][]engine.Decision{}
	for cursor := ""; ; {
		p, err := w.engine.Decisions(w.t.Context(), engine.DecisionFilter{}, cursor, 200)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, d := range p.Items {
			key := d.Question.Service
			if d.IncidentID != nil {
				key = *d.IncidentID
			}
			all[key] = append(all[key], d)
		}
		if cursor = p.Next; cursor == "" {
			return all
		}
	}
}

// answered waits until everything that Slack took has been worked on.
func (w *worst) answered() {
	w.t.Helper()
	deadline := time.Now().Add(40 * time.Second)
	for {
		missing := ""
		all := w.decisions()
		for service, i := range w.commands {
			if w.accepted(i) && len(all[service]) == 0 {
				missing = service
			}
		}
		for _, name := range append(w.alerts, w.mentions...) {
			if len(all[name]) == 0 {
				missing = name
			}
		}
		for _, list := range all {
			for _, d := range list {
				if w.accepted(w.approved[d.ID]) && len(d.Reviews) == 0 {
					missing = "the approval of " + d.ID
				}
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s is lost", missing)
		}
		time.Sleep(20 * time.Millisecond) // the store cannot be waited for
	}
}

// once checks that everything stands in Slack, and stands there once.
func (w *worst) once() {
	w.t.Helper()
	all := w.decisions()
	if want := len(w.alerts) + len(w.commands) + len(w.mentions); len(all) > want {
		w.t.Errorf("%d subjects were decided, of %d", len(all), want)
	}
	stands := map[string]*slackfake.Message{}
	for _, m := range w.messages() {
		key, _ := m.Metadata.Payload["post"].(string)
		if stands[key] != nil {
			w.t.Errorf("%s stands twice: %s and %s", key, stands[key].TS, m.TS)
		}
		stands[key] = m
	}
	for _, id := range w.alerts {
		for _, key := range []string{"incident:" + id, "alert:" + id} {
			if stands[key] == nil {
				w.t.Errorf("%s does not stand in the channel", key)
			}
		}
	}
	for subject, list := range all {
		if len(list) != 1 {
			w.t.Errorf("%s was decided %d times", subject, len(list))
		}
		for _, d := range list {
			m := stands["decision:"+d.ID]
			switch {
			case m == nil:
				w.t.Errorf("the answer about %s does not stand in the channel", subject)
			case len(d.Reviews) > 1:
				w.t.Errorf("%s has %d verdicts", d.ID, len(d.Reviews))
			case (len(d.Reviews) == 1) != strings.Contains(m.Visible(), "✅ Approved by @carol"):
				w.t.Errorf("%s has %d verdicts and reads %q", d.ID, len(d.Reviews), m.Visible())
			}
		}
	}
}

// keptWaiting checks that nothing was called while Slack said to wait: for
// chat.postMessage in that channel, for other methods anywhere.
func keptWaiting(t *testing.T, p *slackfake.Snapshot) {
	t.Helper()
	refused := 0
	for _, no := range p.Calls("") {
		if no.Status != http.StatusTooManyRequests {
			continue
		}
		refused++
		from := no.At.Add(no.Took)
		until := from.Add(no.RetryAfter - 20*time.Millisecond) // the answer travelled, too
		for _, c := range p.Calls(no.Method) {
			if (no.Method != "chat.postMessage" || c.Args["channel"] == no.Args["channel"]) && c.At.After(from) && c.At.Before(until) {
				t.Errorf("%s was called %s after Slack said to wait %s", c.Method, c.At.Sub(from), no.RetryAfter)
			}
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}
