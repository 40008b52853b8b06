package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

const (
	// chartWaits is how often it is looked whether the thread is there that a
	// chart belongs into.
	chartWaits = 2 * time.Second
	// chartPatience is how long a chart is worth showing: later, it is no more
	// what happens now.
	chartPatience = 30 * time.Minute
)

// chart is the worker: it puts the picture of an incident's measure into its
// thread, once. It has a job of its own, so that no message of the channel ever
// waits for a file. What is uploaded is recorded before it is shown: whoever
// comes back after a crash only shows it.
func (b *Bot) chart(ctx context.Context, incident string) error {
	p, head, err := b.wantedChart(ctx, incident)
	switch {
	case engine.KindOf(err) == engine.NotFound || err == nil && (p.Dead || p.Sent >= p.Wanted):
		return nil
	case err != nil:
		return err
	case p.Sent > 0: // it stands; a picture of then does not change
		return b.chartDone(ctx, &p)
	case b.cfg.Chart == nil:
		return b.chartBuried(ctx, &p, "nothing draws charts", "")
	case head.Dead || head.TS == "" && head.Digest != "":
		return b.chartBuried(ctx, &p, "there is no thread for it", "")
	case b.now().Sub(p.CreatedAt) > chartPatience:
		return b.chartBuried(ctx, &p, "it is too old", "")
	case head.TS == "":
		return &engine.Again{After: chartWaits}
	}
	var c engine.Chart
	if err := json.Unmarshal(p.Detail, &c); err != nil {
		return b.chartBuried(ctx, &p, "it cannot be read: "+err.Error(), "")
	}
	if p.File == "" {
		png, err := b.cfg.Chart(&c)
		if err != nil {
			return b.chartBuried(ctx, &p, "it cannot be drawn: "+err.Error(), "")
		}
		f := file{name: incident + "-measure.png", alt: b.render.altText(&c), content: png}
		if p.File, err = b.upload(ctx, f); err != nil {
			return b.chartFailed(ctx, &p, err)
		}
		if err := savePost(ctx, b.store, p); err != nil {
			return err
		}
	}
	return b.showChart(ctx, &p, head, &c)
}

// showChart shares an uploaded chart in its thread.
func (b *Bot) showChart(ctx context.Context, p *engine.Post, head engine.Post, c *engine.Chart) error {
	again := p.Sending
	p.Sending, p.AttemptedAt, p.Attempts = true, b.now(), p.Attempts+1
	if err := savePost(ctx, b.store, *p); err != nil {
		return err
	}
	err := b.slackCall(ctx, func(ctx context.Context) error {
		_, err := b.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: p.File, Title: b.render.notify(c.Title, maxTitle)}}, Channel: head.Channel, ThreadTimestamp: head.TS,
		})
		return err
	})
	// An upload that was shown is not there to be shown any more.
	if err != nil && (!again || answerOf(err) != "file_not_found") {
		return b.chartFailed(ctx, p, err)
	}
	b.cfg.Count(CountPosted)
	return b.chartDone(ctx, p)
}

// wantedChart reads the post of an incident's chart, and the one whose thread it
// belongs into.
func (b *Bot) wantedChart(ctx context.Context, incident string) (p, head engine.Post, err error) {
	err = b.store.View(ctx, func(r engine.Reader) error {
		if p, err = r.Post(ctx, engine.ChartKeyOf(incident)); err != nil {
			return err
		}
		head, err = r.Post(ctx, p.Parent)
		return err
	})
	return p, head, err
}

func (b *Bot) chartDone(ctx context.Context, p *engine.Post) error {
	p.Sent, p.Sending, p.LastError = p.Wanted, false, ""
	return savePost(ctx, b.store, *p)
}

// chartFailed tries again what may help to try again. Anything else is no reason
// to trouble anybody twice: the numbers stand in the thread as text.
func (b *Bot) chartFailed(ctx context.Context, p *engine.Post, err error) error {
	if wait, again := later(err); again {
		return wait
	}
	fix := "look up the error at docs.slack.dev"
	if answerOf(err) == "missing_scope" {
		fix = "give the app the scope files:write and install it again"
	}
	return b.chartBuried(ctx, p, answerOf(err), fix)
}

// chartBuried gives a chart up, and says once why where somebody can mend it.
func (b *Bot) chartBuried(ctx context.Context, p *engine.Post, why, fix string) error {
	if _, known := b.troubles.LoadOrStore("chart "+why, true); fix != "" && !known {
		b.log.WarnContext(ctx, "slack does not take charts; their numbers stand in the thread", "incident", p.Subject, "error", why, "fix", fix)
	}
	p.Dead, p.Sending, p.LastError = true, false, why
	return savePost(ctx, b.store, *p)
}

// altText says what a chart shows to who does not see it.
func (r *renderer) altText(c *engine.Chart) string {
	s := "Chart: " + r.notify(c.Title, maxTitle)
	if len(c.Samples) == 0 {
		return s
	}
	low, high := c.Samples[0].Value, c.Samples[0].Value
	for _, p := range c.Samples {
		low, high = min(low, p.Value), max(high, p.Value)
	}
	first, last := c.Samples[0], c.Samples[len(c.Samples)-1]
	with := func(v float64) string { return strings.TrimSpace(number(v) + " " + r.notify(c.Unit, 20)) }
	s += fmt.Sprintf(" from %s to %s UTC: now %s, between %s and %s", first.At.UTC().Format("15:04"), last.At.UTC().Format("15:04"), with(last.Value), with(low), with(high))
	if c.Baseline != nil {
		s += "; usually " + with(*c.Baseline)
	}
	if c.Threshold != nil {
		s += "; limit " + with(*c.Threshold)
	}
	return s
}
