package slackfake_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/webhook/npmtest"
)

// bolt is the release of Slack's own framework that the fake is held against.
const bolt = "@slack/bolt@5.1.0"

func TestBoltForJavaScriptUnderstandsTheFake(t *testing.T) {
	dir := npmtest.Dir(t, "ROF_BOLT_DIR", bolt)
	s := start(t, slackfake.Config{})
	runBolt(t, s, dir)

	i, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident", Text: "list > 3"})
	if err != nil {
		t.Fatal(err)
	}
	if string(i.Ack) != `{"text":"working on list &gt; 3"}` {
		t.Errorf("ack = %s", i.Ack)
	}
	if _, err := s.WaitReplies(within(t), i, 2); err != nil {
		t.Fatal(err)
	}

	ts, err := s.Mention(alice, channel, "", "why is checkout slow?")
	if err != nil {
		t.Fatal(err)
	}
	decision := boltReply(t, s, ts, 1)
	if decision.Metadata == nil || decision.Metadata.Payload["id"] != "dec_1" || len(decision.Buttons()) != 2 {
		t.Fatalf("decision = %+v", decision)
	}

	if _, err := s.Click(within(t), alice, channel, decision.TS, "reject"); err != nil {
		t.Fatal(err)
	}
	wait(t, s, "a modal", func(p *slackfake.Snapshot) bool { return len(p.Views(alice)) == 1 })
	id := s.Snapshot().Views(alice)[0].ID
	fields := func(reason string) map[string]map[string]any {
		return map[string]map[string]any{"reason": {"text": reason}}
	}
	if sub, err := s.SubmitView(within(t), alice, id, fields("no")); err != nil || sub.Errors["reason"] != "longer, please" {
		t.Fatalf("submission = %+v, %v", sub, err)
	}
	if sub, err := s.SubmitView(within(t), alice, id, fields("pool is fine")); err != nil || sub.Action != "" {
		t.Fatalf("submission = %+v, %v", sub, err)
	}
	wait(t, s, "a direct message", func(p *slackfake.Snapshot) bool {
		m := p.BotMessages("D0ALICE")
		return len(m) == 1 && m[0].Text == "dec_1: pool is fine"
	})

	i, err = s.Click(within(t), bob, channel, decision.TS, "approve")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.WaitReplies(within(t), i, 1); err != nil {
		t.Fatal(err)
	}
	if m := s.Snapshot().Message(channel, decision.TS); m.Text != "approved by <@U0BOB>" || len(m.Blocks) != 0 {
		t.Errorf("message = %+v", m)
	}

	opened := s.Snapshot().SocketsOpened()
	s.Refresh()
	wait(t, s, "a new socket", func(p *slackfake.Snapshot) bool { return p.SocketsOpened() > opened && p.Live() == 1 })
	if ts, err = s.Mention(bob, channel, "", "still there?"); err != nil {
		t.Fatal(err)
	}
	boltReply(t, s, ts, 1)
}

// boltReply waits for the n-th reply of the bot in a thread.
func boltReply(t *testing.T, s *slackfake.Slack, ts string, n int) *slackfake.Message {
	t.Helper()
	wait(t, s, "a reply", func(p *slackfake.Snapshot) bool { return len(p.Thread(channel, ts)) == n+1 })
	return s.Snapshot().Thread(channel, ts)[n]
}

// runBolt starts the bot, waits until it is connected, and stops it properly
// when the test ends.
func runBolt(t *testing.T, s *slackfake.Slack, dir string) {
	t.Helper()
	script, err := filepath.Abs("testdata/bolt.mjs")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Env = append(os.Environ(), "ROF_BOLT_DIR="+dir, "SLACK_API_URL="+s.URL(),
		"SLACK_BOT_TOKEN="+s.BotToken(), "SLACK_APP_TOKEN="+s.AppToken())
	var complaints strings.Builder
	cmd.Stderr = &complaints
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer cancel()
		_ = stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("bolt: %v\n%s", err, complaints.String())
		}
		if n := len(s.Snapshot().Sockets()); n > 0 {
			// The close frame may still be on its way.
			wait(t, s, "the sockets to close", func(p *slackfake.Snapshot) bool { return len(p.Sockets()) == 0 })
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || line != "ready\n" {
		t.Fatalf("bolt said %q, %v\n%s", line, err, complaints.String())
	}
	wait(t, s, "bolt's socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
}
