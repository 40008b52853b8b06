package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// crowd is what people and monitoring do to a fleet. Each service's alerts are
// one incident, each channel has five of them.
type crowd struct {
	services, alerts, commands, clicks int
	over                               time.Duration // the alerts and commands come spread over this time
}

// nightly is set where tests may take their time.
func nightly() bool { return os.Getenv("ROF_NIGHTLY") != "" }

func (c crowd) channels() []string {
	out := make([]string, c.services/5)
	for n := range out {
		out[n] = fmt.Sprintf("C0FLEET%d", n)
	}
	return out
}

func (c crowd) channelOf(service int) string { return fmt.Sprintf("C0FLEET%d", service/5) }

// routes is the config that sends each service's alerts to its channel.
func (c crowd) routes() string {
	var b strings.Builder
	b.WriteString("routes:\n")
	for n := range c.services {
		fmt.Fprintf(&b, "- {match: {service: fleet-%d}, channel: %s}\n", n, c.channelOf(n))
	}
	return b.String()
}

func TestReplicasThatDieDoEverythingOnce(t *testing.T) {
	c := crowd{services: 100, alerts: 1000, commands: 100, clicks: 100, over: 15 * time.Second}
	if nightly() {
		c = crowd{services: 200, alerts: 10_000, commands: 1000, clicks: 200, over: 4 * time.Minute}
	}
	for _, size := range []int{2, 3} {
		t.Run(fmt.Sprintf("%d replicas", size), func(t *testing.T) {
			t.Parallel()
			dies(t, size, c)
		})
	}
}

func dies(t *testing.T, size int, c crowd) {
	s := slack(t, slackfake.Config{})
	for n, id := range c.channels() {
		s.AddChannel(slackfake.Channel{ID: id, Name: fmt.Sprintf("fleet-%d", n), Members: []string{s.App().UserID, "U0ALICE", "U0BOB"}})
	}
	env := append(slackEnv(s, "DATABASE_URL="+pg.Database(t)), "ROF_CONFIG="+write(t, c.routes()))
	f := newFleet(t, size, env...)
	connected(t, s)
	r := f.read(t)

	// The windows that Slack closes: one channel's, and one for all edits.
	s.Inject(slackfake.Fault{Method: "chat.postMessage", Channel: c.channelOf(0), Skip: 3, Status: http.StatusTooManyRequests, RetryAfter: 5 * time.Second})
	s.Inject(slackfake.Fault{Method: "chat.update", Skip: 20, Status: http.StatusTooManyRequests, RetryAfter: 5 * time.Second})

	w := &work{t: t, crowd: c, fleet: f, slack: s}
	done := make(chan struct{})
	go func() { w.run(); close(done) }()
	f.killEvery(2*time.Second, done)
	w.check(r)
}

// work is what a crowd does, and what came of it as it saw it.
type work struct {
	t     *testing.T
	crowd crowd
	fleet *fleet
	slack *slackfake.Slack

	tries, clicks atomic.Int64 // deliveries of alerts, clicks given out

	mu       sync.Mutex
	acked    map[int]bool // commands: whether Slack got an answer
	answered int          // clicks that Slack got an answer to
}

func (w *work) run() {
	w.acked = map[int]bool{}
	var group sync.WaitGroup
	group.Go(func() {
		w.spread(w.crowd.alerts, func(n int) {
			group.Go(func() { w.alert(n) })
		})
	})
	group.Go(func() {
		w.spread(w.crowd.commands, func(n int) {
			group.Go(func() {
				channel := w.crowd.channelOf(rand.IntN(w.crowd.services))
				if !w.command(n, channel) {
					return
				}
				// Two people decide on the same advice, at the same time.
				if w.clicks.Add(2) <= int64(w.crowd.clicks) {
					group.Go(func() { w.click(n, channel, "U0ALICE") })
					group.Go(func() { w.click(n, channel, "U0BOB") })
				}
			})
		})
	})
	group.Wait()
}

// spread calls do n times over the crowd's time.
func (w *work) spread(n int, do func(n int)) {
	tick := time.NewTicker(w.crowd.over / time.Duration(n))
	defer tick.Stop()
	for i := range n {
		<-tick.C
		do(i)
	}
}

