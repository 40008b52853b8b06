package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// knownQuestion is one that the examples answer, with words that mean the same.
type knownQuestion struct {
	errorType, service string
	spike              float64
	action, words      string
}

func known() []knownQuestion {
	return []knownQuestion{
		{"database_timeout", "checkout", 450, "Throttle connections to 30%", "database timeouts on checkout, p99 up 450%"},
		{"kafka_consumer_lag", "", 320, "Throttle consumers to 45%", "our kafka consumer lag is up 320% and growing"},
		{"memory_leak", "", 280, "Throttle traffic to 20%", "memory leak suspected, RSS up 280% since the deploy"},
	}
}

func (k knownQuestion) pairs() string {
	s := fmt.Sprintf("error_type=%s spike=%g", k.errorType, k.spike)
	if k.service != "" {
		s += " service=" + k.service
	}
	return s
}

// unknown is what no history answers.
const unknown = "the office coffee machine on floor three prints receipts in Latin"

func TestTheRecommendationsAreTheSameThroughEveryDoor(t *testing.T) {
	onEachStore(t, everyDoor)
}

func everyDoor(t *testing.T, db string) {
	s := slack(t, slackfake.Config{Pace: slackfake.Pace{Off: true}})
	p := serving(t, slackEnv(s, db)...)
	connected(t, s)

	for _, k := range known() {
		t.Run(k.errorType, func(t *testing.T) {
			t.Run("REST", func(t *testing.T) {
				body := map[string]any{"error_type": k.errorType, "spike_percentage": k.spike, "service": k.service}
				var d engine.Decision
				if code := p.post("/api/v1/decisions/analyze", body, &d); code != 200 {
					t.Fatalf("answered %d", code)
				}
				checkKnown(t, k, &d)
			})
			t.Run("REST in words", func(t *testing.T) {
				var d engine.Decision
				if code := p.post("/api/v1/decisions/analyze", map[string]any{"description": k.words, "spike_percentage": k.spike}, &d); code != 200 {
					t.Fatalf("answered %d", code)
				}
				checkGuessed(t, k, &d)
			})
			t.Run("command line", func(t *testing.T) {
				d := analyzed(t, db, "--error-type", k.errorType, "--spike", fmt.Sprint(k.spike), "--service", k.service)
				checkKnown(t, k, d)
				checkGuessed(t, k, analyzed(t, db, strings.Fields(k.words)...))
			})
			t.Run("slash command", func(t *testing.T) {
				text := answered(t, s, func() {
					if _, err := s.SlashCommand(t.Context(), slackfake.Command{User: "U0ALICE", Channel: channel, Command: "/incident", Text: "analyze " + k.pairs()}); err != nil {
						t.Fatal(err)
					}
				})
				checkText(t, k, text, "95%")
			})
			t.Run("mention", func(t *testing.T) {
				text := answered(t, s, func() {
					if _, err := s.Mention("U0ALICE", channel, "", "<@"+s.App().UserID+"> analyze "+k.words); err != nil {
						t.Fatal(err)
					}
				})
				checkText(t, k, text, "guessed")
			})
			t.Run("webhook", func(t *testing.T) {
				body := map[string]any{"error_type": k.errorType, "spike_percentage": k.spike, "service": k.service, "fingerprint": "door-" + k.errorType}
				if code := p.post("/webhooks/generic", body, nil); code != 202 {
					t.Fatalf("answered %d", code)
				}
				checkKnown(t, k, decided(t, p, "door-"+k.errorType))
			})
		})
	}

	t.Run("what no history answers", func(t *testing.T) {
		var d engine.Decision
		p.post("/api/v1/decisions/analyze", map[string]any{"description": unknown}, &d)
		checkAbstained(t, &d)
		checkAbstained(t, analyzed(t, db, strings.Fields(unknown)...))
		p.post("/webhooks/generic", map[string]any{"title": unknown, "fingerprint": "door-unknown"}, nil)
		live := decided(t, p, "door-unknown")
		checkAbstained(t, live)
		if again := analyzed(t, db, strings.ToLower(*live.IncidentID)); again.ID != live.ID {
			t.Errorf("analyze %s shows %s, not its advice %s", *live.IncidentID, again.ID, live.ID)
		}
		text := answered(t, s, func() {
			if _, err := s.SlashCommand(t.Context(), slackfake.Command{User: "U0ALICE", Channel: channel, Command: "/incident", Text: "analyze " + unknown}); err != nil {
				t.Fatal(err)
			}
		})
		if !strings.Contains(text, "No confident match") {
			t.Errorf("the slash command's answer is\n%s", text)
		}
		text = answered(t, s, func() {
			if _, err := s.Mention("U0ALICE", channel, "", "<@"+s.App().UserID+"> analyze "+unknown); err != nil {
				t.Fatal(err)
			}
		})
		if !strings.Contains(text, "No confident match") {
			t.Errorf("the mention's answer is\n%s", text)
		}
	})
}

