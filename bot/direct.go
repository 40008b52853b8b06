package bot

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// direct acts on what a person says to the bot alone: a command, or else a
// question, which history answers in the thread of its own. In that thread it
// goes on: a short question is asked about the same, and a verb without an id
// means the last answer.
func (b *Bot) direct(ctx context.Context, a asker, text string, ts string) error {
	c, err := b.render.parse(text, true)
	if words := typed(engine.Clean(text)); isNoCommand(err) && wordy(words) {
		c, err = b.render.complete(verbAnalyze, words)
	}
	if err != nil {
		return b.conclude(ctx, a, nil, err)
	}
	if a.under != "" {
		before := b.conversation(ctx, a, a.under, ts)
		switch {
		case c.verb == verbAnalyze:
			c.question = follow(before.question, c.question)
		case c.id == "" && before.decision != "" && meansAdvice(c.verb):
			c.id = before.decision
		}
	}
	if c.verb == verbAnalyze {
		b.thinking(ctx, a)
		a.thread = cmp.Or(a.under, ts)
	}
	m, err := b.perform(ctx, a, c)
	return b.conclude(ctx, a, m, err)
}

// isNoCommand says of what was wrong with a command that it need not be one: why is
// checkout slow begins with a verb, too. One that was given what it does not take is.
func isNoCommand(err error) bool {
	e, ok := errors.AsType[*engine.Error](err)
	return ok && (e.Field == "verb" || e.Field == "id")
}

// meansAdvice says whether a verb without an id can mean the last answer.
func meansAdvice(verb string) bool {
	switch verb {
	case verbWhy, verbShow, verbApprove, verbReject, verbOutcome:
		return true
	}
	return false
}

// thinking shows that an answer is on its way. Slack takes the status away when
// the answer stands; where it shows none, that is no error.
func (b *Bot) thinking(ctx context.Context, a asker) {
	if a.under == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err := b.api.SetAssistantThreadsStatusContext(ctx, slack.AssistantThreadsSetStatusParameters{
		ChannelID: a.channel, ThreadTS: a.under, Status: "is looking through the history …",
	})
	if err != nil {
		b.log.DebugContext(ctx, "no status is shown", "error", quiet(err))
	}
}

// spoken is what a thread said before.
type spoken struct {
	question engine.Question // what its questions asked together
	decision string          // the last answer's id
}

// spokenRead is how many messages of a thread are read for what it is about.
const spokenRead = 50

// conversation reads a thread, up to a message if one is named. It is a
// convenience: where Slack does not tell, a command stands alone.
func (b *Bot) conversation(ctx context.Context, a asker, thread, until string) spoken {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var s spoken
	said, _, _, err := b.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: a.channel, Timestamp: thread, Latest: until, Limit: spokenRead, IncludeAllMetadata: true,
	})
	if err != nil {
		b.log.DebugContext(ctx, "a thread cannot be read", "error", quiet(err))
		return s
	}
	for _, m := range said {
		switch {
		case m.Timestamp == until:
		case m.User == a.user && m.BotID == "" && spokenAs(m.SubType):
			if c, err := b.render.parse(m.Text, true); err == nil && c.verb == verbAnalyze {
				s.question = follow(s.question, c.question)
			}
		case m.Metadata.EventType == metadataType:
			key, _ := m.Metadata.EventPayload[metadataKey].(string)
			if id, ok := strings.CutPrefix(key, "decision:"); ok {
				s.decision = id
			}
		}
	}
	return s
}

// followWords is how long a message may be to be understood as a follow-up; what
// is longer stands for itself.
const followWords = 8

// follow asks a question about what was asked before: what it leaves open is as
// it was.
func follow(before, q engine.Question) engine.Question {
	if before.Text+before.ErrorType == "" || len(strings.Fields(q.Text)) > followWords {
		return q
	}
	q.ErrorType = cmp.Or(q.ErrorType, before.ErrorType)
	q.Service = cmp.Or(q.Service, before.Service)
	q.Environment = cmp.Or(q.Environment, before.Environment)
	if q.Spike == nil {
		q.Spike = before.Spike
	}
	if before.Labels != nil {
		labels := maps.Clone(before.Labels)
		maps.Copy(labels, q.Labels)
		q.Labels = labels
	}
	q.Text = strings.TrimSpace(before.Text + "\n" + untied(q.Text))
	return q
}

// untied is a follow-up without the words that only tie it to what was said.
func untied(text string) string {
	words := strings.Fields(text)
	for len(words) > 0 {
		switch strings.ToLower(strings.Trim(words[0], ",.?!:;")) {
		case "and", "but", "or", "also", "then", "now", "so", "what", "how", "about", "if", "on", "for", "with", "in", "it", "is", "the", "":
			words = words[1:]
			continue
		}
		break
	}
	return strings.Join(words, " ")
}
