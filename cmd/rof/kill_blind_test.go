//go:build failpoints

package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
)

// blindSeeds are tried where ROF_SEEDS names none.
const blindSeeds = 2

// Without the scope to read the channels nobody can tell whether a message
// stands whose sender died. It is sent once more: never none, at most one too
// many for a kill, and each such case is counted by rof itself.
func TestKill9WithoutHistoryScopeDoublesAtMostOneMessageAKill(t *testing.T) {
	onEachKind(t, func(t *testing.T, db func(*testing.T) string) {
		for _, seed := range seedsToTry(t, blindSeeds) {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				c := newChain(t, seed, chainConfig{db: db(t), blind: true})
				kills := []kill{{"post.before", 1 + c.rng.IntN(3)}, {"post.stored", 1 + c.rng.IntN(3)}, {"reply.stored", 1 + c.rng.IntN(2)}}
				c.rng.Shuffle(len(kills), func(i, j int) { kills[i], kills[j] = kills[j], kills[i] })
				counted := 0
				for _, k := range kills {
					c.die(k, nil)
					p := c.start("")
					c.settle()
					c.quiet()
					counted += p.counted("rof_slack_total", "settled_impossible")
					c.stop()
				}
				c.start("")
				c.check(2)
				if counted != c.kills {
					t.Errorf("rof counted %d messages of which nobody can tell; there were %d kills", counted, c.kills)
				}
				t.Logf("seed %d: %d kills, %d messages too many, %d counted", seed, c.kills, c.doubles(), counted)
			})
		}
	})
}

// An incoming webhook can be asked nothing: the same holds.
func TestKill9BeforeAnIncomingWebhookDoublesAtMostOneMessageAKill(t *testing.T) {
	onEachKind(t, func(t *testing.T, db func(*testing.T) string) {
		for _, point := range webhookPoints {
			t.Run(point, func(t *testing.T) {
				t.Parallel()
				c := newChain(t, 1, chainConfig{db: db(t), webhook: true})
				p := c.start(point)
				s := c.newStory(false)
				if err := s.deliver(c.ctx, "firing"); err != nil {
					t.Fatal(err)
				}
				<-p.done
				p = c.start("")
				c.quiet()
				counted := p.counted("rof_slack_total", "settled_impossible")
				want := map[string]int{"incoming.before": 1, "incoming.stored": 2}[point]
				until(t, c.slack, 5*time.Second, "the decision", func(p *slackfake.Snapshot) bool { return len(p.BotMessages(channel)) == want })
				if counted != 1 {
					t.Errorf("rof counted %d messages of which nobody can tell; want 1", counted)
				}
			})
		}
	})
}

// counted reads one of the process's counters.
func (p *process) counted(name, what string) int {
	p.t.Helper()
	resp, err := http.Get(p.url + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+`{what="`+what+`"} `); ok {
			n, err := strconv.Atoi(value)
			if err != nil {
				p.t.Fatal(err)
			}
			return n
		}
	}
	return 0
}