func (w *work) alert(n int) {
	body := fmt.Sprintf(`{"title":"alert %d","fingerprint":"fleet-%d","service":"fleet-%d","environment":"prod","error_type":"database_timeout","spike_percentage":450}`,
		n, n, n%w.crowd.services)
	tries, err := w.fleet.insist("/webhooks/generic", body)
	w.tries.Add(int64(tries))
	if err != nil {
		w.t.Errorf("alert %d: %v", n, err)
	}
}

// command asks for an analysis that its magnitude tells from all others. It is
// not typed again where its acknowledgement is missing: then it may have been
// heard or not, but not twice.
func (w *work) command(n int, channel string) (acked bool) {
	_, err := w.slack.SlashCommand(w.t.Context(), slackfake.Command{
		Channel: channel, Command: "/incident", Text: fmt.Sprintf("analyze error_type=memory_leak spike=%d", spike+n),
	})
	if err != nil && !errors.Is(err, slackfake.ErrNoAck) && !errors.Is(err, slackfake.ErrNotConnected) {
		w.t.Errorf("command %d: %v", n, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acked[n] = err == nil
	return err == nil
}

// spike is the magnitude that the first command asks about.
const spike = 1000

// click approves what was advised on a command, until that was heard or
// somebody else has decided.
func (w *work) click(n int, channel, user string) {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		m := advice(w.slack.Snapshot(), channel, n)
		if m == nil {
			continue
		}
		_, err := w.slack.Click(w.t.Context(), user, channel, m.TS, "decision_approve")
		switch {
		case err == nil:
			w.mu.Lock()
			w.answered++
			w.mu.Unlock()
			return
		case errors.Is(err, slackfake.ErrImpossible):
			return // the button is gone: it is decided
		}
	}
	w.t.Errorf("%s could not decide on command %d", user, n)
}

// advice is the message that answers a command.
func advice(p *slackfake.Snapshot, channel string, n int) *slackfake.Message {
	for _, m := range p.BotMessages(channel) {
		if strings.Contains(m.Visible(), fmt.Sprintf("memory leak, up %d%%", spike+n)) {
			return m
		}
	}
	return nil
}

// check waits until nothing is left to do and counts what is there.
func (w *work) check(r *follower) {
	w.t.Helper()
	p := w.fleet.any()
	w.quiet()
	snap := w.slack.Snapshot()
	all := events(p)
	w.stored(all)
	w.shown(snap, all)
	w.paced(snap)
	seqs := make([]int64, len(all))
	for n, ev := range all {
		seqs[n] = ev.Seq
	}
	r.saw(w.t, seqs)
	acked := 0
	for _, ok := range w.acked {
		if ok {
			acked++
		}
	}
	w.t.Logf("%d kills, %d alerts in %d deliveries, %d of %d commands and %d of %d clicks acknowledged, %d calls to Slack, %d events over %d connections",
		w.fleet.kills, w.crowd.alerts, w.tries.Load(), acked, w.crowd.commands, w.answered, w.crowd.clicks, len(snap.Calls("")), len(all), r.resumed)
}

// quiet waits until Slack has heard nothing for longer than any job of a dead
// replica, or an uncertain attempt, waits to be taken up.
func (w *work) quiet() {
	w.t.Helper()
	const still = 25 * time.Second
	last, since := -1, time.Now()
	wait(w.t, 4*time.Minute, "Slack to be quiet", func() bool {
		time.Sleep(200 * time.Millisecond)
		if n := len(w.slack.Snapshot().Calls("")); n != last {
			last, since = n, time.Now()
		}
		return time.Since(since) > still
	})
}

// stored checks the store: each series in one incident, each command one
// decision, each decision one verdict.
func (w *work) stored(all []engine.Event) {
	w.t.Helper()
	series, incidents := map[string]string{}, map[string]bool{}
	asked, verdicts := map[int]map[string]bool{}, map[string]int{}
	for _, ev := range all {
		switch ev.Type {
		case engine.EventAnomaly:
			a := decoded[engine.Alert](w.t, ev)
			if was := series[a.Fingerprint]; was != "" && was != a.IncidentID {
				w.t.Errorf("%s is in %s and in %s", a.Fingerprint, was, a.IncidentID)
			}
			series[a.Fingerprint] = a.IncidentID
			incidents[a.IncidentID] = true
		case engine.EventDecision:
			d := decoded[engine.Decision](w.t, ev)
			if d.Question.Asked != nil && d.Question.Spike != nil {
				n := int(*d.Question.Spike) - spike
				if asked[n] == nil {
					asked[n] = map[string]bool{}
				}
				asked[n][d.ID] = true
			}
		case engine.EventReview:
			verdicts[decoded[struct {
				DecisionID string `json:"decision_id"`
			}](w.t, ev).DecisionID]++
		}
	}
	if len(series) != w.crowd.alerts || len(incidents) != w.crowd.services {
		w.t.Errorf("%d series in %d incidents; want %d in %d", len(series), len(incidents), w.crowd.alerts, w.crowd.services)
	}
	for n, ok := range w.acked {
		if made := len(asked[n]); made > 1 || ok && made != 1 {
			w.t.Errorf("command %d made %d decisions (acknowledged: %t)", n, made, ok)
		}
	}
	if len(verdicts) != w.crowd.clicks/2 {
		w.t.Errorf("%d decisions have a verdict; want %d", len(verdicts), w.crowd.clicks/2)
	}
	for id, n := range verdicts {
		if n != 1 {
			w.t.Errorf("%s has %d verdicts", id, n)
		}
	}
}

// shown checks the channels: each post one message, each verdict in its message.
func (w *work) shown(p *slackfake.Snapshot, all []engine.Event) {
	w.t.Helper()
	for key, n := range postKeys(p, w.crowd.channels()) {
		if n != 1 {
			w.t.Errorf("%d messages for the post %s", n, key)
		}
	}
	for n := range w.crowd.services {
		var found int
		for _, m := range p.Timeline(w.crowd.channelOf(n)) {
			if m.BotID != "" && !m.Broadcast && strings.Contains(m.Visible(), fmt.Sprintf(" fleet-%d prod · ", n)) {
				found++
			}
		}
		if found != 1 {
			w.t.Errorf("fleet-%d has %d messages in its channel", n, found)
		}
	}
	decided := 0
	for _, id := range w.crowd.channels() {
		for _, m := range p.BotMessages(id) {
			if text := m.Visible(); strings.Contains(text, "memory leak, up ") && strings.Contains(text, "pproved") {
				decided++
			}
		}
	}
	if decided != w.crowd.clicks/2 {
		w.t.Errorf("%d messages show a verdict; want %d", decided, w.crowd.clicks/2)
	}
}

// paced checks that the replicas together keep to one pace, and to the windows.
func (w *work) paced(p *slackfake.Snapshot) {
	w.t.Helper()
	calls := p.Calls("")
	windows, broken := holdsBroken(calls, time.Second)
	if windows < 2 {
		w.t.Errorf("Slack closed %d windows; want at least the two that were injected", windows)
	}
	for _, c := range broken {
		w.t.Errorf("a call in a closed window: %+v", c)
	}
	for _, id := range w.crowd.channels() {
		// Calls reach Slack a little later than their tokens were taken.
		if over := overPace(calls, id, 10); over > 3 {
			w.t.Errorf("%s got %d calls more than its pace allows", id, over)
		}
	}
}

// events are all that the store has, in their order.
func events(p *process) []engine.Event {
	p.t.Helper()
	var out []engine.Event
	for {
		after := int64(0)
		if len(out) > 0 {
			after = out[len(out)-1].Seq
		}
		var page struct{ Events []engine.Event }
		p.get(fmt.Sprintf("/api/v1/events?limit=200&after=%d", after), &page)
		if len(page.Events) == 0 {
			return out
		}
		out = append(out, page.Events...)
	}
}

func decoded[T any](t testing.TB, ev engine.Event) (v T) {
	t.Helper()
	if err := json.Unmarshal(ev.Data, &v); err != nil {
		t.Fatalf("event %d: %v", ev.Seq, err)
	}
	return v
}
