//go:build failpoints

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ragoffire/bot/slackfake"
)

// story is one alert and what people do about it, at times that a seed draws.
// Whoever gets no answer tries again, as senders and people do.
type story struct {
	*chain
	n       int
	channel string
	person  string
	paged   bool     // nobody takes it before the pager rings
	acts    []string // in this order
	ends    string   // how it is resolved

	incident string
	said     []string // the note, as often as it was said
	at       atomic.Value
}

func storyChannel(n int) string { return fmt.Sprintf("C0STORY%d", n) }

// newStory draws a story.
func (c *chain) newStory(paged bool) *story {
	n := len(c.stories)
	s := &story{chain: c, n: n, channel: storyChannel(n), person: fmt.Sprintf("U0PERSON%d", n), paged: paged || c.rng.IntN(5) == 0}
	s.acts = []string{"ack", "approve", "note"}
	c.rng.Shuffle(len(s.acts), func(i, j int) { s.acts[i], s.acts[j] = s.acts[j], s.acts[i] })
	s.ends = []string{"command", "dialog", "monitoring"}[c.rng.IntN(3)]
	if c.rng.IntN(3) == 0 {
		s.acts = append([]string{"repeat"}, s.acts...) // the sender sends it once more
	}
	c.slack.AddUser(slackfake.User{ID: s.person, Name: fmt.Sprintf("person%d", n)})
	c.slack.AddChannel(slackfake.Channel{ID: s.channel, Name: fmt.Sprintf("story-%d", n), Members: []string{s.person, c.slack.App().UserID}})
	s.at.Store("begins")
	return s
}

// stands says how far it has come.
func (s *story) stands() string { return s.at.Load().(string) }

// fingerprint is what is told of no other alert.
func (s *story) fingerprint() string { return fmt.Sprintf("story-%d-%d", s.seed, s.n) }

// note and fix are texts that no other story has.
func (s *story) note() string { return fmt.Sprintf("looked at number %d", s.n) }
func (s *story) fix() string  { return fmt.Sprintf("turned valve%dx back", s.n) }

func (s *story) happen(ctx context.Context) error {
	if err := s.deliver(ctx, "firing"); err != nil {
		return err
	}
	s.at.Store("waits for its message")
	err := s.slack.WaitFor(ctx, func(p *slackfake.Snapshot) bool {
		if m := s.last(p, "incident:"); m != nil {
			s.incident = strings.TrimPrefix(keyOf(m), "incident:")
		}
		return s.incident != ""
	})
	if err != nil {
		return err
	}
	if s.paged {
		s.at.Store("waits for its page")
		if err := s.pager.await(ctx, s.incident); err != nil {
			return err
		}
	}
	for _, act := range append(slices.Clone(s.acts), "end") {
		s.at.Store("is at " + act)
		if err := s.act(ctx, act); err != nil {
			return fmt.Errorf("%s: %w", act, err)
		}
	}
	s.at.Store("waits for its end")
	err = s.slack.WaitFor(ctx, func(p *slackfake.Snapshot) bool {
		return strings.Contains(s.main(p).Visible(), "*resolved*")
	})
	s.at.Store("over")
	return err
}

func (s *story) act(ctx context.Context, act string) error {
	switch act {
	case "repeat":
		return s.deliver(ctx, "firing")
	case "ack":
		return s.press(ctx, s.main, "incident_ack", "nobody has it")
	case "approve":
		advice := func(p *slackfake.Snapshot) *slackfake.Message { return s.last(p, "decision:") }
		if err := s.slack.WaitFor(ctx, func(p *slackfake.Snapshot) bool { return advice(p) != nil }); err != nil {
			return err
		}
		return s.press(ctx, advice, "decision_approve", "")
	case "note":
		return s.mention(ctx)
	case "look":
		return s.command(ctx, "show "+s.incident)
	}
	switch s.ends {
	case "monitoring":
		return s.deliver(ctx, "resolved")
	case "dialog":
		return s.dialog(ctx)
	}
	return s.command(ctx, "resolve "+s.incident+" "+s.fix())
}

// command types a command until that is acknowledged.
func (s *story) command(ctx context.Context, text string) error {
	return s.insist(ctx, func() error {
		i, err := s.slack.SlashCommand(ctx, slackfake.Command{User: s.person, Channel: s.channel, Command: "/incident", Text: text})
		if err == nil && strings.Contains(string(i.Ack), "Not stored") {
			return slackfake.ErrNoAck // as good as none
		}
		return err
	})
}

