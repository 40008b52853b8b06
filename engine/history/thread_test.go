package history_test

import (
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/history"
)

// thread is what people said, one a minute; what begins with "bot:" a bot did.
func thread(said ...string) engine.Thread {
	at := time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC)
	t := engine.Thread{Channel: "C0INC", TS: "1777863600.000100", URL: "https://x.example/p1", Latest: "9.9"}
	for n, text := range said {
		rest, bot := strings.CutPrefix(text, "bot:")
		t.Said = append(t.Said, engine.ThreadMessage{At: at.Add(time.Duration(n) * time.Minute), Bot: bot, Text: rest})
	}
	return t
}

func TestAThreadIsReadAsADraft(t *testing.T) {
	for what, c := range map[string]struct {
		said       []string
		title      string
		resolution string
		cause      string
		service    string
		minutes    int // until it was resolved, -1 for never
		status     engine.DraftStatus
	}{
		"labels say what they are": {
			[]string{":rotating_light: *checkout is down*\n502s everywhere, service=checkout", "looking", "Root cause: pool too small after the deploy", "Fix: rolled back to 4f1c2e"},
			"checkout is down", "rolled back to 4f1c2e", "pool too small after the deploy", "checkout", 3, engine.DraftOpen,
		},
		"the last word on it counts": {
			[]string{"queue grows", "restarted the workers", "did not help, still failing", "scaled up to 12 workers and the queue drained, resolved", "it was due to a stuck consumer"},
			"queue grows", "scaled up to 12 workers and the queue drained, resolved", "it was due to a stuck consumer", "", 3, engine.DraftOpen,
		},
		"fixed alone leads back to what was done": {
			[]string{"disk full on db-1", "purged old WAL segments", "looks better", "fixed now"},
			"disk full on db-1", "purged old WAL segments", "", "", 3, engine.DraftOpen,
		},
		"what did not help is no fix": {
			[]string{"queue grows", "restarted the workers", "that didn't help", "giving up for tonight"}, "queue grows", "", "", "", -1, engine.DraftEmpty,
		},
		"questions and plans are no fixes": {
			[]string{"p99 up", "should we roll back? can we revert?", "is it resolved?", "let's see, not resolved yet"},
			"p99 up", "", "", "", -1, engine.DraftEmpty,
		},
		"a bot's all clear does not overwrite a person": {
			[]string{"bot:HighErrorRate on cart", "reverted the flag new-pricing", "bot:[RESOLVED] HighErrorRate resolved"},
			"HighErrorRate on cart", "reverted the flag new-pricing", "", "", 1, engine.DraftOpen,
		},
		"nobody answers":   {[]string{"anyone else seeing timeouts?"}, "anyone else seeing timeouts?", "", "", "", -1, engine.DraftEmpty},
		"small talk":       {[]string{"deploying cart 1.2", "nice", "thanks"}, "deploying cart 1.2", "", "", "", -1, engine.DraftEmpty},
		"nothing was said": {nil, "", "", "", "", -1, engine.DraftEmpty},
	} {
		in := thread(c.said...)
		d := history.Thread(in)
		if d.ID != "C0INC-1777863600-000100" || d.URL != in.URL || d.Latest != "9.9" {
			t.Errorf("%s: it is called %s at %s", what, d.ID, d.URL)
		}
		minutes := -1
		if d.ResolvedAt != nil {
			minutes = int(d.ResolvedAt.Sub(d.StartedAt).Minutes())
		}
		if d.Title != c.title || d.Resolution != c.resolution || d.RootCause != c.cause || d.Service != c.service || minutes != c.minutes || d.Status != c.status {
			t.Errorf("%s:\n title %q\n fix %q\n cause %q\n service %q, after %d min, %s", what, d.Title, d.Resolution, d.RootCause, d.Service, minutes, d.Status)
		}
	}
}

func TestALongMessageIsCut(t *testing.T) {
	d := history.Thread(thread(strings.Repeat("я", 5000), "fix: "+strings.Repeat("👩‍👩‍👧", 3000)))
	if n := len([]rune(d.Title)); n > 140 {
		t.Errorf("the title has %d letters", n)
	}
	if len([]rune(d.Resolution)) > 1500 || len([]rune(d.Symptom)) > 1500 {
		t.Error("a message is taken over whole")
	}
}
