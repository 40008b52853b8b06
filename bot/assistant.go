package bot

import (
	"context"
	"errors"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// assist suggests prompts where a person opens the assistant, or looks at another
// channel beside it. What that channel is about comes first.
func (b *Bot) assist(ctx context.Context, p *surface) error {
	t := &p.Event.Thread
	if t.Channel == "" || t.TS == "" {
		return nil
	}
	beside, err := b.liveIn(ctx, t.Context.Channel)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	err = b.api.SetAssistantThreadsSuggestedPromptsContext(ctx, slack.AssistantThreadsSetSuggestedPromptsParameters{
		Title: "What does history say?", ChannelID: t.Channel, ThreadTS: t.TS, Prompts: b.render.prompts(beside),
	})
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &engine.Again{After: limited.RetryAfter}
	}
	if err != nil {
		b.log.WarnContext(ctx, "no prompts are suggested", "error", quiet(err))
	}
	return nil
}

// liveIn is the latest live incident of a channel, nil where there is none.
func (b *Bot) liveIn(ctx context.Context, channel string) (*engine.Incident, error) {
	if channel == "" {
		return nil, nil
	}
	p, err := b.engine.Incidents(ctx, engine.IncidentFilter{Live: true}, "", 200)
	if err != nil {
		return nil, err
	}
	for n := range p.Items {
		if stands(&p.Items[n], channel) {
			return &p.Items[n], nil
		}
	}
	return nil, nil
}

// prompts are what a person may ask with one click. A prompt becomes a message
// of theirs, so what comes from an alert is plain and short in it.
func (r *renderer) prompts(beside *engine.Incident) []slack.AssistantThreadsPrompt {
	prompts := []slack.AssistantThreadsPrompt{
		{Title: "What is open", Message: verbList},
		{Title: "Analyze an alert", Message: "analyze database timeouts on checkout, p99 up 450%"},
	}
	if beside == nil {
		return append(prompts,
			slack.AssistantThreadsPrompt{Title: "Search the history", Message: "similar cache misses after a deploy"},
			slack.AssistantThreadsPrompt{Title: "What else there is", Message: verbHelp})
	}
	return append([]slack.AssistantThreadsPrompt{
		{Title: "Why the advice on " + beside.ID, Message: verbWhy + " " + beside.ID},
		{Title: "Have we seen this before", Message: verbSimilar + " " + r.plain(headline(beside), 100)},
	}, prompts...)
}
