package bot_test

import (
	"fmt"
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

// BenchmarkRender is what one decision's message costs.
func BenchmarkRender(b *testing.B) { bot.BenchRender(b) }