// analyzed runs rof analyze --json beside the running serve.
func analyzed(t *testing.T, db string, args ...string) *engine.Decision {
	t.Helper()
	getenv := func(name string) string {
		if name == "DATABASE_URL" {
			_, v, _ := strings.Cut(db, "=")
			return v
		}
		return ""
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), append([]string{"analyze", "--json"}, args...), getenv, strings.NewReader(""), &out, &errs); code != exitDone {
		t.Fatalf("rof analyze = %d: %s", code, errs.String())
	}
	var d engine.Decision
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return &d
}

// answered does something in Slack and returns the text of the bot's answer to it.
func answered(t *testing.T, s *slackfake.Slack, ask func()) string {
	t.Helper()
	before := make(map[string]bool)
	for _, m := range s.Snapshot().BotMessages(channel) {
		before[m.TS] = true
	}
	ask()
	var text string
	until(t, s, 10*time.Second, "an answer", func(p *slackfake.Snapshot) bool {
		for _, m := range p.BotMessages(channel) {
			if !before[m.TS] && m.Metadata != nil && strings.HasPrefix(fmt.Sprint(m.Metadata.Payload["post"]), "decision:") &&
				strings.Contains(m.Visible(), "asked by") {
				text = m.Visible()
				return true
			}
		}
		return false
	})
	return text
}

// decided waits for the decision on the incident of a fingerprint.
func decided(t *testing.T, p *process, fingerprint string) *engine.Decision {
	t.Helper()
	var d engine.Decision
	wait(t, 10*time.Second, "a decision", func() bool {
		for _, i := range live(p) {
			if i.Fingerprint != fingerprint {
				continue
			}
			var detail struct{ Decisions []engine.Decision }
			p.get("/api/v1/incidents/"+i.ID, &detail)
			if len(detail.Decisions) == 1 {
				d = detail.Decisions[0]
				return true
			}
		}
		return false
	})
	return &d
}

func checkKnown(t *testing.T, k knownQuestion, d *engine.Decision) {
	t.Helper()
	if d.RecommendedAction == nil || *d.RecommendedAction != k.action {
		t.Fatalf("recommends %v; want %q", str(d.RecommendedAction), k.action)
	}
	if d.ConfidenceScore != 0.95 || d.Confidence.Guessed || !d.Example || d.Abstained {
		t.Errorf("confidence %v, guessed %v, example %v, abstained %v; want 0.95 for a given type on an example",
			d.ConfidenceScore, d.Confidence.Guessed, d.Example, d.Abstained)
	}
	if want := fmt.Sprintf("%g%%", k.spike); !strings.Contains(d.Symptom, want) {
		t.Errorf("symptom %q does not say %s", d.Symptom, want)
	}
}

func checkGuessed(t *testing.T, k knownQuestion, d *engine.Decision) {
	t.Helper()
	if d.RecommendedAction == nil || *d.RecommendedAction != k.action {
		t.Fatalf("in words: recommends %v; want %q (confidence %v)", str(d.RecommendedAction), k.action, d.Confidence)
	}
	if !d.Confidence.Guessed || d.ConfidenceScore > 0.90 || d.ConfidenceScore < 0.50 {
		t.Errorf("in words: confidence %v, guessed %v; want a guess between 0.50 and 0.90", d.ConfidenceScore, d.Confidence.Guessed)
	}
}

func checkAbstained(t *testing.T, d *engine.Decision) {
	t.Helper()
	if !d.Abstained || d.RecommendedAction != nil || d.MatchedIncident != nil || d.MatchedRunbook != nil || d.ConfidenceScore >= 0.50 {
		t.Errorf("answers %v with %v; want no confident match", str(d.RecommendedAction), d.ConfidenceScore)
	}
}

func checkText(t *testing.T, k knownQuestion, text string, parts ...string) {
	t.Helper()
	for _, part := range append(parts, k.action, "Incident Decision: INC-2025-", "EXAMPLE") {
		if !strings.Contains(text, part) {
			t.Errorf("the answer does not say %q:\n%s", part, text)
		}
	}
}

func str(s *string) string {
	if s == nil {
		return "nothing"
	}
	return *s
}
