package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// BenchmarkSlashToMessage is the whole way, on a real store: the command, its
// envelope stored and acknowledged, the inbound job, the decision, the announce
// job, the message in the channel.
func BenchmarkSlashToMessage(b *testing.B) {
	r := newRig(b, setup{
		slack: slackfake.Config{Pace: slackfake.Pace{Off: true}},
		bot:   bot.Config{Pace: engine.Pace{Burst: 1 << 20, Every: time.Microsecond}},
	})
	var acked time.Duration
	for n := 0; b.Loop(); n++ {
		service := fmt.Sprintf("s%d", n)
		acked += r.slash(alice, "analyze error_type=database_timeout spike=450 service="+service).Took
		if err := r.slack.WaitFor(r.ctx(), func(p *slackfake.Snapshot) bool { return len(p.BotMessages(channel)) > n }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(acked.Microseconds())/float64(b.N)/1000, "ms/ack")
}

// BenchmarkCommands is ten commands a second over twenty channels, with the pace
// that rof keeps in production: how long until the acknowledgement, and until
// the message stands. Run it with -benchtime 200x, which takes 20 s.
func BenchmarkCommands(b *testing.B) {
	r := newRig(b, setup{})
	const channels = 20
	for n := range channels {
		r.slack.AddChannel(slackfake.Channel{ID: fmt.Sprintf("C0BENCH%d", n), Name: fmt.Sprintf("bench%d", n), Members: []string{alice, "U0ROF"}})
	}
	ctx, cancel := context.WithTimeout(b.Context(), 2*time.Minute)
	defer cancel()
	var mu sync.Mutex
	var acks, messages []time.Duration
	started := map[string]time.Time{}
	var people sync.WaitGroup
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	n := 0
	for b.Loop() {
		<-tick.C
		service := fmt.Sprintf("bench%d", n)
		c := slackfake.Command{User: alice, Channel: fmt.Sprintf("C0BENCH%d", n%channels), Command: "/incident", Text: "analyze error_type=database_timeout spike=450 service=" + service}
		n++
		people.Go(func() {
			at := time.Now()
			i, err := r.slack.SlashCommand(ctx, c)
			if err != nil {
				b.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			acks, started[service] = append(acks, i.Took), at
		})
	}
	people.Wait()
	err := r.slack.WaitFor(ctx, func(p *slackfake.Snapshot) bool {
		got := 0
		for k := range channels {
			got += len(p.BotMessages(fmt.Sprintf("C0BENCH%d", k)))
		}
		return got == n
	})
	if err != nil {
		b.Fatal(err)
	}
	p := r.slack.Snapshot()
	for k := range channels {
		for _, m := range p.BotMessages(fmt.Sprintf("C0BENCH%d", k)) {
			id, _ := m.Metadata.Payload["post"].(string)
			d, err := r.engine.Decision(ctx, strings.TrimPrefix(id, "decision:"))
			if err != nil {
				b.Fatal(err)
			}
			messages = append(messages, m.Posted.Sub(started[d.Question.Service]))
		}
	}
	for name, all := range map[string][]time.Duration{"ack": acks, "message": messages} {
		slices.Sort(all)
		ms := func(share float64) float64 {
			return float64(all[min(int(share*float64(len(all))), len(all)-1)].Microseconds()) / 1000
		}
		b.ReportMetric(ms(0.5), "ms/"+name+"-p50")
		b.ReportMetric(ms(0.99), "ms/"+name+"-p99")
	}
}

// BenchmarkRender is what one decision's message costs.
func BenchmarkRender(b *testing.B) { bot.BenchRender(b) }