// deliver sends the alert until it is answered 202.
func (s *story) deliver(ctx context.Context, status string) error {
	s.at.Store("delivers " + status)
	severity := "high"
	if s.paged {
		severity = "critical"
	}
	body, err := json.Marshal(map[string]any{
		"title": fmt.Sprintf("database timeouts, number %d", s.n), "fingerprint": s.fingerprint(), "status": status,
		"error_type": "database_timeout", "spike_percentage": 450, "severity": severity,
		"starts_at": "2026-11-26T03:00:00Z", "labels": map[string]string{"story": fmt.Sprint(s.n)},
	})
	if err != nil {
		return err
	}
	for {
		if url := s.url(); url != "" {
			if done, err := s.post(ctx, url+"/webhooks/generic", string(body)); done || err != nil {
				return err
			}
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// post reports whether a delivery was answered 202. Where there is no answer, or
// one that asks to come again, it is sent again.
func (s *story) post(ctx context.Context, url, body string) (done bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token())
	resp, err := client.Do(req)
	if err != nil {
		return false, nil
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusAccepted:
		return true, nil
	case http.StatusServiceUnavailable, http.StatusUnauthorized: // the latter: another chain's
		return false, nil
	}
	said, _ := io.ReadAll(resp.Body)
	return false, fmt.Errorf("the delivery is answered %s: %s", resp.Status, said)
}

// insist does something until rof acknowledges it.
func (s *story) insist(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !errors.Is(err, slackfake.ErrNoAck) && !errors.Is(err, slackfake.ErrNotConnected) {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// press clicks a button until that is acknowledged, and again where the message
// does not show for long what came of it: the button is gone, and so are the
// words. Who was told that the click was not stored does so, too.
func (s *story) press(ctx context.Context, on func(*slackfake.Snapshot) *slackfake.Message, action, words string) error {
	for clicked := false; ; {
		err := s.insist(ctx, func() error {
			_, err := s.slack.Click(ctx, s.person, s.channel, on(s.slack.Snapshot()).TS, action)
			if errors.Is(err, slackfake.ErrImpossible) && clicked {
				return nil // an earlier click got through
			}
			clicked = true
			return err
		})
		if err != nil {
			return err
		}
		shown, cancel := context.WithTimeout(ctx, clickAgain)
		err = s.slack.WaitFor(shown, func(p *slackfake.Snapshot) bool {
			m := on(p)
			return valueOf(m, action) == "" && (words == "" || !strings.Contains(m.Visible(), words))
		})
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// clickAgain is how long people look at a button that does nothing.
const clickAgain = 20 * time.Second

// valueOf is the value of a message's button, "" where it has none.
func valueOf(m *slackfake.Message, action string) string {
	for _, e := range m.Buttons() {
		if e.ActionID == action {
			return e.Value
		}
	}
	return ""
}

// main is the message that the channel shows of the incident, the last one where
// it stands there twice.
func (s *story) main(p *slackfake.Snapshot) *slackfake.Message { return s.last(p, "incident:") }

// last is the last message of ours in the channel whose key begins so, or nil.
func (s *story) last(p *slackfake.Snapshot, kind string) (last *slackfake.Message) {
	for _, m := range p.BotMessages(s.channel) {
		if strings.HasPrefix(keyOf(m), kind) {
			last = m
		}
	}
	return last
}

// keyOf is the key by which rof finds a message of its own, or "".
func keyOf(m *slackfake.Message) string {
	if m.Metadata == nil {
		return ""
	}
	key, _ := m.Metadata.Payload["post"].(string)
	return key
}

// mention leaves a note. Slack delivers it again until it is acknowledged, a few
// times; then the person says it again.
func (s *story) mention(ctx context.Context) error {
	about := "" // the thread says it
	if s.blind {
		about = s.incident + " " // where a message stands twice, rof knows one of them
	}
	for {
		said := fmt.Sprintf("%s, time %d", s.note(), len(s.said)+1)
		s.said = append(s.said, said)
		if _, err := s.slack.Mention(s.person, s.channel, s.main(s.slack.Snapshot()).TS, "note "+about+said); err != nil {
			return err
		}
		tries, cancel := context.WithTimeout(ctx, givenUp)
		err := s.slack.WaitFor(tries, func(p *slackfake.Snapshot) bool { return noted(p, said) })
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// givenUp is after Slack's last try to deliver an event.
const givenUp = 45 * time.Second

// noted reports whether a note was acknowledged.
func noted(p *slackfake.Snapshot, said string) bool {
	for _, d := range p.Deliveries("events_api") {
		if d.Event == "app_mention" && !d.Acked.IsZero() && strings.Contains(string(d.Payload), said+`"`) {
			return true
		}
	}
	return false
}

// dialog resolves it by the button and its dialog. A dialog whose process died
// before it opened is asked for again.
func (s *story) dialog(ctx context.Context) error {
	for {
		err := s.insist(ctx, func() error { return s.fill(ctx) })
		if !errors.Is(err, errNoDialog) {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

var errNoDialog = errors.New("no dialog opened")

func (s *story) fill(ctx context.Context) error {
	if m := s.main(s.slack.Snapshot()); strings.Contains(m.Visible(), "*resolved*") {
		return nil // an answer got lost, and it was done
	}
	if len(s.slack.Snapshot().Views(s.person)) == 0 {
		if _, err := s.slack.Click(ctx, s.person, s.channel, s.main(s.slack.Snapshot()).TS, "incident_resolve"); err != nil && !errors.Is(err, slackfake.ErrImpossible) {
			return err
		}
	}
	soon, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := s.slack.WaitFor(soon, func(p *slackfake.Snapshot) bool { return len(p.Views(s.person)) > 0 }); err != nil {
		return errNoDialog
	}
	views := s.slack.Snapshot().Views(s.person)
	out, err := s.slack.SubmitView(ctx, s.person, views[len(views)-1].ID, map[string]map[string]any{"resolution": {"resolution": s.fix()}})
	if err == nil && out.Action == "errors" && strings.Contains(out.Errors["resolution"], "Not stored") {
		return slackfake.ErrNoAck // as good as none
	}
	return err
}
