package slackfake_test

import (
	"context"
	"fmt"
	"log"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
)

// A bot talks to the fake as it would to Slack: only the URL and the tokens
// differ.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := slackfake.New(slackfake.Config{})
	if err != nil {
		log.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()

	api := slack.New(s.BotToken(), slack.OptionAPIURL(s.URL()))
	_, ts, err := api.PostMessage("C0INCIDENT",
		slack.MsgOptionText("checkout is slow, see <https://graphs.example/1|Graph>", false))
	if err != nil {
		log.Fatal(err)
	}
	if err := s.AddReaction("U0ALICE", "C0INCIDENT", ts, "eyes"); err != nil {
		log.Fatal(err)
	}

	p := s.Snapshot()
	fmt.Println(p.Message("C0INCIDENT", ts).Text)
	fmt.Println(p.Message("C0INCIDENT", ts).Reactions[0].Name)
	fmt.Println(p.Links()[0].URL, len(p.Notified()))

	cancel()
	if err := <-done; err != nil {
		log.Fatal(err)
	}
	// Output:
	// checkout is slow, see <https://graphs.example/1|Graph>
	// eyes
	// https://graphs.example/1 0
}
