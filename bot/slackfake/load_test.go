package slackfake_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
)

func TestManyAtOnce(t *testing.T) {
	s := start(t, slackfake.Config{Pace: slackfake.Pace{Off: true}, Duplicates: 0.2})
	for range 2 {
		connect(t, s, acking)
	}
	const workers, each = 8, 25
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			api := webClient(t, s)
			for i := range each {
				_, ts, err := api.PostMessage(channel, slack.MsgOptionText(fmt.Sprintf("%d/%d", w, i), false))
				if err != nil {
					t.Error(err)
					return
				}
				if _, _, _, err := api.UpdateMessage(channel, ts, slack.MsgOptionText("edited", false)); err != nil {
					t.Error(err)
				}
				if _, err := s.Mention(alice, channel, ts, "hi"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	wait(t, s, "every event acknowledged", func(p *slackfake.Snapshot) bool {
		acked := map[string]bool{}
		for _, d := range p.Deliveries("events_api") {
			if !d.Acked.IsZero() {
				acked[d.EventID] = true
			}
		}
		return len(acked) == workers*each
	})
	p := s.Snapshot()
	if n := len(p.Messages(channel)); n != 2*workers*each {
		t.Errorf("%d messages, want %d", n, 2*workers*each)
	}
	last := ""
	for _, m := range p.Messages(channel) {
		if m.TS <= last {
			t.Fatalf("%s after %s: timestamps must rise", m.TS, last)
		}
		last = m.TS
	}
}

func BenchmarkPostMessage(b *testing.B) {
	s, err := slackfake.New(slackfake.Config{Pace: slackfake.Pace{Off: true}})
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(b.Context()) }()
	api := slack.New(s.BotToken(), slack.OptionAPIURL(s.URL()))
	for b.Loop() {
		if _, _, err := api.PostMessage(channel, slack.MsgOptionText("hello", false), slack.MsgOptionBlocks(
			slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "*hello* <https://x.example|x>", false, false), nil, nil))); err != nil {
			b.Fatal(err)
		}
	}
	s.Close()
	<-done
}
